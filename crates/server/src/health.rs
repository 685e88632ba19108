//! The `health` command, for health checks of containers.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(2);

/// A server is not ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HealthError {
    #[error("no answer from {address}: {source}")]
    Silent {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("{address} is not ready: {status}")]
    NotReady {
        address: SocketAddr,
        /// The status line of its answer.
        status: String,
    },
}

/// Whether the server that listens on this address answers.
///
/// # Errors
///
/// There is no reply, or the server is not ready.
pub(crate) fn check(listen: SocketAddr) -> Result<(), HealthError> {
    let address = reachable(listen);
    let reply = ask(address).map_err(|source| HealthError::Silent { address, source })?;
    let status = reply.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        Ok(())
    } else {
        let status = status.to_owned();
        Err(HealthError::NotReady { address, status })
    }
}

/// A server that listens on every address is asked on the loopback one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let request =
        format!("GET /_b2bi/health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut reply = String::new();
    stream.take(64 * 1024).read_to_string(&mut reply)?;
    Ok(reply)
}
