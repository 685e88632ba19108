//! Checks a SigV4 signature of an API request against a known secret, and makes one.
//!
//! Written here rather than taken from a signer, because a signer chooses the headers that it
//! signs, and a checker must take those that the client chose.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, InvalidHeaderValue};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::identity::Identity;

/// How far a signature's time may be from the server's.
///
/// Source: Assumption A-05.
const TOLERANCE_MINUTES: i64 = 15;
/// When a request was signed.
const DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// A key whose signatures can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret: String,
}

/// Checks a request's signature; `now` is `20261123T185500Z`.
///
/// # Errors
///
/// The errors AWS gives for an unknown key, an expired or future time, and a wrong signature.
pub fn verify(
    head: &Parts,
    identity: &Identity,
    body: &[u8],
    credentials: &[Credential],
    now: &str,
) -> Result<(), Failure> {
    let credential = credentials
        .iter()
        .find(|it| it.access_key == identity.access_key)
        .ok_or_else(unknown_key)?;
    let time = signing_time(head).ok_or_else(no_time)?;
    check_time(&time, now)?;
    let expected = signature(head, identity, body, &credential.secret, &time);
    if same(expected.as_bytes(), identity.signature.as_bytes()) {
        Ok(())
    } else {
        Err(mismatch())
    }
}

/// Signs a request in the name of a credential: adds `X-Amz-Date` and `Authorization`.
///
/// Every header that is there is signed; `Host` must be among them. `now` is `20261123T185500Z`.
///
/// # Errors
///
/// The access key, the region or the service cannot stand in a header.
pub fn sign(
    head: &mut Parts,
    body: &[u8],
    credential: &Credential,
    region: &str,
    service: &str,
    now: &str,
) -> Result<(), InvalidHeaderValue> {
    head.headers.insert(DATE, HeaderValue::from_str(now)?);
    let mut names: Vec<&str> = head.headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    let names = names.join(";");
    let date = now.split('T').next().unwrap_or_default();
    let key = &credential.access_key;
    let identity = Identity {
        access_key: key.into(),
        date: date.into(),
        region: region.into(),
        service: service.into(),
        signed_headers: names.as_str().into(),
        ..Identity::default()
    };
    let signature = signature(head, &identity, body, &credential.secret, now);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={key}/{date}/{region}/{service}/aws4_request, \
         SignedHeaders={names}, Signature={signature}"
    );
    let authorization = HeaderValue::from_str(&authorization)?;
    head.headers.insert(AUTHORIZATION, authorization);
    Ok(())
}

fn signing_time(head: &Parts) -> Option<String> {
    let header = || Some(head.headers.get(DATE)?.to_str().ok()?.to_owned());
    let query = || {
        pairs(head.uri.query().unwrap_or_default())
            .into_iter()
            .find(|(name, _)| name == "X-Amz-Date")
            .map(|(_, value)| percent_decode_str(&value).decode_utf8_lossy().into_owned())
    };
    header().or_else(query)
}

fn check_time(time: &str, now: &str) -> Result<(), Failure> {
    let (Some(signed), Some(current)) = (civil_seconds(time), civil_seconds(now)) else {
        return Err(no_time());
    };
    let limit = TOLERANCE_MINUTES * 60;
    let expired = format!(
        "Signature expired: {time} is now earlier than the server's time {now} - {TOLERANCE_MINUTES} min."
    );
    let early = format!(
        "Signature not yet current: {time} is still later than the server's time {now} + {TOLERANCE_MINUTES} min."
    );
    match signed - current {
        behind if behind < -limit => Err(invalid(expired)),
        ahead if ahead > limit => Err(invalid(early)),
        _ => Ok(()),
    }
}

