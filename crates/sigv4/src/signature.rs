//! Reads a signature from a header or from a query, and refuses what AWS refuses.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::error::{SignatureError, SignaturePlace};

/// The one algorithm.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How a credential ends.
const TERMINATOR: &str = "aws4_request";

/// The parts of a signature in a request.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Signature<'a> {
    pub(crate) place: SignaturePlace,
    pub(crate) credential: CredentialScope<'a>,
    pub(crate) signed_headers: Cow<'a, str>,
    /// The signature itself, in hex.
    pub(crate) value: Cow<'a, str>,
    /// `X-Amz-Expires` of a presigned request.
    pub(crate) lifetime: Option<Cow<'a, str>>,
    /// `X-Amz-Date` of a presigned request.
    pub(crate) date: Option<Cow<'a, str>>,
    /// `X-Amz-Security-Token` of a presigned request.
    pub(crate) token: Option<Cow<'a, str>>,
}

/// `KEY/20261123/us-east-1/b2bi/aws4_request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CredentialScope<'a> {
    pub(crate) access_key: Cow<'a, str>,
    pub(crate) date: Cow<'a, str>,
    pub(crate) region: Cow<'a, str>,
    pub(crate) service: Cow<'a, str>,
}

impl<'a> Signature<'a> {
    /// The signature of a request.
    pub(crate) fn of(head: &'a Parts) -> Result<Self, SignatureError> {
        let query = head.uri.query().unwrap_or_default();
        let has = |names: &[&str]| pairs(query).any(|(name, _)| names.contains(&name));
        let is_presigned = has(&["X-Amz-Algorithm", "X-Amz-Signature"]);
        let is_old = has(&["Signature"]) && has(&["AWSAccessKeyId"]);
        match (
            head.headers.contains_key(AUTHORIZATION),
            is_presigned,
            is_old,
        ) {
            (true, false, false) => Self::from_header(&head.headers),
            (true, ..) => Err(SignatureError::Twice),
            (false, true, _) => Self::from_query(query),
            // Source: Assumption A-190.
            (false, false, true) => Err(SignatureError::Unsupported),
            (false, false, false) => Err(SignatureError::Missing),
        }
    }

    fn from_header(headers: &'a HeaderMap) -> Result<Self, SignatureError> {
        let malformed = |problem: &str| malformed(SignaturePlace::Header, problem);
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(malformed("There is more than one Authorization header."));
        };
        let text = str::from_utf8(value.as_bytes());
        let text = text.map_err(|_| malformed("The Authorization header is not text."))?;
        let (algorithm, parameters) = text.split_once(' ').unwrap_or((text, ""));
        if algorithm != ALGORITHM {
            return Err(SignatureError::Unsupported);
        }
        let mut found = [None; 3];
        for parameter in parameters.split(',').map(str::trim) {
            let (name, value) = parameter.split_once('=').ok_or_else(|| {
                malformed("The Authorization header has a part that is not a key=value pair.")
            })?;
            let names = ["Credential", "SignedHeaders", "Signature"];
            let place = names.iter().position(|item| *item == name);
            match place.and_then(|at| found.get_mut(at)) {
                Some(place @ None) => *place = Some(value),
                _ => {
                    return Err(malformed(
                        "The Authorization header has an unknown or repeated part.",
                    ));
                }
            }
        }
        let [Some(credential), Some(signed_headers), Some(signature)] = found else {
            return Err(malformed(
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' \
                 parameters.",
            ));
        };
        Ok(Self {
            place: SignaturePlace::Header,
            credential: CredentialScope::read(credential.into(), SignaturePlace::Header)?,
            signed_headers: signed_headers.into(),
            value: signature.into(),
            lifetime: None,
            date: None,
            token: None,
        })
    }

    fn from_query(query: &'a str) -> Result<Self, SignatureError> {
        let malformed = |problem: &str| malformed(SignaturePlace::Query, problem);
        let parameter = |wanted: &str| {
            let mut values = pairs(query).filter(|(name, _)| *name == wanted);
            match (values.next(), values.next()) {
                (value, None) => Ok(value.map(|(_, value)| decoded(value))),
                (_, Some(_)) => Err(malformed("A query parameter of the signature is repeated.")),
            }
        };
        let required = |wanted: &str| {
            parameter(wanted)?.ok_or_else(|| {
                malformed(
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, \
                     X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and \
                     X-Amz-Expires parameters.",
                )
            })
        };
        if required("X-Amz-Algorithm")? != ALGORITHM {
            return Err(SignatureError::Unsupported);
        }
        Ok(Self {
            place: SignaturePlace::Query,
            credential: CredentialScope::read(
                required("X-Amz-Credential")?,
                SignaturePlace::Query,
            )?,
            signed_headers: required("X-Amz-SignedHeaders")?,
            value: required("X-Amz-Signature")?,
            lifetime: parameter("X-Amz-Expires")?,
            date: Some(required("X-Amz-Date")?),
            token: parameter("X-Amz-Security-Token")?,
        })
    }

    /// Whether a header, with its name in lower case, is signed.
    pub(crate) fn signs(&self, name: &str) -> bool {
        self.signed_headers.split(';').any(|part| part == name)
    }
}

impl<'a> CredentialScope<'a> {
    /// The parts of a credential; an access key may contain slashes.
    pub(crate) fn read(
        credential: Cow<'a, str>,
        place: SignaturePlace,
    ) -> Result<Self, SignatureError> {
        let parts = match &credential {
            Cow::Borrowed(text) => Self::split(text),
            Cow::Owned(text) => Self::split(text).map(CredentialScope::into_owned),
        };
        parts.ok_or_else(|| {
            malformed(
                place,
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/aws4_request.",
            )
        })
    }

    fn split(text: &str) -> Option<CredentialScope<'_>> {
        let mut parts = text.rsplitn(5, '/');
        let (terminator, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        let (date, access_key) = (parts.next()?, parts.next()?);
        (terminator == TERMINATOR && !access_key.is_empty()).then(|| CredentialScope {
            access_key: access_key.into(),
            date: date.into(),
            region: region.into(),
            service: service.into(),
        })
    }

    fn into_owned<'o>(self) -> CredentialScope<'o> {
        CredentialScope {
            access_key: self.access_key.into_owned().into(),
            date: self.date.into_owned().into(),
            region: self.region.into_owned().into(),
            service: self.service.into_owned().into(),
        }
    }

    /// The scope without the key, in the form that is signed.
    pub(crate) fn scope(&self) -> String {
        format!(
            "{}/{}/{}/{TERMINATOR}",
            self.date, self.region, self.service
        )
    }
}

/// The pairs of a query, encoded as they are.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
}

fn decoded(value: &str) -> Cow<'_, str> {
    percent_decode_str(value).decode_utf8_lossy()
}

pub(crate) fn malformed(place: SignaturePlace, problem: &str) -> SignatureError {
    SignatureError::Malformed(place, problem.to_owned())
}
