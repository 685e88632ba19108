//! `TestParsing`.

use std::sync::Arc;

use b2bi_local_model::Error;
use b2bi_local_model::types::{EdiType, TestParsingRequest, TestParsingResponse};
use b2bi_local_panics::on_thread;

use crate::config::Config;
use crate::context::Ctx;
use crate::edi;
use crate::edi::{Conversion, EdiError};
use crate::errors::{internal, validation};
use crate::files;
use crate::location::Location;

/// Parses a file in object storage, like a transformer.
///
/// # Errors
///
/// The file is too large, cannot be read, or is not readable X12 of the named set and version.
pub(crate) async fn test_parsing(
    ctx: &Ctx<'_>,
    input: TestParsingRequest,
) -> Result<TestParsingResponse, Error> {
    let EdiType::X12Details(details) = &input.edi_type;
    let conversion = Conversion::new(details, input.file_format, input.advanced_options.as_ref())?;
    let location = Location::of(&input.input_file, "inputFile")?;
    files::check_size(ctx, &location, ctx.config.test_parsing_bytes).await?;
    let file = files::read(ctx.environment, ctx.scope, &location)
        .await
        .map_err(|error| error.modelled())?;
    let config = Arc::clone(&ctx.context.config);
    on_thread(move || parse(&file, &conversion, &config))
        .await
        .map_err(|error| internal(format!("The parsing did not end: {error}")))?
        .map_err(validation)
}

fn parse(
    file: &[u8],
    conversion: &Conversion,
    config: &Config,
) -> Result<TestParsingResponse, EdiError> {
    let style = &config.style;
    let parsed = edi::parse(file, conversion, style)?;
    let split = conversion
        .split
        .then(|| edi::parse_split(file, conversion, style, config.split_transactions));
    // Source: Assumption A-22.
    let messages = parsed.validation_messages;
    Ok(TestParsingResponse {
        parsed_file_content: parsed.document,
        parsed_split_file_contents: split.transpose()?,
        validation_messages: (!messages.is_empty()).then_some(messages),
    })
}
