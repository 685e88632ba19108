//! What a server and its workers say to each other: a request, a reply, and so on.
//!
//! Numbers are eight bytes, least significant first; texts are their length and their bytes.

use std::io::{self, Read, Write};

use b2bi_local_mapping::{Cause, Position, Problem, Run};

/// The exit status of a worker that has no memory left.
pub(crate) const OUT_OF_MEMORY: i32 = 77;

/// What else a reply may be longer than the output it holds, in bytes.
const SLACK: u64 = 1 << 16;

/// A template to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// The time it is in the template, in seconds since 1970.
    pub(crate) now_seconds: u64,
    pub(crate) seed: u64,
    /// How deep templates may call each other.
    pub(crate) depth: u64,
    /// The most seconds of computation.
    pub(crate) seconds: u64,
    /// The most bytes of memory, beyond what a worker begins with.
    pub(crate) memory_bytes: u64,
    /// The most bytes of the output.
    pub(crate) output_bytes: u64,
    pub(crate) template: Vec<u8>,
    pub(crate) input: Vec<u8>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// The output.
    Mapped(String),
    /// Nothing: the template is of this version, which is too new.
    Newer(String),
    /// Nothing: the worker cannot work, for this reason.
    Unable(String),
    /// Nothing, for this reason.
    Failed(Problem),
}

/// How deep libxslt may call templates: it recurses on the native stack.
const MOST_DEPTH: usize = 2_000;

impl Request {
    /// The request for a run.
    pub(crate) fn new(template: &str, input: &str, run: &Run, memory_bytes: u64) -> Self {
        let limits = &run.limits;
        let number = |it: usize| it as u64;
        Self {
            now_seconds: u64::try_from(run.now.div_euclid(1000)).unwrap_or_default(),
            seed: run.seed,
            depth: number(limits.depth.min(MOST_DEPTH)),
            seconds: limits.time.as_secs().saturating_add(1),
            memory_bytes,
            output_bytes: number(limits.output_bytes),
            template: template.as_bytes().to_vec(),
            input: input.as_bytes().to_vec(),
        }
    }

    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for number in [
            self.now_seconds,
            self.seed,
            self.depth,
            self.seconds,
            self.memory_bytes,
            self.output_bytes,
        ] {
            write_number(out, number)?;
        }
        write_bytes(out, &self.template)?;
        write_bytes(out, &self.input)
    }

    #[cfg(any(feature = "libxslt", test))]
    pub(crate) fn read(from: &mut impl Read) -> io::Result<Self> {
        Ok(Self {
            now_seconds: read_number(from)?,
            seed: read_number(from)?,
            depth: read_number(from)?,
            seconds: read_number(from)?,
            memory_bytes: read_number(from)?,
            output_bytes: read_number(from)?,
            template: read_bytes(from, u64::MAX)?,
            input: read_bytes(from, u64::MAX)?,
        })
    }
}

const MAPPED: u64 = 0;
const NEWER: u64 = 1;
const UNABLE: u64 = 2;
/// The first of the causes' numbers.
const FAILED: u64 = 3;

/// The causes a worker may have, in the order of their numbers.
const CAUSES: [Cause; 4] = [
    Cause::Template,
    Cause::Input,
    Cause::Evaluation,
    Cause::Limit,
];

