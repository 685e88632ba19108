//! The signer of a request, according to its signature.

use std::borrow::Cow;

use b2bi_local_sigv4::account_of_minted;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use memchr::{memchr, memrchr};
use percent_encoding::percent_decode_str;

use crate::service::{Caller, CallerIdentity};

/// The header in which moto's users name the account.
pub const MOTO_ACCOUNT_HEADER: HeaderName = HeaderName::from_static("x-moto-account-id");

/// These 48 bits of a key contain its account, if nothing else determines it.
const ACCOUNT_BITS: u64 = 0x7fff_ffff_ff80;

/// The signer in a SigV4 header or a presigned query, in the request's own bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The access key id.
    pub access_key: Cow<'a, str>,
    /// The scope's region; empty if the signature names none.
    pub region: Cow<'a, str>,
    /// The scope's service, `b2bi`.
    pub service: Cow<'a, str>,
}

/// How an account is determined if the request does not name it.
#[derive(Clone, Debug)]
pub struct AccountRules {
    /// The account of all other callers.
    pub default_account: String,
    /// The region of unsigned requests.
    pub default_region: String,
    /// Whether the account that an `AKIA…` or `ASIA…` key encodes counts.
    pub decode_access_keys: bool,
}

impl<'a> Identity<'a> {
    /// Reads the `Authorization` header, or the presigned query; `None` for an unsigned request.
    #[must_use]
    pub fn of(head: &'a Parts) -> Option<Self> {
        match head.headers.get(AUTHORIZATION) {
            // For a long value this is the faster check that it is text.
            Some(value) => Self::from_header(str::from_utf8(value.as_bytes()).ok()?),
            None => Self::from_query(head.uri.query()?),
        }
    }

    /// The identity in old signatures, which only S3 still accepts: only a key.
    fn of_version_2(access_key: Cow<'a, str>) -> Self {
        Self {
            access_key,
            service: "s3".into(),
            ..Self::default()
        }
    }

    /// Of several credentials the first one is used, and text that is not a parameter is ignored:
    /// so the header up to the end of its credential identifies the signer.
    ///
    /// Source: Assumption A-44.
    fn from_header(header: &'a str) -> Option<Self> {
        if let Some(version_2) = header.strip_prefix("AWS ") {
            let (access_key, _) = version_2.split_once(':')?;
            return Self::of_version_2(access_key.into()).complete();
        }
        let (_, mut rest) = header
            .strip_prefix("AWS4-")?
            .split_once(|c: char| c.is_ascii_whitespace())?;
        while !rest.is_empty() {
            let parameter;
            (parameter, rest) = cut(rest, b',').unwrap_or((rest, ""));
            if let Some(("Credential", value)) = cut(parameter.trim_ascii(), b'=') {
                return Self::of_credential(value.into());
            }
        }
        None
    }

    fn from_query(query: &'a str) -> Option<Self> {
        for (name, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            let value = || percent_decode_str(value).decode_utf8_lossy();
            match name {
                "AWSAccessKeyId" => return Self::of_version_2(value()).complete(),
                "X-Amz-Credential" => return Self::of_credential(value()),
                _ => {}
            }
        }
        None
    }

    /// `KEY/20261123/us-east-1/b2bi/aws4_request`; the asymmetric form has no region.
    fn of_credential(credential: Cow<'a, str>) -> Option<Self> {
        match credential {
            Cow::Borrowed(text) => Self::of_parts(text, Cow::Borrowed),
            Cow::Owned(text) => Self::of_parts(&text, |part| part.to_owned().into()),
        }
    }

    fn of_parts<'c>(credential: &'c str, keep: impl Fn(&'c str) -> Cow<'a, str>) -> Option<Self> {
        let (rest, "aws4_request") = cut_last(credential)? else {
            return None;
        };
        let (rest, service) = cut_last(rest)?;
        let (rest, region_or_date) = cut_last(rest)?;
        let (access_key, region) = match cut_last(rest) {
            Some((key, _)) => (key, region_or_date),
            None => (rest, ""),
        };
        let identity = Self {
            access_key: keep(access_key),
            region: keep(region),
            service: keep(service),
        };
        identity.complete()
    }

