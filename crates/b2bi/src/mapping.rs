//! A customer's mapping templates, carried out under the configured limits.

use b2bi_local_mapping::{Cancel, Engine as _, Jsonata, Limits, Run};
use b2bi_local_model::types::MappingTemplateLanguage;

use crate::environment::Environment;

/// A template and its language.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) language: MappingTemplateLanguage,
    pub(crate) template: String,
}

impl Mapping {
    /// The document that the template makes of another; nothing is `null`.
    ///
    /// Source: Assumption A-31.
    ///
    /// # Errors
    ///
    /// Why the template cannot be read or carried out, and where, if that is known.
    ///
    /// Source: the words are Assumption A-33.
    pub(crate) fn apply(&self, input: &str, run: &Run) -> Result<String, String> {
        if self.language == MappingTemplateLanguage::Xslt {
            return Err(
                "XSLT templates are not evaluated in this release; JSONata templates are"
                    .to_owned(),
            );
        }
        let mapped = Jsonata
            .compile(&self.template)
            .and_then(|template| template.evaluate(input, run))
            .map_err(|problem| format!("The mapping template failed: {problem}"))?;
        Ok(mapped.unwrap_or_else(|| "null".to_owned()))
    }
}

/// A run at the present, with chance of its own.
pub(crate) fn run(environment: &Environment, limits: Limits) -> Run {
    let bits = environment.ids.bits() >> 64;
    let seed = u64::try_from(bits).unwrap_or_default();
    Run::new(environment.clock.now().as_millis(), seed, limits)
}

/// Cancels a run when it goes: an evaluation ends with the request that wants it.
pub(crate) struct CancelOnDrop(pub(crate) Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
