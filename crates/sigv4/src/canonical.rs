//! Signs a request again as its client did, by the library.

use std::borrow::Cow;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use crate::credential::Credential;
use crate::scope::Service;
use crate::signature::{Signature, pairs};

/// The characters that are not escaped in a path.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The signatures that a request may have: that of the path in its canonical encoding and, for S3,
/// that of the path as it was sent, if it differs. A request that cannot be signed has none.
pub(crate) fn signatures(
    head: &Parts,
    signature: &Signature<'_>,
    service: Service<'_>,
    payload: &str,
    credential: &Credential,
    time: SystemTime,
) -> Vec<String> {
    let path = head.uri.path();
    let paths = match service {
        Service::Api(_) => vec![Cow::Borrowed(path)],
        Service::S3 => {
            let encoded =
                percent_encode(&percent_decode_str(path).collect::<Vec<u8>>(), PATH).to_string();
            let mut paths = vec![Cow::Owned(encoded)];
            if !paths.contains(&Cow::Borrowed(path)) {
                paths.push(Cow::Borrowed(path));
            }
            paths
        }
    };
    let of_path = |path: Cow<'_, str>| {
        let target = target(&path, head.uri.query().unwrap_or_default());
        signed_again(head, &target, signature, service, payload, credential, time)
    };
    paths.into_iter().filter_map(of_path).collect()
}

/// The signature itself is the one part of a query that is not signed.
fn target(path: &str, query: &str) -> String {
    let mut target = format!("http://localhost{path}");
    let signed = pairs(query).filter(|(name, _)| *name != "X-Amz-Signature");
    for (at, (name, value)) in signed.enumerate() {
        target.push(if at == 0 { '?' } else { '&' });
        target.extend([name, "=", value]);
    }
    target
}

fn signed_again(
    head: &Parts,
    target: &str,
    signature: &Signature<'_>,
    service: Service<'_>,
    payload: &str,
    credential: &Credential,
    time: SystemTime,
) -> Option<String> {
    let mut settings = settings(service);
    // The library adds this one, which a client with a `Date` or a presigned query does not sign.
    if !signature.signs("x-amz-date") {
        settings.excluded_headers = Some(vec![Cow::Borrowed("x-amz-date")]);
    }
    let identity = credentials(credential, false).into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&signature.credential.region)
        .name(&signature.credential.service)
        .time(time)
        .settings(settings)
        .build()
        .ok()?
        .into();
    let mut headers = Vec::new();
    for name in signature.signed_headers.split(';') {
        for value in head.headers.get_all(name) {
            headers.push((name, str::from_utf8(value.as_bytes()).ok()?));
        }
    }
    let body = SignableBody::Precomputed(payload.to_owned());
    let request = SignableRequest::new(head.method.as_str(), target, headers.into_iter(), body);
    let (_, signature) = sign(request.ok()?, &params).ok()?.into_parts();
    Some(signature)
}

/// The library's settings for signatures of a service.
pub(crate) fn settings(service: Service<'_>) -> SigningSettings {
    let mut settings = SigningSettings::default();
    // The client determines which headers count.
    settings.excluded_headers = None;
    // A checker takes the hash that the client declares, and a signer puts it in itself.
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    if service == Service::S3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    settings
}

/// A credential as the library's type.
pub(crate) fn credentials(credential: &Credential, with_token: bool) -> Credentials {
    let token = credential.session_token.as_ref().filter(|_| with_token);
    Credentials::new(
        credential.access_key.as_str(),
        credential.secret.expose(),
        token.map(|token| token.expose().to_owned()),
        None,
        "b2bi-local",
    )
}
