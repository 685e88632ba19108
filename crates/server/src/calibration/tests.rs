//! A server with changed answers plays the part of AWS.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_calibrate::{
    Battery, Comparison, Endpoint, EndpointError, PREFIX, Recording, Request, Response, RunOptions,
    Runner, Scope, clean, compare,
};
use serde_json::Value;

use super::{HttpEndpoint, InProcess, ask};
use crate::config::Config;
use crate::serve::Server;

/// What happens to the reply to a request, which is counted.
pub(super) type Alteration = fn(&Request, usize, Response) -> Result<Response, EndpointError>;

/// An endpoint that alters what another answers.
pub(super) struct Altered {
    inner: HttpEndpoint,
    alteration: Alteration,
    count: AtomicUsize,
}

#[async_trait]
impl Endpoint for Altered {
    async fn send(&self, request: &Request) -> Result<Response, EndpointError> {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let response = self.inner.send(request).await?;
        (self.alteration)(request, count, response)
    }

    async fn pause(&self, time: Duration) {
        self.inner.pause(time.min(Duration::from_millis(20))).await;
    }

    fn region(&self) -> &str {
        self.inner.region()
    }
}

pub(super) fn altered(server: &InProcess, alteration: Alteration) -> Altered {
    Altered {
        inner: server.endpoint("eu-west-1").unwrap(),
        alteration,
        count: AtomicUsize::new(0),
    }
}

pub(super) async fn record(endpoint: &Altered, only: &[&str]) -> Recording {
    let battery = Battery::standard().unwrap();
    let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
    let options = RunOptions {
        run: "0a1b2c3d".to_owned(),
        bucket: None,
        event_log_group: None,
        source: "endpoint".to_owned(),
        date: "2026-11-29".to_owned(),
        secrets: endpoint.inner.hosts(),
        longest_wait: Duration::from_mins(1),
        waiting: |_| (),
    };
    let mut runner = Runner::new(endpoint, &battery, options);
    let questions = battery.chosen(&only);
    let questions: Vec<_> = questions
        .into_iter()
        .filter(|question| !question.slow)
        .collect();
    let mut recording = runner.recording();
    runner.run(&questions, &mut recording, |_, _| {}).await;
    recording
}

/// Where replies of the emulator, in this process, differ from the recording.
pub(super) async fn compared(recorded: &Recording) -> Comparison {
    let server = InProcess::with(|_| ()).await.unwrap();
    compare(recorded, &asked(&server, recorded).await)
}

pub(super) async fn asked(server: &InProcess, recorded: &Recording) -> Recording {
    let battery = Battery::standard().unwrap();
    let questions = battery.named(&recorded.questions());
    ask(&server.endpoint("eu-west-1").unwrap(), &battery, &questions).await
}

fn scope() -> Scope {
    Scope {
        prefix: PREFIX.to_owned(),
        bucket: None,
    }
}

