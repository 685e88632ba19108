//! A panic in a request leaves the state unchanged.

use std::fs;

use b2bi_local_persistence::RowStore;

use super::*;

/// Settings whose clock panics after it was read a number of times.
fn with_clock(left: &Arc<AtomicU64>) -> Settings {
    let left = Arc::clone(left);
    let clock = move || {
        let before = left.load(Ordering::Relaxed);
        left.store(before.saturating_sub(1), Ordering::Relaxed);
        assert_ne!(before, 1, "the clock stops");
        UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    };
    let ids = Arc::new(|| "ID-1".to_owned());
    Settings::new(Arc::new(clock), ids)
}

/// The visible state of the bucket.
async fn seen(s3: &EmbeddedS3) -> String {
    let mut seen = vec![format!("{:?}", s3.describe(None).unwrap())];
    for request in ["GET /orders?uploads", "GET /orders/new?uploadId=ID-1"] {
        let (status, body) = call(s3, ACCOUNT, request, "").await;
        seen.push(format!("{status} {body}"));
    }
    seen.join("\n")
}

async fn prepare(s3: &EmbeddedS3) {
    s3.create_bucket(ACCOUNT, "orders");
    for key in ["a", "b", "c"] {
        let put = s3
            .store()
            .put(ACCOUNT, "orders", key, key.into(), "t")
            .await;
        put.unwrap();
    }
    for (request, body) in [
        ("POST /orders/new?uploads", ""),
        ("PUT /orders/new?partNumber=1&uploadId=ID-1", "part"),
    ] {
        let (status, reply) = call(s3, ACCOUNT, request, body).await;
        assert_eq!(status, StatusCode::OK, "{reply}");
    }
}

/// Runs a request with a clock that panics at each of its readings, then with one that does not.
async fn check(name: &str, request: &str, body: &'static str) {
    let directory = std::env::temp_dir().join(format!("objects-{name}-{}", std::process::id()));
    for on_disk in [false, true] {
        let _ = fs::remove_dir_all(&directory);
        let left = Arc::new(AtomicU64::new(0));
        let open = || {
            if on_disk {
                let row_store = RowStore::open(&directory).unwrap();
                EmbeddedS3::with_row_store(with_clock(&left), row_store).unwrap()
            } else {
                EmbeddedS3::new(with_clock(&left))
            }
        };
        let mut s3 = open();
        prepare(&s3).await;
        let before = seen(&s3).await;
        let mut panics = 0;
        loop {
            left.store(panics + 1, Ordering::Relaxed);
            let (status, reply) = call(&s3, ACCOUNT, request, body).await;
            let has_panicked = left.swap(0, Ordering::Relaxed) == 0;
            if on_disk {
                drop(s3);
                s3 = open();
            }
            if !has_panicked {
                assert!(status.is_success(), "{name}: {reply}");
                assert_ne!(seen(&s3).await, before, "{name}");
                break;
            }
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{name}: {reply}");
            assert_eq!(seen(&s3).await, before, "{name} after {panics} looks");
            panics += 1;
        }
        assert!(panics > 0, "{name} never asks for the time");
    }
    let _ = fs::remove_dir_all(&directory);
}

#[tokio::test]
async fn a_request_of_several_changes_makes_all_or_none() {
    check(
        "delete-objects",
        "POST /orders?delete",
        "<Delete><Object><Key>a</Key></Object><Object><Key>none</Key></Object>\
         <Object><Key>c</Key></Object><Object><Key>a</Key></Object></Delete>",
    )
    .await;
    check(
        "complete",
        "POST /orders/new?uploadId=ID-1",
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>",
    )
    .await;
}

#[tokio::test]
async fn a_request_of_one_change_makes_it_or_not() {
    check("put", "PUT /orders/d", "body").await;
    check("replace", "PUT /orders/a", "body").await;
    check("delete", "DELETE /orders/b", "").await;
    check("part", "PUT /orders/new?partNumber=2&uploadId=ID-1", "more").await;
}

#[tokio::test]
async fn uploads_under_way_have_a_bound() {
    let (s3, _) = with_bucket(settings());
    s3.create_bucket(ACCOUNT, "other");
    for number in 0..10_000 {
        let bucket = if number % 2 == 0 { "orders" } else { "other" };
        let (status, _) = call(&s3, ACCOUNT, &format!("POST /{bucket}/k?uploads"), "").await;
        assert_eq!(status, StatusCode::OK, "{number}");
    }
    let begin = "POST /orders/k?uploads";
    let (status, reply) = call(&s3, ACCOUNT, begin, "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reply.contains("<Code>SlowDown</Code>"), "{reply}");
    // Another account has its own uploads, and an aborted upload makes room.
    s3.create_bucket("444455556666", "theirs");
    let theirs = call(&s3, "444455556666", "POST /theirs/k?uploads", "").await;
    assert_eq!(theirs.0, StatusCode::OK);
    let (_, listed) = call(&s3, ACCOUNT, "GET /orders?uploads&max-uploads=1", "").await;
    let (_, id) = listed.split_once("<UploadId>").unwrap();
    let (id, _) = id.split_once('<').unwrap();
    let abort = format!("DELETE /orders/k?uploadId={id}");
    assert_eq!(
        call(&s3, ACCOUNT, &abort, "").await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(call(&s3, ACCOUNT, begin, "").await.0, StatusCode::OK);
}
