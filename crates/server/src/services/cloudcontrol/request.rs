//! A request to change a resource, and its progress.

use b2bi_local_registry::{HandlerError, Resource};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The maximum number of characters of a status message.
const LONGEST_MESSAGE: usize = 2048;

/// The change of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Change {
    Create,
    Update,
    Delete,
}

/// When a request ends, after its handler has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Ending {
    /// With its handler.
    Now,
    /// At this time, in milliseconds since 1970; the first reply says that it is in progress.
    At(i64),
    /// After this many more calls of `GetResourceRequestStatus`.
    Polls(u32),
}

/// A request for a change of a resource. Its handler has ended; whether that shows yet depends on
/// its ending.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) token: String,
    pub(super) type_name: String,
    pub(super) identifier: Option<String>,
    pub(super) change: Change,
    /// When it was created, in milliseconds since 1970.
    pub(super) time: i64,
    /// Its position among those with the same time.
    pub(super) place: u64,
    pub(super) ending: Ending,
    pub(super) is_cancelled: bool,
    pub(super) client_token: Option<String>,
    /// The code and the message of a handler that has failed.
    pub(super) failure: Option<(String, String)>,
    /// The model of the resource, as text.
    pub(super) model: Option<String>,
}

impl Request {
    /// Takes over how the handler has ended.
    pub(super) fn ended(&mut self, outcome: Result<Option<Resource>, HandlerError>) {
        match outcome {
            Ok(Some(resource)) => {
                self.identifier = Some(resource.identifier);
                self.model = Some(Value::Object(resource.properties).to_string());
            }
            Ok(None) => {}
            Err(error) => {
                self.identifier = self.identifier.take().or(error.identifier);
                let message = error.message.chars().take(LONGEST_MESSAGE).collect();
                self.failure = Some((error.code.as_str().to_owned(), message));
            }
        }
    }

    /// Whether it is still reported as in progress.
    pub(super) fn is_open(&self, now: i64) -> bool {
        !self.is_cancelled
            && match self.ending {
                Ending::Now => false,
                Ending::At(time) => now < time,
                Ending::Polls(left) => left > 0,
            }
    }

    pub(super) fn status(&self, now: i64) -> &'static str {
        match &self.failure {
            _ if self.is_cancelled => "CANCEL_COMPLETE",
            _ if self.is_open(now) => "IN_PROGRESS",
            Some(_) => "FAILED",
            None => "SUCCESS",
        }
    }

    pub(super) fn operation(&self) -> &'static str {
        match self.change {
            Change::Create => "CREATE",
            Change::Update => "UPDATE",
            Change::Delete => "DELETE",
        }
    }

    /// The event in the reply to the request itself: in progress if it takes time.
    pub(super) fn first_event(&self, now: i64) -> Value {
        match self.ending {
            Ending::Now => self.event(now),
            Ending::At(_) | Ending::Polls(_) => self.event_of("IN_PROGRESS"),
        }
    }

    pub(super) fn event(&self, now: i64) -> Value {
        self.event_of(self.status(now))
    }

    fn event_of(&self, status: &str) -> Value {
        let mut event = json!({
            "TypeName": self.type_name,
            "RequestToken": self.token,
            "Operation": self.operation(),
            "OperationStatus": status,
            "EventTime": seconds(self.time),
        });
        let mut put = |name: &str, value: Option<&String>| {
            if let (Some(members), Some(value)) = (event.as_object_mut(), value) {
                members.insert(name.to_owned(), value.as_str().into());
            }
        };
        put("Identifier", self.identifier.as_ref());
        let is_final = matches!(status, "SUCCESS" | "FAILED");
        put("ResourceModel", self.model.as_ref().filter(|_| is_final));
        let failure = self.failure.as_ref().filter(|_| is_final);
        put("ErrorCode", failure.map(|(code, _)| code));
        put("StatusMessage", failure.map(|(_, message)| message));
        event
    }
}

/// A time as AWS JSON writes it: seconds with a fraction.
fn seconds(millis: i64) -> Value {
    let (whole, fraction) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let text = format!("{whole}.{fraction:03}");
    text.parse::<f64>().map_or(Value::Null, Value::from)
}
