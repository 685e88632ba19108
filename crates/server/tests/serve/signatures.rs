//! Each way to spoil a signature, on each service.

use std::time::{Duration, SystemTime};

use b2bi_local_server::{ClockMode, ClockSettings};
use b2bi_local_sigv4::{Credential, Service};

use crate::harness::{ACCOUNT, Message, REGION, Running, SECRET};

pub(crate) const HOST: (&str, &str) = ("host", "localhost");
const SERVICES: [Service<'static>; 4] = [
    Service::Api("b2bi"),
    Service::Api("logs"),
    Service::Api("sts"),
    Service::S3,
];

pub(crate) async fn verifying() -> Running {
    Running::start(|config| {
        let mut temporary = Credential::new("999900001111", SECRET);
        temporary.session_token = Some("the token".into());
        config.credentials = Some(vec![Credential::new(ACCOUNT, SECRET), temporary]);
    })
    .await
}

/// A request that each service answers with 200.
pub(crate) fn plain(service: Service<'_>) -> Message {
    let target = |name| ("x-amz-target", name);
    let json = |version| ("content-type", version);
    let form = json("application/x-www-form-urlencoded");
    match service {
        Service::S3 => Message::new("GET", "/?max-buckets=7", &[HOST], ""),
        Service::Api("sts") => Message::new("POST", "/", &[HOST, form], "Action=GetCallerIdentity"),
        Service::Api("logs") => {
            let headers = [
                HOST,
                json("application/x-amz-json-1.1"),
                target("Logs_20140328.DescribeLogGroups"),
            ];
            Message::new("POST", "/", &headers, "{}")
        }
        Service::Api(_) => {
            let headers = [
                HOST,
                json("application/x-amz-json-1.0"),
                target("B2BI.ListProfiles"),
            ];
            Message::new("POST", "/", &headers, "{}")
        }
    }
}

fn signed(service: Service<'_>) -> Message {
    let mut message = plain(service);
    message.sign(service, REGION, SystemTime::now());
    message
}

/// A request with one header replaced.
fn replaced(message: &mut Message, header: &str, from: &str, to: &str) {
    let value = message.header(header);
    assert!(value.contains(from), "{value} has no {from}");
    *value = value.replacen(from, to, 1);
}

