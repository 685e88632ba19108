//! Serves an embedded S3 on a free port of this machine and prints its address.
//!
//! The account is the access key id if that is an account id, and `000000000000` otherwise.
//! Arguments: `--strict KEY SECRET` checks signatures, `--shared` shares objects, `--max BYTES`
//! limits them.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use b2bi_local_objects::{Credentials, EmbeddedS3, Settings};
use b2bi_local_sigv4::Credential;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// The account that a request names as its access key, in a header or a query.
fn account<B>(request: &http::Request<B>) -> String {
    let header = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let candidates = [header, request.uri().query()].into_iter().flatten();
    let mut words =
        candidates.flat_map(|text| text.split(|other: char| !other.is_ascii_alphanumeric()));
    let is_account =
        |word: &&str| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit());
    words.find(is_account).unwrap_or("000000000000").to_owned()
}

fn settings() -> Settings {
    let count = AtomicU64::new(1);
    let ids = Arc::new(move || format!("{:016X}", count.fetch_add(1, Ordering::Relaxed)));
    let mut settings = Settings::new(Arc::new(SystemTime::now), ids);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_default();
        match argument.as_str() {
            "--shared" => settings.shared = true,
            "--max" => settings.max_object_bytes = value().parse().unwrap_or(u64::MAX),
            _ => {
                let key = Credential::new(value(), value());
                settings.credentials = Credentials::Known(vec![key]);
            }
        }
    }
    settings
}

#[tokio::main]
#[expect(
    clippy::print_stdout,
    reason = "the address is what this program has to say"
)]
async fn main() -> std::io::Result<()> {
    let s3 = EmbeddedS3::new(settings());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let s3 = s3.clone();
        let service = service_fn(move |request| {
            let s3 = s3.clone();
            async move { Ok::<_, Infallible>(s3.call(&account(&request), request).await) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