impl Reply {
    #[cfg(any(feature = "libxslt", test))]
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Mapped(text) => write_reply(out, MAPPED, None, text),
            Self::Newer(version) => write_reply(out, NEWER, None, version),
            Self::Unable(reason) => write_reply(out, UNABLE, None, reason),
            Self::Failed(problem) => {
                let cause = CAUSES.iter().position(|it| *it == problem.cause);
                let kind = FAILED + cause.unwrap_or(2) as u64;
                write_reply(out, kind, problem.position, &problem.reason)
            }
        }
    }

    /// Reads a reply with an output of at most `longest` bytes.
    pub(crate) fn read(from: &mut impl Read, longest: u64) -> io::Result<Self> {
        let kind = read_number(from)?;
        let (line, column) = (read_place(from)?, read_place(from)?);
        let text = read_bytes(from, longest.saturating_add(SLACK))?;
        let text = String::from_utf8(text).map_err(|error| invalid(error.to_string()))?;
        match kind {
            MAPPED => return Ok(Self::Mapped(text)),
            NEWER => return Ok(Self::Newer(text)),
            UNABLE => return Ok(Self::Unable(text)),
            _ => {}
        }
        let cause = usize::try_from(kind - FAILED)
            .ok()
            .and_then(|it| CAUSES.get(it));
        Ok(Self::Failed(Problem {
            cause: *cause.ok_or_else(|| invalid(format!("no reply has the kind {kind}")))?,
            code: None,
            position: line.map(|line| Position { line, column }),
            reason: text,
        }))
    }
}

#[cfg(any(feature = "libxslt", test))]
fn write_reply(
    out: &mut impl Write,
    kind: u64,
    position: Option<Position>,
    text: &str,
) -> io::Result<()> {
    write_number(out, kind)?;
    // Places count from 1, so 0 is none.
    write_number(out, position.map_or(0, |it| it.line) as u64)?;
    write_number(out, position.and_then(|it| it.column).unwrap_or(0) as u64)?;
    write_bytes(out, text.as_bytes())
}

fn read_place(from: &mut impl Read) -> io::Result<Option<usize>> {
    let number = usize::try_from(read_number(from)?).unwrap_or(usize::MAX);
    Ok((number > 0).then_some(number))
}

fn write_number(out: &mut impl Write, number: u64) -> io::Result<()> {
    out.write_all(&number.to_le_bytes())
}

fn read_number(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn write_bytes(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    write_number(out, bytes.len() as u64)?;
    out.write_all(bytes)
}

fn read_bytes(from: &mut impl Read, longest: u64) -> io::Result<Vec<u8>> {
    let length = read_number(from)?;
    if length > longest {
        return Err(invalid(format!("{length} bytes are too many")));
    }
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn invalid(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use b2bi_local_mapping::{Cause, Limits, Position, Problem, Run};

    use super::{Reply, Request};

    #[test]
    fn a_request_arrives_as_it_was_sent() {
        let limits = Limits {
            time: Duration::from_millis(2_500),
            ..Limits::standard()
        };
        let request = Request::new("<t/>", "<é/>", &Run::new(1_999, u64::MAX, limits), 7);
        let mut bytes = Vec::new();
        request.write(&mut bytes).unwrap();
        assert_eq!(Request::read(&mut bytes.as_slice()).unwrap(), request);
        assert_eq!((request.now_seconds, request.seconds), (1, 3));
        bytes.pop();
        assert!(Request::read(&mut bytes.as_slice()).is_err());
    }

    #[test]
    fn a_reply_arrives_as_it_was_sent() {
        let failed = |cause, line, column| {
            Reply::Failed(Problem {
                cause,
                code: None,
                position: (line > 0).then_some(Position { line, column }),
                reason: "why".to_owned(),
            })
        };
        for reply in [
            Reply::Mapped("é".repeat(100_000)),
            Reply::Mapped(String::new()),
            Reply::Newer("2.0".to_owned()),
            Reply::Unable("why".to_owned()),
            failed(Cause::Template, 3, Some(7)),
            failed(Cause::Input, 0, None),
            failed(Cause::Evaluation, 3, None),
            failed(Cause::Limit, 0, None),
        ] {
            let mut bytes = Vec::new();
            reply.write(&mut bytes).unwrap();
            assert_eq!(Reply::read(&mut bytes.as_slice(), 200_000).unwrap(), reply);
        }
    }

    #[test]
    fn a_reply_that_is_none_is_refused() {
        let mut long = Vec::new();
        Reply::Mapped("x".repeat(70_000)).write(&mut long).unwrap();
        assert!(Reply::read(&mut long.as_slice(), 10).is_err());
        let mut strange = vec![0; 32];
        strange[0] = 9;
        assert!(Reply::read(&mut strange.as_slice(), 10).is_err());
    }
}
