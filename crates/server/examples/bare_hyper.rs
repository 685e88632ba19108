//! A minimal HTTP server with hyper: it reads a request and answers with a constant.
//!
//! Replies to `POST /BYTES` with that many bytes. `scripts/bench` compares the server with it.

use std::convert::Infallible;
use std::io::{self, Write as _, stdout};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

/// The longest reply.
const LARGEST: usize = 1 << 20;

static CONSTANT: [u8; LARGEST] = [b' '; LARGEST];

fn main() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve())
}

async fn serve() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(stdout(), "ready http://{}", listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(converse(stream));
    }
}

async fn converse(stream: TcpStream) {
    let connection =
        http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
    // A client that disconnects is ignored.
    let _ = connection.await;
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let length = length(request.uri().path());
    let _ = request.into_body().collect().await;
    let body = Bytes::from_static(CONSTANT.get(..length).unwrap_or_default());
    let mut response = Response::new(Full::new(body));
    let json = HeaderValue::from_static("application/x-amz-json-1.0");
    response.headers_mut().insert(CONTENT_TYPE, json);
    Ok(response)
}

/// The 357 of `/357`.
fn length(path: &str) -> usize {
    path.trim_start_matches('/').parse().unwrap_or_default()
}
