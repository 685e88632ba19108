//! The messages between a server and its workers: a request, its reply, the next request, and so
//! on.
//!
//! Numbers are eight bytes, least significant first; texts are their length and their bytes.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::time::Duration;

use b2bi_local_mapping::{Cause, Limits, MappingError, Messages, Position, Run};

/// The maximum length of a reply in addition to the longest text of the run, in bytes.
const SLACK: u64 = 1 << 16;

/// The maximum memory that is reserved for a text before it arrives, in bytes.
const ROOM: u64 = 16 << 20;

/// A template to evaluate; its input is passed separately, because it is dropped as soon as it was
/// sent or read.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) run: Cow<'a, Run>,
    /// How long the worker may compute, in seconds.
    pub(crate) seconds: u64,
    /// The maximum memory in addition to the initial memory of a worker, in bytes.
    pub(crate) memory_bytes: u64,
    pub(crate) template: Cow<'a, str>,
}

/// The result of a template; `None` if it selects nothing.
pub(crate) type Reply = Result<Option<String>, MappingError>;

impl Request<'_> {
    pub(crate) fn write(&self, input: &str, out: &mut impl Write) -> io::Result<()> {
        let limits = &self.run.limits;
        for number in [
            self.seconds,
            self.memory_bytes,
            self.run.now.cast_unsigned(),
            self.run.seed,
            u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX),
            limits.depth as u64,
            limits.items as u64,
            limits.string_bytes as u64,
            limits.output_bytes as u64,
        ] {
            write_number(out, number)?;
        }
        write_text(out, &self.template)?;
        write_text(out, input)
    }

    /// Reads a request and its input.
    pub(crate) fn read(from: &mut impl Read) -> io::Result<(Request<'static>, String)> {
        let (seconds, memory_bytes) = (read_number(from)?, read_number(from)?);
        let (now, seed) = (read_number(from)?.cast_signed(), read_number(from)?);
        let limits = Limits {
            time: Duration::from_millis(read_number(from)?),
            depth: read_size(from)?,
            items: read_size(from)?,
            string_bytes: read_size(from)?,
            output_bytes: read_size(from)?,
        };
        let request = Request {
            run: Cow::Owned(Run::new(now, seed, limits)),
            seconds,
            memory_bytes,
            template: Cow::Owned(read_text(from, u64::MAX)?),
        };
        Ok((request, read_text(from, u64::MAX)?))
    }

    /// The maximum number of bytes of a text in the reply.
    pub(crate) fn longest_reply(&self) -> u64 {
        let limits = &self.run.limits;
        (limits.output_bytes.max(limits.string_bytes) as u64).saturating_add(SLACK)
    }
}

const MAPPED: u64 = 0;
const NOTHING: u64 = 1;
/// The first of the causes' numbers.
const FAILED: u64 = 2;

/// The causes, in the order of their numbers.
const CAUSES: [Cause; 5] = [
    Cause::Template,
    Cause::Input,
    Cause::Evaluation,
    Cause::Limit,
    Cause::Cancelled,
];

/// Writes a reply and the messages of the template.
pub(crate) fn write_reply(reply: &Reply, messages: &str, out: &mut impl Write) -> io::Result<()> {
    write_result(reply, out)?;
    write_text(out, messages)
}

fn write_result(reply: &Reply, out: &mut impl Write) -> io::Result<()> {
    match reply {
        Ok(Some(text)) => {
            write_number(out, MAPPED)?;
            write_text(out, text)
        }
        Ok(None) => write_number(out, NOTHING),
        Err(problem) => {
            let cause = CAUSES.iter().position(|item| *item == problem.cause);
            write_number(out, FAILED + cause.unwrap_or_default() as u64)?;
            // Positions count from 1, so 0 means none.
            let line = problem.position.map_or(0, |problem| problem.line);
            let column = problem
                .position
                .and_then(|problem| problem.column)
                .unwrap_or(0);
            write_number(out, line as u64)?;
            write_number(out, column as u64)?;
            write_text(out, problem.code.as_deref().unwrap_or_default())?;
            write_text(out, &problem.reason)
        }
    }
}

/// Reads a reply whose texts have at most `longest` bytes, and its messages.
pub(crate) fn read_reply(from: &mut impl Read, longest: u64) -> io::Result<(Reply, String)> {
    let reply = read_result(from, longest)?;
    Ok((reply, read_text(from, Messages::MAX_BYTES as u64)?))
}

