//! Temporary credentials, and whose they are.

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
/// How many sessions are begun between two looks for those that have expired.
const SWEEP_EVERY: u64 = 1000;

/// The sessions that have begun.
pub(super) struct Sessions {
    documents: Documents,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    secret: Secret,
    begun: AtomicU64,
}

/// Whose a session is.
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

    /// Begins a session, whose credentials are good for so many seconds.
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
        let scope = scope(holder.account);
        let kept = self.documents.change::<_, WriteError>(&scope, |documents| {
            if is_sweeping {
                for (key, session) in documents.list(SESSIONS) {
                    if expiry(&session) < now {
                        documents.remove(SESSIONS, &key);
                    }
                }
            }
            documents.put(SESSIONS, &key, session);
            Ok(())
        });
        kept.await
            .map_err(|error| ServiceError::internal(error.to_string()))?;
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

    /// The ARN and the id of who holds a key that is a session's.
    pub(super) fn holder(&self, account: &str, key: &str) -> Option<(String, String)> {
        let session = self.documents.get(&scope(account), SESSIONS, key)?;
        let text = |name: &str| Some(session.get(name)?.as_str()?.to_owned());
        Some((text("arn")?, text("userId")?))
    }
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
