//! Notifications of objects, to a server that has something to do for them: each starts jobs or is
//! refused with a reason.
#![no_main]

use std::sync::LazyLock;

use b2bi_local_fuzz::edit::document;
use b2bi_local_fuzz::server::Fuzzed;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const STATE: &str = include_str!("../bases/state.json");
static BASES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../bases/notifications.json")).expect("the bases are JSON")
});

fuzz_target!(|input: &[u8]| {
    let server = Fuzzed::fresh();
    let put = server.ask("PUT", "/_b2bi/state", STATE.as_bytes()).expect("the route of the state");
    assert_eq!(put.status, 200, "{:?}", put.body);
    // Bytes that are not JSON occur, too.
    for body in [input, document(&BASES, input).to_string().as_bytes()] {
        let answer = server.ask("POST", "/_b2bi/s3-events", body).expect("the route of notifications");
        assert!(matches!(answer.status, 200 | 400), "{} {:?}", answer.status, answer.body);
    }
    let jobs = server.ask("GET", "/_b2bi/jobs", b"").expect("the route of jobs");
    assert_eq!(jobs.status, 200, "{:?}", jobs.body);
});
