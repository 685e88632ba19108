//! Sends one request repeatedly over persistent connections, and prints the results.
//!
//! `load HOST:PORT CONNECTIONS SECONDS COUNT < request` ends after this many seconds or requests,
//! whichever comes first. Each `000000000000` in the request is replaced by another number every
//! time. It implements just enough HTTP to find a reply's end, because it must be faster than the
//! server that it measures. It never sleeps: otherwise the server would pay for waking it, and more
//! so the slower the server is. Prints requests, seconds, requests that did not get a 200, the
//! length of a reply's body, and the 50th and 99th of a hundred latencies in microseconds.

use std::io::{self, Read as _, Write as _, stdin, stdout};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

/// The text in a request that is replaced by a unique number.
const PLACEHOLDER: &[u8] = b"000000000000";
/// The end of a reply's head.
const BLANK_LINE: &[u8] = b"\r\n\r\n";

fn main() -> io::Result<()> {
    let mut request = Vec::new();
    stdin().read_to_end(&mut request)?;
    let plan = Plan::of(&arguments()?, request)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .event_interval(1)
        .build()?;
    let outcome = runtime.block_on(run(Arc::new(plan)))?;
    writeln!(stdout(), "{outcome}")
}

/// What to send, and how often.
struct Plan {
    address: SocketAddr,
    connections: u64,
    until: Instant,
    count: u64,
    request: Vec<u8>,
    places: Vec<usize>,
    sent: AtomicU64,
}

/// The outcome of it.
#[derive(Default)]
struct Outcome {
    elapsed: Duration,
    latencies: Vec<Duration>,
    refused: u64,
    body: usize,
}

/// The parts of a reply that are measured.
struct Reply {
    is_ok: bool,
    body: usize,
    closes: bool,
}

fn arguments() -> io::Result<[String; 4]> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    given
        .try_into()
        .map_err(|_| io::Error::other("usage: load HOST:PORT CONNECTIONS SECONDS COUNT < request"))
}

impl Plan {
    fn of(arguments: &[String; 4], request: Vec<u8>) -> io::Result<Self> {
        let [address, connections, seconds, count] = arguments;
        let seconds: f64 = seconds.parse().map_err(io::Error::other)?;
        Ok(Self {
            address: address.parse().map_err(io::Error::other)?,
            connections: connections.parse().map_err(io::Error::other)?,
            until: Instant::now() + Duration::from_secs_f64(seconds),
            count: count.parse().map_err(io::Error::other)?,
            places: places(&request),
            request,
            sent: AtomicU64::new(0),
        })
    }

    /// The number of the next request, if there is one.
    fn next(&self) -> Option<u64> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        (number < self.count && Instant::now() < self.until).then_some(number)
    }
}

fn places(request: &[u8]) -> Vec<usize> {
    let windows = request.windows(PLACEHOLDER.len()).enumerate();
    windows
        .filter(|(_, window)| *window == PLACEHOLDER)
        .map(|(at, _)| at)
        .collect()
}

async fn run(plan: Arc<Plan>) -> io::Result<Outcome> {
    let restless = tokio::spawn(never_sleep());
    let begin = Instant::now();
    let connections: Vec<_> = (0..plan.connections)
        .map(|_| tokio::spawn(converse(Arc::clone(&plan))))
        .collect();
    let mut all = Outcome::default();
    for connection in connections {
        all.add(connection.await.map_err(io::Error::other)??);
    }
    all.elapsed = begin.elapsed();
    restless.abort();
    all.latencies.sort_unstable();
    Ok(all)
}

/// Is always ready, so that the runtime polls for replies instead of waiting for them.
async fn never_sleep() {
    loop {
        tokio::task::yield_now().await;
    }
}

/// One connection after the other, until the plan is complete.
async fn converse(plan: Arc<Plan>) -> io::Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut stream = connect(&plan).await?;
    let mut request = plan.request.clone();
    let mut buffer = vec![0; 1 << 16];
    while let Some(number) = plan.next() {
        fill_in(&mut request, &plan.places, number);
        let begin = Instant::now();
        send(&stream, &request).await?;
        let reply = receive(&stream, &mut buffer).await?;
        outcome.latencies.push(begin.elapsed());
        outcome.refused += u64::from(!reply.is_ok);
        outcome.body = reply.body;
        if reply.closes {
            stream = connect(&plan).await?;
        }
    }
    Ok(outcome)
}

async fn connect(plan: &Plan) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(plan.address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn fill_in(request: &mut [u8], places: &[usize], number: u64) {
    let digits = format!("{number:012}");
    for place in places {
        if let Some(gap) = request.get_mut(*place..place + PLACEHOLDER.len()) {
            gap.copy_from_slice(digits.as_bytes());
        }
    }
}

async fn send(stream: &TcpStream, mut request: &[u8]) -> io::Result<()> {
    while !request.is_empty() {
        match stream.try_write(request) {
            Ok(length) => request = request.get(length..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn receive(stream: &TcpStream, buffer: &mut Vec<u8>) -> io::Result<Reply> {
    let mut length = 0;
    loop {
        length += read(stream, buffer.get_mut(length..).unwrap_or_default()).await?;
        let received = buffer.get(..length).unwrap_or_default();
        match whole(received)? {
            Some(reply) => return Ok(reply),
            None if length == buffer.len() => buffer.resize(2 * length, 0),
            None => {}
        }
    }
}

async fn read(stream: &TcpStream, space: &mut [u8]) -> io::Result<usize> {
    loop {
        stream.readable().await?;
        match stream.try_read(space) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            outcome => return outcome,
        }
    }
}

/// The complete reply, if it has arrived.
fn whole(received: &[u8]) -> io::Result<Option<Reply>> {
    let mut ends = received.windows(BLANK_LINE.len());
    let Some(end) = ends.position(|end| end == BLANK_LINE) else {
        return Ok(None);
    };
    let head = received.get(..end).unwrap_or_default();
    let length = header(head, "content-length").and_then(|header| header.trim().parse().ok());
    let length: usize = length.ok_or_else(|| io::Error::other("a reply has no content-length"))?;
    let reply = Reply {
        is_ok: head
            .get(8..)
            .is_some_and(|found| found.starts_with(b" 200")),
        body: length,
        closes: header(head, "connection").is_some_and(|header| header.contains("close")),
    };
    let present = received.len() - end - BLANK_LINE.len();
    Ok((present >= length).then_some(reply))
}

fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let mut lines = head.split(|head| *head == b'\n');
    let line = lines.find(|line| {
        let named = line.get(..name.len());
        named.is_some_and(|named| named.eq_ignore_ascii_case(name.as_bytes()))
    })?;
    std::str::from_utf8(line).ok()?.get(name.len() + 1..)
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.refused += other.refused;
        self.body = other.body;
    }

    /// The latency at this percentile.
    fn percentile(&self, hundredth: usize) -> u128 {
        let at = self.latencies.len() * hundredth / 100;
        self.latencies.get(at).map_or(0, Duration::as_micros)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (count, seconds) = (self.latencies.len(), self.elapsed.as_secs_f64());
        let (middle, slow) = (self.percentile(50), self.percentile(99));
        let Self { refused, body, .. } = self;
        write!(out, "{count} {seconds:.4} {refused} {body} {middle} {slow}")
    }
}
