//! A few S3 requests one after another, to one store: each has a reply, and none is a server error
//! except for `NotImplemented`.
//!
//! The input is text: requests with a zero byte between them, each a line `METHOD TARGET`, header lines,
//! an empty line and the body.
#![no_main]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use b2bi_local_objects::{Credentials, EmbeddedS3, Settings};
use b2bi_local_sigv4::Credential;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt as _, Full};
use libfuzzer_sys::fuzz_target;

const ACCOUNT: &str = "111122223333";
/// The maximum number of requests in one input.
const REQUESTS: usize = 6;

fuzz_target!(|input: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for credentials in [Credentials::Any, Credentials::Known(vec![Credential::new(ACCOUNT, "secret")])] {
            let s3 = store(credentials);
            let requests = input.split(|byte| *byte == 0).take(REQUESTS);
            for request in requests.filter_map(request) {
                let shown = format!("{request:?}");
                let answer = s3.call(ACCOUNT, request).await;
                let status = answer.status().as_u16();
                assert!(status < 500 || status == 501, "{status}: {shown}");
                let _ = answer.into_body().collect().await;
            }
        }
    });
});

fn store(credentials: Credentials) -> EmbeddedS3 {
    let count = AtomicU64::new(1);
    let ids = Arc::new(move || format!("id-{}", count.fetch_add(1, Ordering::Relaxed)));
    let clock = Arc::new(|| UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let s3 = EmbeddedS3::new(Settings {
        credentials,
        max_object_bytes: 1 << 16,
        ..Settings::new(clock, ids)
    });
    s3.create_bucket(ACCOUNT, "bkt");
    s3
}

/// A request, unless HTTP could not deliver it.
fn request(text: &[u8]) -> Option<Request<Full<Bytes>>> {
    let end = text.windows(2).position(|pair| pair == b"\n\n").unwrap_or(text.len());
    let (head, body) = text.split_at(end);
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = str::from_utf8(lines.next()?).ok()?;
    let (method, target) = first.split_once(' ')?;
    let body = Bytes::copy_from_slice(body.get(2..).unwrap_or_default());
    let length = HeaderValue::from(body.len());
    let mut request = Request::builder().method(method).uri(target).body(Full::new(body)).ok()?;
    request.headers_mut().insert("content-length", length);
    request.headers_mut().insert("host", HeaderValue::from_static("localhost"));
    for line in lines {
        let at = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        let value = HeaderValue::from_bytes(line[at + 1..].trim_ascii()).ok()?;
        request.headers_mut().insert(name, value);
    }
    Some(request)
}