pub(super) fn with_body(mut response: Response, change: impl Fn(String) -> String) -> Response {
    response.body = change(response.text()).into();
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn the_emulator_does_not_differ_from_itself() {
    let server = InProcess::with(|_| ()).await.unwrap();
    let endpoint = altered(&server, |_, _, response| Ok(response));
    let recorded = record(&endpoint, &[]).await;
    let comparison = compared(&recorded).await;
    assert_eq!(recorded.skipped, []);
    assert_eq!(comparison.differences, []);
    assert_eq!(comparison.not_compared, [""; 0]);
    assert_expected(&recorded);
    assert_nothing_of_the_account(&recorded, &endpoint);
    let read = Recording::parse(&recorded.to_text()).unwrap();
    assert_eq!(read, recorded);
    let with_facts = InProcess::with(|config| config.recording = Some(read));
    let answered = asked(&with_facts.await.unwrap(), &recorded).await;
    assert_eq!(compare(&recorded, &answered).differences, []);
    // Only the buckets and the log groups of the run remain.
    clean(&endpoint, &scope()).await.unwrap();
    assert_eq!(clean(&endpoint, &scope()).await.unwrap(), 0);
}

/// Answers are what the questions expect of the emulator.
fn assert_expected(recorded: &Recording) {
    for question in Battery::standard().unwrap().questions {
        for (at, step) in question.steps.iter().enumerate() {
            let Some(answer) = recorded.answer(&question.id, &step.label(at)) else {
                continue;
            };
            let place = format!(
                "{}/{}: {} {}",
                question.id, answer.step, answer.status, answer.body
            );
            if let Some(status) = step.expect.status {
                assert_eq!(answer.status, status, "{place}");
            }
            if let Some(error) = &step.expect.error {
                assert_eq!(answer.error_type().as_ref(), Some(error), "{place}");
            }
            if let Some(part) = &step.expect.contains {
                assert!(answer.body.to_string().contains(part), "{place}");
            }
        }
    }
}

fn assert_nothing_of_the_account(recorded: &Recording, endpoint: &Altered) {
    let text = recorded.to_text().replace("123456789012", "");
    let digits = text
        .as_bytes()
        .windows(12)
        .find(|part| part.iter().all(u8::is_ascii_digit));
    assert_eq!(digits.map(String::from_utf8_lossy), None);
    for host in endpoint.inner.hosts() {
        assert!(!text.contains(&host), "{host}");
    }
    for mail in text.split('@').skip(1) {
        assert!(mail.starts_with("example.com"), "an e-mail at {mail:.40}");
    }
    for own in ["0a1b2c3d", "AKIAI44QH8DHBEXAMPLE"] {
        assert!(!text.contains(own), "{own}");
    }
}

/// Each alteration is reported below the number of its assumption.
#[tokio::test(flavor = "multi_thread")]
async fn each_alteration_is_named() {
    let check = async |question: &str, alteration: Alteration, number: &str, at: &str| {
        let server = InProcess::with(|_| ()).await.unwrap();
        let recorded = record(&altered(&server, alteration), &[question]).await;
        let differences = compared(&recorded).await.differences;
        let is_it = |number: &str, at: &str| {
            let mut all = differences.iter();
            all.any(|found| found.at == at && found.assumptions.iter().any(|named| named == number))
        };
        assert!(is_it(number, at), "{question}: {differences:#?}");
    };
    check(
        "missing-profile",
        |_, _, response| {
            Ok(with_body(response, |text| {
                text.replace("does not exist", "is gone")
            }))
        },
        "A-06",
        "body/message",
    )
    .await;
    check(
        "empty-union",
        |_, _, mut response| {
            response.status = if response.status == 400 {
                422
            } else {
                response.status
            };
            Ok(response)
        },
        "A-03",
        "status",
    )
    .await;
    check(
        "mapping-reply",
        |_, _, response| {
            Ok(with_body(response, |text| {
                let body: Value = serde_json::from_str(&text).unwrap_or_default();
                let literal = body["mappedFileContent"].as_str().unwrap_or_default();
                let plain: String = serde_json::from_str(literal).unwrap_or_default();
                serde_json::json!({ "mappedFileContent": plain }).to_string()
            }))
        },
        "A-30",
        "body/mappedFileContent",
    )
    .await;
    check(
        "s3-mfa",
        |_, _, response| {
            Ok(with_body(response, |text| {
                text.replace("AccessDenied", "NotImplemented")
            }))
        },
        "A-278",
        "body/Code",
    )
    .await;
    check(
        "parse-document",
        |_, _, response| Ok(with_body(response, |text| text.replace("_loop", "_group"))),
        "A-21",
        "body/parsedFileContent",
    )
    .await;
}

/// Throttling is waited out and leaves no trace in the answers.
#[tokio::test(flavor = "multi_thread")]
async fn throttled_requests_are_repeated() {
    let server = InProcess::with(|_| ()).await.unwrap();
    let endpoint = altered(&server, |request, count, mut response| {
        // Calls with side effects are made once.
        if count % 2 == 0
            && request
                .headers
                .get("x-amz-target")
                .is_some_and(|target| target.contains("Get"))
        {
            response.status = 429;
            response.body = r#"{"__type":"ThrottlingException"}"#.into();
        }
        Ok(response)
    });
    let recorded = record(&endpoint, &["missing-profile", "new-profile"]).await;
    assert_eq!(recorded.skipped, []);
    assert_eq!(compared(&recorded).await.differences, []);
}

fn is_deletion(request: &Request) -> bool {
    let target = request.headers.get("x-amz-target");
    target.is_some_and(|target| target.contains("Delete"))
}

/// However a run ends, the clean-up after it leaves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_failed_run_has_made_is_deleted() {
    let failures: [Alteration; 6] = [
        |request, count, mut response| {
            // Throttled without end.
            if count > 8 && !is_deletion(request) {
                response.status = 429;
                response.body = r#"{"__type":"ThrottlingException"}"#.into();
            }
            Ok(response)
        },
        |_, count, mut response| {
            // No longer allowed to do anything.
            if count > 8 {
                response.status = 403;
                response.body = r#"{"__type":"AccessDeniedException"}"#.into();
            }
            Ok(response)
        },
        |_, count, response| {
            // A page of a proxy in place of replies.
            let page = |_| "<html>Sign in</html>".to_owned();
            Ok(if count > 8 {
                with_body(response, page)
            } else {
                response
            })
        },
        |_, count, response| {
            if count < 9 {
                Ok(response)
            } else {
                Err(EndpointError::message("gone"))
            }
        },
        |_, count, response| {
            if count < 14 {
                Ok(response)
            } else {
                Err(EndpointError::message("gone"))
            }
        },
        |request, count, mut response| {
            // Created without a report; and nothing can be deleted.
            if request.headers.get("x-amz-target").is_some_and(|target| {
                target.contains("Delete") || count > 6 && target.contains("Create")
            }) {
                response.status = 503;
            }
            Ok(response)
        },
    ];
    for failure in failures {
        let server = InProcess::with(|_| ()).await.unwrap();
        let recorded = record(
            &altered(&server, failure),
            &["delimiters", "list-order", "s3-mfa"],
        )
        .await;
        assert!(!recorded.skipped.is_empty());
        let healed = altered(&server, |_, _, response| Ok(response));
        assert!(clean(&healed, &scope()).await.unwrap() > 0);
        assert_eq!(clean(&healed, &scope()).await.unwrap(), 0);
        for list in [
            "ListProfiles",
            "ListTransformers",
            "ListCapabilities",
            "ListPartnerships",
        ] {
            let recorded = format!("B2BI.{list}");
            let request = Request {
                service: "b2bi".to_owned(),
                method: "POST".to_owned(),
                target: "/".to_owned(),
                headers: [
                    (
                        "content-type".to_owned(),
                        "application/x-amz-json-1.0".to_owned(),
                    ),
                    ("x-amz-target".to_owned(), recorded),
                ]
                .into(),
                body: "{}".into(),
                signature: b2bi_local_calibrate::Signature::Valid,
            };
            let left = healed.send(&request).await.unwrap().text();
            assert!(!left.contains(PREFIX), "{left}");
        }
    }
}

