//! Replies in the form that the listener sends.

use std::borrow::Cow;

use b2bi_local_dispatcher::{Descriptor, Protocol, Reply, ServiceError, json, query};
use b2bi_local_objects::Body as S3Body;
use bytes::Bytes;
use http::{HeaderValue, Response};
use http_body_util::{Either, Full};
use hyper::body::Incoming;

use crate::admin::EventStream;

/// The body of a reply: a complete one, an object's, one from the upstream, or a stream of events.
pub(super) type Body = Either<Full<Bytes>, Either<S3Body, Either<Incoming, EventStream>>>;

/// The error code of a reply, for the journal.
#[derive(Clone, Debug)]
pub(super) struct ErrorCode(pub(super) Cow<'static, str>);

/// The format of a protocol's replies.
pub(super) struct ResponseEncoder<'a> {
    protocol: Option<Protocol>,
    content_type: HeaderValue,
    operation: &'a str,
    request_id: &'a str,
}

impl<'a> ResponseEncoder<'a> {
    /// The style of a service's replies to a request with this content type; the front end's if no
    /// service was found.
    pub(super) fn new(
        descriptor: Option<&Descriptor>,
        content_type: Option<&HeaderValue>,
        operation: &'a str,
        request_id: &'a str,
    ) -> Self {
        Self {
            protocol: descriptor.map(|descriptor| descriptor.protocol),
            content_type: json::content_type(content_type),
            operation,
            request_id,
        }
    }

    /// A reply, successful or not.
    pub(super) fn render(&self, outcome: Result<Reply, ServiceError>) -> Response<Bytes> {
        let code = outcome
            .as_ref()
            .err()
            .map(|error| ErrorCode(error.code.clone()));
        let mut response = match (outcome, self.protocol) {
            (Ok(Reply::Json(body)), _) => json::success(body, self.content_type.clone()),
            (Ok(Reply::Members(members)), protocol) => {
                let namespace = namespace(protocol);
                query::success(self.operation, namespace, &members, self.request_id)
            }
            (Err(failure), protocol @ Some(Protocol::Query { .. })) => {
                query::failure(&failure, namespace(protocol), self.request_id)
            }
            (Err(failure), _) => json::failure(failure, self.content_type.clone()),
        };
        if let Some(code) = code {
            response.extensions_mut().insert(code);
        }
        response
    }
}

fn namespace(protocol: Option<Protocol>) -> &'static str {
    match protocol {
        Some(Protocol::Query { namespace }) => namespace,
        _ => "",
    }
}

/// A reply that is in memory as a whole.
pub(super) fn whole(response: Response<Bytes>) -> Response<Body> {
    response.map(|body| Either::Left(Full::new(body)))
}

/// A reply that continues as long as there are events.
pub(super) fn events(response: Response<EventStream>) -> Response<Body> {
    response.map(|body| Either::Right(Either::Right(Either::Right(body))))
}
