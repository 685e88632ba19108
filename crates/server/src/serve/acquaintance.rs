//! Whom a connection knows.

use std::sync::{Arc, Mutex, PoisonError};

use b2bi_local_dispatcher::{AccountRules, Caller, Identity};
use http::request::Parts;

use super::facts::{Heard, app_id, text};
use crate::journal::short;

/// What stands before the credential where an SDK has signed.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=";

/// The client of a connection's latest request: mostly the next one is the same.
#[derive(Default)]
pub(super) struct Acquaintance(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// The `Authorization` header up to the end of the credential, where that alone tells who calls.
    signer: Option<Box<str>>,
    caller: Option<Caller>,
    user_agent: Box<str>,
    app_id: Option<Arc<str>>,
}

impl Acquaintance {
    /// The caller of a request on this connection.
    pub(super) fn caller(&self, rules: &AccountRules, head: &Parts, asked: &Heard<'_>) -> Caller {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Moto's header names an account that the credential does not tell.
        let signed = text(asked.authorization).filter(|_| asked.moto_account.is_none());
        if let (Some(signed), Some(signer), Some(caller)) = (signed, &known.signer, &known.caller)
            && signed.starts_with(&**signer)
        {
            return caller.clone();
        }
        let identity = Identity::of(head);
        let caller = rules.caller(&head.headers, identity.as_ref(), known.caller.as_ref());
        let prefix = signed.and_then(signer).filter(|_| identity.is_some());
        known.signer = prefix.map(Box::from);
        known.caller.insert(caller).clone()
    }

    /// The application id in the user agent of a request on this connection.
    pub(super) fn app_id(&self, user_agent: &str) -> Option<Arc<str>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *known.user_agent != *user_agent {
            known.user_agent = user_agent.into();
            known.app_id = app_id(user_agent).map(|it| short(it).into());
        }
        known.app_id.clone()
    }
}

/// A signature up to the comma that ends its credential.
fn signer(authorization: &str) -> Option<&str> {
    let end = authorization.strip_prefix(SIGNED)?.find(',')?;
    authorization.get(..=SIGNED.len() + end)
}

#[cfg(test)]
mod tests {
    use super::{Acquaintance, Heard};
    use b2bi_local_dispatcher::AccountRules;
    use http::Request;

    /// The account, region and access key of each request, all on one connection.
    fn callers(requests: &[&[(&str, &str)]]) -> Vec<String> {
        let rules = AccountRules {
            default_account: "000000000001".to_owned(),
            default_region: "us-east-1".to_owned(),
            decode_access_keys: false,
        };
        let connection = Acquaintance::default();
        let caller = |headers: &&[(&str, &str)]| {
            let mut request = Request::post("/");
            for (name, value) in *headers {
                request = request.header(*name, *value);
            }
            let (head, ()) = request.body(()).unwrap().into_parts();
            let caller = connection.caller(&rules, &head, &Heard::of(&head.headers));
            let key = caller.access_key.as_deref().unwrap_or("unsigned");
            format!("{} {} {key}", caller.account, caller.region)
        };
        requests.iter().map(caller).collect()
    }

    fn by(signature: &str) -> (&str, &str) {
        ("authorization", signature)
    }

    #[test]
    fn who_comes_again_is_known_and_nobody_else() {
        let signed = |key: &str, region: &str, rest: &str| {
            format!("AWS4-HMAC-SHA256 Credential={key}/20261127/{region}/b2bi/aws4_request{rest}")
        };
        let one = signed("111111111111", "us-east-1", ", Signature=a");
        let again = signed("111111111111", "us-east-1", ", Signature=b");
        let elsewhere = signed("111111111111", "us-east-2", ", Signature=a");
        let bare = signed("111111111111", "us-east-1", "");
        let twice = signed(
            "111111111111",
            "us-east-1",
            ", Credential=k/20261127/r/s/aws4_request",
        );
        let broken = "AWS4-HMAC-SHA256 Credential=111111111111/x, Signature=a";
        let other = signed("222222222222", "us-east-1", ", Signature=a");
        let (key_1, key_2) = ("111111111111", "222222222222");
        let expected = |account: &str, region: &str, key: &str| format!("{account} {region} {key}");
        assert_eq!(
            callers(&[
                &[by(&one)],
                &[by(&again)],
                &[by(&elsewhere)],
                &[by(&bare)],
                &[by(&twice)],
                &[by(&one), ("x-moto-account-id", "333333333333")],
                &[by(&one)],
                &[],
                &[by(broken)],
                &[by(broken)],
                &[by(&other)],
            ]),
            [
                expected(key_1, "us-east-1", key_1),
                expected(key_1, "us-east-1", key_1),
                expected(key_1, "us-east-2", key_1),
                expected(key_1, "us-east-1", key_1),
                expected(key_1, "us-east-1", key_1),
                expected("333333333333", "us-east-1", key_1),
                expected(key_1, "us-east-1", key_1),
                expected("000000000001", "us-east-1", "unsigned"),
                expected("000000000001", "us-east-1", "unsigned"),
                expected("000000000001", "us-east-1", "unsigned"),
                expected(key_2, "us-east-1", key_2),
            ]
        );
    }

    #[test]
    fn the_application_is_that_of_the_request() {
        let connection = Acquaintance::default();
        for (agent, expected) in [
            ("", None),
            ("Boto3/1 app/orders", Some("orders")),
            ("Boto3/1 app/orders", Some("orders")),
            ("Boto3/1 app/other", Some("other")),
            ("Boto3/1", None),
        ] {
            assert_eq!(connection.app_id(agent).as_deref(), expected, "{agent}");
        }
    }
}
