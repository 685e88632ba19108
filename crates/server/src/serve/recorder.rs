//! Collects the facts about a request for the journal and the metrics.

use std::time::Instant;

use b2bi_local_dispatcher::Operation;
use b2bi_local_faults::Plan;
use bytes::Bytes;
use http::Response;

use super::connection_state::Client;
use super::facts::RequestHeaders;
use super::reply::ErrorCode;
use super::request::RequestMeta;
use super::s3;
use crate::app::App;
use crate::journal::{Entry, Fault, Journal, short};
use crate::metrics::{Metrics, Place};
use crate::vocabulary::S3;

/// An entry in the making.
///
/// It is added to the journal and the counters when it is dropped, so that a request whose client
/// disconnected is included. Without a journal it is only counted.
pub(super) struct RequestRecorder<'a> {
    journal: &'a Journal,
    metrics: &'a Metrics,
    started: Instant,
    entry: Option<Entry>,
    place: Option<Place>,
    faulted: bool,
    status: Option<u16>,
}

impl<'a> RequestRecorder<'a> {
    /// The facts that are known together with the caller.
    pub(super) fn new(
        app: &'a App,
        client: &Client,
        request_headers: &RequestHeaders<'_>,
        meta: &RequestMeta,
    ) -> Self {
        let entry = || Entry {
            time: app.now(),
            request_id: Some(meta.request_id),
            caller: client.caller.clone(),
            app_id: client.app_id.clone(),
            invocation_id: request_headers.invocation().map(short),
            attempt: request_headers.attempt(),
            ..Entry::default()
        };
        Self {
            journal: &app.journal,
            metrics: &app.metrics,
            started: meta.started,
            place: None,
            faulted: false,
            status: None,
            entry: app.journal.is_on().then(entry),
        }
    }

    /// The service, with its place, and the operation are known, and the body is read.
    pub(super) fn set_operation(
        &mut self,
        at: usize,
        service: &'static str,
        operation: Operation,
        body: &Bytes,
    ) {
        self.place = self.metrics.place(at, operation);
        if let Some(entry) = &mut self.entry {
            (entry.service, entry.operation) = (service, operation.name);
            entry.request_bytes = body.len();
        }
    }

    /// Rules may act on the request, as planned.
    pub(super) fn set_faults(&mut self, plan: &Plan) {
        if plan.is_empty() {
            return;
        }
        self.faulted = true;
        if let Some(entry) = &mut self.entry {
            entry.faults = Fault::of(plan);
        }
    }

    /// Counts one execution of the operation.
    pub(super) fn set_executed(&mut self) {
        if let Some(entry) = &mut self.entry {
            entry.executed = entry.executed.saturating_add(1);
        }
    }

    /// The operation of S3, and the announced length of its body.
    pub(super) fn asked_of_s3(
        &mut self,
        app: &App,
        operation: Option<&'static str>,
        request_bytes: usize,
    ) {
        self.place = operation.and_then(|name| app.metrics.s3_place(name));
        if let Some(entry) = &mut self.entry {
            entry.service = S3;
            entry.operation = operation.unwrap_or_default();
            entry.request_bytes = request_bytes;
        }
    }

    /// The reply is one of S3, whose body is sent while it is read.
    pub(super) fn answered_by_s3<B: http_body::Body>(mut self, response: &Response<B>) {
        self.status = Some(response.status().as_u16());
        if let Some(entry) = &mut self.entry {
            entry.status = Some(response.status().as_u16());
            let length = response.body().size_hint().exact();
            let length = length.and_then(|length| usize::try_from(length).ok());
            entry.response_bytes = length.unwrap_or_else(|| s3::length(response.headers()));
            let code = response.extensions().get::<ErrorCode>();
            entry.error = code.map(|code| code.0.clone());
        }
    }

    /// There is a reply, which is about to be sent.
    pub(super) fn set_reply(mut self, response: &Response<Bytes>) {
        self.status = Some(response.status().as_u16());
        if let Some(entry) = &mut self.entry {
            entry.status = Some(response.status().as_u16());
            entry.response_bytes = response.body().len();
            let code = response.extensions().get::<ErrorCode>();
            entry.error = code.map(|code| code.0.clone());
        }
    }
}

impl Drop for RequestRecorder<'_> {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        if let Some(place) = self.place {
            self.metrics.count(place, self.status, self.faulted, took);
        }
        if let Some(mut entry) = self.entry.take() {
            let micros = took.as_micros();
            entry.duration_micros = u64::try_from(micros).unwrap_or(u64::MAX);
            self.journal.push(entry);
        }
    }
}
