//! `TestMapping`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    FileFormat, MappingTemplateLanguage, TestMappingRequest, TestMappingResponse,
};
use b2bi_local_panics::on_thread;

use crate::config::MappingReply;
use crate::context::Ctx;
use crate::edi::Mapping;
use crate::edi::mapping;
use crate::errors::{internal, validation};

/// Maps a content with a template, like a transformer.
///
/// The evaluation runs on its own thread, and ends when the request is cancelled.
///
/// # Errors
///
/// The template cannot be read, fails on the content, or reaches a limit.
pub(crate) async fn test_mapping(
    ctx: &Ctx<'_>,
    input: TestMappingRequest,
) -> Result<TestMappingResponse, Error> {
    let mapping = Mapping {
        language: language(input.file_format)?,
        template: input.mapping_template,
        is_legacy: false,
    };
    let evaluation = mapping::evaluation(ctx.environment, ctx.config.mapping_limits);
    let _cancel = evaluation.cancel_on_drop();
    let format = input.file_format;
    let content = input.input_file_content;
    let form = ctx.config.test_mapping_form;
    let mapped = on_thread(move || mapping.apply_in(form, content, &evaluation))
        .await
        .map_err(|error| internal(format!("The mapping did not end: {error}")))?
        .map_err(validation)?;
    Ok(TestMappingResponse {
        mapped_file_content: match format {
            FileFormat::Json => json_reply(mapped, ctx.config.test_mapping_reply),
            // Source: Assumption A-35.
            FileFormat::Xml | FileFormat::NotUsed => mapped,
        },
    })
}

/// Source: Assumption A-32.
fn language(format: FileFormat) -> Result<MappingTemplateLanguage, Error> {
    match format {
        FileFormat::Json => Ok(MappingTemplateLanguage::Jsonata),
        FileFormat::Xml => Ok(MappingTemplateLanguage::Xslt),
        FileFormat::NotUsed => Err(validation(
            "fileFormat must be JSON or XML here, not NOT_USED",
        )),
    }
}

/// Source: Assumption A-30.
fn json_reply(mapped: String, form: MappingReply) -> String {
    match form {
        MappingReply::Literal => serde_json::Value::String(mapped).to_string(),
        MappingReply::Plain => mapped,
    }
}
