//! Signs requests.

use std::error::Error;
use std::time::SystemTime;

use aws_sigv4::http_request::{PayloadChecksumKind, SignableBody, SignableRequest};
use aws_sigv4::sign::v4;
use http::request::Parts;
use http::{HeaderValue, Request};

use crate::canonical::{credentials, settings};
use crate::credential::Credential;
use crate::scope::{Service, SigningTarget};

/// A request that cannot be signed: a header is not text, or a name is not valid in one.
#[derive(Debug, thiserror::Error)]
#[error("the request cannot be signed: {0}")]
pub struct SignError(#[source] Box<dyn Error + Send + Sync>);

/// Signs a request: adds `Authorization`, `X-Amz-Date`, for S3 `x-amz-content-sha256`, and the
/// session token if there is one.
///
/// All present headers are signed; `Host` must be among them.
///
/// # Errors
///
/// A header is not text, or the access key or the token is not valid in one.
pub fn sign(
    head: &mut Parts,
    body: &[u8],
    credential: &Credential,
    target: SigningTarget<'_>,
    now: SystemTime,
) -> Result<(), SignError> {
    let mut settings = settings(target.service);
    if target.service == Service::S3 {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let identity = credentials(credential, true).into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(target.region)
        .name(target.service.signing_name())
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| SignError(error.into()))?
        .into();
    let headers = head.headers.iter().map(|(name, value)| {
        let value = value.to_str().map_err(|error| SignError(error.into()))?;
        Ok((name.as_str(), value))
    });
    let headers = headers.collect::<Result<Vec<_>, SignError>>()?;
    let uri = match head.uri.authority() {
        Some(_) => head.uri.to_string(),
        None => format!("http://localhost{}", head.uri),
    };
    let body = SignableBody::Bytes(body);
    let request = SignableRequest::new(head.method.as_str(), uri, headers.into_iter(), body)
        .and_then(|item| aws_sigv4::http_request::sign(item, &params))
        .map_err(|error| SignError(error.into()))?;
    let (instructions, _) = request.into_parts();
    let mut signed = Request::new(());
    // Applying would panic on a value that is not valid in a header, so it is checked before.
    for (_, value) in instructions.headers() {
        HeaderValue::from_str(value).map_err(|error| SignError(error.into()))?;
    }
    instructions.apply_to_request_http1x(&mut signed);
    head.headers.extend(signed.into_parts().0.headers);
    Ok(())
}