type Spoil = fn(&mut Message, Service<'_>);

/// What JSON, Query and S3 answer.
type Answers = [&'static str; 3];

const INVALID: Answers = [
    "403 InvalidSignatureException",
    "403 SignatureDoesNotMatch",
    "403 SignatureDoesNotMatch",
];
const UNKNOWN: Answers = [
    "403 UnrecognizedClientException",
    "403 InvalidClientTokenId",
    "403 InvalidAccessKeyId",
];
const INCOMPLETE: Answers = [
    "403 IncompleteSignatureException",
    "400 IncompleteSignature",
    "400 AuthorizationHeaderMalformed",
];

fn with(answers: Answers, s3: &'static str) -> Answers {
    [answers[0], answers[1], s3]
}

fn spoiled() -> Vec<(&'static str, Spoil, Answers)> {
    fn again(message: &mut Message, service: Service<'_>, region: &str, ago: i64) {
        let mut fresh = plain(service);
        let now = SystemTime::now();
        let distance = Duration::from_secs(ago.unsigned_abs());
        let time = if ago < 0 {
            now + distance
        } else {
            now - distance
        };
        fresh.sign(service, region, time);
        *message = fresh;
    }
    let malformed = "400 AuthorizationHeaderMalformed";
    let skewed = with(INVALID, "403 RequestTimeTooSkewed");
    let ok: Answers = ["200"; 3];
    vec![
        ("nothing", |_, _| (), ok),
        (
            "another valid region",
            |item, to| again(item, to, "eu-west-3", 0),
            ok,
        ),
        (
            "ten minutes ago",
            |item, to| again(item, to, REGION, 600),
            ok,
        ),
        (
            "in ten minutes",
            |item, to| again(item, to, REGION, -600),
            ok,
        ),
        (
            "sixteen minutes ago",
            |item, to| again(item, to, REGION, 960),
            skewed,
        ),
        (
            "in sixteen minutes",
            |item, to| again(item, to, REGION, -960),
            skewed,
        ),
        (
            "no region",
            |item, to| again(item, to, "nowhere", 0),
            with(INVALID, malformed),
        ),
        (
            "another secret",
            |item, to| {
                *item = plain(to);
                item.sign_with(
                    &Credential::new(ACCOUNT, "wrong"),
                    to,
                    REGION,
                    SystemTime::now(),
                );
            },
            INVALID,
        ),
        (
            "an unknown key",
            |item, _| replaced(item, "authorization", ACCOUNT, "AKIDOTHER"),
            UNKNOWN,
        ),
        (
            "another key",
            |item, _| replaced(item, "authorization", ACCOUNT, "999900001111"),
            with(UNKNOWN, "400 InvalidToken"),
        ),
        (
            "a region that was not signed",
            |item, _| replaced(item, "authorization", REGION, "us-west-2"),
            INVALID,
        ),
        (
            "another day",
            |item, _| {
                let day = item.header("x-amz-date")[..8].to_owned();
                replaced(item, "authorization", &day, "20010101");
            },
            with(INVALID, malformed),
        ),
        (
            "no such day",
            |item, _| "20261399T999999Z".clone_into(item.header("x-amz-date")),
            INCOMPLETE,
        ),
        (
            "no date",
            |item, _| item.remove("x-amz-date"),
            with(INCOMPLETE, "403 AccessDenied"),
        ),
        (
            "an unsigned host",
            |item, _| replaced(item, "authorization", "host;", ""),
            with(INVALID, "403 AccessDenied"),
        ),
        (
            "an unsigned date",
            |item, _| replaced(item, "authorization", "x-amz-date", "x-other"),
            with(INVALID, "403 AccessDenied"),
        ),
        (
            "a header of AWS that was not signed",
            |item, _| item.push("x-amz-meta-x", "1"),
            with(INVALID, "403 AccessDenied"),
        ),
        (
            "another host",
            |item, _| "localhost:80".clone_into(item.header("host")),
            INVALID,
        ),
        (
            "another query",
            |item, _| {
                item.target
                    .push_str(if item.target == "/" { "?x" } else { "&x" });
            },
            INVALID,
        ),
        (
            "no signature in the header",
            |item, _| replaced(item, "authorization", ", Signature=", ", Nothing="),
            INCOMPLETE,
        ),
        (
            "a short credential",
            |item, _| replaced(item, "authorization", "/aws4_request", "/"),
            INCOMPLETE,
        ),
        (
            "another end of the signature",
            |item, _| {
                let value = item.header("authorization");
                let last = if value.ends_with('0') { "1" } else { "0" };
                value.pop();
                value.push_str(last);
            },
            INVALID,
        ),
        (
            "no end of the signature",
            |item, _| {
                item.header("authorization").pop();
            },
            INVALID,
        ),
        (
            "two signatures",
            |item, _| {
                let value = item.header("authorization").clone();
                item.push("authorization", &value);
            },
            INCOMPLETE,
        ),
    ]
}

fn answer(answers: Answers, service: Service<'_>) -> &'static str {
    match service {
        Service::S3 => answers[2],
        Service::Api("sts") => answers[1],
        Service::Api(_) => answers[0],
    }
}

#[tokio::test]
async fn each_way_to_spoil_a_signature_has_its_answer() {
    let server = verifying().await;
    for service in SERVICES {
        for (name, spoil, answers) in spoiled() {
            let mut message = signed(service);
            spoil(&mut message, service);
            let reply = server.send(&message).await;
            let expected = answer(answers, service);
            assert_eq!(
                reply.outcome(),
                expected,
                "{service:?}, {name}: {message:?}\n{reply:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_signature_is_for_one_service() {
    let server = verifying().await;
    for (called, scope, expected) in [
        (
            Service::Api("b2bi"),
            Service::Api("logs"),
            "403 InvalidSignatureException",
        ),
        (
            Service::Api("b2bi"),
            Service::S3,
            "403 InvalidSignatureException",
        ),
        (
            Service::Api("b2bi"),
            Service::Api("dynamodb"),
            "403 InvalidSignatureException",
        ),
        (
            Service::Api("logs"),
            Service::Api("b2bi"),
            "403 InvalidSignatureException",
        ),
        (
            Service::S3,
            Service::Api("s3express"),
            "400 AuthorizationHeaderMalformed",
        ),
    ] {
        let mut message = plain(called);
        // The signature has everything that S3 requires, so that only the scope is wrong.
        message.push("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        message.sign(scope, REGION, SystemTime::now());
        let reply = server.send(&message).await;
        assert_eq!(
            reply.outcome(),
            expected,
            "{called:?} for {scope:?}: {reply:?}"
        );
    }
}

#[tokio::test]
async fn a_body_is_the_one_that_was_signed() {
    let server = verifying().await;
    server
        .control
        .put_object(ACCOUNT, "orders", "there", "x".into())
        .await
        .unwrap();
    let put = |body| Message::new("PUT", "/orders/k", &[HOST], body);
    for (mut message, service, other, expected) in [
        (
            plain(SERVICES[0]),
            SERVICES[0],
            "[]",
            "403 InvalidSignatureException",
        ),
        (
            plain(SERVICES[1]),
            SERVICES[1],
            "{ }",
            "403 InvalidSignatureException",
        ),
        (
            plain(SERVICES[2]),
            SERVICES[2],
            "Action=GetCallerIdentity&x",
            "403 SignatureDoesNotMatch",
        ),
        (
            put("abc"),
            Service::S3,
            "abd",
            "400 XAmzContentSHA256Mismatch",
        ),
        (put("abc"), Service::S3, "", "400 XAmzContentSHA256Mismatch"),
        (put(""), Service::S3, "abc", "400 XAmzContentSHA256Mismatch"),
        (
            Message::new("POST", "/orders?delete", &[HOST], "<Delete/>"),
            Service::S3,
            "<Delete><Object><Key>there</Key></Object></Delete>",
            "400 XAmzContentSHA256Mismatch",
        ),
    ] {
        message.sign(service, REGION, SystemTime::now());
        other.clone_into(&mut message.body);
        let reply = server.send(&message).await;
        assert_eq!(reply.outcome(), expected, "{message:?}\n{reply:?}");
    }
    assert!(server.control.object(ACCOUNT, "orders", "k").await.is_err());
    assert!(
        server
            .control
            .object(ACCOUNT, "orders", "there")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn s3_wants_to_know_what_is_signed_of_a_body() {
    let server = verifying().await;
    for (declared, expected) in [
        (Some("unsigned-payload"), "400 InvalidArgument"),
        (Some("abc"), "400 InvalidArgument"),
        (
            Some("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"),
            "400 InvalidArgument",
        ),
        (None, "400 InvalidRequest"),
    ] {
        let mut message = plain(Service::S3);
        if let Some(declared) = declared {
            message.push("x-amz-content-sha256", declared);
        }
        // Signed as an API's request, which leaves this header as it is.
        message.sign(Service::Api("s3"), REGION, SystemTime::now());
        let reply = server.send(&message).await;
        assert_eq!(reply.outcome(), expected, "{declared:?}: {reply:?}");
    }
}

#[tokio::test]
async fn a_temporary_key_goes_with_its_token() {
    let server = verifying().await;
    for (token, answers) in [
        (Some("the token"), ["200"; 3]),
        (Some("another"), with(UNKNOWN, "400 InvalidToken")),
        (None, with(UNKNOWN, "400 InvalidToken")),
    ] {
        for service in SERVICES {
            let mut message = plain(service);
            let credential = Credential {
                session_token: token.map(Into::into),
                ..Credential::new("999900001111", SECRET)
            };
            message.sign_with(&credential, service, REGION, SystemTime::now());
            let reply = server.send(&message).await;
            assert_eq!(
                reply.outcome(),
                answer(answers, service),
                "{service:?} {token:?}"
            );
        }
    }
}

#[tokio::test]
async fn unsigned_requests_are_refused() {
    let server = verifying().await;
    let object = Message::new("GET", "/orders/k", &[HOST], "");
    let form = "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b\r\n\
                Content-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--\r\n";
    let multipart = ("content-type", "multipart/form-data; boundary=b");
    let upload = Message::new("POST", "/orders", &[HOST, multipart], form);
    for (message, expected) in [
        (
            plain(SERVICES[0]),
            "403 MissingAuthenticationTokenException",
        ),
        (
            plain(SERVICES[1]),
            "403 MissingAuthenticationTokenException",
        ),
        (plain(SERVICES[2]), "403 MissingAuthenticationToken"),
        (object, "403 AccessDenied"),
        (upload, "403 AccessDenied"),
    ] {
        let reply = server.send(&message).await;
        assert_eq!(reply.outcome(), expected, "{message:?}\n{reply:?}");
    }
}

#[tokio::test]
async fn the_servers_clock_decides() {
    let server = Running::start(|config| {
        config.credentials = Some(vec![Credential::new(ACCOUNT, SECRET)]);
        let start = serde_json::from_value("2015-08-30T12:36:00Z".into()).unwrap();
        config.clock = ClockSettings {
            mode: ClockMode::Manual,
            start: Some(start),
        };
    })
    .await;
    let then = SystemTime::UNIX_EPOCH + Duration::from_mins(24_015_636);
    for service in SERVICES {
        let mut message = plain(service);
        message.sign(service, REGION, then);
        assert_eq!(server.send(&message).await.outcome(), "200", "{service:?}");
        let answers = with(INVALID, "403 RequestTimeTooSkewed");
        let reply = server.send(&signed(service)).await;
        assert_eq!(reply.outcome(), answer(answers, service), "{service:?}");
    }
    server.control.advance(Duration::from_secs(901));
    for service in SERVICES {
        let mut message = plain(service);
        message.sign(service, REGION, then);
        assert_eq!(server.send(&message).await.status, 403, "{service:?}");
    }
}
