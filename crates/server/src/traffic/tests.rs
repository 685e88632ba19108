//! A second server plays the part of AWS; calls go to it through a proxy, and are replayed and
//! compared.

use std::path::{Path, PathBuf};

use b2bi_local_calibrate::{
    Endpoint as _, Recording, Repeated, Request, Response, Signature, compare, repeat,
};
use serde_json::{Value, json};

use super::{ProxyConfig, TrafficConfig, UpstreamSignature};
use crate::calibration::{HttpEndpoint, InProcess};
use crate::config::Config;
use crate::services::b2bi::ErrorStatuses;
use crate::system::random_seed;

/// A folder that is removed with its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("b2bi-local-traffic-{:016x}", random_seed());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A reply: status and members.
type Answered = (u16, Value);

async fn call(endpoint: &HttpEndpoint, target: &str, input: &Value) -> Answered {
    let headers = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", target),
    ];
    let request = Request {
        service: "b2bi".to_owned(),
        method: "POST".to_owned(),
        target: "/".to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        body: input.to_string().into(),
        signature: Signature::Valid,
    };
    let Response {
        status,
        body,
        headers,
    } = endpoint.send(&request).await.unwrap();
    assert!(headers.contains_key("x-amzn-requestid"), "{headers:?}");
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// A suite: it asserts on the replies.
async fn suite(server: &InProcess, name: &str) -> Vec<Answered> {
    let endpoint = server.endpoint("eu-west-1").unwrap();
    let profile = json!({"name": name, "businessName": "Blue Bikes", "email": "joe@acme.com",
        "phone": "+15551234567", "logging": "DISABLED", "clientToken": format!("{name}-once")});
    let made = call(&endpoint, "B2BI.CreateProfile", &profile).await;
    let id = json!({ "profileId": made.1["profileId"] });
    let arn = json!({ "ResourceARN": made.1["profileArn"] });
    let mapping =
        json!({"inputFileContent": "{\"a\": 1}", "mappingTemplate": "a", "fileFormat": "JSON"});
    let mut told = vec![made];
    for (target, input) in [
        ("B2BI.GetProfile", &id),
        ("B2BI.ListTagsForResource", &arn),
        ("B2BI.TestMapping", &mapping),
        ("B2BI.ListProfiles", &json!({})),
        ("B2BI.DeleteProfile", &id),
        ("B2BI.GetProfile", &id),
        ("B2BI.Fly", &json!({"to": "the moon"})),
    ] {
        told.push(call(&endpoint, target, input).await);
    }
    told
}

async fn aws() -> InProcess {
    let altered = InProcess::with(|config| config.error_statuses = ErrorStatuses::Docs);
    altered.await.unwrap()
}

async fn proxy(aws: &InProcess, file: &Path) -> InProcess {
    let config = ProxyConfig {
        endpoint: aws.url(),
        file: file.to_owned(),
        signature: UpstreamSignature::Caller,
    };
    let proxy = InProcess::with(|settings| settings.traffic = Some(TrafficConfig::Proxy(config)));
    proxy.await.unwrap()
}

/// The replies through a proxy, and the recording.
async fn recorded(name: &str) -> (Vec<Answered>, Recording) {
    let folder = Folder::new();
    let file = folder.0.join("traffic.json");
    let aws = aws().await;
    let proxy = proxy(&aws, &file).await;
    let told = suite(&proxy, name).await;
    proxy.stop().await;
    let recording = std::fs::read_to_string(&file).unwrap();
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1);
    (told, Recording::parse(&recording).unwrap())
}

fn statuses(told: &[Answered]) -> Vec<u16> {
    told.iter().map(|(status, _)| *status).collect()
}

