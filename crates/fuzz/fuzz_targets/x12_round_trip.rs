//! A document that was read can be written, from JSON and from XML, and read again.
#![no_main]

use b2bi_local_x12::{Layout, LineBreak, Wrap, WriteOptions, to_json, to_xml, write_json, write_xml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let first = to_json(input, Layout::Compact);
    let mut writing = WriteOptions::like(input).unwrap_or_else(WriteOptions::standard);
    if first.reading.fatal().is_some() {
        return;
    }
    if let Ok(written) = write_json(&first.text, &writing) {
        let _ = to_json(&written, Layout::Compact);
    }
    writing.wrap = Wrap::Length(input.len() % 200, LineBreak::CrLf);
    if let Ok(written) = write_xml(&to_xml(input).text, &writing) {
        let _ = to_json(&written, Layout::Compact);
    }
});
