//! A few requests to the admin routes after one another: each has an answer, none of them is a
//! server's error, and the server can be reset afterwards.
//!
//! The input is text: requests with a zero byte between them, each a line `METHOD TARGET` and the body.
#![no_main]

use b2bi_local_fuzz::server::Fuzzed;
use libfuzzer_sys::fuzz_target;

/// The maximum number of requests in one input.
const REQUESTS: usize = 8;

fuzz_target!(|input: &[u8]| {
    let server = Fuzzed::fresh();
    for request in input.split(|byte| *byte == 0).take(REQUESTS) {
        let end = request.iter().position(|byte| *byte == b'\n').unwrap_or(request.len());
        let (first, body) = request.split_at(end);
        let Some((method, target)) = str::from_utf8(first).ok().and_then(|line| line.split_once(' ')) else {
            continue;
        };
        let body = body.get(1..).unwrap_or_default();
        let Some(answer) = server.ask(method, target, body) else { continue };
        assert!(answer.status < 500, "{} {method} {target}: {:?}", answer.status, answer.body);
    }
});
