//! Tests of the public API of the embedded S3 (the trait, the events, modes, invalid requests) and
//! of the external S3.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod archive;
mod bucket_rules;
mod disk;
mod external;
mod lifecycle;
mod object_lock;
mod panics;
mod versions;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use b2bi_local_objects::{
    Body, Credentials, EmbeddedS3, ObjectChange, ObjectError, ObjectStore, Settings,
};
use b2bi_local_sigv4::Credential;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};

const ACCOUNT: &str = "111122223333";

fn settings() -> Settings {
    let count = AtomicU64::new(1);
    let ids = Arc::new(move || format!("ID-{}", count.fetch_add(1, Ordering::Relaxed)));
    Settings::new(
        Arc::new(|| UNIX_EPOCH + Duration::from_millis(1_700_000_000_900)),
        ids,
    )
}

fn with_bucket(settings: Settings) -> (EmbeddedS3, Arc<dyn ObjectStore>) {
    let s3 = EmbeddedS3::new(settings);
    s3.create_bucket(ACCOUNT, "orders");
    let store = s3.store();
    (s3, store)
}

async fn call(
    s3: &EmbeddedS3,
    account: &str,
    request: &str,
    body: &'static str,
) -> (StatusCode, String) {
    let (method, uri) = request.split_once(' ').unwrap();
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header("content-length", body.len());
    read(
        s3.call(account, request.body(Full::from(body)).unwrap())
            .await,
    )
    .await
}

async fn read(response: Response<Body>) -> (StatusCode, String) {
    assert!(
        response
            .headers()
            .get("x-amz-request-id")
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("ID-")
    );
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn the_trait_and_http_see_the_same_objects() {
    let (s3, store) = with_bucket(settings());
    let put = store
        .put(
            ACCOUNT,
            "orders",
            "in/850.edi",
            Bytes::from_static(b"ISA*00"),
            "text/x",
        )
        .await
        .unwrap();
    assert_eq!((put.size, put.etag.len()), (6, 32));
    assert_eq!(
        put.last_modified,
        UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    );
    let (status, body) = call(&s3, ACCOUNT, "GET /orders/in/850.edi", "").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "ISA*00"));
    assert_eq!(
        call(&s3, ACCOUNT, "PUT /orders/in/other", "abc").await.0,
        StatusCode::OK
    );
    let object = store
        .get(ACCOUNT, "orders", "in/other", Some(1..9))
        .await
        .unwrap();
    assert_eq!(
        (object.body.as_ref(), object.attributes.size),
        (b"bc".as_slice(), 3)
    );
    assert_eq!(
        store.head(ACCOUNT, "orders", "in/850.edi").await.unwrap(),
        put
    );
}

#[tokio::test]
async fn objects_are_written_in_pieces_and_seen_whole() {
    let (_s3, store) = with_bucket(settings());
    let begin = || store.writer(ACCOUNT, "orders", "out/850.json", "application/json");
    let mut writer = begin().await.unwrap();
    for piece in ["{\"ISA\"", ":", "1}"] {
        writer
            .write(Bytes::from_static(piece.as_bytes()))
            .await
            .unwrap();
    }
    let seen = store.head(ACCOUNT, "orders", "out/850.json").await;
    assert_eq!(seen, Err(ObjectError::NoSuchKey));
    let written = writer.finish().await.unwrap();
    let object = store
        .get(ACCOUNT, "orders", "out/850.json", None)
        .await
        .unwrap();
    assert_eq!(object.body, "{\"ISA\":1}");
    assert_eq!(object.attributes, written);
    assert_eq!(
        written.content_type,
        Some("application/json".to_owned()),
        "told as it was written"
    );
    for given_up in [true, false] {
        let mut writer = begin().await.unwrap();
        writer.write(Bytes::from_static(b"half")).await.unwrap();
        if given_up {
            writer.abandon().await;
        } else {
            drop(writer);
        }
        let object = store
            .get(ACCOUNT, "orders", "out/850.json", None)
            .await
            .unwrap();
        assert_eq!(object.body, "{\"ISA\":1}");
    }
}

