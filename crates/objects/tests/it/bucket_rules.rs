//! The settings of new buckets, and what is refused.

use super::*;

const PUBLIC: &str = r#"{"Statement": [{"Effect": "Allow", "Principal": "*",
    "Action": "s3:GetObject", "Resource": "arn:aws:s3:::orders/*"}]}"#;
const OWN: &str = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"},
    "Action": "s3:GetObject", "Resource": "arn:aws:s3:::orders/*"}]}"#;

async fn put(
    s3: &EmbeddedS3,
    uri: &str,
    header: (&str, &str),
    body: String,
) -> (StatusCode, String) {
    let request = Request::builder()
        .method("PUT")
        .uri(uri)
        .header("content-length", body.len())
        .header(header.0, header.1);
    let request = request.body(Full::from(body)).unwrap();
    read(s3.call(ACCOUNT, request).await).await
}

#[tokio::test]
async fn a_bucket_with_object_lock_keeps_versions() {
    let s3 = EmbeddedS3::new(settings());
    let lock = ("x-amz-bucket-object-lock-enabled", "true");
    let (status, text) = put(&s3, "/locked", lock, String::new()).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    for (request, expected) in [
        ("GET /locked?object-lock", "<ObjectLockEnabled>Enabled<"),
        ("GET /locked?versioning", "<Status>Enabled<"),
    ] {
        let (_, text) = call(&s3, ACCOUNT, request, "").await;
        assert!(text.contains(expected), "{text}");
    }
    let suspended = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    let (_, text) = call(&s3, ACCOUNT, "PUT /locked?versioning", suspended).await;
    assert!(text.contains("<Code>InvalidBucketState<"), "{text}");
}

#[tokio::test]
async fn policies_are_neither_long_nor_public_where_that_is_blocked() {
    let (s3, _) = with_bucket(settings());
    let check = async |policy: &str, code: Option<&str>| {
        let none = ("x-amz-date", "1");
        let (status, text) = put(&s3, "/orders?policy", none, policy.to_owned()).await;
        let found = text.split_once("<Code>").map(|(_, rest)| rest);
        let found = found.and_then(|rest| rest.split('<').next());
        assert_eq!(
            (status.is_success(), found),
            (code.is_none(), code),
            "{text}"
        );
    };
    let long = format!("{OWN}{}", " ".repeat(20 << 10));
    check(&long, Some("MalformedPolicy")).await;
    check(PUBLIC, None).await;
    let block = "<PublicAccessBlockConfiguration><BlockPublicPolicy>true</BlockPublicPolicy>\
                 </PublicAccessBlockConfiguration>";
    let (status, _) = call(&s3, ACCOUNT, "PUT /orders?publicAccessBlock", block).await;
    assert_eq!(status, StatusCode::OK);
    check(PUBLIC, Some("AccessDenied")).await;
    check(OWN, None).await;
}

#[tokio::test]
async fn an_object_with_a_customers_key_is_read_with_that_key() {
    let (s3, _) = with_bucket(settings());
    let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let other = "YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI=";
    let (md5, other_md5) = ("KYvwGXoFFJ42a2u2GDWhwQ==", "d3au2fAgbQA8d3AQql7uvg==");
    let send = async |method: &str, given: &[&str]| {
        let names = ["algorithm", "key", "key-MD5"];
        let mut request = Request::builder().method(method).uri("/orders/k");
        for (name, value) in names.iter().zip(given) {
            let name = format!("x-amz-server-side-encryption-customer-{name}");
            request = request.header(name, *value);
        }
        let request = request
            .header("content-length", 0)
            .body(Full::<Bytes>::default());
        s3.call(ACCOUNT, request.unwrap()).await.status().as_u16()
    };
    for (method, given, expected) in [
        ("PUT", &["AES256", key][..], 400),
        ("PUT", &["AES128", key, md5], 400),
        ("PUT", &["AES256", "c2hvcnQ=", md5], 400),
        ("PUT", &["AES256", key, other_md5], 400),
        ("PUT", &["AES256", key, md5], 200),
        ("GET", &[], 400),
        ("HEAD", &[], 400),
        ("GET", &["AES256", other, other_md5], 403),
        ("GET", &["AES256", key, md5], 200),
        ("PUT", &[], 200),
        ("GET", &["AES256", key, md5], 400),
        ("GET", &[], 200),
    ] {
        assert_eq!(send(method, given).await, expected, "{method} {given:?}");
    }
}

