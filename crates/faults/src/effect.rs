//! The effects of rules.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::connection::Connection;
use crate::damage::Damage;
use crate::job::JobFault;
use crate::read::{RuleReadError, Table, flag};
use crate::reply::{ErrorReply, HttpReply, Throttle};
use crate::stale::Stale;
use crate::steps::Steps;

const EFFECTS: [&str; 9] = [
    "error",
    "http",
    "throttle",
    "connection",
    "response",
    "stale",
    "job",
    "panic",
    "steps",
];

/// The effect of a rule on a request, in addition to delays.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A service error.
    Error(ErrorReply),
    /// A reply as from a proxy.
    Http(HttpReply),
    /// A token bucket.
    Throttle(Throttle),
    /// A connection that ends.
    Connection(Connection),
    /// A damaged reply.
    Response(Damage),
    /// A read that lags behind.
    Stale(Stale),
    /// A stage of a job that fails or deviates.
    Job(JobFault),
    /// A panic of the server.
    Panic,
    /// One thing after the other.
    Steps(Steps),
}

impl Effect {
    /// Whether it acts on the handler's reply, so that the handler must run.
    pub(crate) fn needs_reply(&self) -> bool {
        match self {
            Self::Connection(connection) => connection.needs_reply(),
            Self::Response(_) => true,
            Self::Error(_)
            | Self::Http(_)
            | Self::Throttle(_)
            | Self::Stale(_)
            | Self::Job(_)
            | Self::Panic
            | Self::Steps(_) => false,
        }
    }

    pub(crate) fn read(table: Table<'_>) -> Result<Option<Self>, RuleReadError> {
        if let [first, second, ..] = table.present(&EFFECTS).as_slice() {
            return Err(RuleReadError::new(format!(
                "a rule has at most one of `{}`; this one has `{first}` and `{second}`",
                EFFECTS.join("`, `")
            )));
        }
        let error = table.read("error", ErrorReply::read)?.map(Self::Error);
        let http = table.read("http", HttpReply::read)?.map(Self::Http);
        let throttle = table.read("throttle", Throttle::read)?.map(Self::Throttle);
        let connection = table
            .read("connection", Connection::read)?
            .map(Self::Connection);
        let response = table.read("response", Damage::read)?.map(Self::Response);
        let stale = table.read("stale", Stale::read)?.map(Self::Stale);
        let job = table.read("job", JobFault::read)?.map(Self::Job);
        let panic = table.read("panic", panic)?;
        let steps = Steps::read(table)?.map(Self::Steps);
        let found = [
            error, http, throttle, connection, response, stale, job, panic, steps,
        ];
        Ok(found.into_iter().flatten().next())
    }
}

fn panic(value: &Value) -> Result<Effect, RuleReadError> {
    if flag(value)? {
        Ok(Effect::Panic)
    } else {
        Err(RuleReadError::new(
            "can only be `true`: leave it out otherwise",
        ))
    }
}

impl Serialize for Effect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Error(error) => map.serialize_entry("error", error)?,
            Self::Http(reply) => map.serialize_entry("http", reply)?,
            Self::Throttle(throttle) => map.serialize_entry("throttle", throttle)?,
            Self::Connection(connection) => map.serialize_entry("connection", connection)?,
            Self::Response(damage) => map.serialize_entry("response", damage)?,
            Self::Stale(stale) => map.serialize_entry("stale", stale)?,
            Self::Job(job) => map.serialize_entry("job", job)?,
            Self::Panic => map.serialize_entry("panic", &true)?,
            Self::Steps(steps) => steps.serialize_into(&mut map)?,
        }
        map.end()
    }
}
