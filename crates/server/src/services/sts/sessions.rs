//! Temporary credentials and their owners.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use b2bi_local_b2bi::{Clock, Ids, Scope};
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_model::Timestamp;
use b2bi_local_persistence::WriteError;
use b2bi_local_registry::{Documents, Environment};
use b2bi_local_sigv4::{Secret, mint_temporary_key, temporary_credential};
use serde_json::{Value, json};

/// The collection of sessions, by access key.
const SESSIONS: &str = "sts-sessions";
/// The number of new sessions between two searches for expired ones.
const SWEEP_EVERY: u64 = 1000;
/// The maximum number of sessions of an account; those that expire first are dropped first.
const MOST: usize = 10_000;

/// The sessions that have begun.
pub(super) struct Sessions {
    documents: Documents,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    secret: Secret,
    begun: AtomicU64,
}

/// The owner of a session.
pub(super) struct Holder<'a> {
    pub(super) account: &'a str,
    pub(super) arn: &'a str,
    pub(super) user_id: &'a str,
}

impl Sessions {
    pub(super) fn new(environment: &Environment, secret: Secret) -> Self {
        Self {
            documents: environment.documents.clone(),
            clock: Arc::clone(&environment.clock),
            ids: Arc::clone(&environment.ids),
            secret,
            begun: AtomicU64::new(0),
        }
    }

    /// Begins a session, whose credentials are valid for this many seconds.
    pub(super) async fn begin(
        &self,
        holder: &Holder<'_>,
        seconds: i64,
    ) -> Result<QueryValue, ServiceError> {
        let bits = u64::try_from(self.ids.bits() >> 64).unwrap_or_default();
        let key = mint_temporary_key(holder.account, bits).ok_or_else(|| {
            ServiceError::internal(format!(
                "{} is not an account of twelve digits",
                holder.account
            ))
        })?;
        let now = self.clock.now().as_millis();
        let expires = now.saturating_add(seconds.saturating_mul(1000));
        let session = json!({"arn": holder.arn, "userId": holder.user_id, "expires": expires});
        let is_sweeping = self
            .begun
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(SWEEP_EVERY);
        if is_sweeping {
            self.sweep(now).await.map_err(unwritten)?;
        }
        let scope = scope(holder.account);
        let kept = self.documents.change::<_, WriteError>(&scope, |documents| {
            documents.put(SESSIONS, &key, session);
            Ok(())
        });
        kept.await.map_err(unwritten)?;
        let credential = temporary_credential(&key, &self.secret);
        let token = credential.session_token.unwrap_or_default();
        Ok(QueryValue::Structure(vec![
            ("AccessKeyId", credential.access_key.into()),
            ("SecretAccessKey", credential.secret.expose().into()),
            ("SessionToken", token.expose().into()),
            (
                "Expiration",
                Timestamp::from_millis(expires).to_string().into(),
            ),
        ]))
    }

    /// Drops the expired sessions of all accounts, and those beyond the limit.
    async fn sweep(&self, now: i64) -> Result<(), WriteError> {
        let sessions = self.documents.of_all(None, None, SESSIONS);
        let scopes: BTreeSet<Scope> = sessions.into_iter().map(|(scope, _)| scope).collect();
        for scope in scopes {
            let swept = self.documents.change::<_, WriteError>(&scope, |documents| {
                for key in surplus(documents.list(SESSIONS), now) {
                    documents.remove(SESSIONS, &key);
                }
                Ok(())
            });
            swept.await?;
        }
        Ok(())
    }

    /// The ARN and the id of a session's holder, by the session's key.
    pub(super) fn holder(&self, account: &str, key: &str) -> Option<(String, String)> {
        let session = self.documents.get(&scope(account), SESSIONS, key)?;
        let text = |name: &str| Some(session.get(name)?.as_str()?.to_owned());
        Some((text("arn")?, text("userId")?))
    }
}

fn unwritten(error: WriteError) -> ServiceError {
    ServiceError::internal(error.to_string())
}

/// The keys of the sessions of an account that have expired, and of those beyond the limit.
fn surplus(mut sessions: Vec<(String, Arc<Value>)>, now: i64) -> Vec<String> {
    sessions.sort_by_key(|(_, session)| Reverse(expiry(session)));
    let kept = sessions.partition_point(|(_, session)| expiry(session) >= now);
    let surplus = sessions.into_iter().skip(kept.min(MOST));
    surplus.map(|(key, _)| key).collect()
}

fn expiry(session: &Value) -> i64 {
    session
        .get("expires")
        .and_then(Value::as_i64)
        .unwrap_or_default()
}

/// Sessions are of an account and of no region.
fn scope(account: &str) -> Scope {
    Scope {
        account: account.into(),
        region: "aws-global".into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
    use std::time::Duration;

    use async_trait::async_trait;
    use b2bi_local_b2bi::{Clock, Ids};
    use b2bi_local_model::Timestamp;
    use b2bi_local_registry::Documents;
    use b2bi_local_sigv4::Secret;
    use serde_json::{Value, json};

    use super::{Holder, MOST, SESSIONS, SWEEP_EVERY, Sessions, scope, surplus};

    #[derive(Default)]
    struct Manual(AtomicI64);

    #[async_trait]
    impl Clock for Manual {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }

        async fn sleep(&self, _: Duration) {}
    }

    #[derive(Default)]
    struct Counter(AtomicU64);

    impl Ids for Counter {
        fn bits(&self) -> u128 {
            u128::from(self.0.fetch_add(1, Ordering::Relaxed)) << 64
        }
    }

    #[tokio::test]
    async fn expired_sessions_of_every_account_are_forgotten() {
        let clock = Arc::new(Manual::default());
        let sessions = Sessions {
            documents: Documents::new(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ids: Arc::new(Counter::default()),
            secret: Secret::new("secret"),
            begun: AtomicU64::new(0),
        };
        let begin = async |account: &str| {
            let (arn, user_id) = ("arn", "id");
            let holder = Holder {
                account,
                arn,
                user_id,
            };
            assert!(sessions.begin(&holder, 900).await.is_ok());
        };
        let (one, other) = ("111122223333", "444455556666");
        // Each sweep falls to the first account.
        for _ in 0..SWEEP_EVERY / 2 {
            begin(one).await;
            begin(other).await;
        }
        clock.0.store(900_001, Ordering::Relaxed);
        begin(one).await;
        let count = |account| sessions.documents.list(&scope(account), SESSIONS).len();
        assert_eq!((count(one), count(other)), (1, 0));
    }

    #[test]
    fn the_sessions_that_expire_first_make_room() {
        let session = |expires: usize| {
            (
                expires.to_string(),
                Arc::<Value>::new(json!({"expires": expires})),
            )
        };
        let sessions = (1..=MOST + 2).map(session).collect();
        assert_eq!(surplus(sessions, 1), ["2", "1"]);
        let sessions = [5, 3, 4].map(session).into();
        assert_eq!(surplus(sessions, 4), ["3"]);
    }
}