#[tokio::test]
async fn the_trait_lists_by_page() {
    let (_, store) = with_bucket(settings());
    for key in ["a/1", "a/2", "a/3", "b/1"] {
        store
            .put(ACCOUNT, "orders", key, Bytes::new(), "text/x")
            .await
            .unwrap();
    }
    let check = async |after: Option<&str>, expected: &[&str], next: Option<&str>| {
        let page = store.list(ACCOUNT, "orders", "a/", after, 2).await.unwrap();
        let keys: Vec<&str> = page
            .objects
            .iter()
            .map(|object| object.key.as_str())
            .collect();
        assert_eq!((keys.as_slice(), page.next.as_deref()), (expected, next));
    };
    check(None, &["a/1", "a/2"], Some("a/2")).await;
    check(Some("a/2"), &["a/3"], None).await;
}

#[tokio::test]
async fn the_trait_tells_what_is_missing() {
    let (_, store) = with_bucket(settings());
    assert_eq!(
        store.head(ACCOUNT, "orders", "k").await,
        Err(ObjectError::NoSuchKey)
    );
    assert_eq!(
        store.get(ACCOUNT, "none", "k", None).await,
        Err(ObjectError::NoSuchBucket)
    );
    assert_eq!(store.delete(ACCOUNT, "orders", "k").await, Ok(()));
    assert_eq!(
        store.delete("999999999999", "orders", "k").await,
        Err(ObjectError::NoSuchBucket)
    );
    assert_eq!(
        ObjectError::NoSuchBucket.to_string(),
        "The specified bucket does not exist"
    );
}

