//! Any bytes are read, whole and in pieces, to the same document.
#![no_main]

use b2bi_local_x12::{JsonWriter, Layout, Reader, to_json, to_xml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let whole = to_json(input, Layout::Compact);
    let _ = to_xml(input);
    let mut reader = Reader::new(JsonWriter::new(Layout::Compact, 0));
    let size = input.first().map_or(1, |byte| usize::from(*byte).max(1));
    for piece in input.chunks(size) {
        reader.push(piece);
    }
    let (writer, reading) = reader.finish();
    assert_eq!(writer.finish(), whole.text.into_bytes());
    assert_eq!(reading, whole.reading);
});