/// Seconds on a scale that is exact to the second: days by the civil calendar.
fn civil_seconds(time: &str) -> Option<i64> {
    let digits = |from: usize, to: usize| time.get(from..to)?.parse::<i64>().ok();
    if time.get(8..9)? != "T" || time.get(15..)? != "Z" {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
    let (shifted_year, shifted_month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * shifted_year + shifted_year / 4 - shifted_year / 100
        + shifted_year / 400
        + (153 * shifted_month + 2) / 5
        + day;
    Some(days * 86_400 + digits(9, 11)? * 3600 + digits(11, 13)? * 60 + digits(13, 15)?)
}

fn signature(head: &Parts, identity: &Identity, body: &[u8], secret: &str, time: &str) -> String {
    let scope = format!(
        "{}/{}/{}/aws4_request",
        identity.date, identity.region, identity.service
    );
    let request = hex(&Sha256::digest(canonical_request(head, identity, body)));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{request}");
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [
        &identity.date,
        &identity.region,
        &identity.service,
        "aws4_request",
    ] {
        key = hmac(&key, part.as_bytes());
    }
    hex(&hmac(&key, to_sign.as_bytes()))
}

fn canonical_request(head: &Parts, identity: &Identity, body: &[u8]) -> String {
    let mut query = pairs(head.uri.query().unwrap_or_default());
    query.retain(|(name, _)| name != "X-Amz-Signature");
    query.sort();
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut headers = String::new();
    for name in identity.signed_headers.split(';') {
        let _ = writeln!(headers, "{name}:{}", header_text(&head.headers, name));
    }
    format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        head.method,
        head.uri.path(),
        query.join("&"),
        identity.signed_headers,
        payload_hash(head, identity, body),
    )
}

/// The values of a header, each with its runs of blanks folded, joined by commas.
fn header_text(headers: &HeaderMap, name: &str) -> String {
    let values: Vec<String> = headers
        .get_all(name)
        .iter()
        .map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    values.join(",")
}

fn payload_hash(head: &Parts, identity: &Identity, body: &[u8]) -> String {
    let declared = head.headers.get("x-amz-content-sha256");
    if identity.presigned || declared.is_some_and(|it| it == "UNSIGNED-PAYLOAD") {
        return "UNSIGNED-PAYLOAD".to_owned();
    }
    hex(&Sha256::digest(body))
}

fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|it| !it.is_empty())
        .map(|it| it.split_once('=').unwrap_or((it, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    // Every key length is a valid HMAC key, so the error arm stands for nothing.
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(data);
            mac.finalize().into_bytes().to_vec()
        },
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Compares in a time that does not tell where the difference is.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

fn invalid(message: String) -> Failure {
    Failure::front(StatusCode::FORBIDDEN, "InvalidSignatureException", message)
}

fn mismatch() -> Failure {
    invalid(
        "The request signature we calculated does not match the signature you provided. Check \
         your AWS Secret Access Key and signing method. Consult the service documentation for \
         details."
            .to_owned(),
    )
}

fn unknown_key() -> Failure {
    Failure::front(
        StatusCode::FORBIDDEN,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )
}

fn no_time() -> Failure {
    Failure::front(
        StatusCode::FORBIDDEN,
        "IncompleteSignatureException",
        "The request has no X-Amz-Date of the form 20261123T185500Z",
    )
}

#[cfg(test)]
mod tests {
    use super::{Credential, sign, verify};
    use crate::identity::Identity;
    use http::Request;

    /// The outcome for the vector `get-vanilla` of AWS's published signing examples.
    fn outcome(key: &str, secret: &str, now: &str, body: &[u8]) -> String {
        let (head, ()) = Request::get("/")
            .header("host", "example.amazonaws.com")
            .header("x-amz-date", "20150830T123600Z")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders=host;x-amz-date, \
                 Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            )
            .body(())
            .unwrap()
            .into_parts();
        let identity = Identity::of(&head).unwrap();
        let credential = Credential {
            access_key: key.to_owned(),
            secret: secret.to_owned(),
        };
        verify(&head, &identity, body, &[credential], now).map_or_else(
            |it| format!("{} {}", it.code, it.message()),
            |()| "ok".to_owned(),
        )
    }

    #[test]
    fn the_published_vector_is_checked() {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        for (key, secret, now, body, expected) in [
            ("AKIDEXAMPLE", secret, "20150830T123600Z", "", "ok"),
            ("AKIDEXAMPLE", secret, "20150830T125100Z", "", "ok"),
            (
                "AKIDEXAMPLE",
                secret,
                "20150830T125101Z",
                "",
                "InvalidSignatureException Signature expired",
            ),
            (
                "AKIDEXAMPLE",
                secret,
                "20150830T122059Z",
                "",
                "InvalidSignatureException Signature not yet current",
            ),
            (
                "AKIDEXAMPLE",
                secret,
                "20160101T000000Z",
                "",
                "InvalidSignatureException Signature expired",
            ),
            (
                "AKIDEXAMPLE",
                secret,
                "20150830T123600Z",
                "x",
                "InvalidSignatureException The request signature",
            ),
            (
                "AKIDEXAMPLE",
                "wrong",
                "20150830T123600Z",
                "",
                "InvalidSignatureException The request signature",
            ),
            (
                "OTHER",
                secret,
                "20150830T123600Z",
                "",
                "UnrecognizedClientException",
            ),
        ] {
            let found = outcome(key, secret, now, body.as_bytes());
            assert!(found.starts_with(expected), "{key} {now}: {found}");
        }
    }

    #[test]
    fn what_is_signed_is_accepted_until_it_is_changed() {
        let credential = Credential {
            access_key: "111122223333".to_owned(),
            secret: "secret".to_owned(),
        };
        let now = "20261123T185500Z";
        let (mut head, ()) = Request::post("/a?c=d&b=")
            .header("host", "127.0.0.1:5000")
            .header("x-amz-target", "AWSEvents.PutEvents")
            .body(())
            .unwrap()
            .into_parts();
        sign(&mut head, b"{}", &credential, "eu-west-1", "events", now).unwrap();
        let identity = Identity::of(&head).unwrap();
        assert_eq!(identity.signed_headers, "host;x-amz-date;x-amz-target");
        assert_eq!(
            (&*identity.region, &*identity.service),
            ("eu-west-1", "events")
        );
        let known = [credential];
        assert!(verify(&head, &identity, b"{}", &known, now).is_ok());
        assert!(verify(&head, &identity, b"[]", &known, now).is_err());
    }
}
