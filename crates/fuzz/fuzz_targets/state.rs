//! Restored states: an accepted one is what the server then contains, and can be restored again; a
//! refused one changes nothing.
#![no_main]

use std::sync::LazyLock;

use b2bi_local_fuzz::edit::document;
use b2bi_local_fuzz::server::Fuzzed;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static BASES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![serde_json::from_str(include_str!("../bases/state.json")).expect("the base is JSON")]
});

fuzz_target!(|input: &[u8]| {
    let server = Fuzzed::fresh();
    let before = server.state();
    let state = document(&BASES, input).to_string();
    let put = |body: &[u8]| server.ask("PUT", "/_b2bi/state", body).expect("the route of the state");
    let answer = put(state.as_bytes());
    let after = server.state();
    match answer.status {
        200 => {
            let again = put(&after);
            assert_eq!(again.status, 200, "{:?} of {after:?}", again.body);
            assert_eq!(server.state(), after, "{state}");
        }
        400 => assert_eq!(after, before, "{:?}: {state}", answer.body),
        status => panic!("{status} {:?}: {state}", answer.body),
    }
});