/// The members that are not ids and times.
fn lasting(told: &[Answered]) -> Vec<Value> {
    let lasting = told.iter().map(|(_, body)| {
        let mut body = body.clone();
        if let Some(members) = body.as_object_mut() {
            members.retain(|name, value| value.is_string() && !name.ends_with("At"));
        }
        body
    });
    lasting.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suite_gets_the_same_from_the_proxy_and_from_the_recording() {
    let (through_proxy, recording) = recorded("test-4f0aa21c").await;
    assert_eq!(
        statuses(&through_proxy),
        [200, 200, 200, 200, 200, 200, 400, 404]
    );
    assert_eq!(recording.region, "eu-west-1");
    let text = recording.to_text();
    let id = through_proxy[0].1["profileId"].as_str().unwrap();
    for own in [
        id,
        "4f0aa21c",
        "acme.com",
        "1555123",
        "clientToken",
        "127.0.0.1",
    ] {
        assert!(!text.contains(own), "{own}: {text}");
    }

    let replay = InProcess::with(|config| {
        config.traffic = Some(TrafficConfig::Replay(recording));
    });
    let replay = replay.await.unwrap();
    let replayed = suite(&replay, "test-77dd1101").await;
    assert_eq!(statuses(&replayed), statuses(&through_proxy));
    let expected = serde_json::to_string(&lasting(&through_proxy)).unwrap();
    let replayed_id = replayed[0].1["profileId"].as_str().unwrap();
    let expected = expected
        .replace("4f0aa21c", "77dd1101")
        .replace(id, replayed_id);
    assert_eq!(
        serde_json::to_string(&lasting(&replayed)).unwrap(),
        expected
    );

    let endpoint = replay.endpoint("eu-west-1").unwrap();
    let (status, more) = call(&endpoint, "B2BI.ListCapabilities", &json!({})).await;
    let kind = more["__type"].as_str().unwrap();
    assert_eq!((status, kind), (400, "NotRecordedException"));
    let message = more["message"].as_str().unwrap();
    assert!(message.contains("no call of ListCapabilities"), "{message}");
}

/// Differences from AWS's replies are named, and `--facts` adopts them.
#[tokio::test(flavor = "multi_thread")]
async fn recorded_calls_are_compared_and_become_facts() {
    let (_, recording) = recorded("test-4f0aa21c").await;
    let differences = async |server: InProcess| {
        let endpoint = server.endpoint("eu-west-1").unwrap();
        let Repeated { recorded, answered } = repeat(&endpoint, &recording).await.unwrap();
        let comparison = compare(&recorded, &answered);
        assert_eq!(comparison.compared, 8);
        let differences = comparison.differences.into_iter();
        differences
            .map(|difference| format!("{} {}", difference.call, difference.at))
            .collect::<Vec<_>>()
    };
    let plain = InProcess::with(|_| ()).await.unwrap();
    assert_eq!(differences(plain).await, ["GetProfile status"]);
    let with_facts =
        InProcess::with(|config: &mut Config| config.recording = Some(recording.clone()));
    assert_eq!(differences(with_facts.await.unwrap()).await, [""; 0]);
}

/// An endpoint that does not answer, and one that is the proxy itself, give errors.
#[tokio::test(flavor = "multi_thread")]
async fn endpoints_that_cannot_answer_are_reported() {
    let folder = Folder::new();
    let file = folder.0.join("traffic.json");
    let aws = aws().await;
    let proxy = proxy(&aws, &file).await;
    let chained = self::proxy(&proxy, &folder.0.join("other.json")).await;
    let endpoint = chained.endpoint("eu-west-1").unwrap();
    let (status, body) = call(&endpoint, "B2BI.ListProfiles", &json!({})).await;
    assert_eq!(status, 502);
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .contains("leads back to it"),
        "{body}"
    );
    aws.stop().await;
    let endpoint = proxy.endpoint("eu-west-1").unwrap();
    let (status, body) = call(&endpoint, "B2BI.ListProfiles", &json!({})).await;
    assert_eq!(status, 502);
    assert_eq!(body["__type"], "UpstreamUnavailableException");
}
