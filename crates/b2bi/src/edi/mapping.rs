//! Evaluates mapping templates under the configured limits.

use std::sync::Arc;

use b2bi_local_mapping::{Cancel, Engine, Limits, Run};
use b2bi_local_model::types::MappingTemplateLanguage;
use b2bi_local_x12::JsonForm;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::edi::EdiError;
use crate::environment::Environment;

/// A template and its language.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) language: MappingTemplateLanguage,
    pub(crate) template: String,
    /// Whether it is the `mappingTemplate` of a transformer.
    pub(crate) is_legacy: bool,
}

/// A prepared evaluation: its run, and the engines.
pub(crate) struct Evaluation {
    pub(crate) run: Run,
    jsonata: Arc<dyn Engine + Send + Sync>,
    xslt: Arc<dyn Engine + Send + Sync>,
}

impl Mapping {
    /// The output of the template for a document, inbound or outbound: JSONata maps JSON, and XSLT
    /// maps XML. For JSON, nothing is `null`.
    ///
    /// Source: Assumption A-31.
    ///
    /// # Errors
    ///
    /// The reason and, if known, the position, if the template cannot be read or evaluated.
    ///
    /// Source: the texts are Assumption A-33.
    pub(crate) fn apply(&self, input: String, evaluation: &Evaluation) -> Result<String, EdiError> {
        let engine: &dyn Engine = match self.language {
            MappingTemplateLanguage::Jsonata => &*evaluation.jsonata,
            MappingTemplateLanguage::Xslt => &*evaluation.xslt,
        };
        let mut run = evaluation.run.clone();
        run.limits = run.limits.for_input(input.len());
        let mapped = engine
            .compile(&self.template)
            .and_then(|template| template.evaluate_owned(input, &run))
            .map_err(|error| EdiError::Template(Box::new(error)))?;
        Ok(mapped.unwrap_or_else(|| "null".to_owned()))
    }
}

impl Mapping {
    /// The same, with JSON laid out in a form.
    ///
    /// # Errors
    ///
    /// The errors of [`Mapping::apply`].
    pub(crate) fn apply_in(
        &self,
        form: Option<JsonForm>,
        input: String,
        evaluation: &Evaluation,
    ) -> Result<String, EdiError> {
        let mapped = self.apply(input, evaluation)?;
        Ok(match (form, self.language) {
            (Some(form), MappingTemplateLanguage::Jsonata) => form.print(&mapped),
            _ => mapped,
        })
    }
}

/// The source text of a document's member.
#[derive(Deserialize)]
struct Interchanges<'a> {
    #[serde(borrow)]
    interchanges: Vec<&'a RawValue>,
}

/// The interchange of a JSON document, or a list of several; other documents are unchanged.
pub(crate) fn interchange_of(document: String) -> String {
    let Ok(Interchanges { interchanges }) = serde_json::from_str(&document) else {
        return document;
    };
    match interchanges.as_slice() {
        [interchange] => interchange.get().to_owned(),
        several => {
            let several: Vec<&str> = several.iter().map(|raw| raw.get()).collect();
            format!("[{}]", several.join(","))
        }
    }
}

/// An evaluation at the current time, with its own seed.
pub(crate) fn evaluation(environment: &Environment, limits: Limits) -> Evaluation {
    let bits = environment.ids.bits() >> 64;
    let seed = u64::try_from(bits).unwrap_or_default();
    Evaluation {
        run: Run::new(environment.clock.now().as_millis(), seed, limits),
        jsonata: Arc::clone(&environment.jsonata),
        xslt: Arc::clone(&environment.xslt),
    }
}

impl Evaluation {
    /// Cancels the evaluation when it is dropped, that is, when its request ends.
    pub(crate) fn cancel_on_drop(&self) -> CancelOnDrop {
        CancelOnDrop(self.run.cancel.clone())
    }
}

/// Cancels a run when it is dropped.
pub(crate) struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
