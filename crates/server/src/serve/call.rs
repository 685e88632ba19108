//! A call of an operation: body, signature, faults, decoding, handler.

use std::pin::pin;

use b2bi_local_dispatcher::{
    Caller, Descriptor, Operation, RoutedService, ServiceError, query, refused as signature_refused,
};
use b2bi_local_panics::caught;
use b2bi_local_sigv4::{Payload, Service, SigningTarget};
use bytes::Bytes;
use http::Response;
use http::request::Parts;

use super::facts::RequestHeaders;
use super::faults::{self, FaultRequest};
use super::recorder::RequestRecorder;
use super::reply::ResponseEncoder;
use super::timeout::TimeoutBody;
use super::{body, crash};
use crate::app::{App, system_time};

/// A request for a service that was found.
pub(super) struct Call<'a> {
    pub(super) app: &'a App,
    pub(super) head: &'a Parts,
    pub(super) request_headers: &'a RequestHeaders<'a>,
    pub(super) caller: Caller,
    pub(super) service: RoutedService<'a>,
}

impl Call<'_> {
    /// Calls an operation that the head names.
    pub(super) async fn json(
        self,
        operation: Operation,
        body: TimeoutBody,
        request_id: &str,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<Bytes> {
        let style = ResponseEncoder::new(
            Some(self.service.descriptor()),
            self.request_headers.content_type,
            operation.name,
            request_id,
        );
        match body::read(body, self.app.config.max_body_bytes).await {
            Ok(body) => self.operation(operation, &body, &style, recorder).await,
            Err(failure) => style.render(Err(failure)),
        }
    }

    /// Calls an operation that the body or the query names.
    pub(super) async fn query(
        self,
        body: TimeoutBody,
        request_id: &str,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<Bytes> {
        let descriptor = self.service.descriptor();
        let content_type = self.request_headers.content_type;
        let style =
            |operation| ResponseEncoder::new(Some(descriptor), content_type, operation, request_id);
        let failed = |failure| style("").render(Err(failure));
        let body = match body::read(body, self.app.config.max_body_bytes).await {
            Ok(body) => body,
            Err(failure) => return failed(failure),
        };
        let named = query::action(&self.head.uri, &body);
        match named.and_then(|action| descriptor.operation(&action)) {
            Ok(operation) => {
                let style = style(operation.name);
                self.operation(operation, &body, &style, recorder).await
            }
            Err(failure) => match &self.app.upstream {
                Some(upstream) => {
                    let limit = self.app.config.max_body_bytes;
                    let passed = upstream.pass_whole(self.head.clone(), body, limit).await;
                    passed.unwrap_or_else(failed)
                }
                None => failed(failure),
            },
        }
    }

    /// Calls the operation; if it panics, the reply is the service's internal error.
    async fn operation(
        self,
        operation: Operation,
        body: &Bytes,
        style: &ResponseEncoder<'_>,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<Bytes> {
        let (service, position) = (
            self.service.descriptor().signing_name,
            self.service.position,
        );
        recorder.set_operation(position, service, operation, body);
        let called = self.call(operation, body, style, recorder);
        match caught(pin!(called)).await {
            Ok(response) => response,
            Err(panic) => {
                let message = crash::report(self.app, style.request_id(), &panic);
                style.render(Err(self.service.endpoint.internal_error(message)))
            }
        }
    }

    /// Checks the signature, asks for faults, decodes the body, and calls the handler.
    async fn call(
        &self,
        operation: Operation,
        body: &Bytes,
        style: &ResponseEncoder<'_>,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<Bytes> {
        let descriptor = self.service.descriptor();
        if let Err(failure) = self.authenticate(descriptor, body) {
            return style.render(Err(failure));
        }
        let request = FaultRequest {
            head: self.head,
            request_headers: self.request_headers,
            caller: &self.caller,
            service: descriptor.signing_name,
            operation: operation.name,
            body,
            resources: &[],
        };
        let fault_plan = match faults::plan(self.app, &request) {
            Ok(fault_plan) => fault_plan,
            Err(failure) => return style.render(Err(failure)),
        };
        let decode = || self.service.endpoint.decode(operation, body);
        let render = |outcome| style.render(outcome);
        faults::run_with_faults(self.app, &request, fault_plan, decode, recorder, render).await
    }

    fn authenticate(&self, descriptor: &Descriptor, body: &Bytes) -> Result<(), ServiceError> {
        let Some(verifier) = &self.app.verifier else {
            // Any signature will do, but there must be one.
            return match self.caller.access_key {
                Some(_) => Ok(()),
                None => Err(ServiceError::missing_authentication(descriptor.protocol)),
            };
        };
        let target = SigningTarget {
            service: Service::Api(descriptor.signing_name),
            region: self.app.region_or(None),
        };
        let now = system_time(self.app.now());
        let outcome = verifier.request(self.head, target, Payload::Body(body), now);
        outcome.map_err(|error| signature_refused(&error, descriptor.protocol))?;
        Ok(())
    }
}
