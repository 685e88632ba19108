//! Calls of the B2BI API that another endpoint or a recording answers.

use b2bi_local_dispatcher::{Route, ServiceError, json};
use bytes::Bytes;
use http::Response;
use http::request::Parts;

use super::body;
use super::recorder::RequestRecorder;
use super::reply::ResponseEncoder;
use super::timeout::TimeoutBody;
use crate::app::App;
use crate::traffic::{Traffic, TrafficCall};

/// Has the endpoint or the recording answer; its reply is not changed.
pub(super) async fn answer(
    app: &App,
    traffic: &Traffic,
    (head, caller): (&Parts, &b2bi_local_dispatcher::Caller),
    (route, body): (Result<Route<'_>, ServiceError>, TimeoutBody),
    recorder: &mut RequestRecorder<'_>,
) -> Response<Bytes> {
    let service = match &route {
        Ok(Route::Json(service, _)) => Some(service.descriptor()),
        _ => None,
    };
    let content_type = head.headers.get(http::header::CONTENT_TYPE);
    let render = |error| ResponseEncoder::new(service, content_type, "", "").render(Err(error));
    let body = match body::read(body, app.config.max_body_bytes).await {
        Ok(body) => body,
        Err(error) => return render(error),
    };
    if let Ok(Route::Json(service, operation)) = route {
        let name = service.descriptor().signing_name;
        recorder.set_operation(service.position, name, operation, &body);
    }
    let call = TrafficCall { head, body, caller };
    traffic.reply(call).await.unwrap_or_else(render)
}

/// Whether a reply names its request already, as one of AWS does.
pub(super) fn has_id(response: &Response<Bytes>) -> bool {
    response.headers().contains_key(json::REQUEST_ID)
}
