//! Events that a rule of `EventBridge` writes into a log group.

use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_calibrate::{
    Battery, Change, Endpoint, EndpointError, Recording, Request, Response, RunOptions, Runner,
    Signature, compare,
};
use serde_json::{Value, json};

use super::tests::asked;
use super::{HttpEndpoint, InProcess};

const GROUP: &str = "/aws/events/b2bi-calibration";

/// A server whose events are also in a log group, which is read in pages of one event after an
/// empty page.
struct WithGroup {
    inner: HttpEndpoint,
    /// Changes the text of an event.
    change: fn(String) -> String,
}

impl WithGroup {
    async fn page(&self, input: &Value) -> Result<Response, EndpointError> {
        let request = Request {
            service: "events".to_owned(),
            method: "GET".to_owned(),
            target: "/_b2bi/events?limit=1000".to_owned(),
            headers: [].into(),
            body: [].as_slice().into(),
            signature: Signature::Valid,
        };
        let mut response = self.inner.send(&request).await?;
        let reply: Value = serde_json::from_slice(&response.body).unwrap();
        let pattern = input["filterPattern"].as_str().unwrap();
        let messages = reply["events"].as_array().unwrap().iter();
        let messages: Vec<String> = messages
            .map(|listed| (self.change)(listed["event"].to_string()))
            .filter(|message| message.contains(pattern.trim_matches('"')))
            .collect();
        let at: usize = input["nextToken"]
            .as_str()
            .map_or(0, |token| token.parse().unwrap());
        let page: Vec<Value> = messages
            .iter()
            .skip(at.saturating_sub(1))
            .take(at.min(1))
            .map(|message| json!({"logStreamName": "s", "message": message, "eventId": "1"}))
            .collect();
        let mut body = json!({"events": page, "searchedLogStreams": []});
        if at < messages.len() {
            body["nextToken"] = (at + 1).to_string().into();
        }
        response.body = body.to_string().into();
        Ok(response)
    }
}

#[async_trait]
impl Endpoint for WithGroup {
    async fn send(&self, request: &Request) -> Result<Response, EndpointError> {
        let input: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if input["logGroupName"] == GROUP {
            assert_eq!(request.service, "logs");
            return self.page(&input).await;
        }
        self.inner.send(request).await
    }

    async fn pause(&self, time: Duration) {
        self.inner.pause(time.min(Duration::from_millis(20))).await;
    }

    fn region(&self) -> &str {
        self.inner.region()
    }
}

async fn record(server: &InProcess, change: fn(String) -> String, group: &str) -> Recording {
    let endpoint = WithGroup {
        inner: server.endpoint("eu-west-1").unwrap(),
        change,
    };
    let battery = Battery::standard().unwrap();
    let options = RunOptions {
        run: "0a1b2c3d".to_owned(),
        bucket: None,
        event_log_group: Some(group.to_owned()),
        source: "aws".to_owned(),
        date: "2026-11-29".to_owned(),
        secrets: endpoint.inner.hosts(),
        longest_wait: Duration::from_secs(20),
        waiting: |_| (),
    };
    let questions = battery.chosen(&["A-405".to_owned()]);
    let mut runner = Runner::new(&endpoint, &battery, options);
    let mut recording = runner.recording();
    runner.run(&questions, &mut recording, |_, _| {}).await;
    recording
}

/// Events in a log group are those of the emulator, and differences between them become facts.
#[tokio::test(flavor = "multi_thread")]
async fn events_are_read_from_a_log_group() {
    let server = InProcess::with(|_| ()).await.unwrap();
    let recorded = record(&server, |event| event, GROUP).await;
    assert_eq!(recorded.skipped, []);
    let events = recorded.answer("events", "events").unwrap();
    let told = events.body["events"].as_array().map_or(0, Vec::len);
    assert!(told >= 2, "{events:?}");
    assert!(!recorded.to_text().contains(GROUP));
    let same = asked(&InProcess::with(|_| ()).await.unwrap(), &recorded).await;
    assert_eq!(compare(&recorded, &same).differences, []);

    let server = InProcess::with(|_| ()).await.unwrap();
    let changed = |event: String| event.replace("ack-generation-status", "acknowledgement-status");
    let recorded = record(&server, changed, GROUP).await;
    let found = compare(&recorded, &same).differences;
    assert!(!found.is_empty());
    for difference in &found {
        assert_eq!(difference.change, Change::Fields, "{difference:?}");
        assert_eq!(difference.assumptions, ["A-76", "A-405"]);
    }
    let with_facts = InProcess::with(|config| config.recording = Some(recorded.clone()));
    let answered = asked(&with_facts.await.unwrap(), &recorded).await;
    assert_eq!(compare(&recorded, &answered).differences, []);
}

/// A missing group, or one without events, gives no answer about events.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_without_events_is_reported() {
    let check = async |change: fn(String) -> String, group: &str, expected: &str| {
        let server = InProcess::with(|_| ()).await.unwrap();
        let recorded = record(&server, change, group).await;
        assert_eq!(recorded.answers, [], "{group}");
        let reasons = recorded.skipped.iter().map(|one| one.reason.as_str());
        let reasons: Vec<&str> = reasons.collect();
        let is_told = |reason: &&str| reason.contains(expected);
        assert!(
            !reasons.is_empty() && reasons.iter().all(is_told),
            "{reasons:?}"
        );
    };
    check(
        |event| event,
        "/aws/events/none",
        "ResourceNotFoundException",
    )
    .await;
    check(|_| String::new(), GROUP, "has no events of the run").await;
}