    fn complete(self) -> Option<Self> {
        (!self.access_key.is_empty()).then_some(self)
    }
}

impl AccountRules {
    /// The caller: the account from the first of moto's header, a key of twelve digits, a key that was
    /// minted here, the key's encoded account if that is on, and the default.
    ///
    /// It may well be the one that was found `before`, on the same connection; then it is that one.
    #[must_use]
    pub fn caller(
        &self,
        headers: &HeaderMap,
        identity: Option<&Identity>,
        before: Option<&Caller>,
    ) -> Caller {
        let key = identity.map(|identity| identity.access_key.as_ref());
        let region = identity
            .map(|identity| identity.region.as_ref())
            .filter(|identity| !identity.is_empty())
            .unwrap_or(&self.default_region);
        let account = match (moto_account(headers), key) {
            (Some(account), _) => Cow::Borrowed(account),
            (None, Some(key)) => self.account_behind(key),
            (None, None) => Cow::Borrowed(self.default_account.as_str()),
        };
        let is_same = |caller: &&Caller| {
            *caller.account == *account
                && *caller.region == *region
                && caller.access_key.as_deref() == key
        };
        if let Some(same) = before.filter(is_same) {
            return same.clone();
        }
        Caller::from(CallerIdentity {
            account: account.into(),
            region: region.into(),
            access_key: key.map(str::to_owned),
        })
    }
}

impl AccountRules {
    /// The account of an access key, if the key alone shows it.
    #[must_use]
    pub fn account_of_key(&self, key: &str) -> String {
        self.account_behind(key).into_owned()
    }

    fn account_behind<'k>(&'k self, key: &'k str) -> Cow<'k, str> {
        if is_account(key) {
            return key.into();
        }
        if let Some(account) = account_of_minted(key) {
            return account.into();
        }
        let encoded = self.decode_access_keys.then(|| account_in_key(key));
        encoded
            .flatten()
            .map_or_else(|| self.default_account.as_str().into(), Cow::from)
    }
}

/// The account that AWS encoded in an `AKIA…` or `ASIA…` key id.
///
/// Source: the key's characters after the prefix are base 32; the account is 40 bits of them.
#[must_use]
pub fn account_in_key(key: &str) -> Option<String> {
    let encoded = key
        .strip_prefix("AKIA")
        .or_else(|| key.strip_prefix("ASIA"))?;
    let mut bits: u64 = 0;
    for letter in encoded.bytes().take(10) {
        let digit = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u64::from(digit);
    }
    let account = (bits >> 2 & ACCOUNT_BITS) >> 7;
    (encoded.len() >= 10).then(|| format!("{account:012}"))
}

