//! Any bytes are read, whole and in pieces, to the same document, which its layout does not change.
#![no_main]

use b2bi_local_x12::{JsonWriter, Layout, Reader, to_json, to_xml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let whole = to_json(input, Layout::Compact);
    let _ = to_xml(input);
    let mut reader = Reader::new(JsonWriter::new(Layout::Compact, 0));
    let size = input.first().map_or(1, |byte| usize::from(*byte).max(1));
    let mut pieces = Vec::new();
    for piece in input.chunks(size) {
        reader.push(piece);
        reader
            .sink()
            .hand_out(|json| pieces.extend_from_slice(json));
    }
    let (writer, reading) = reader.finish();
    pieces.extend(writer.finish());
    assert_eq!(pieces, whole.text.as_bytes());
    assert_eq!(reading, whole.reading);
    let pretty = to_json(input, Layout::Pretty).text;
    assert_eq!(pretty.lines().map(unspaced).collect::<String>(), whole.text);
});

/// A line of pretty JSON without its indentation and without the blank after its key.
fn unspaced(line: &str) -> String {
    let line = line.trim_start_matches(' ');
    let mut escaped = false;
    let key = line.strip_prefix('"').and_then(|key| {
        key.find(|key| {
            let ends = key == '"' && !escaped;
            escaped = key == '\\' && !escaped;
            ends
        })
    });
    let (key, value) = line.split_at(key.map_or(0, |end| end + "\"\"".len()));
    let value = value.strip_prefix(": ").map(|value| format!(":{value}"));
    match value {
        Some(value) => key.to_owned() + &value,
        None => line.to_owned(),
    }
}
