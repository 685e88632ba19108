//! A server without a connection, for calls of its admin routes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::OnceLock;

use b2bi_local_server::{ClockMode, Config, Control, Server};
use bytes::Bytes;
use http::Request;
use tokio::runtime::{Builder, Runtime};

/// A server as a program embeds it, with the runtime of its tasks.
pub struct Fuzzed {
    runtime: Runtime,
    /// Kept so that the address stays bound.
    _server: Server,
    control: Control,
}

/// An answer of an admin route.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Fuzzed {
    /// The server of this process, in its initial state.
    pub fn fresh() -> &'static Self {
        static SERVER: OnceLock<Fuzzed> = OnceLock::new();
        let server = SERVER.get_or_init(Self::start);
        let reset = server.ask("POST", "/_b2bi/reset", b"").expect("a request");
        assert_eq!(reset.status, 200, "{:?}", reset.body);
        server
    }

    fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let server = runtime.block_on(Server::bind(config())).unwrap();
        let control = server.control();
        Self {
            runtime,
            _server: server,
            control,
        }
    }

    /// The reply to a request; `None` if HTTP could not deliver it.
    pub fn ask(&self, method: &str, target: &str, body: &[u8]) -> Option<Answer> {
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header("host", "localhost");
        let request = request.body(Bytes::copy_from_slice(body)).ok()?;
        let answer = self.runtime.block_on(self.control.admin(request));
        Some(Answer {
            status: answer.status().as_u16(),
            body: answer.into_body(),
        })
    }

    /// The state of the server, including objects.
    pub fn state(&self) -> Bytes {
        let answer = self
            .ask("GET", "/_b2bi/state?objects=true", b"")
            .expect("the route of the state");
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.body
    }
}

/// The defaults, on a free port and without a log.
pub fn config() -> Config {
    let mut config = Config::defaults().unwrap();
    config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.seed = Some(7);
    config.clock.mode = ClockMode::Manual;
    config
}