#[tokio::test]
async fn storage_classes_are_those_of_s3() {
    let (s3, _) = with_bucket(settings());
    for (class, expected) in [
        ("STANDARD", None),
        ("GLACIER_IR", Some("GLACIER_IR")),
        ("DEEP_ARCHIVE", Some("DEEP_ARCHIVE")),
    ] {
        let header = ("x-amz-storage-class", class);
        let (status, text) = put(&s3, "/orders/k", header, String::new()).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        let request = Request::builder().method("HEAD").uri("/orders/k");
        let request = request.body(Full::<Bytes>::default()).unwrap();
        let answer = s3.call(ACCOUNT, request).await;
        let class_header = answer.headers().get("x-amz-storage-class");
        assert_eq!(
            class_header.map(|class_header| class_header.to_str().unwrap()),
            expected,
            "{class}"
        );
    }
    for class in ["standard", "COLD"] {
        let header = ("x-amz-storage-class", class);
        let (status, text) = put(&s3, "/orders/k", header, String::new()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{class}: {text}");
        assert!(
            text.contains("<Code>InvalidStorageClass<"),
            "{class}: {text}"
        );
    }
}

#[tokio::test]
async fn exports_have_what_objects_were_written_with() {
    let (s3, _) = with_bucket(settings());
    let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let headers = [
        ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
        ("x-amz-server-side-encryption-customer-key", key),
        (
            "x-amz-server-side-encryption-customer-key-md5",
            "KYvwGXoFFJ42a2u2GDWhwQ==",
        ),
    ];
    let mut request = Request::builder().method("PUT").uri("/orders/k");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request
        .header("x-amz-acl", "public-read")
        .header("expires", "Wed, 21 Oct 2026 07:28:00 GMT")
        .header("content-length", 0);
    let put = s3.call(ACCOUNT, request.body(Full::<Bytes>::default()).unwrap());
    assert_eq!(put.await.status(), StatusCode::OK);
    let kms = ("x-amz-server-side-encryption", "aws:kms");
    put_ok(&s3, "/orders/kms", kms).await;

    let described = s3.describe(None).unwrap();
    let text = serde_json::to_string(&described).unwrap();
    s3.reset(None).await.unwrap();
    let prepared = s3.prepare(serde_json::from_str(&text).unwrap()).await;
    s3.replace(prepared.unwrap()).await.unwrap();
    assert_eq!(s3.describe(None).unwrap(), described);

    let (status, _) = call(&s3, ACCOUNT, "GET /orders/k", "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (_, list) = call(&s3, ACCOUNT, "GET /orders/k?acl", "").await;
    assert!(list.contains("groups/global/AllUsers"), "{list}");
    let request = Request::builder().method("HEAD").uri("/orders/kms");
    let answer = s3.call(ACCOUNT, request.body(Full::<Bytes>::default()).unwrap());
    let answer = answer.await;
    assert_eq!(answer.headers()["x-amz-server-side-encryption"], "aws:kms");

    for (from, to) in [
        ("KYvwGXoFFJ42a2u2GDWhwQ==", "short"),
        ("<AccessControlList>", "<Junk>"),
        ("2026-10-21T07:28:00.000Z", "tomorrow"),
    ] {
        let junk = text.replace(from, to);
        assert_ne!(junk, text, "{from}");
        let read = serde_json::from_str(&junk).unwrap();
        assert!(s3.prepare(read).await.is_err(), "{to}");
    }
}

async fn put_ok(s3: &EmbeddedS3, uri: &str, header: (&str, &str)) {
    let (status, text) = put(s3, uri, header, String::new()).await;
    assert_eq!(status, StatusCode::OK, "{text}");
}
