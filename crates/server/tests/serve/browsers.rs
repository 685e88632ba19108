//! Requests of browsers, which are strangers unless their host and origin are known.

use crate::harness::{ACCOUNT, Message, Running};

const BROWSER: [(&str, &str); 3] = [
    ("sec-fetch-site", "none"),
    ("origin", "http://localhost:3000"),
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0",
    ),
];

/// Requests of every kind: object storage, B2BI, STS, the upstream's, and the server's own.
fn requests() -> Vec<Message> {
    let json = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", "B2BI.ListProfiles"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/b2bi/aws4_request, SignedHeaders=host, Signature=0",
        ),
    ];
    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0",
        ),
    ];
    let asked = ("access-control-request-method", "POST");
    vec![
        Message::new("GET", "/", &[], ""),
        Message::new("GET", "/orders/k", &[], ""),
        Message::new("HEAD", "/orders/k", &[], ""),
        Message::new("PUT", "/orders/new", &[], "body"),
        Message::new("POST", "/", &json, "{}"),
        Message::new("POST", "/", &form, "Action=GetCallerIdentity"),
        Message::new("GET", "/_b2bi/state", &[], ""),
        Message::new("GET", "/_b2bi/journal", &[], ""),
        Message::new("OPTIONS", "/", &[asked, ("origin", "http://localhost")], ""),
        Message::new(
            "OPTIONS",
            "/orders/k",
            &[asked, ("origin", "http://localhost")],
            "",
        ),
    ]
}

async fn server() -> Running {
    let server = Running::start(|config| {
        config.access.hosts = vec!["b2bi-local".into(), "*.example.test".into()];
        config.access.origins = vec!["https://app.example".into()];
    })
    .await;
    server
        .control
        .put_object(ACCOUNT, "orders", "k", "x".into())
        .await
        .unwrap();
    server
}

#[tokio::test]
async fn a_host_that_is_not_known_is_refused_to_browsers() {
    let server = server().await;
    for host in [
        "evil.example",
        "127.0.0.1.evil.example:4577",
        "192.168.0.9",
        "evil.example:80:80",
        "",
    ] {
        for request in requests() {
            for (name, value) in BROWSER {
                let mut request = request.clone();
                request.remove(name);
                request.push("host", host);
                request.push(name, value);
                let reply = server.send(&request).await;
                assert_eq!(reply.status, 403, "{request:?}\n{reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_host_that_is_known_is_not() {
    let server = server().await;
    for host in [
        "localhost",
        "127.0.0.1:4577",
        "[::1]:4577",
        "LOCALHOST.",
        "orders.localhost",
        "B2BI-local:4577",
        "s3.example.test",
    ] {
        for request in requests() {
            for (name, value) in BROWSER {
                let mut request = request.clone();
                request.remove(name);
                request.push("host", host);
                request.push(name, value);
                let reply = server.send(&request).await;
                assert_ne!(reply.status, 403, "{request:?}\n{reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn programs_may_call_by_any_name() {
    let server = server().await;
    for host in ["b2bi", "evil.example", "172.17.0.2:4577"] {
        for request in requests() {
            // The admin routes require a known host from everybody; an origin means a browser.
            if request.target.starts_with("/_") || request.method == "OPTIONS" {
                continue;
            }
            let mut request = request;
            request.push("host", host);
            request.push("user-agent", "Boto3/1.44 md/Botocore#1.44");
            let reply = server.send(&request).await;
            assert_ne!(reply.status, 403, "{request:?}\n{reply:?}");
        }
    }
}

#[tokio::test]
async fn other_forms_of_requests_are_looked_at_too() {
    let server = server().await;
    let check = async |request: &str, expected: u16| {
        let reply = server.raw(request.replace('|', "\r\n")).await;
        assert_eq!(reply.status, expected, "{request}: {reply:?}");
    };
    let last = "Connection: close||";
    // Without a host, and with HTTP/1.0.
    check("GET /orders HTTP/1.0||", 404).await;
    check("GET /orders HTTP/1.0|Sec-Fetch-Mode: navigate||", 403).await;
    check(
        "GET /orders HTTP/1.0|Host: evil.example|Origin: http://localhost||",
        403,
    )
    .await;
    // The target names a host too.
    check(
        &format!(
            "GET http://evil.example/orders HTTP/1.1|Host: localhost|Sec-Fetch-Mode: cors|{last}"
        ),
        403,
    )
    .await;
    check(
        &format!(
            "GET http://localhost/orders HTTP/1.1|Host: evil.example|Sec-Fetch-Mode: cors|{last}"
        ),
        403,
    )
    .await;
    check(
        &format!(
            "GET http://localhost/orders HTTP/1.1|Host: localhost|Sec-Fetch-Mode: cors|{last}"
        ),
        404,
    )
    .await;
    check(
        &format!("GET http://evil.example/orders HTTP/1.1|Host: evil.example|{last}"),
        404,
    )
    .await;
    // A known origin does not compensate for an unknown host, nor the other way round.
    check(
        &format!("GET /orders HTTP/1.1|Host: evil.example|Origin: https://app.example|{last}"),
        403,
    )
    .await;
    check(
        &format!("GET /orders HTTP/1.1|Host: localhost|Origin: https://evil.example|{last}"),
        403,
    )
    .await;
    check(
        &format!("GET /orders HTTP/1.1|Host: localhost|Origin: null|{last}"),
        403,
    )
    .await;
    check(
        &format!("GET /orders HTTP/1.1|Host: localhost|Origin: https://app.example|{last}"),
        404,
    )
    .await;
    // Two hosts are refused like none.
    for hosts in [
        "Host: localhost|Host: evil.example",
        "Host: localhost|hOST: localhost",
    ] {
        for path in ["/", "/orders", "/_b2bi/health"] {
            check(&format!("GET {path} HTTP/1.1|{hosts}|{last}"), 400).await;
        }
    }
}

#[tokio::test]
async fn early_errors_have_the_form_of_their_service() {
    let server = server().await;
    let check = async |request: &str, expected: &str| {
        let request = format!("{request}|Connection: close||").replace('|', "\r\n");
        let reply = server.raw(&request).await;
        let forms = [
            ("<ErrorResponse", "query"),
            ("<Error>", "s3"),
            ("{", "json"),
        ];
        let form = forms.iter().find(|(mark, _)| reply.body.contains(mark));
        let form = form.map_or("none", |(_, form)| form);
        assert_eq!(format!("{} {form}", reply.outcome()), expected, "{request}");
    };
    let json = "Content-Type: application/x-amz-json-1.0|X-Amz-Target: B2BI.ListProfiles";
    let form = "Content-Type: application/x-www-form-urlencoded|Authorization: AWS4-HMAC-SHA256 \
                Credential=k/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0";
    let stranger = "Host: evil.example|Sec-Fetch-Mode: cors";
    for object in ["/", "/orders", "/orders/k?x=1", "//"] {
        for method in ["GET", "PUT", "DELETE"] {
            let request = format!("{method} {object} HTTP/1.1|{stranger}");
            check(&request, "403 AccessDenied s3").await;
        }
        check(&format!("HEAD {object} HTTP/1.1|{stranger}"), "403 none").await;
        let two = "Host: localhost|Host: localhost";
        check(
            &format!("GET {object} HTTP/1.1|{two}"),
            "400 InvalidRequest s3",
        )
        .await;
    }
    for (headers, expected) in [
        (json, "403 AccessDeniedException json"),
        (form, "403 AccessDeniedException query"),
    ] {
        let request = format!("POST / HTTP/1.1|{stranger}|{headers}|Content-Length: 0");
        check(&request, expected).await;
    }
}
