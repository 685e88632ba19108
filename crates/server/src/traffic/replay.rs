//! Answers calls from a recording.

use std::sync::{Mutex, MutexGuard, PoisonError};

use b2bi_local_calibrate::{Recording, Replay};
use b2bi_local_dispatcher::ServiceError;
use bytes::Bytes;
use http::{Response, StatusCode};

use super::{TrafficCall, response};

/// A recording that calls are answered from.
pub(crate) struct Replaying(Mutex<Replay>);

impl Replaying {
    /// A replay that begins now, in seconds since 1970.
    pub(super) fn new(recording: Recording, now: i64) -> Self {
        Self(Mutex::new(Replay::new(recording, now)))
    }

    pub(super) fn reply(&self, call: &TrafficCall<'_>) -> Result<Response<Bytes>, ServiceError> {
        let account = &call.caller.account;
        let reply = self.lock().reply(call.operation(), &call.body, account);
        match reply {
            Ok(reply) => Ok(response(reply.status, &reply.headers, reply.body.into())),
            Err(error) => {
                tracing::warn!("{error}");
                // No client repeats a request after this status.
                Err(ServiceError::front(
                    StatusCode::BAD_REQUEST,
                    "NotRecordedException",
                    error.to_string(),
                ))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Replay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists the recorded calls that were not made.
    pub(super) fn finish(&self) {
        let left = self.lock().left();
        if left.is_empty() {
            tracing::info!("every call of the recording was made");
        } else {
            let calls = left.join(", ");
            tracing::warn!(count = left.len(), calls, "recorded calls were not made");
        }
    }
}
