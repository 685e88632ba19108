//! What a worker process does: transformations, one after the other, until its server is gone.

use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::thread;

use crate::frame::{Reply, Request};
use crate::{libxslt, limits};

/// The stack of the thread that calls C: templates call each other on it.
const STACK: usize = 64 << 20;

/// Works for the server at the other end of the standard input, which is a socket; returns when
/// the server hangs up.
///
/// A process that calls this must do nothing else: the limits are those of the whole process.
#[must_use]
pub fn work() -> ExitCode {
    let stream = io::stdin().as_fd().try_clone_to_owned();
    let serving = stream.and_then(|stream| {
        limits::one_arena();
        let stream = UnixStream::from(stream);
        // Who is no socket has no address.
        stream.local_addr()?;
        thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || serve(&stream))
    });
    match serving.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn serve(stream: &UnixStream) -> io::Result<()> {
    // No file can be opened once the limits hold.
    let missing = libxslt::load().err();
    let limits = limits::enter()?;
    let mut requests = BufReader::new(stream);
    let mut replies = BufWriter::new(stream);
    loop {
        let request = match Request::read(&mut requests) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            request => request?,
        };
        limits.begin(request.seconds, request.memory_bytes)?;
        let reply = match &missing {
            Some(reason) => Reply::Unable(reason.clone()),
            None => libxslt::transform(&request).unwrap_or_else(Reply::Failed),
        };
        reply.write(&mut replies)?;
        replies.flush()?;
        limits::rest();
    }
}