/// The first server answers as the second, once it has the recording.
#[tokio::test(flavor = "multi_thread")]
async fn recorded_answers_replace_those_of_the_server() {
    let server = InProcess::with(|_| ()).await.unwrap();
    let endpoint = altered(&server, |_, _, mut response| {
        if response.status == 400 && !response.text().contains("Serialization") {
            response.status = 422;
        }
        Ok(with_body(response, |text| {
            text.replace("does not exist", "is not known to us")
                .replace("ResourceNotFoundException", "NotFoundException")
        }))
    });
    let recorded = record(
        &endpoint,
        &["missing-profile", "missing-capability", "empty-union"],
    )
    .await;
    assert!(!compared(&recorded).await.differences.is_empty());

    let with_facts =
        InProcess::with(|config: &mut Config| config.recording = Some(recorded.clone()));
    let with_facts = with_facts.await.unwrap();
    let answered = asked(&with_facts, &recorded).await;
    assert_eq!(compare(&recorded, &answered).differences, []);
}

#[tokio::test]
async fn an_empty_recording_changes_nothing() {
    let mut config = Config::defaults().unwrap();
    config.listen = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0));
    config.recording = Some(Recording::new("us-east-1", "aws", "2026-11-29"));
    Server::bind(config).await.unwrap();
}