/// The text before and after the first `separator`, an ASCII character.
fn cut(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = memchr(separator, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The text before and after the last slash.
fn cut_last(text: &str) -> Option<(&str, &str)> {
    let at = memrchr(b'/', text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn moto_account(headers: &HeaderMap) -> Option<&str> {
    let named = headers.get(&MOTO_ACCOUNT_HEADER)?.to_str().ok()?;
    is_account(named).then_some(named)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{AccountRules, Identity, MOTO_ACCOUNT_HEADER, account_in_key};
    use http::{HeaderMap, HeaderValue, Request};

    fn caller(headers: &[(&str, &str)], uri: &str, decode_access_keys: bool) -> String {
        let mut request = Request::post(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let rules = AccountRules {
            default_account: "000000000001".to_owned(),
            default_region: "us-east-1".to_owned(),
            decode_access_keys,
        };
        let identity = Identity::of(&head);
        let caller = rules.caller(&head.headers, identity.as_ref(), None);
        let again = rules.caller(&head.headers, identity.as_ref(), Some(&caller));
        assert_eq!(caller, again);
        let service = identity.map_or_else(String::new, |identity| identity.service.into_owned());
        format!("{} {} {service}", caller.account, caller.region)
    }

    fn signed(key: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential={key}/20261123/eu-west-1/b2bi/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=abc"
        )
    }

    #[test]
    fn the_account_comes_from_the_first_that_names_one() {
        let twelve = signed("111122223333");
        let real = signed("AKIAIOSFODNN7EXAMPLE");
        let word = signed("test");
        for (headers, decode, expected) in [
            (
                vec![("authorization", word.as_str())],
                false,
                "000000000001 eu-west-1 b2bi",
            ),
            (
                vec![("authorization", &twelve)],
                false,
                "111122223333 eu-west-1 b2bi",
            ),
            (
                vec![
                    ("authorization", &twelve),
                    ("x-moto-account-id", "444455556666"),
                ],
                false,
                "444455556666 eu-west-1 b2bi",
            ),
            (
                vec![("authorization", &twelve), ("x-moto-account-id", "4444")],
                false,
                "111122223333 eu-west-1 b2bi",
            ),
            (
                vec![("authorization", &real)],
                false,
                "000000000001 eu-west-1 b2bi",
            ),
            (
                vec![("authorization", &real)],
                true,
                "581039954779 eu-west-1 b2bi",
            ),
            (vec![], false, "000000000001 us-east-1 "),
            (
                vec![("authorization", "Basic eDp5")],
                false,
                "000000000001 us-east-1 ",
            ),
            (
                vec![(
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=a/b, Signature=c",
                )],
                false,
                "000000000001 us-east-1 ",
            ),
        ] {
            assert_eq!(caller(&headers, "/", decode), expected, "{headers:?}");
        }
    }

    #[test]
    fn whom_a_connection_knows_is_taken_for_nobody_else() {
        let rules = AccountRules {
            default_account: "000000000001".to_owned(),
            default_region: "us-east-1".to_owned(),
            decode_access_keys: false,
        };
        let mut before = None;
        let moto = HeaderMap::from_iter([(
            MOTO_ACCOUNT_HEADER,
            HeaderValue::from_static("444455556666"),
        )]);
        for (key, region, headers, account, expected_region) in [
            (
                "test",
                "eu-west-1",
                HeaderMap::new(),
                "000000000001",
                "eu-west-1",
            ),
            (
                "test",
                "eu-west-1",
                moto.clone(),
                "444455556666",
                "eu-west-1",
            ),
            (
                "test",
                "eu-west-1",
                HeaderMap::new(),
                "000000000001",
                "eu-west-1",
            ),
            ("test", "", HeaderMap::new(), "000000000001", "us-east-1"),
            ("other", "", HeaderMap::new(), "000000000001", "us-east-1"),
            (
                "111122223333",
                "",
                HeaderMap::new(),
                "111122223333",
                "us-east-1",
            ),
            ("111122223333", "", moto, "444455556666", "us-east-1"),
        ] {
            let identity = Identity {
                access_key: key.into(),
                region: region.into(),
                ..Identity::default()
            };
            let caller = rules.caller(&headers, Some(&identity), before.as_ref());
            assert_eq!(
                (&*caller.account, &*caller.region),
                (account, expected_region)
            );
            assert_eq!(caller.access_key.as_deref(), Some(key));
            before = Some(caller);
        }
    }

    #[test]
    fn a_presigned_query_is_a_signature_too() {
        let uri = "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\
                   111122223333%2F20261123%2Fus-west-2%2Fs3%2Faws4_request&X-Amz-Signature=f";
        assert_eq!(caller(&[], uri, false), "111122223333 us-west-2 s3");
        let uri = "/b/k?AWSAccessKeyId=111122223333&Signature=f%3D&Expires=1";
        assert_eq!(caller(&[], uri, false), "111122223333 us-east-1 s3");
        let header = ("authorization", "AWS 111122223333:c2ln");
        assert_eq!(
            caller(&[header], "/b/k", false),
            "111122223333 us-east-1 s3"
        );
    }

    #[test]
    fn keys_hold_their_account() {
        for (key, account) in [
            ("ASIAQNZGKIQY56JQ7WML", Some("029608264753")),
            ("AKIAIOSFODNN7EXAMPLE", Some("581039954779")),
            ("AKIA1", None),
            ("AKIAIOS", None),
            ("test", None),
        ] {
            assert_eq!(account_in_key(key).as_deref(), account, "{key}");
        }
    }
}
