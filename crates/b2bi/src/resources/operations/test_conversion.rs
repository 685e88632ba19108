//! `TestConversion`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    ConversionTargetFormatDetails, InputFileSource, OutputSampleFileSource, TestConversionRequest,
    TestConversionResponse,
};
use b2bi_local_panics::on_thread;
use b2bi_local_x12::WriteOptions;

use crate::context::Ctx;
use crate::edi::outbound;
use crate::edi::outbound::Outbound;
use crate::errors::{internal, validation};
use crate::files;
use crate::location::Location;

/// The part of an output sample that is read.
///
/// Source: Assumption A-40.
const SAMPLE_BYTES: u64 = 64 << 10;

/// Writes a service-defined document as X12 in the format of a sample, like a transformer.
///
/// # Errors
///
/// The sample cannot be read, or the content is not a service-defined document of the named set and
/// version.
///
/// Source: Assumption A-41.
pub(crate) async fn test_conversion(
    ctx: &Ctx<'_>,
    input: TestConversionRequest,
) -> Result<TestConversionResponse, Error> {
    let (source, target) = (input.source, input.target);
    let details = target
        .format_details
        .as_ref()
        .map(|ConversionTargetFormatDetails::X12(details)| details);
    let outbound = Outbound::new(
        details,
        source.file_format,
        target.advanced_options.as_ref(),
    )?;
    let writing = match &target.output_sample_file {
        Some(OutputSampleFileSource::FileLocation(location)) => {
            let member = "target.outputSampleFile.fileLocation";
            like(ctx, &Location::of(location, member)?).await?
        }
        None => WriteOptions::standard(),
    };
    let InputFileSource::FileContent(document) = source.input_file;
    let write = move || outbound::write(&document, &outbound, &writing);
    let written = on_thread(write)
        .await
        .map_err(|error| internal(format!("The conversion did not end: {error}")))?
        .map_err(validation)?;
    let messages = written.validation_messages;
    Ok(TestConversionResponse {
        // A line may end within a character of several bytes.
        converted_file_content: String::from_utf8_lossy(&written.x12).into_owned(),
        validation_messages: (!messages.is_empty()).then_some(messages),
    })
}

/// The format of a sample.
async fn like(ctx: &Ctx<'_>, location: &Location) -> Result<WriteOptions, Error> {
    let sample = files::beginning(ctx, location, SAMPLE_BYTES).await?;
    WriteOptions::like(&sample).ok_or_else(|| {
        validation(format!(
            "The output sample {} does not begin with an ISA segment",
            location.uri()
        ))
    })
}
