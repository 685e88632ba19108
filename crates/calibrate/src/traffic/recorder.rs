//! Records calls.

use std::collections::BTreeMap;

use serde_json::Value;

use super::redactor::Redactor;
use super::{TRAFFIC, without_drawn};
use crate::answer::{HEADERS, body};
use crate::battery::RequestTemplate;
use crate::endpoint::{Response, Signature};
use crate::recording::{Answer, Recording};

/// Where the calls of a recording were answered.
#[derive(Clone, Debug)]
pub struct TrafficSource {
    /// `aws` or `endpoint`.
    pub source: String,
    /// The region.
    pub region: String,
    /// The day, as `2026-11-29`.
    pub date: String,
}

/// A recording of calls in the making.
#[derive(Clone, Debug)]
pub struct TrafficRecorder {
    recording: Recording,
    redactor: Redactor,
}

impl TrafficRecorder {
    /// One that has noted no call.
    #[must_use]
    pub fn new(source: &TrafficSource) -> Self {
        Self {
            recording: Recording::new(&source.region, &source.source, &source.date),
            redactor: Redactor::default(),
        }
    }

    /// Notes a call of the B2BI API and its reply.
    pub fn note(&mut self, call: &str, request: &[u8], response: &Response) {
        let redactor = &mut self.redactor;
        let (input, text) = match serde_json::from_slice::<Value>(request) {
            Ok(input) => (Some(redactor.value(&without_drawn(input))), None),
            Err(_) => (None, Some(redactor.text(&String::from_utf8_lossy(request)))),
        };
        let number = self.recording.answers.len().saturating_add(1);
        let answer = noted(redactor, response);
        self.recording.answers.push(Answer {
            step: number.to_string(),
            request: RequestTemplate {
                service: "b2bi".to_owned(),
                call: redactor.text(call),
                input,
                body: text,
                headers: BTreeMap::new(),
                signature: Signature::Valid,
            },
            ..answer
        });
    }

    /// The region of the calls, if none was known before the first.
    pub fn set_region(&mut self, region: &str) {
        if self.recording.answers.is_empty() {
            region.clone_into(&mut self.recording.region);
        }
    }

    /// The recording so far.
    #[must_use]
    pub fn recording(&self) -> Recording {
        Recording {
            placeholders: self.redactor.forms().clone(),
            ..self.recording.clone()
        }
    }
}

/// A reply with placeholders; its request is added later.
pub(super) fn noted(redactor: &mut Redactor, response: &Response) -> Answer {
    let body = body(response, false);
    redactor.learn_ids(&body);
    let headers = HEADERS.iter().filter_map(|name| {
        let value = response.headers.get(*name)?;
        Some(((*name).to_owned(), redactor.text(value)))
    });
    let headers = headers.collect();
    Answer {
        question: TRAFFIC.to_owned(),
        step: String::new(),
        assumptions: Vec::new(),
        request: RequestTemplate {
            service: "b2bi".to_owned(),
            call: String::new(),
            input: None,
            body: None,
            headers: BTreeMap::new(),
            signature: Signature::Valid,
        },
        status: response.status,
        headers,
        body: redactor.value(&body),
        id_shapes: BTreeMap::new(),
        sorted_by: None,
        page_size: None,
        waited_ms: 0,
    }
}
