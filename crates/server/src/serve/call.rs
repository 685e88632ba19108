//! A call of an operation: body, signature, faults, decoding, handler.

use std::pin::pin;

use b2bi_local_dispatcher::{
    Caller, Descriptor, Identity, Operation, Route, RoutedService, ServiceError, query,
    refused as signature_refused, service_of_action,
};
use b2bi_local_panics::caught;
use b2bi_local_sigv4::{Payload, Service, SigningTarget};
use bytes::Bytes;
use http::Response;
use http::request::Parts;

use super::early_errors::unknown_service;
use super::facts::RequestHeaders;
use super::faults::{self, FaultRequest};
use super::recorder::RequestRecorder;
use super::reply::ResponseEncoder;
use super::timeout::TimeoutBody;
use super::{body, crash};
use crate::app::{App, system_time};
use crate::calibration::{reformed, replaced};
use crate::services::logs;

/// A request for a service.
pub(super) struct Call<'a> {
    pub(super) app: &'a App,
    pub(super) head: &'a Parts,
    pub(super) request_headers: &'a RequestHeaders<'a>,
    pub(super) caller: Caller,
    pub(super) request_id: &'a str,
}

impl<'a> Call<'a> {
    /// A call by this caller.
    pub(super) fn new(
        app: &'a App,
        head: &'a Parts,
        request_headers: &'a RequestHeaders<'a>,
        caller: Caller,
        request_id: &'a str,
    ) -> Self {
        Self {
            app,
            head,
            request_headers,
            caller,
            request_id,
        }
    }

    /// Calls the service that the request names and returns its reply.
    pub(super) async fn answer(
        self,
        route: Result<Route<'_>, ServiceError>,
        body: TimeoutBody,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<Bytes> {
        match route {
            Ok(Route::Json(service, operation)) => {
                self.json(service, operation, body, recorder).await
            }
            Ok(Route::Query(service)) => Box::pin(self.query(service, body, recorder)).await,
            Ok(Route::Objects) => {
                self.refuse(ServiceError::unknown_service("s3", &[]), body)
                    .await
            }
            Err(error) => self.refuse(error, body).await,
        }
    }

    /// The recorded reply of AWS, if the recording has one for this error or operation.
    fn as_recorded(
        &self,
        operation: (&str, &str),
        request: &[u8],
        response: Response<Bytes>,
    ) -> Response<Bytes> {
        match &self.app.facts {
            Some(facts) if response.status().is_success() => {
                reformed(facts, operation, request, response)
            }
            Some(facts) => replaced(facts, operation, &self.caller.account, response),
            None => response,
        }
    }

    async fn refuse(self, error: ServiceError, body: TimeoutBody) -> Response<Bytes> {
        // The body is read so that its sender can read the reply.
        let _ = body::read(body, self.app.config.max_body_bytes).await;
        if error.is_unknown_service() {
            return unknown_service(self.head, error, self.request_id);
        }
        self.as_recorded(("b2bi", ""), b"", self.encoder(None, "").render(Err(error)))
    }

    fn encoder<'e>(
        &'e self,
        service: Option<RoutedService<'_>>,
        operation: &'e str,
    ) -> ResponseEncoder<'e> {
        let descriptor = service.map(|service| service.descriptor());
        let content_type = self.request_headers.content_type;
        ResponseEncoder::new(descriptor, content_type, operation, self.request_id)
    }

    /// Calls an operation that the head names.
    async fn json(
        self,
        service: RoutedService<'_>,
        operation: Operation,
        body: TimeoutBody,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<Bytes> {
        let limit = self.app.config.max_body_bytes;
        let failed = |error| {
            let encoder = self.encoder(Some(service), operation.name);
            encoder.render(Err(error))
        };
        let body = match body::read(body, limit).await {
            Ok(body) => body,
            Err(error) => return failed(error),
        };
        let response = self.operation(service, operation, &body, recorder).await;
        match &self.app.upstream {
            Some(upstream) if logs::knows_nothing(service.descriptor(), &response) => {
                let (account, head) = (&self.caller.account, self.head.clone());
                let passed = upstream.pass_whole(account, head, body, limit).await;
                passed.unwrap_or_else(failed)
            }
            _ => response,
        }
    }

    /// Calls an operation that the body or the query names.
    async fn query(
        self,
        service: RoutedService<'_>,
        body: TimeoutBody,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<Bytes> {
        let failed = |error| self.encoder(Some(service), "").render(Err(error));
        let limit = self.app.config.max_body_bytes;
        let body = match body::read(body, limit).await {
            Ok(body) => body,
            Err(error) => return failed(error),
        };
        let named = query::action(&self.head.uri, &body);
        let service = self.service_of(service, named.as_deref().ok());
        let failed = |error| self.encoder(Some(service), "").render(Err(error));
        match named.and_then(|action| service.descriptor().operation(&action)) {
            Ok(operation) => self.operation(service, operation, &body, recorder).await,
            Err(error) => match &self.app.upstream {
                Some(upstream) => {
                    let account = &self.caller.account;
                    let head = self.head.clone();
                    let passed = upstream.pass_whole(account, head, body, limit).await;
                    passed.unwrap_or_else(failed)
                }
                None => failed(error),
            },
        }
    }

    /// The service of a Query request: the one that it is signed for, or else the one that has its action.
    fn service_of<'s>(
        &'s self,
        found: RoutedService<'s>,
        action: Option<&str>,
    ) -> RoutedService<'s> {
        if Identity::of(self.head).is_some() {
            return found;
        }
        let of_action = action.and_then(|action| service_of_action(action, &self.app.endpoints));
        of_action.unwrap_or(found)
    }

    /// Calls the operation; if it panics, the reply is the service's internal error.
    async fn operation(
        &self,
        service: RoutedService<'_>,
        operation: Operation,
        body: &Bytes,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<Bytes> {
        let encoder = self.encoder(Some(service), operation.name);
        let name = service.descriptor().signing_name;
        recorder.set_operation(service.position, name, operation, body);
        let called = self.call(service, operation, body, &encoder, recorder);
        match caught(pin!(called)).await {
            Ok(response) => response,
            Err(panic) => {
                let message = crash::report(self.app, self.request_id, &panic);
                encoder.render(Err(service.endpoint.internal_error(message)))
            }
        }
    }

    /// Checks the signature, asks for faults, decodes the body, and calls the handler.
    async fn call(
        &self,
        service: RoutedService<'_>,
        operation: Operation,
        body: &Bytes,
        encoder: &ResponseEncoder<'_>,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<Bytes> {
        let descriptor = service.descriptor();
        let takes_unsigned = descriptor.takes_unsigned(operation.name);
        let is_unsigned = takes_unsigned && self.caller.access_key.is_none();
        if !is_unsigned && let Err(error) = self.authenticate(descriptor, body) {
            let named = (descriptor.signing_name, operation.name);
            return self.as_recorded(named, body, encoder.render(Err(error)));
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
            Err(error) => return encoder.render(Err(error)),
        };
        let decode = || service.endpoint.decode(operation, body);
        let named = (descriptor.signing_name, operation.name);
        let render = |outcome| self.as_recorded(named, body, encoder.render(outcome));
        faults::run_with_faults(self.app, &request, fault_plan, decode, recorder, render).await
    }

    fn authenticate(&self, descriptor: &Descriptor, body: &Bytes) -> Result<(), ServiceError> {
        let Some(verifier) = &self.app.verifier else {
            // Any signature is accepted, but there must be one.
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
