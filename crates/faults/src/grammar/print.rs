//! How chains print: in one form, which parses to the same thing.

use std::fmt;

use super::socket::BODIES;
use super::{Chain, Step, StepEffect};
use crate::connection::{Connection, Place};
use crate::damage::{Damage, Drip, Truncate};
use crate::latency::Latency;
use crate::plan::When;
use crate::reply::ErrorReply;

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            let joint = if position == 0 { "" } else { "->" };
            write!(f, "{joint}{step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(percent) = self.percent {
            write!(f, "{percent}%")?;
        }
        if let Some(count) = self.count {
            write!(f, "{count}*")?;
        }
        f.write_str(match self.when {
            When::Before => "",
            When::After if self.effect.needs_reply() => "",
            When::After => "after ",
            When::Twice => "twice ",
        })?;
        self.effect.fmt(f)
    }
}

impl fmt::Display for StepEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Off => f.write_str("off"),
            Self::Panic => f.write_str("panic"),
            Self::Error(error) => write_error(f, error),
            Self::Http(status) => write!(f, "http({status})"),
            Self::Connection(connection) => write_connection(f, connection),
            Self::Response(damage) => write_damage(f, damage),
            Self::Delay(Latency::Fixed(ms)) => write!(f, "delay({})", Milliseconds(*ms)),
            Self::Delay(Latency::Uniform(low, high)) => {
                write!(
                    f,
                    "delay(uniform({},{}))",
                    Milliseconds(*low),
                    Milliseconds(*high)
                )
            }
            Self::Delay(Latency::Lognormal(shape)) => {
                let median = Milliseconds(shape.median_ms);
                write!(f, "delay(lognormal({median},{}))", shape.sigma)
            }
        }
    }
}

fn write_error(f: &mut fmt::Formatter<'_>, error: &ErrorReply) -> fmt::Result {
    write!(f, "error({}", error.code)?;
    if let Some(status) = error.status_code {
        write!(f, ",{status}")?;
    }
    if let Some(ms) = error.retry_after_ms {
        write!(f, ",retryAfter={}", Milliseconds(ms))?;
    }
    f.write_str(")")
}

fn write_connection(f: &mut fmt::Formatter<'_>, connection: &Connection) -> fmt::Result {
    f.write_str(connection.kind.name())?;
    match (connection.hold_ms, connection.at) {
        (Some(ms), _) => write!(f, "({})", Milliseconds(ms)),
        (None, Place::Headers) => Ok(()),
        (None, at) => write!(f, "({})", at.name()),
    }
}

/// The kinds of damage that the language can express; a step has no other.
fn write_damage(f: &mut fmt::Formatter<'_>, damage: &Damage) -> fmt::Result {
    if let Some(body) = &damage.replace_body {
        let known = BODIES.iter().find(|(_, text)| text == body);
        return write!(f, "json({})", known.map_or("empty", |(name, _)| name));
    }
    if let Some(Drip { bytes, every_ms }) = damage.drip {
        return write!(f, "drip({bytes},{})", Milliseconds(every_ms));
    }
    match damage.truncate {
        Some(Truncate::Bytes(bytes)) => write!(f, "truncate({bytes}")?,
        Some(Truncate::Percent(percent)) => write!(f, "truncate({percent}%")?,
        None => return f.write_str("badchunk"),
    }
    match damage.finish {
        Some(finish) => write!(f, ",{})", finish.name()),
        None => f.write_str(")"),
    }
}

struct Milliseconds(u64);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.checked_div(1000), self.0.checked_rem(1000)) {
            (Some(seconds), Some(0)) if seconds > 0 => write!(f, "{seconds}s"),
            _ => write!(f, "{}ms", self.0),
        }
    }
}
