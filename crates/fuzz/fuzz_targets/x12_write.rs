//! Any text is written or refused, as JSON and as XML.
#![no_main]

use b2bi_local_x12::{WriteOptions, write_json, write_xml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = write_json(text, &WriteOptions::standard());
    let _ = write_xml(text, &WriteOptions::standard());
});
