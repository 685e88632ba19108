//! Any bytes are read, whole, in pieces and on several threads, to the same document, which its layout does
//! not change.
#![no_main]

use std::convert::Infallible;
use std::thread;

use b2bi_local_x12::{JsonWriter, Layout, ParallelReader, ReadReport, Reader, Strictness, Validator, read, to_json, to_xml};
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
    let ((writer, validator), reading) = read(input, sink());
    let one = (writer.finish(), format!("{:?}", validator.finish()), reading);
    assert_eq!(on_three_threads(input, size), one);
});

fn sink() -> (JsonWriter, Validator<'static>) {
    let validator = Validator::new(Strictness::Attested, None).guided();
    (JsonWriter::new(Layout::Compact, 0), validator)
}

fn on_three_threads(input: &[u8], size: usize) -> (Vec<u8>, String, ReadReport) {
    let ((writer, validator), reading) = thread::scope(|scope| {
        let reader = ParallelReader::new(scope, Reader::new(sink()), 3, size * 8);
        let mut reader = reader.grows_to(size * 16);
        for piece in input.chunks(size) {
            let Ok(()) = reader.push(piece, |_| Ok::<(), Infallible>(()));
        }
        let Ok(read) = reader.finish(|_| Ok::<(), Infallible>(()));
        read
    });
    (writer.finish(), format!("{:?}", validator.finish()), reading)
}

/// A line of pretty JSON without its indentation and without the space after its key.
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
