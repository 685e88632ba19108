//! A stylesheet does nothing to the server: each is applied, or refused with a reason, in time.
//!
//! An input that begins with a byte of an even number is a stylesheet; any other makes one from the grammar.
#![no_main]

use std::sync::LazyLock;

use b2bi_local_fuzz::{workers, xslt};
use b2bi_local_sandbox::Sandbox;
use b2bi_local_xslt::Libxslt;
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

const INPUT: &str = "<r x=\"1\"><a><b>é</b><b>2</b></a><a/><!-- c --><?p q?><c>3 &lt; 4</c></r>";

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| workers::sandbox("XSLT"));

fuzz_target!(init: workers::serve_if_worker(Libxslt::load), |input: &[u8]| {
    let template = match input {
        [kind, text @ ..] if kind % 2 == 0 => String::from_utf8_lossy(text).into_owned(),
        bytes => xslt::stylesheet(&mut Unstructured::new(bytes)).unwrap_or_default(),
    };
    let mapped = SANDBOX.map(&template, INPUT, &workers::run());
    workers::check(&SANDBOX, &template, &mapped);
});
