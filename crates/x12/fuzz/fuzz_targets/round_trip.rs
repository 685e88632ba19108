//! What was read can be written and read again.
#![no_main]

use b2bi_local_x12::{Layout, Writing, to_json, write_json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let first = to_json(input, Layout::Compact);
    if first.reading.fatal().is_none()
        && let Ok(written) = write_json(&first.text, &Writing::standard())
    {
        let _ = to_json(&written, Layout::Compact);
    }
});
