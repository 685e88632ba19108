//! `/_b2bi/s3-events`: others tell of the objects that are created where we do not see it.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::{problem, reply};
use crate::app::App;
use crate::s3_events::Told;

/// Starts the jobs of the objects that a notification tells of; answers how many those are.
pub(super) async fn take(app: &App, body: &Bytes) -> Response<Bytes> {
    let told = match Told::read(body) {
        Ok(told) => told,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    if let Some(url) = &told.to_confirm {
        tracing::warn!(
            url,
            "SNS wants its subscription to be confirmed: visit the URL"
        );
    }
    let mut jobs = Vec::new();
    for created in &told.created {
        jobs.extend(app.service.object_notified(&created.notification()).await);
    }
    let body = json!({
        "created": told.created.len(),
        "passedOver": told.passed_over,
        "jobs": jobs,
    });
    reply(StatusCode::OK, &body)
}
