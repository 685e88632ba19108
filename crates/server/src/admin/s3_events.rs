//! `/_b2bi/s3-events`: notifications of objects that were created in an S3 elsewhere.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::StatusCode;
use serde_json::json;

use super::call::{Call, HandlerResult};
use super::reply;
use crate::app::App;
use crate::s3_events::S3EventBatch;

/// Starts the jobs for the objects of a notification, and returns how many objects there are.
pub(super) fn take<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, HandlerResult> {
    start(app, call).boxed()
}

async fn start(app: &App, call: &Call) -> HandlerResult {
    let batch = S3EventBatch::read(&call.body)?;
    if let Some(url) = &batch.to_confirm {
        tracing::warn!(
            url,
            "SNS wants its subscription to be confirmed: visit the URL"
        );
    }
    let mut jobs = Vec::new();
    for created in &batch.created {
        jobs.extend(app.service.object_notified(&created.notification()).await);
    }
    let body = json!({
        "created": batch.created.len(),
        "passedOver": batch.passed_over,
        "jobs": jobs,
    });
    Ok(reply(StatusCode::OK, &body))
}
