//! Recorded calls contain nothing that identifies anybody, and answer the same calls again.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Replay, TrafficRecorder, TrafficSource, repeat};
use crate::compare::compare;
use crate::endpoint::{Endpoint, EndpointError, Request, Response};
use crate::recording::Recording;

const ACCOUNT: &str = "999988887777";

fn reply(status: u16, body: &Value) -> Response {
    Response {
        status,
        headers: [(
            "content-type".to_owned(),
            "application/x-amz-json-1.0".to_owned(),
        )]
        .into(),
        body: body.to_string().into(),
    }
}

fn recorder() -> TrafficRecorder {
    TrafficRecorder::new(&TrafficSource {
        source: "aws".to_owned(),
        region: "us-east-1".to_owned(),
        date: "2026-11-29".to_owned(),
    })
}

fn arn(id: &str) -> String {
    format!("arn:aws:b2bi:us-east-1:{ACCOUNT}:profile/{id}")
}

/// A profile is created, read, throttled, and deleted.
fn calls(id: &str, name: &str) -> Vec<(&'static str, Value, u16, Value)> {
    let profile = json!({"profileId": id, "profileArn": arn(id), "name": name,
        "email": "joe@acme.com", "phone": "+15551234567", "createdAt": "2026-11-29T10:00:00.5Z"});
    let changed = json!({"profileId": id, "modifiedAt": "2026-11-29T10:01:00Z", "name": name});
    let gone = json!({"__type": "ResourceNotFoundException", "Message": format!("{id} is gone")});
    let create = json!({"name": name, "email": "joe@acme.com", "phone": "+15551234567",
        "businessName": "${Acme}", "clientToken": "60fbc37c-87f0-4fce-9012-3456789abcde"});
    let get = json!({ "profileId": id });
    let slow = json!({"__type": "ThrottlingException"});
    vec![
        ("CreateProfile", create, 200, profile.clone()),
        ("GetProfile", get.clone(), 200, profile),
        ("GetProfile", get.clone(), 429, slow),
        ("GetProfile", get.clone(), 200, changed),
        (
            "ListTagsForResource",
            json!({"ResourceARN": arn(id)}),
            200,
            json!({"Tags": []}),
        ),
        ("DeleteProfile", get.clone(), 200, json!({})),
        ("GetProfile", get, 404, gone),
    ]
}

fn recorded(calls: &[(&str, Value, u16, Value)]) -> Recording {
    let mut recorder = recorder();
    for (call, input, status, body) in calls {
        recorder.note(call, input.to_string().as_bytes(), &reply(*status, body));
    }
    Recording::parse(&recorder.recording().to_text()).unwrap()
}

