//! A server in this process, and requests written byte by byte.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::SystemTime;

use b2bi_local_server::{Config, Control, Server};
use b2bi_local_sigv4::{Credential, Service, SigningTarget, sign};
use http::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

/// The account of requests here.
pub(crate) const ACCOUNT: &str = "111122223333";
/// The access key of [`ACCOUNT`] and its secret.
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const REGION: &str = "us-east-1";

/// A server, for as long as the value lives.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) control: Control,
    _stop: oneshot::Sender<()>,
}

impl Running {
    pub(crate) async fn start(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::defaults().unwrap();
        config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        change(&mut config);
        let server = Server::bind(config).await.unwrap();
        let (address, control) = (server.address(), server.control());
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(server.until(async {
            let _ = stopped.await;
        }));
        Self {
            address,
            control,
            _stop: stop,
        }
    }

    /// Sends bytes and reads until the server ends the connection.
    pub(crate) async fn raw(&self, request: impl AsRef<[u8]>) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_ref()).await.unwrap();
        Reply::read(&mut stream).await
    }

    pub(crate) async fn send(&self, message: &Message) -> Reply {
        self.raw(message.bytes()).await
    }
}

/// A raw reply.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// Everything that the server sends until it ends the connection; status 0 for nothing.
    pub(crate) async fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A reset after the reply does not affect the reply.
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|item| item.parse().ok());
        Self {
            status: status.unwrap_or_default(),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    /// The code of the error in JSON or XML.
    pub(crate) fn code(&self) -> String {
        let after = |mark: &str| self.body.split_once(mark).map(|(_, after)| after);
        let json = after("\"__type\":\"").and_then(|after| after.split('"').next());
        let xml = || after("<Code>").and_then(|after| after.split('<').next());
        let code = json.or_else(xml).unwrap_or_default();
        code.rsplit('#').next().unwrap_or_default().to_owned()
    }

    /// The status and, for an error, the code.
    pub(crate) fn outcome(&self) -> String {
        format!("{} {}", self.status, self.code()).trim().to_owned()
    }
}

/// A request that can be changed at will.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Message {
    pub(crate) fn new(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers.iter().map(owned).collect(),
            body: body.to_owned(),
        }
    }

    /// Signs the request as it is, with every header that it has.
    pub(crate) fn sign(&mut self, service: Service<'_>, region: &str, time: SystemTime) {
        self.sign_with(&Credential::new(ACCOUNT, SECRET), service, region, time);
    }

    pub(crate) fn sign_with(
        &mut self,
        credential: &Credential,
        service: Service<'_>,
        region: &str,
        time: SystemTime,
    ) {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(&self.target);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let (mut head, ()) = request.body(()).unwrap().into_parts();
        let target = SigningTarget { service, region };
        sign(&mut head, self.body.as_bytes(), credential, target, time).unwrap();
        let headers = head.headers.iter();
        let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
        self.headers = headers
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect();
    }

    pub(crate) fn header(&mut self, name: &str) -> &mut String {
        let mut headers = self.headers.iter_mut();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        &mut found.unwrap().1
    }

    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    fn bytes(&self) -> Vec<u8> {
        let mut text = format!(
            "{} {} HTTP/1.1\r\nConnection: close\r\n",
            self.method, self.target
        );
        for (name, value) in &self.headers {
            text.extend([name.as_str(), ": ", value, "\r\n"]);
        }
        let length = self.body.len().to_string();
        text.extend([
            "Content-Length: ",
            &length,
            "

",
            &self.body,
        ]);
        text.into_bytes()
    }
}
