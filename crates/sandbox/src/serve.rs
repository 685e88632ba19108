//! The loop of a worker process: it evaluates templates one after another until its server is gone.

use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::{fs, thread};

use b2bi_local_mapping::{Cause, Engine, is_out_of_memory};

use crate::protocol::{Reply, Request, write_reply};
use crate::worker::STACK;
use crate::{limits, worker_error};

/// Evaluates templates for the server at the other end of the standard input, which is a socket.
/// Returns when the server hangs up.
///
/// `load` creates the engine: it may still open files, which is impossible afterwards. The limits
/// apply to the whole process, so a process that calls this must do nothing else.
#[must_use]
pub fn serve<E: Engine>(load: impl FnOnce() -> E + Send + 'static) -> ExitCode {
    let stream = io::stdin().as_fd().try_clone_to_owned();
    let serving = stream.and_then(|stream| {
        let stream = UnixStream::from(stream);
        // Only a socket has an address.
        stream.local_addr()?;
        // A panic is in the reply; messages with places in source files are of no use to users.
        panic::set_hook(Box::new(|_| {}));
        // If the machine has no memory left, this process is killed before its server.
        let _ = fs::write("/proc/self/oom_score_adj", "1000");
        thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || answer(&stream, load))
    });
    match serving.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn answer<E: Engine>(stream: &UnixStream, load: impl FnOnce() -> E) -> io::Result<()> {
    let engine = load();
    let limits = limits::enter()?;
    let mut requests = BufReader::new(stream);
    let mut replies = BufWriter::new(stream);
    loop {
        let (request, input) = match Request::read(&mut requests) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            request => request?,
        };
        limits.begin(request.seconds, request.memory_bytes, input.len())?;
        let reply = evaluated(&engine, &request, input);
        write_reply(&reply, &request.run.messages.take(), &mut replies)?;
        replies.flush()?;
        drop((request, reply));
        limits::rest();
    }
}

/// The reply to a request, even if the engine panics.
fn evaluated(engine: &impl Engine, request: &Request<'_>, input: String) -> Reply {
    let evaluation = || {
        engine
            .compile(&request.template)?
            .evaluate_owned(input, &request.run)
    };
    panic::catch_unwind(AssertUnwindSafe(evaluation)).unwrap_or_else(|payload| {
        if is_out_of_memory(&*payload) {
            return Err(worker_error::memory(request.memory_bytes));
        }
        Err(worker_error::problem(
            Cause::Evaluation,
            "The template reaches a defect of the engine, which panicked",
        ))
    })
}
