//! The caller cached for a connection.

use std::sync::{Arc, Mutex};

use b2bi_local_dispatcher::{AccountRules, Caller, Identity};
use http::HeaderValue;
use http::request::Parts;

use super::facts::{RequestHeaders, app_id, text};
use crate::journal::short;
use crate::system::Uuid;

/// The text before the credential in headers that SDKs sign.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=";

/// The client of a connection's latest request: mostly the next one is the same.
#[derive(Default)]
pub(super) struct ConnectionState(Mutex<CachedIdentity>);

/// The sender of a request.
pub(super) struct Client {
    pub(super) caller: Caller,
    /// The application id in the user agent.
    pub(super) app_id: Option<Arc<str>>,
}

#[derive(Default)]
struct CachedIdentity {
    /// The `Authorization` header up to the end of the credential, if that alone identifies the caller.
    signer: Option<Box<str>>,
    caller: Option<Caller>,
    user_agent: Box<[u8]>,
    app_id: Option<Arc<str>>,
    latest: Option<Uuid>,
}

impl ConnectionState {
    /// The id of the latest request that had a client.
    pub(super) fn latest_request(&self) -> Option<Uuid> {
        let cached = self.0.lock();
        cached.map_or(None, |cached| cached.latest)
    }

    /// The client of a request on this connection.
    pub(super) fn client(
        &self,
        rules: &AccountRules,
        head: &Parts,
        asked: &RequestHeaders<'_>,
        request_id: Uuid,
    ) -> Client {
        let mut cached = self.0.lock().unwrap_or_else(|poisoned| {
            // A panic may have mixed the data of two callers: start again.
            self.0.clear_poison();
            let mut cached = poisoned.into_inner();
            *cached = CachedIdentity::default();
            cached
        });
        cached.latest = Some(request_id);
        Client {
            caller: cached.caller(rules, head, asked),
            app_id: cached.app_id(asked.user_agent()),
        }
    }
}

impl CachedIdentity {
    fn caller(&mut self, rules: &AccountRules, head: &Parts, asked: &RequestHeaders<'_>) -> Caller {
        // Moto's header names an account that is not in the credential.
        let signed = asked.authorization.filter(|_| asked.moto_account.is_none());
        if let (Some(signed), Some(signer), Some(caller)) = (signed, &self.signer, &self.caller)
            && signed.as_bytes().starts_with(signer.as_bytes())
        {
            return caller.clone();
        }
        let identity = Identity::of(head);
        let caller = rules.caller(&head.headers, identity.as_ref(), self.caller.as_ref());
        let prefix = text(signed).and_then(signer);
        self.signer = prefix.filter(|_| identity.is_some()).map(Box::from);
        self.caller.insert(caller).clone()
    }

    fn app_id(&mut self, user_agent: Option<&HeaderValue>) -> Option<Arc<str>> {
        let user_agent = user_agent?;
        if *self.user_agent != *user_agent.as_bytes() {
            self.user_agent = user_agent.as_bytes().into();
            let id = text(Some(user_agent)).and_then(app_id);
            self.app_id = id.map(|id| short(id).into());
        }
        self.app_id.clone()
    }
}

/// A signature up to the comma that ends its credential.
fn signer(authorization: &str) -> Option<&str> {
    let end = authorization.strip_prefix(SIGNED)?.find(',')?;
    authorization.get(..=SIGNED.len() + end)
}

#[cfg(test)]
mod tests {
    use super::{ConnectionState, RequestHeaders};
    use crate::system::Uuid;
    use b2bi_local_dispatcher::AccountRules;
    use http::Request;

    fn rules() -> AccountRules {
        AccountRules {
            default_account: "000000000001".to_owned(),
            default_region: "us-east-1".to_owned(),
            decode_access_keys: false,
        }
    }

    /// The account, region and access key of each request, all on one connection.
    fn callers(requests: &[&[(&str, &str)]]) -> Vec<String> {
        let rules = rules();
        let connection = ConnectionState::default();
        let caller = |headers: &&[(&str, &str)]| {
            let mut request = Request::post("/");
            for (name, value) in *headers {
                request = request.header(*name, *value);
            }
            let (head, ()) = request.body(()).unwrap().into_parts();
            let client = connection.client(
                &rules,
                &head,
                &RequestHeaders::of(&head.headers),
                Uuid::of(1),
            );
            let caller = client.caller;
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
        let redirect_to_external = signed("111111111111", "us-east-2", ", Signature=a");
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
                &[by(&redirect_to_external)],
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
        let connection = ConnectionState::default();
        let app_id = |agent| {
            let (head, ()) = Request::get("/")
                .header("user-agent", agent)
                .body(())
                .unwrap()
                .into_parts();
            let asked = RequestHeaders::of(&head.headers);
            connection
                .client(&rules(), &head, &asked, Uuid::of(1))
                .app_id
        };
        for (agent, expected) in [
            ("", None),
            ("Boto3/1 app/orders", Some("orders")),
            ("Boto3/1 app/orders", Some("orders")),
            ("Boto3/1 app/other", Some("other")),
            ("Boto3/1", None),
        ] {
            assert_eq!(app_id(agent).as_deref(), expected, "{agent}");
        }
    }
}
