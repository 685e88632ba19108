//! Passes calls to an endpoint and has the replies recorded.

use std::collections::BTreeMap;

use b2bi_local_calibrate::{
    Endpoint as _, EndpointError, Request, Response as Reply, Signature, TrafficRecorder,
    TrafficSource,
};
use b2bi_local_dispatcher::ServiceError;
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};

use super::writer::RecordingWriter;
use super::{ProxyConfig, TrafficCall, TrafficError, UpstreamSignature, response};
use crate::calibration::{CallerCredentials, HttpEndpoint, today};
use crate::serve::upstream::{PASSED, strip};

/// Headers of a call that is signed again.
const KEPT: [&str; 4] = ["accept", "content-type", "user-agent", "x-amz-target"];
/// Headers that the HTTP library writes.
const OF_HTTP: [header::HeaderName; 2] = [header::CONTENT_LENGTH, header::DATE];

/// The endpoint behind this server, and the recording.
pub(crate) struct Proxy {
    endpoint: HttpEndpoint,
    address: String,
    signature: UpstreamSignature,
    writer: RecordingWriter,
}

impl Proxy {
    /// # Errors
    ///
    /// There are no credentials for signing, or the recording cannot be written.
    pub(super) fn open(config: &ProxyConfig) -> Result<Self, TrafficError> {
        let caller = match config.signature {
            // Calls have their own region, and the address is given, so neither is looked up.
            UpstreamSignature::New => {
                CallerCredentials::load(None, Some("")).map_err(TrafficError::Credentials)?
            }
            UpstreamSignature::Caller => CallerCredentials::none(),
        };
        let endpoint = HttpEndpoint::new(Some(&config.endpoint), caller);
        let is_aws = config.endpoint.contains(".amazonaws.com");
        let recorder = TrafficRecorder::new(&TrafficSource {
            source: if is_aws { "aws" } else { "endpoint" }.to_owned(),
            region: String::new(),
            date: today(),
        });
        Ok(Self {
            endpoint: endpoint.map_err(TrafficError::Endpoint)?,
            address: config.endpoint.clone(),
            signature: config.signature,
            writer: RecordingWriter::open(recorder, config.file.clone())?,
        })
    }

    pub(super) async fn reply(
        &self,
        call: TrafficCall<'_>,
    ) -> Result<Response<Bytes>, ServiceError> {
        if call.head.headers.contains_key(&PASSED) {
            return Err(self.unavailable("is this server itself, or leads back to it"));
        }
        let request = self.request(&call);
        let sent = match self.signature {
            UpstreamSignature::Caller => self.endpoint.send(&request).await,
            UpstreamSignature::New => self.endpoint.send_in(&request, &call.caller.region).await,
        };
        let reply = sent.map_err(|error: EndpointError| {
            self.unavailable(&format!("does not answer: {error}"))
        })?;
        let headers = reply.headers.iter();
        let headers =
            headers.filter(|(name, _)| !OF_HTTP.iter().any(|of_http| of_http == name.as_str()));
        let passed = response(reply.status, headers, reply.body.clone());
        self.note(&call, reply);
        Ok(passed)
    }

    fn request(&self, call: &TrafficCall<'_>) -> Request {
        let mut headers = call.head.headers.clone();
        strip(&mut headers);
        headers.remove(header::CONTENT_LENGTH);
        let is_signed = call.caller.access_key.is_some();
        let signature = match self.signature {
            UpstreamSignature::New if is_signed => Signature::Valid,
            _ => Signature::Absent,
        };
        let mut headers = text_headers(&headers);
        if self.signature == UpstreamSignature::New {
            headers.retain(|name, _| KEPT.contains(&name.as_str()));
        }
        headers.insert(PASSED.to_string(), "1".to_owned());
        Request {
            service: "b2bi".to_owned(),
            method: call.head.method.to_string(),
            target: call
                .head
                .uri
                .path_and_query()
                .map_or("/", |target| target.as_str())
                .to_owned(),
            headers,
            body: call.body.clone(),
            signature,
        }
    }

    fn note(&self, call: &TrafficCall<'_>, reply: Reply) {
        let operation = call.operation().to_owned();
        let region = call.caller.region.to_string();
        self.writer
            .note(operation, region, call.body.clone(), reply);
    }

    fn unavailable(&self, problem: &str) -> ServiceError {
        let message = format!(
            "This request is passed to {}, which {problem}",
            self.address
        );
        tracing::warn!("{message}");
        ServiceError::front(
            StatusCode::BAD_GATEWAY,
            "UpstreamUnavailableException",
            message,
        )
    }

    pub(super) fn finish(&self) {
        self.writer.finish();
    }
}

fn text_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let texts = headers.iter();
    let texts =
        texts.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    texts.collect()
}
