//! An entry of the journal.

use std::borrow::Cow;
use std::sync::Arc;

use b2bi_local_dispatcher::Caller;
use b2bi_local_faults::Plan;
use b2bi_local_model::Timestamp;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::system::Uuid;

/// The maximum length of a stored text that a caller controls, in bytes.
const LONGEST: usize = 128;

/// The subject of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A request.
    #[default]
    Request,
    /// A fault that affects a job at one of its stages.
    Job,
}

impl Kind {
    /// The name in entries and filters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Job => "job",
        }
    }
}

/// A job that a fault affects, where, and how.
#[derive(Clone, Debug, Serialize)]
pub struct FaultedJob {
    /// The job's id.
    pub id: String,
    /// The stage that it was about to enter.
    pub stage: &'static str,
    /// The outcome, such as `stall`.
    pub outcome: &'static str,
}

/// A request and what became of it, or a job that a fault affects.
///
/// A job has only its owner, its time, the rules and the member `job`.
///
/// Bodies are not stored, and neither are their members: no e-mail address, no phone number.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its place in the order in which requests were settled, from 1.
    pub number: u64,
    /// The subject.
    pub kind: Kind,
    /// When it arrived.
    pub time: Timestamp,
    /// The id in the reply's `x-amzn-RequestId`; `None` if it is not a request.
    pub request_id: Option<Uuid>,
    /// The caller; in JSON, all but the ends of the access key is masked.
    #[serde(flatten, serialize_with = "masked_caller")]
    pub caller: Caller,
    /// Empty if no service was found.
    pub service: &'static str,
    /// Empty if no operation was found.
    pub operation: &'static str,
    /// The SDK's application id.
    #[serde(serialize_with = "text_or_null")]
    pub app_id: Option<Arc<str>>,
    /// The SDK's id of the call, the same for all its attempts.
    pub invocation_id: Option<String>,
    /// The attempt as the SDK counts.
    pub attempt: Option<u64>,
    /// The rules that acted, in order.
    pub faults: Vec<Fault>,
    /// The job, if the entry is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<FaultedJob>,
    /// How many times the operation was executed, successfully or not.
    pub executed: u8,
    /// `None` if no reply was sent.
    pub status: Option<u16>,
    /// The error's code.
    pub error: Option<Cow<'static, str>>,
    /// The size of the request's body.
    pub request_bytes: usize,
    /// The size of the reply's body before a fault damaged it on its way.
    pub response_bytes: usize,
    /// From the head of the request to the reply, or to the client's going away.
    pub duration_micros: u64,
}

/// A rule that acted on a request, and the facts that it matched.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    /// The rule's id.
    #[serde(serialize_with = "text")]
    pub rule: Arc<str>,
    /// Which of the rule's matching requests it was.
    pub ordinal: u64,
    /// The number drawn, if there was a draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draw: Option<f64>,
}

impl Fault {
    /// The rules of a plan.
    pub(crate) fn of(plan: &Plan) -> Vec<Self> {
        let firings = plan.firings.iter().map(|firing| Self {
            rule: Arc::clone(&firing.rule),
            ordinal: firing.ordinal,
            draw: firing.draw,
        });
        firings.collect()
    }
}

fn masked_caller<S: Serializer>(caller: &Caller, serializer: S) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_map(Some(3))?;
    members.serialize_entry("account", &*caller.account)?;
    members.serialize_entry("region", &*caller.region)?;
    members.serialize_entry("accessKey", &caller.access_key.as_deref().map(masked))?;
    members.end()
}

/// The ends of an access key, such as `AKIA…MPLE`; nothing of a short one.
fn masked(key: &str) -> String {
    let ends = key.get(..4).zip(key.get(key.len().saturating_sub(4)..));
    match ends {
        Some((first, last)) if key.len() >= 12 => [first, "…", last].concat(),
        _ => "…".to_owned(),
    }
}

/// A text that the caller controls, cut to the maximum length in an entry.
pub(crate) fn short(text: &str) -> String {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text).to_owned()
}

#[expect(clippy::ref_option, reason = "serde hands it over like that")]
fn text_or_null<S: Serializer>(text: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(serializer)
}

fn text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

#[cfg(test)]
mod tests {
    use super::{masked, short};

    #[test]
    fn keys_show_their_ends_only() {
        for (key, expected) in [
            ("AKIAIOSFODNN7EXAMPLE", "AKIA…MPLE"),
            ("111122223333", "1111…3333"),
            ("test", "…"),
            ("", "…"),
        ] {
            assert_eq!(masked(key), expected, "{key}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(short("short"), "short");
        assert_eq!(short(&"é".repeat(100)).len(), 128);
        assert_eq!(short(&format!("a{}", "é".repeat(100))).len(), 127);
    }
}
