//! Presigned requests, as they are and spoiled.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode,
};
use aws_sigv4::sign::v4;
use b2bi_local_sigv4::Service;

use crate::harness::{ACCOUNT, Message, REGION, SECRET};
use crate::signatures::{HOST, plain, verifying};

/// A presigned request, its seconds to live as text.
fn presigned(service: Service<'_>, mut message: Message, lifetime: u64, age: u64) -> Message {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(lifetime));
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    let mut body = SignableBody::Bytes(message.body.as_bytes());
    if service == Service::S3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        body = SignableBody::UnsignedPayload;
    }
    let identity = Credentials::new(ACCOUNT, SECRET, None, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(service.signing_name())
        .time(SystemTime::now() - Duration::from_secs(age))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let uri = format!("http://localhost{}", message.target);
    let headers = message
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let request = SignableRequest::new(&message.method, uri.clone(), headers, body).unwrap();
    let signed = aws_sigv4::http_request::sign(request, &params).unwrap();
    let (instructions, _) = signed.into_parts();
    let mut request = http::Request::builder().uri(uri).body(()).unwrap();
    instructions.apply_to_request_http1x(&mut request);
    message.target = request.uri().path_and_query().unwrap().to_string();
    message
}

#[tokio::test]
async fn presigned_requests_are_checked() {
    let server = verifying().await;
    server
        .control
        .put_object(ACCOUNT, "orders", "k ü+", "x".into())
        .await
        .unwrap();
    // As Kubernetes' authenticator creates them.
    let mut cluster = Message::new(
        "GET",
        "/?Action=GetCallerIdentity&Version=2011-06-15",
        &[HOST],
        "",
    );
    cluster.push("x-k8s-aws-id", "cluster");
    let object = Message::new("GET", "/orders/k%20%C3%BC%2B", &[HOST], "");
    let put = Message::new("PUT", "/orders/new", &[HOST], "any body");
    let (sts, b2bi, s3) = (Service::Api("sts"), Service::Api("b2bi"), Service::S3);
    let nothing: fn(&mut Message) = |_| ();
    let spoil: fn(&mut Message) =
        |item| item.target = item.target.replace("X-Amz-Expires=60", "X-Amz-Expires=61");
    for (name, service, message, lifetime, age, change, expected) in [
        ("a token of a cluster", sts, &cluster, 60, 0, nothing, "200"),
        (
            "after its word, within 15 minutes",
            sts,
            &cluster,
            60,
            600,
            nothing,
            "200",
        ),
        (
            "after 15 minutes",
            sts,
            &cluster,
            60,
            960,
            nothing,
            "403 SignatureDoesNotMatch",
        ),
        (
            "more than a week",
            sts,
            &cluster,
            604_801,
            0,
            nothing,
            "400 IncompleteSignature",
        ),
        (
            "spoiled",
            sts,
            &cluster,
            60,
            0,
            spoil,
            "403 SignatureDoesNotMatch",
        ),
        (
            "without the signed header",
            sts,
            &cluster,
            60,
            0,
            |item| item.remove("x-k8s-aws-id"),
            "403 SignatureDoesNotMatch",
        ),
        ("a call in JSON", b2bi, &plain(b2bi), 60, 0, nothing, "200"),
        (
            "another body",
            b2bi,
            &plain(b2bi),
            60,
            0,
            |item| item.body.push(' '),
            "403 InvalidSignatureException",
        ),
        ("an object", s3, &object, 60, 0, nothing, "200"),
        (
            "an object in an hour",
            s3,
            &object,
            604_800,
            3600,
            nothing,
            "200",
        ),
        ("expired", s3, &object, 60, 61, nothing, "403 AccessDenied"),
        (
            "too long",
            s3,
            &object,
            604_801,
            0,
            nothing,
            "400 AuthorizationQueryParametersError",
        ),
        (
            "spoiled",
            s3,
            &object,
            60,
            0,
            spoil,
            "403 SignatureDoesNotMatch",
        ),
        (
            "another method",
            s3,
            &object,
            60,
            0,
            |item| "DELETE".clone_into(&mut item.method),
            "403 SignatureDoesNotMatch",
        ),
        (
            "without a lifetime",
            s3,
            &object,
            60,
            0,
            |item| item.target = item.target.replace("X-Amz-Expires=60&", ""),
            "400 AuthorizationQueryParametersError",
        ),
        (
            "a lifetime that is none",
            s3,
            &object,
            60,
            0,
            |item| item.target = item.target.replace("X-Amz-Expires=60", "X-Amz-Expires=-1"),
            "400 AuthorizationQueryParametersError",
        ),
        (
            "a lifetime given twice",
            s3,
            &object,
            60,
            0,
            |item| item.target.push_str("&X-Amz-Expires=60"),
            "400 AuthorizationQueryParametersError",
        ),
        (
            "with a header as well",
            s3,
            &object,
            60,
            0,
            |item| {
                item.push("authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request, SignedHeaders=host, Signature=0");
            },
            "400 InvalidArgument",
        ),
        (
            "by version 2",
            s3,
            &object,
            60,
            0,
            |item| {
                "/orders/k?AWSAccessKeyId=111122223333&Expires=4000000000&Signature=abc"
                    .clone_into(&mut item.target);
            },
            "400 InvalidRequest",
        ),
        (
            "a header of AWS that was not signed",
            s3,
            &put,
            60,
            0,
            |item| item.push("x-amz-acl", "private"),
            "403 AccessDenied",
        ),
        ("an upload", s3, &put, 60, 0, nothing, "200"),
    ] {
        let mut message = presigned(service, message.clone(), lifetime, age);
        change(&mut message);
        let reply = server.send(&message).await;
        assert_eq!(
            reply.outcome(),
            expected,
            "{service:?}, {name}: {message:?}\n{reply:?}"
        );
    }
}
