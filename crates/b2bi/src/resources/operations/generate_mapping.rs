//! `GenerateMapping`.

use b2bi_local_infer::{self as infer, Language};
use b2bi_local_mapping::{Cause, MappingError};
use b2bi_local_model::Error;
use b2bi_local_model::types::{
    FileFormat, GenerateMappingRequest, GenerateMappingResponse, MappingTemplateLanguage,
    MappingType,
};
use b2bi_local_panics::on_thread;

use crate::context::Ctx;
use crate::edi;
use crate::edi::mapping;
use crate::edi::mapping::{Evaluation, Mapping};
use crate::edi::{DocumentStyle, EdiError};
use crate::errors::{internal, validation};

/// The example for inference: both sides in the data format of the template's language.
struct Example {
    language: Language,
    input: String,
    output: String,
}

/// Why no template can be inferred.
#[derive(Debug, thiserror::Error)]
enum GenerateError {
    /// The content of this member is a JSON string that contains the actual content.
    #[error(
        "{0} is a JSON string that holds the content, as TestMapping answers; parse it as JSON first \
         and send what it holds"
    )]
    Quoted(&'static str),
    /// The content of this member is not readable X12.
    #[error("The {0} is not readable X12: {1}")]
    X12(&'static str, #[source] EdiError),
    /// The contents are not in the language's data format, or no template maps them.
    #[error("{}{}", .0, hint(.0.cause, *.1))]
    Inference(#[source] Box<MappingError>, Language),
}

/// Advice if the contents are in another language's data format.
fn hint(cause: Cause, language: Language) -> &'static str {
    match (cause, language) {
        (Cause::Input, Language::Jsonata) => "; JSONATA maps JSON, and X12 by its JSON document",
        (Cause::Input, Language::Xslt) => "; XSLT maps XML, and X12 by its XML document",
        _ => "",
    }
}

/// Infers the template that maps the input to the output, and measures its accuracy on the input.
///
/// The search runs on its own thread, and ends when the request is cancelled.
///
/// # Errors
///
/// One of the contents is neither X12 nor in the data format of the template's language.
///
/// Source: Assumption A-140.
pub(crate) async fn generate_mapping(
    ctx: &Ctx<'_>,
    input: GenerateMappingRequest,
) -> Result<GenerateMappingResponse, Error> {
    let evaluation = mapping::evaluation(ctx.environment, ctx.config.mapping_limits);
    let _cancel = evaluation.cancel_on_drop();
    let style = ctx.config.style.clone();
    let search = move || generate(&Example::of(input, &style)?, &evaluation);
    on_thread(search)
        .await
        .map_err(|error| internal(format!("The search for a mapping did not end: {error}")))?
        .map_err(validation)
}

impl Example {
    /// Both sides, X12 as its service-defined document.
    ///
    /// Source: Assumption A-141.
    fn of(request: GenerateMappingRequest, style: &DocumentStyle) -> Result<Self, GenerateError> {
        let (language, format) = match request.mapping_type {
            MappingType::Jsonata => (Language::Jsonata, FileFormat::Json),
            MappingType::Xslt => (Language::Xslt, FileFormat::Xml),
        };
        let side = |name: &'static str, content: String| {
            if is_quoted(&content) {
                return Err(GenerateError::Quoted(name));
            }
            if !content.trim_start().starts_with("ISA") {
                return Ok(content);
            }
            edi::document(content.trim_start().as_bytes(), format, style)
                .map_err(|error| GenerateError::X12(name, error))
        };
        Ok(Self {
            language,
            input: side("inputFileContent", request.input_file_content)?,
            output: side("outputFileContent", request.output_file_content)?,
        })
    }
}

/// Whether a content is a JSON string that contains JSON, XML or X12.
///
/// Source: Assumption A-402.
fn is_quoted(content: &str) -> bool {
    if !content.trim_start().starts_with('"') {
        return false;
    }
    serde_json::from_str::<String>(content).is_ok_and(|held| {
        let held = held.trim_start();
        held.starts_with(['{', '[', '<', '"']) || held.starts_with("ISA")
    })
}

fn generate(
    example: &Example,
    evaluation: &Evaluation,
) -> Result<GenerateMappingResponse, GenerateError> {
    let cancel = &evaluation.run.cancel;
    let (input, output) = (&example.input, &example.output);
    let template = infer::generate(input, output, example.language, cancel)
        .map_err(|error| GenerateError::Inference(Box::new(error), example.language))?;
    let mapping = Mapping {
        language: match example.language {
            Language::Jsonata => MappingTemplateLanguage::Jsonata,
            Language::Xslt => MappingTemplateLanguage::Xslt,
        },
        template,
        is_legacy: false,
    };
    let accuracy = accuracy(&mapping, example, evaluation);
    Ok(GenerateMappingResponse {
        mapping_template: mapping.template,
        mapping_accuracy: accuracy,
    })
}

/// The share of the wanted lines in the template's output; `None` if it could not be evaluated, for
/// example XSLT without a processor.
///
/// Source: Assumption A-142.
fn accuracy(mapping: &Mapping, example: &Example, evaluation: &Evaluation) -> Option<f64> {
    let made = mapping.apply(example.input.clone(), evaluation).ok()?;
    infer::accuracy(&example.output, &made, example.language).ok()
}