#[tokio::test]
async fn changes_are_told_in_order() {
    let (s3, store) = with_bucket(settings());
    let mut events = s3.subscribe();
    store
        .put(ACCOUNT, "orders", "k é", Bytes::from_static(b"x"), "text/x")
        .await
        .unwrap();
    call(&s3, ACCOUNT, "PUT /orders/k", "abc").await;
    call(&s3, ACCOUNT, "DELETE /orders/k", "").await;
    call(&s3, ACCOUNT, "DELETE /orders/k", "").await;
    for (change, key, size) in [
        (ObjectChange::Put, "k é", 1),
        (ObjectChange::Put, "k", 3),
        (ObjectChange::Delete, "k", 3),
    ] {
        let event = events.try_recv().unwrap();
        assert_eq!(
            (event.change, event.key.as_str(), event.size),
            (change, key, size)
        );
        assert_eq!(
            (event.account.as_str(), event.bucket.as_str()),
            (ACCOUNT, "orders")
        );
    }
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn accounts_share_when_told_to() {
    let check = async |shared: bool, expected: StatusCode| {
        let (s3, _) = with_bucket(Settings {
            shared,
            ..settings()
        });
        assert_eq!(
            call(&s3, "444455556666", "HEAD /orders", "").await.0,
            expected
        );
    };
    check(false, StatusCode::NOT_FOUND).await;
    check(true, StatusCode::OK).await;
}

#[tokio::test]
async fn sizes_are_limited() {
    let (s3, store) = with_bucket(Settings {
        max_object_bytes: 3,
        ..settings()
    });
    assert_eq!(
        call(&s3, ACCOUNT, "PUT /orders/k", "abc").await.0,
        StatusCode::OK
    );
    let (status, body) = call(&s3, ACCOUNT, "PUT /orders/k", "abcd").await;
    assert_eq!(
        (status, body.contains("<Code>EntityTooLarge</Code>")),
        (StatusCode::BAD_REQUEST, true)
    );
    let refused = store
        .put(
            ACCOUNT,
            "orders",
            "k",
            Bytes::from_static(b"abcd"),
            "text/x",
        )
        .await;
    assert_eq!(
        refused,
        Err(ObjectError::Other(
            "Your proposed upload exceeds the maximum allowed size".into()
        ))
    );
}

#[tokio::test]
async fn known_keys_must_sign() {
    let key = Credential::new("AKIA", "secret");
    let (s3, _) = with_bucket(Settings {
        credentials: Credentials::Known(vec![key]),
        ..settings()
    });
    let (status, body) = call(&s3, ACCOUNT, "GET /orders", "").await;
    assert_eq!(
        (status, body.contains("<Code>AccessDenied</Code>")),
        (StatusCode::FORBIDDEN, true)
    );
}

#[tokio::test]
async fn wrong_requests_end_in_errors_of_the_client() {
    let (s3, _) = with_bucket(settings());
    let check = async |request: &str, body: &'static str, code: &str| {
        let (status, text) = call(&s3, ACCOUNT, request, body).await;
        assert!(
            status.is_client_error() || status == StatusCode::NOT_IMPLEMENTED,
            "{request}: {status}"
        );
        assert!(
            text.contains(&format!("<Code>{code}</Code>")) && text.contains("<Message>"),
            "{request}: {text}"
        );
    };
    check("PATCH /orders/k", "", "MethodNotAllowed").await;
    check("PUT /orders/k?renameObject", "", "NotImplemented").await;
    check("PUT /orders/k?unknown", "", "NotImplemented").await;
    check("DELETE /orders?metadataConfiguration", "", "NotImplemented").await;
    check("DELETE /orders/k?acl", "", "MethodNotAllowed").await;
    check("GET /orders?acl&cors", "", "InvalidArgument").await;
    check("GET /orders/k?torrent", "", "NotImplemented").await;
    check("GET /B", "", "InvalidBucketName").await;
    check("POST /orders?delete", "<nonsense", "MalformedXML").await;
    check("POST /orders/k?uploadId=none", "", "MalformedXML").await;
    check("GET /orders?list-type=2&max-keys=x", "", "InvalidArgument").await;
    check("GET /orders?list-type=2&max-keys=-1", "", "InvalidArgument").await;
    check(
        "GET /orders?list-type=2&encoding-type=hex",
        "",
        "InvalidArgument",
    )
    .await;
    check("GET /orders/k?partNumber=x", "", "InvalidArgument").await;
    check("GET /orders/k?versionId=abc", "", "InvalidArgument").await;
    check("GET /orders/k?versionId=", "", "InvalidArgument").await;
    let unknown = "abcdefghijklmnopqrstuvwxyz012345";
    let request = format!("GET /orders/k?versionId={unknown}");
    check(&request, "", "NoSuchVersion").await;
    check(
        "PUT /orders/k?partNumber=0&uploadId=u",
        "",
        "InvalidArgument",
    )
    .await;
}

#[tokio::test]
async fn settings_hold_the_clock() {
    let now = Arc::new(AtomicU64::new(100));
    let clock = Arc::clone(&now);
    let clock = Arc::new(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::Relaxed)));
    let (s3, store) = with_bucket(Settings {
        clock,
        ..settings()
    });
    store
        .put(ACCOUNT, "orders", "k", Bytes::new(), "text/x")
        .await
        .unwrap();
    now.store(200, Ordering::Relaxed);
    let attributes = store.head(ACCOUNT, "orders", "k").await.unwrap();
    assert_eq!(
        attributes.last_modified,
        SystemTime::UNIX_EPOCH + Duration::from_secs(100)
    );
    assert_eq!(
        call(&s3, ACCOUNT, "GET /orders/k?Expires=200&Signature=s", "")
            .await
            .0,
        StatusCode::OK
    );
    now.store(201, Ordering::Relaxed);
    assert_eq!(
        call(&s3, ACCOUNT, "GET /orders/k?Expires=200&Signature=s", "")
            .await
            .0,
        StatusCode::FORBIDDEN
    );
}
