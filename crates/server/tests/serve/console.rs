//! The console: who gets its page, with which headers, and that S3 keeps `/` for programs.

use crate::harness::{Message, Running};

const PAGE: &str = "/_b2bi/console/";

/// A request to a name of this machine.
fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Message {
    let mut request = Message::new(method, target, headers, body);
    request.push("host", "127.0.0.1:4577");
    request
}

fn browser(target: &str) -> Message {
    let headers = [
        ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
        ("sec-fetch-mode", "navigate"),
        (
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0",
        ),
    ];
    request("GET", target, &headers, "")
}

fn has(head: &str, name: &str) -> bool {
    let named = |line: &str| line.to_ascii_lowercase().starts_with(&format!("{name}:"));
    head.lines().any(named)
}

#[tokio::test]
async fn a_browser_is_led_to_the_console_and_programs_are_not() {
    let server = Running::start(|_| {}).await;
    let reply = server.send(&browser("/")).await;
    assert_eq!(reply.status, 302, "{reply:?}");
    assert!(reply.head.contains(PAGE), "{reply:?}");
    let check = async |change: &dyn Fn(&mut Message)| {
        let mut request = browser("/");
        change(&mut request);
        let reply = server.send(&request).await;
        assert_ne!(reply.status, 302, "{request:?}");
    };
    check(&|request| request.method = "HEAD".to_owned()).await;
    check(&|request| request.method = "POST".to_owned()).await;
    check(&|request| request.target = "/?x-id=ListBuckets".to_owned()).await;
    check(&|request| request.target = "/orders".to_owned()).await;
    check(&|request| request.remove("accept")).await;
    check(&|request| *request.header("accept") = "*/*".to_owned()).await;
    check(&|request| *request.header("sec-fetch-mode") = "cors".to_owned()).await;
    check(&|request| *request.header("host") = "orders.localhost".to_owned()).await;
    let program = request("GET", "/", &[("accept", "text/html")], "");
    let reply = server.send(&program).await;
    assert!(reply.body.contains("ListAllMyBucketsResult"), "{reply:?}");
}

#[tokio::test]
async fn every_file_has_the_headers_of_the_policy() {
    let server = Running::start(|_| {}).await;
    let page = server.send(&browser(PAGE)).await;
    assert_eq!(page.status, 200, "{page:?}");
    let named = page.body.split('"').filter(|text| text.starts_with(PAGE));
    let files: Vec<&str> = named.chain([PAGE, "/_b2bi/console"]).collect();
    assert!(files.len() > 3, "{files:?}");
    for target in files {
        for method in ["GET", "HEAD"] {
            let reply = server.send(&request(method, target, &[], "")).await;
            assert_eq!(reply.status, 200, "{target} {reply:?}");
            for name in [
                "content-security-policy",
                "x-content-type-options",
                "referrer-policy",
                "cross-origin-opener-policy",
                "cross-origin-resource-policy",
                "etag",
                "cache-control",
                "content-type",
            ] {
                assert!(has(&reply.head, name), "{target} {name} {reply:?}");
            }
        }
    }
    let missing = server.send(&browser("/_b2bi/console/assets/none.js")).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn a_file_is_compressed_and_not_sent_twice() {
    let server = Running::start(|_| {}).await;
    let gzip = request("HEAD", PAGE, &[("accept-encoding", "gzip, br")], "");
    let reply = server.send(&gzip).await;
    assert!(has(&reply.head, "content-encoding"), "{reply:?}");
    let tagged = |line: &&str| line.to_ascii_lowercase().starts_with("etag:");
    let etag = reply.head.lines().find(tagged).unwrap();
    let etag = etag.split_once(':').unwrap().1.trim().to_owned();
    let again = request("GET", PAGE, &[("if-none-match", &etag)], "");
    let reply = server.send(&again).await;
    assert_eq!((reply.status, reply.body.as_str()), (304, ""));
}

#[tokio::test]
async fn strangers_get_no_page() {
    let server = Running::start(|_| {}).await;
    for (name, value) in [
        ("host", "evil.example"),
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let mut stranger = request("GET", PAGE, &[], "");
        assert_eq!(server.send(&stranger).await.status, 200);
        stranger.remove(name);
        stranger.push(name, value);
        let reply = server.send(&stranger).await;
        assert_eq!(reply.status, 403, "{stranger:?}");
    }
}

#[tokio::test]
async fn with_a_token_the_page_is_open_and_what_it_asks_for_is_not() {
    let server = Running::start(|config| config.access.token = Some("secret".into())).await;
    assert_eq!(server.send(&browser(PAGE)).await.status, 200);
    let sets = server.send(&browser("/_b2bi/console/sets")).await;
    assert_eq!(sets.status, 401);
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let server = Running::start(|config| config.console = false).await;
    assert_ne!(server.send(&browser("/")).await.status, 302);
    for target in [PAGE, "/_b2bi/console/sets"] {
        assert_eq!(server.send(&browser(target)).await.status, 404);
    }
}

#[tokio::test]
async fn the_bench_says_what_is_wrong_with_a_request() {
    let server = Running::start(|_| {}).await;
    for (target, body, expected) in [
        ("inspect?set=850", "", "unknown query key"),
        ("inspect?version=4010", "", "are needed"),
        (
            "inspect?version=4010&transactionSet=1",
            "",
            "no transaction set",
        ),
        ("inspect?format=yaml", "", "json or xml"),
        ("inspect?strict=1", "", "false or true"),
        ("inspect?part=-1", "", "a whole number"),
        (
            "inspect?pane=document",
            "",
            "report or acknowledgement or back",
        ),
        ("sample?version=4010", "", "are needed"),
        (
            "sample?version=4010&transactionSet=850&size=none",
            "",
            "full or required",
        ),
        ("outline?version=9&transactionSet=850", "", "no version"),
    ] {
        let method = if target.starts_with("inspect") {
            "POST"
        } else {
            "GET"
        };
        let target = format!("{PAGE}{target}");
        let reply = server.send(&request(method, &target, &[], body)).await;
        assert_eq!(reply.status, 400, "{target} {body} {reply:?}");
        assert!(reply.body.contains(expected), "{target} {body} {reply:?}");
    }
}

#[tokio::test]
async fn the_bench_answers_a_line_and_the_document() {
    let server = Running::start(|_| {}).await;
    let sample = "sample?version=4010&transactionSet=850&size=required";
    let sample = server.send(&browser(&format!("{PAGE}{sample}"))).await;
    let text: serde_json::Value = serde_json::from_str(&sample.body).unwrap();
    let text = text["text"].as_str().unwrap();
    for (pane, shown) in [
        ("report", ""),
        ("acknowledgement", "ISA*"),
        ("back", "ISA*"),
    ] {
        let target = format!("{PAGE}inspect?pane={pane}&format=xml");
        let reply = server.send(&request("POST", &target, &[], text)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let (facts, document) = reply.body.split_once('\n').unwrap();
        let facts: serde_json::Value = serde_json::from_str(facts).unwrap();
        assert_eq!(facts["kind"], "x12");
        assert!(facts[pane].to_string().contains(shown), "{facts}");
        assert!(document.starts_with("<?xml"), "{document}");
    }
}
