//! The reply to a request that panics.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_panics::{Kind, Panic};
use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};

use super::early_errors::failed;
use crate::admin;
use crate::app::App;

/// Logs and counts the panic of a request, and makes the reply.
///
/// The text of a panic may quote secrets, so it is only in the log.
pub(super) fn report(app: &App, request_id: &str, panic: &Panic) -> String {
    app.panics.report(Kind::Request, request_id, panic);
    format!(
        "The server failed at {}. Its state is as it was before this request; the log has the \
         details under the request id {request_id}",
        panic.place()
    )
}

/// The reply to a request that panicked before its service was known, or on the admin routes.
pub(super) fn reply(app: &App, head: &Parts, request_id: &str, panic: &Panic) -> Response<Bytes> {
    let message = report(app, request_id, panic);
    if admin::is_admin(app, head.uri.path()) {
        return admin::problem(StatusCode::INTERNAL_SERVER_ERROR, &message);
    }
    failed(app, head, ServiceError::internal(message), request_id)
}