fn read_result(from: &mut impl Read, longest: u64) -> io::Result<Reply> {
    let cause = match read_number(from)? {
        MAPPED => return Ok(Ok(Some(read_text(from, longest)?))),
        NOTHING => return Ok(Ok(None)),
        kind => usize::try_from(kind - FAILED)
            .ok()
            .and_then(|number| CAUSES.get(number))
            .ok_or_else(|| invalid(format!("no reply has the kind {kind}")))?,
    };
    let (line, column) = (read_size(from)?, read_size(from)?);
    let code = read_text(from, SLACK)?;
    Ok(Err(MappingError {
        cause: *cause,
        code: (!code.is_empty()).then_some(code),
        position: (line > 0).then_some(Position {
            line,
            column: (column > 0).then_some(column),
        }),
        reason: read_text(from, longest)?,
    }))
}

fn write_number(out: &mut impl Write, number: u64) -> io::Result<()> {
    out.write_all(&number.to_le_bytes())
}

fn read_number(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn read_size(from: &mut impl Read) -> io::Result<usize> {
    read_number(from).map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}

fn write_text(out: &mut impl Write, text: &str) -> io::Result<()> {
    write_number(out, text.len() as u64)?;
    out.write_all(text.as_bytes())
}

fn read_text(from: &mut impl Read, longest: u64) -> io::Result<String> {
    let length = read_number(from)?;
    if length > longest {
        return Err(invalid(format!("{length} bytes are too many")));
    }
    // Space for plausible lengths; a greater announced length is not trusted.
    let room = usize::try_from(length.min(ROOM)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(room);
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    String::from_utf8(bytes).map_err(|error| invalid(error.to_string()))
}

fn invalid(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_arrives_as_it_was_sent() {
        let limits = Limits {
            time: Duration::from_millis(2_500),
            ..Limits::standard()
        };
        let request = Request {
            run: Cow::Owned(Run::new(-1_999, u64::MAX, limits)),
            seconds: 3,
            memory_bytes: 7,
            template: "<t/>".into(),
        };
        let mut bytes = Vec::new();
        request.write("<é/>", &mut bytes).unwrap();
        let (read, input) = Request::read(&mut bytes.as_slice()).unwrap();
        assert_eq!(
            (read.seconds, read.memory_bytes, read.run.now, read.run.seed),
            (3, 7, -1_999, u64::MAX)
        );
        assert_eq!(read.run.limits, limits);
        assert_eq!((&*read.template, &*input), ("<t/>", "<é/>"));
        bytes.pop();
        assert!(Request::read(&mut bytes.as_slice()).is_err());
    }

    #[test]
    fn a_reply_arrives_as_it_was_sent() {
        let failed = |cause, line, column, code: Option<&str>| {
            Err(MappingError {
                cause,
                code: code.map(str::to_owned),
                position: (line > 0).then_some(Position { line, column }),
                reason: "why".to_owned(),
            })
        };
        for reply in [
            Ok(Some("é".repeat(100_000))),
            Ok(Some(String::new())),
            Ok(None),
            failed(Cause::Template, 3, Some(7), Some("S0207")),
            failed(Cause::Input, 0, None, None),
            failed(Cause::Evaluation, 3, None, Some("T2001")),
            failed(Cause::Limit, 0, None, None),
            failed(Cause::Cancelled, 0, None, Some("U1003")),
        ] {
            let mut bytes = Vec::new();
            write_reply(&reply, "said\n", &mut bytes).unwrap();
            let read = read_reply(&mut bytes.as_slice(), 200_000).unwrap();
            assert_eq!(read, (reply, "said\n".to_owned()));
        }
    }

    #[test]
    fn a_reply_that_is_none_is_refused() {
        let mut long = Vec::new();
        write_reply(&Ok(Some("x".repeat(70_000))), "", &mut long).unwrap();
        assert!(read_reply(&mut long.as_slice(), 10).is_err());
        let mut talkative = Vec::new();
        write_reply(&Ok(None), &"x".repeat(70_000), &mut talkative).unwrap();
        assert!(read_reply(&mut talkative.as_slice(), 80_000).is_err());
        for kind in [7, u64::MAX] {
            let mut strange = vec![0; 48];
            strange[..8].copy_from_slice(&u64::to_le_bytes(kind));
            assert!(read_reply(&mut strange.as_slice(), 10).is_err(), "{kind}");
        }
    }
}
