//! A JSONata template does nothing to the server: each is mapped, or refused with a reason, in time.
//!
//! An input that begins with a byte of an even number is a template; any other makes one from the grammar.
#![no_main]

use std::sync::LazyLock;

use b2bi_local_fuzz::{jsonata, workers};
use b2bi_local_mapping::{Engine, Jsonata};
use b2bi_local_sandbox::Sandbox;
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

const INPUT: &str = r#"{"a": [1, {"b": "é"}, [2, null]], "b": -0.5, "items": [{"price": 3}, {"price": "x"}]}"#;

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| workers::sandbox("JSONata"));

fuzz_target!(init: workers::serve_if_worker(|| Jsonata), |input: &[u8]| {
    let template = match input {
        [kind, text @ ..] if kind % 2 == 0 => String::from_utf8_lossy(text).into_owned(),
        bytes => jsonata::expression(&mut Unstructured::new(bytes)).unwrap_or_default(),
    };
    // In this process too, because libFuzzer learns nothing from the worker.
    if template.len() < 4_096 {
        let _ = Jsonata.compile(&template);
    }
    let mapped = SANDBOX.map(&template, INPUT, &workers::run());
    workers::check(&SANDBOX, &template, &mapped);
});
