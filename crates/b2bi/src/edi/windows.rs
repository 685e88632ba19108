//! Documents that are written while their files are read.

use std::ops::ControlFlow;

use b2bi_local_model::types::FileFormat;
use b2bi_local_x12::{JsonWriter, Reader, Sink, XmlWriter};

use super::{Checks, Conversion, DocumentStyle, ParsedFile, reader};

/// How much X12 is read before its document is passed on, if that is done in pieces: the piece,
/// some ten times as long, is still in the cache when its checksums are computed.
const SLICE: usize = 32 << 10;

/// Takes the next bytes of a file, and returns whether it accepts more.
pub(crate) type ByteSink<'t> = dyn FnMut(&[u8]) -> ControlFlow<()> + 't;

/// Reads and, if `validates` is true, validates a file whose bytes `feed` provides, and passes the
/// document to `emit` in pieces until it breaks; the returned document is empty.
///
/// # Errors
///
/// The file cannot be read.
pub(crate) fn parse_and_validate_in_windows<E>(
    conversion: &Conversion,
    style: &DocumentStyle,
    validates: bool,
    feed: impl FnOnce(&mut ByteSink<'_>) -> Result<(), E>,
    emit: impl FnMut(Vec<u8>) -> bool,
) -> Result<ParsedFile, E> {
    match conversion.format {
        FileFormat::Xml => {
            let reader = reader(XmlWriter::new(0), conversion, style, validates);
            stream(reader, feed, emit)
        }
        FileFormat::Json | FileFormat::NotUsed => {
            let writer = JsonWriter::new(style.layout, 0);
            stream(reader(writer, conversion, style, validates), feed, emit)
        }
    }
}

fn stream<W: Document, E>(
    mut reader: Reader<(W, Checks<'_>)>,
    feed: impl FnOnce(&mut ByteSink<'_>) -> Result<(), E>,
    mut emit: impl FnMut(Vec<u8>) -> bool,
) -> Result<ParsedFile, E> {
    feed(&mut |bytes| {
        for slice in bytes.chunks(SLICE) {
            reader.push(slice);
            if reader.has_ended() || !emit(reader.sink().0.taken()) {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    let ((writer, rest), reading) = reader.finish();
    emit(writer.finish());
    Ok(ParsedFile::new(String::new(), reading, rest))
}

/// A writer of documents that passes on what it has written so far.
trait Document: Sink {
    fn taken(&mut self) -> Vec<u8>;
    fn finish(self) -> Vec<u8>;
}

impl Document for JsonWriter {
    fn taken(&mut self) -> Vec<u8> {
        self.hand_out(<[u8]>::to_vec)
    }

    fn finish(self) -> Vec<u8> {
        Self::finish(self)
    }
}

impl Document for XmlWriter {
    fn taken(&mut self) -> Vec<u8> {
        self.hand_out(<[u8]>::to_vec)
    }

    fn finish(self) -> Vec<u8> {
        Self::finish(self)
    }
}