#[test]
fn a_recording_names_nobody() {
    let text = recorded(&calls("p-0a1b2c3d4e5f67890", "test-4f0aa21c")).to_text();
    for own in [
        ACCOUNT,
        "0a1b2c3d",
        "4f0aa21c",
        "joe@",
        "1555",
        "60fbc37c",
        "2026-11-29T",
        "clientToken",
    ] {
        assert!(!text.contains(own), "{own}: {text}");
    }
    assert!(text.contains(r#""businessName": "${$}{Acme}""#), "{text}");
}

/// Ids are known by their member where their form is not documented.
#[test]
fn ids_of_any_form_are_replaced() {
    for id in ["PROF_77aZ", "profile7", "b2bi.77.x9", "7f-7f-7f"] {
        let text = recorded(&calls(id, "test-4f0aa21c")).to_text();
        assert!(!text.contains(id), "{id}: {text}");
        let mut replay = Replay::new(recorded(&calls(id, "test-4f0aa21c")), 1_800_000_000);
        let mut call = |call: &str, input: Value| {
            let answered = replay.reply(call, input.to_string().as_bytes(), "111122223333");
            serde_json::from_str::<Value>(&answered.unwrap().body).unwrap()
        };
        let create = json!({"name": "test-77dd1101", "email": "me@here.org", "phone": "+4912345678",
            "businessName": "${Acme}", "clientToken": "another"});
        let made = call("CreateProfile", create);
        let replayed = made["profileId"].as_str().unwrap();
        assert_ne!(replayed, id);
        let arn = made["profileArn"].as_str().unwrap();
        assert!(arn.ends_with(&format!(":profile/{replayed}")), "{arn}");
        assert_eq!(call("GetProfile", json!({ "profileId": replayed })), made);
    }
}

/// Ids, names, accounts and times are those of the replay, in any place.
#[test]
fn a_replay_answers_in_order() {
    let mut replay = Replay::new(
        recorded(&calls("p-0a1b2c3d4e5f67890", "test-4f0aa21c")),
        1_800_000_000,
    );
    let mut call = |call: &str, input: Value| {
        let answered = replay.reply(call, input.to_string().as_bytes(), "111122223333");
        let answered = answered.map_err(|error| error.to_string())?;
        let body: Value = serde_json::from_str(&answered.body).unwrap();
        Ok::<_, String>((answered.status, body))
    };
    let create = json!({"name": "test-77dd1101", "email": "me@here.org", "phone": "+4912345678",
        "businessName": "${Acme}", "clientToken": "another"});
    let (status, made) = call("CreateProfile", create.clone()).unwrap();
    assert_eq!(status, 200);
    assert_eq!(made["name"], "test-77dd1101");
    assert_eq!(made["email"], "me@here.org");
    assert_eq!(made["phone"], "+4912345678");
    assert_eq!(made["createdAt"], "2027-01-15T08:00:00.5Z");
    let id = made["profileId"].as_str().unwrap().to_owned();
    assert_eq!(id, "p-00000000000000001");
    let arn = format!("arn:aws:b2bi:us-east-1:111122223333:profile/{id}");
    assert_eq!(made["profileArn"], arn.as_str());
    let get = json!({ "profileId": id });
    assert_eq!(call("GetProfile", get.clone()).unwrap().1, made);
    assert_eq!(call("GetProfile", get.clone()).unwrap().0, 429);
    let (_, changed) = call("GetProfile", get.clone()).unwrap();
    assert_eq!(changed["modifiedAt"], "2027-01-15T08:01:00Z");
    call("ListTagsForResource", json!({ "ResourceARN": arn })).unwrap();
    let error = call("GetProfile", json!({"profileId": "p-other"})).unwrap_err();
    assert_eq!(
        error,
        r#"The recording has no such call of GetProfile: the next one, call 7, has "${id1}" at /profileId, and this one has "p-other""#
    );
    let error = call("GetProfile", json!({"profileId": id, "x": 1})).unwrap_err();
    assert!(
        error.ends_with("has nothing at /x, and this one has 1"),
        "{error}"
    );
    let (status, gone) = call("GetProfile", get.clone()).unwrap();
    assert_eq!(
        (status, gone["Message"].as_str()),
        (404, Some("p-00000000000000001 is gone"))
    );
    let error = call("CreateProfile", create).unwrap_err();
    assert!(
        error.starts_with("The recording has 1 calls of CreateProfile"),
        "{error}"
    );
    let error = call("ListProfiles", json!({})).unwrap_err();
    assert!(
        error.starts_with("The recording has no call of ListProfiles"),
        "{error}"
    );
    assert_eq!(replay.left(), ["6 DeleteProfile"]);
}

/// Threads take turns in another order than when they were recorded; each gets replies about its own resources.
#[test]
fn replies_belong_to_the_ids_of_the_replay() {
    let of = |name: &str, id: &str| {
        let profile = json!({"profileId": id, "name": name});
        let get = json!({ "profileId": id });
        vec![
            (
                "CreateProfile",
                json!({ "name": name }),
                200,
                profile.clone(),
            ),
            ("GetProfile", get.clone(), 200, profile),
            ("DeleteProfile", get, 200, json!({})),
        ]
    };
    let threads = [
        of("one", "p-0a1b2c3d4e5f67890"),
        of("two", "p-1a1b2c3d4e5f67890"),
        of("three", "p-2a1b2c3d4e5f67890"),
    ];
    let mut replay = Replay::new(recorded(&threads.concat()), 1_800_000_000);
    let mut call = |call: &str, input: Value| -> Value {
        let answered = replay.reply(call, input.to_string().as_bytes(), ACCOUNT);
        serde_json::from_str(&answered.unwrap().body).unwrap()
    };
    for name in ["three", "one", "two"] {
        let made = call("CreateProfile", json!({ "name": name }));
        let get = json!({"profileId": made["profileId"]});
        assert_eq!(call("GetProfile", get.clone()), made);
        call("DeleteProfile", get);
    }
    assert_eq!(replay.left(), [""; 0]);
}

/// A server that gives replies in turn and notes requests.
struct Scripted {
    replies: Mutex<Vec<Response>>,
    requests: Mutex<Vec<String>>,
}

#[async_trait]
impl Endpoint for Scripted {
    async fn send(&self, request: &Request) -> Result<Response, EndpointError> {
        let text = String::from_utf8_lossy(&request.body).into_owned();
        self.requests.lock().unwrap().push(text);
        let next = self.replies.lock().unwrap().pop();
        next.ok_or_else(|| EndpointError::message("no more"))
    }

    async fn pause(&self, _: Duration) {}

    fn region(&self) -> &'static str {
        "us-east-1"
    }
}

#[tokio::test]
async fn repeated_calls_differ_only_in_what_is_answered() {
    let recorded = recorded(&calls("p-0a1b2c3d4e5f67890", "test-4f0aa21c"));
    let mut ours = calls("p-ffffffffffffffff1", "test-aaaaaaa1");
    ours.retain(|(_, _, status, _)| *status != 429);
    ours[5].3["Message"] = "there is no p-ffffffffffffffff1".into();
    let replies = ours.iter().rev().map(|(_, _, status, body)| {
        let body = body.to_string().replace(ACCOUNT, "444455556666");
        let body = body.replace("joe@acme.com", "someone1@example.com");
        let body = body.replace("+15551234567", "+00000000001");
        reply(*status, &serde_json::from_str(&body).unwrap())
    });
    let endpoint = Scripted {
        replies: Mutex::new(replies.collect()),
        requests: Mutex::default(),
    };
    let repeated = repeat(&endpoint, &recorded).await.unwrap();
    let requests = endpoint.requests.lock().unwrap().clone();
    assert_eq!(requests[1], r#"{"profileId":"p-ffffffffffffffff1"}"#);
    assert!(
        requests[3].contains("444455556666:profile/p-ffffffffffffffff1"),
        "{}",
        requests[3]
    );
    let comparison = compare(&repeated.recorded, &repeated.answered);
    let places: Vec<_> = comparison
        .differences
        .iter()
        .map(|difference| (difference.step.as_str(), difference.at.as_str()))
        .collect();
    assert_eq!(places, [("7", "body/Message")]);
    assert_eq!(comparison.differences[0].recorded, "${id1} is gone");
}

proptest! {
    /// Any call is answered by its own recording, and the recording contains no secret of it.
    #[test]
    fn every_call_is_found_again(
        text in "[ -~é]{0,20}",
        account in "[1-9][0-9]{11}",
        id in "p-[0-9a-f]{17}",
        hex in "[0-9a-f]{8,12}",
        number in any::<u64>(),
        glue in "[ :/.,~*$&{}-]",
    ) {
        let mail = format!("joe{}@acme.com", &hex[..4]);
        let (host, key) = (format!("{hex}.acme.internal"), "AKIAI44QH8DHBEXAMPLE");
        let joined = [text.as_str(), &account, &id, &hex, &mail, key, &host].join(&glue);
        let input = json!({"name": joined, "list": [number, null, {&*id: text}], "nextToken": hex});
        let calls = [("ListProfiles", input.clone(), 200, json!({"echo": joined, "id": id}))];
        let recording = recorded(&calls);
        let written = recording.to_text();
        let key = key.to_owned();
        for secret in [&account, &mail, &id, &key, &host] {
            prop_assert!(!written.contains(secret.as_str()) || text.contains(secret.as_str()), "{secret} in {written}");
        }
        let digits = written.as_bytes().windows(12).find(|part| part.iter().all(u8::is_ascii_digit));
        prop_assert_eq!(digits.map(String::from_utf8_lossy), None, "{}", written);
        let mut replay = Replay::new(recording, 0);
        let reply = replay.reply("ListProfiles", input.to_string().as_bytes(), "111122223333");
        let reply: Value = serde_json::from_str(&reply.unwrap().body).unwrap();
        prop_assert_eq!(&reply["echo"], &Value::String(joined));
    }
}
