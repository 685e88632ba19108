//! Types that are not here: their models are recorded, and `Ref` and `Fn::GetAtt` follow from a table
//! of forms.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;

use super::stored::StoredType;
use crate::context::HandlerContext;
use crate::environment::Environment;
use crate::error::HandlerError;
use crate::names;
use crate::resource_type::{Properties, Residence, Resource, ResourceType};
use crate::schema::{Schema, SchemaError};

/// The forms of the types in stacks, except B2BI's.
const FORMS: &str = include_str!("../../forms.json");

/// What `Ref` and `Fn::GetAtt` give for a type, with `{name}`, `{account}`, `{region}`, `{partition}`,
/// `{random}` and properties of the model in braces.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Forms {
    /// The property with the resource's name; a resource without one gets a generated name.
    name: Option<String>,
    /// The value of `Ref`; the name if there is none.
    reference: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

/// Reads the table of forms.
pub(crate) fn forms() -> Result<BTreeMap<String, Forms>, SchemaError> {
    SchemaError::reading(serde_json::from_str(FORMS))
}

/// A type whose resources are recorded.
pub(crate) struct Recorded(StoredType);

/// The member of a recorded model with the values that `Fn::GetAtt` gives.
const ATTRIBUTES: &str = "RecordedAttributes";
/// The member with what identifies the resource, and what `Ref` gives.
const ID: &str = "Id";

impl Recorded {
    pub(crate) fn new(environment: &Environment, type_name: &str, forms: Option<&Forms>) -> Self {
        let forms = forms.cloned().unwrap_or_else(|| by_guess(type_name));
        let ids = std::sync::Arc::clone(&environment.ids);
        let complete = move |context: &HandlerContext, model: &mut Properties, generated: &str| {
            let random = names::random(ids.bits(), 16).to_ascii_lowercase();
            complete(&forms, context, model, (generated, &random));
        };
        Self(StoredType::new(environment, Schema::open(type_name), complete).recorded())
    }
}

/// The forms of an unknown type: an ARN like those of most types.
///
/// Source: Assumption A-309.
fn by_guess(type_name: &str) -> Forms {
    let mut parts = type_name.split("::").skip(1).map(str::to_ascii_lowercase);
    let (service, kind) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let arn = format!("arn:{{partition}}:{service}:{{region}}:{{account}}:{kind}/{{name}}");
    Forms {
        attributes: BTreeMap::from([("Arn".to_owned(), arn)]),
        ..Forms::default()
    }
}

/// What `Fn::GetAtt` gives for a model. The name of the resource is one of its properties, or else the one
/// that is given.
pub(crate) fn filled_attributes(
    forms: &Forms,
    context: &HandlerContext,
    model: &Properties,
    names: (&str, &str),
) -> Properties {
    let filler = Filler::new(forms, context, model, names);
    let attributes = forms.attributes.iter();
    attributes
        .map(|(attribute, form)| (attribute.clone(), filler.filled(form).into()))
        .collect()
}

/// Fills forms with the known facts about a resource.
struct Filler<'a> {
    context: &'a HandlerContext,
    model: &'a Properties,
    name: &'a str,
    random: &'a str,
}

impl<'a> Filler<'a> {
    fn new(
        forms: &Forms,
        context: &'a HandlerContext,
        model: &'a Properties,
        (generated, random): (&'a str, &'a str),
    ) -> Self {
        let given = forms
            .name
            .as_ref()
            .and_then(|name| model.get(name)?.as_str());
        let name = given.unwrap_or(generated);
        Self {
            context,
            model,
            name,
            random,
        }
    }

    fn filled(&self, form: &str) -> String {
        let mut text = form.to_owned();
        for (key, value) in [
            ("name", self.name),
            ("random", self.random),
            ("account", &self.context.scope.account),
            ("region", &self.context.scope.region),
            ("partition", &self.context.partition),
        ] {
            text = text.replace(&format!("{{{key}}}"), value);
        }
        for (key, value) in self.model {
            if let Some(value) = value.as_str() {
                text = text.replace(&format!("{{{key}}}"), value);
            }
        }
        text
    }
}

fn complete(
    forms: &Forms,
    context: &HandlerContext,
    model: &mut Properties,
    (generated, random): (&str, &str),
) {
    let attributes = filled_attributes(forms, context, model, (generated, random));
    let filler = Filler::new(forms, context, model, (generated, random));
    let reference = forms.reference.as_ref();
    let id = reference.map_or_else(|| filler.name.to_owned(), |form| filler.filled(form));
    model.insert(ID.to_owned(), id.into());
    model.insert(ATTRIBUTES.to_owned(), Value::Object(attributes));
}

#[async_trait]
impl ResourceType for Recorded {
    fn schema(&self) -> &Schema {
        self.0.schema()
    }

    fn residence(&self) -> Residence {
        self.0.residence()
    }

    fn attribute(&self, resource: &Resource, name: &str) -> Option<Value> {
        resource.properties.get(ATTRIBUTES)?.get(name).cloned()
    }

    async fn create(
        &self,
        context: &HandlerContext,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        self.0.create(context, desired).await
    }

    async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError> {
        self.0.read(context, identifier).await
    }

    async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        previous: &Properties,
        mut desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let present = self.0.read(context, identifier).await?;
        if let Some(attributes) = present.properties.get(ATTRIBUTES) {
            desired.insert(ATTRIBUTES.to_owned(), attributes.clone());
        }
        self.0.update(context, identifier, previous, desired).await
    }

    async fn delete(&self, context: &HandlerContext, identifier: &str) -> Result<(), HandlerError> {
        self.0.delete(context, identifier).await
    }

    async fn list(&self, context: &HandlerContext) -> Result<Vec<Resource>, HandlerError> {
        self.0.list(context).await
    }
}
