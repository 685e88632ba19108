//! Reads what `AWS::Include` inserts into templates.

use std::collections::BTreeMap;

use b2bi_local_b2bi::Scope;
use b2bi_local_template::Template;

use crate::error::StackError;
use crate::prepare::{DefinitionRequest, Owner, Prepared, given, pseudo};
use crate::stack::Definition;
use crate::stacks::Stacks;

/// The maximum number of bytes that a template may include.
///
/// Source: Assumption A-361.
const MOST_BYTES: usize = 1_000_000;

impl Stacks {
    /// Reads and checks what a caller asks for, and what its template includes.
    pub(crate) async fn prepared(
        &self,
        owner: &Owner<'_>,
        request: DefinitionRequest,
        previous: Option<&Definition>,
    ) -> Result<Prepared, StackError> {
        let locations = locations(owner, &request, previous)?;
        let included = self.included(owner.scope, locations).await?;
        self.preparer()
            .requested(owner, request, included, previous)
    }

    async fn included(
        &self,
        scope: &Scope,
        locations: Vec<String>,
    ) -> Result<BTreeMap<String, String>, StackError> {
        let mut texts = BTreeMap::new();
        let mut length = 0_usize;
        for location in locations {
            let read = self.templates.read(scope, &location).await;
            let text = read.map_err(|error| failed(&error.to_string()))?;
            length = length.saturating_add(text.len());
            if length > MOST_BYTES {
                let reason = format!("all that is included has more than {MOST_BYTES} bytes");
                return Err(failed(&reason));
            }
            texts.insert(location, text);
        }
        Ok(texts)
    }
}

/// The addresses of what the template of a request includes.
fn locations(
    owner: &Owner<'_>,
    request: &DefinitionRequest,
    previous: Option<&Definition>,
) -> Result<Vec<String>, StackError> {
    let stored = previous.map(|found| &found.template);
    let Some(text) = request.template.as_ref().or(stored) else {
        return Ok(Vec::new());
    };
    // Most templates have no transform, and are read once.
    if !text.contains("Transform") {
        return Ok(Vec::new());
    }
    let template = Template::parse(text)?;
    if !template.has_transforms() {
        return Ok(Vec::new());
    }
    let given = given(&template, &request.parameters, previous)?;
    let pseudo = pseudo(owner, &Definition::default());
    Ok(template.includes(&given, &pseudo)?)
}

fn failed(reason: &str) -> StackError {
    StackError::validation(format!("Transform AWS::Include failed with: {reason}"))
}
