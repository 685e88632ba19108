//! The requests of each account and region, and which of them are running.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use b2bi_local_b2bi::{Clock, Ids, JobDuration, Scope};
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::{Change as Documented, Documents, Environment};
use serde_json::{Value, json};

use super::errors::{ChangeError, error};
use super::request::{Change, Ending, Request};
use crate::system::Uuid;

/// The collection of requests, by token.
const REQUESTS: &str = "cloudcontrol-requests";
/// The collection of client tokens: the request's own token and its input.
const TOKENS: &str = "cloudcontrol-client-tokens";
/// How long a request is remembered.
///
/// Source: Assumption A-306.
const REMEMBERED: i64 = 7 * 24 * 60 * 60 * 1000;
/// The maximum number of stored requests of an account and region; the oldest are dropped first.
const MOST: usize = 10_000;
/// The number of requests between two searches for old ones.
const SWEEP_EVERY: u64 = 1000;

/// A resource on which a request works, or a client token of a request.
type GuardedKey = (Scope, String, String);

/// The requests of all accounts and regions.
pub(super) struct Requests {
    documents: Documents,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    duration: JobDuration,
    at_work: Arc<Mutex<HashSet<GuardedKey>>>,
    made: AtomicU64,
}

/// Keeps others from a resource or a client token until it is dropped.
pub(super) struct RequestGuard {
    at_work: Arc<Mutex<HashSet<GuardedKey>>>,
    what: GuardedKey,
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        at_work.remove(&self.what);
    }
}

impl Requests {
    pub(super) fn new(environment: &Environment, duration: JobDuration) -> Self {
        Self {
            documents: environment.documents.clone(),
            clock: Arc::clone(&environment.clock),
            ids: Arc::clone(&environment.ids),
            duration,
            at_work: Arc::default(),
            made: AtomicU64::new(0),
        }
    }

    pub(super) fn now(&self) -> i64 {
        self.clock.now().as_millis()
    }

    /// A new request, which is not stored yet.
    pub(super) fn make(
        &self,
        type_name: &str,
        change: Change,
        identifier: Option<String>,
        client_token: Option<String>,
    ) -> Request {
        let time = self.now();
        let place = self.made.fetch_add(1, Ordering::Relaxed);
        let ending = match self.duration {
            JobDuration::Immediate => Ending::Now,
            JobDuration::Fixed(duration) => {
                let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
                Ending::At(time.saturating_add(millis))
            }
            JobDuration::Polls(count) => Ending::Polls(count),
        };
        Request {
            token: Uuid::of(self.ids.bits()).to_string(),
            type_name: type_name.to_owned(),
            identifier,
            change,
            time,
            place,
            ending,
            is_cancelled: false,
            client_token,
            failure: None,
            model: None,
        }
    }

    /// The earlier request with this client token.
    pub(super) fn repeated(
        &self,
        scope: &Scope,
        client_token: &str,
        asked: &str,
    ) -> Result<Option<Request>, ServiceError> {
        let Some(known) = self.documents.get(scope, TOKENS, client_token) else {
            return Ok(None);
        };
        if known.get("asked").and_then(Value::as_str) != Some(asked) {
            let message = format!(
                "The client token {client_token} was used before for another request: use a new one"
            );
            return Err(error("ClientTokenConflictException", message));
        }
        let token = known.get("request").and_then(Value::as_str);
        Ok(token.and_then(|token| self.read(scope, token)))
    }

    /// Stores a request, and the input for its client token.
    pub(super) async fn keep(
        &self,
        scope: &Scope,
        request: Request,
        asked: String,
    ) -> Result<Request, ServiceError> {
        let is_sweeping = request.place.is_multiple_of(SWEEP_EVERY);
        let oldest = self.now().saturating_sub(REMEMBERED);
        if is_sweeping {
            self.sweep(oldest).await?;
        }
        let kept = self.documents.change(scope, |documents| {
            put(documents, &request)?;
            if let Some(client_token) = &request.client_token {
                let known = json!({"request": request.token, "asked": asked});
                documents.put(TOKENS, client_token, known);
            }
            Ok(request)
        });
        kept.await.map_err(|error: ChangeError| error.0)
    }

    /// The request of this token, as `change` leaves it.
    pub(super) async fn change(
        &self,
        scope: &Scope,
        token: &str,
        change: impl FnOnce(&mut Request) -> Result<(), ServiceError>,
    ) -> Result<Request, ServiceError> {
        let changed = self.documents.change(scope, |documents| {
            let found = documents.get(REQUESTS, token);
            let found = found.as_deref().and_then(parse);
            let mut request = found.ok_or_else(|| ChangeError(unknown(token)))?;
            change(&mut request).map_err(ChangeError)?;
            put(documents, &request)?;
            Ok(request)
        });
        changed.await.map_err(|error: ChangeError| error.0)
    }

    /// The request of this token, which must exist.
    pub(super) fn get(&self, scope: &Scope, token: &str) -> Result<Request, ServiceError> {
        let found = self.read(scope, token);
        found.ok_or_else(|| unknown(token))
    }

    fn read(&self, scope: &Scope, token: &str) -> Option<Request> {
        parse(&*self.documents.get(scope, REQUESTS, token)?)
    }

    /// All requests, the latest first.
    pub(super) fn all(&self, scope: &Scope) -> Vec<Request> {
        let found = self.documents.list(scope, REQUESTS);
        let requests = found.iter().filter_map(|(_, document)| parse(document));
        let mut requests: Vec<Request> = requests.collect();
        requests.sort_by_key(|request| Reverse((request.time, request.place)));
        requests
    }

    /// Keeps others from a resource while a request works on it.
    pub(super) fn occupy_resource(
        &self,
        scope: &Scope,
        type_name: &str,
        identifier: &str,
    ) -> Result<RequestGuard, ServiceError> {
        let now = self.now();
        let takes_time = match self.duration {
            JobDuration::Immediate => false,
            JobDuration::Fixed(duration) => !duration.is_zero(),
            JobDuration::Polls(count) => count > 0,
        };
        let is_open = takes_time
            && self.all(scope).iter().any(|request| {
                request.type_name == type_name
                    && request.identifier.as_deref() == Some(identifier)
                    && request.is_open(now)
            });
        let free = (!is_open).then(|| self.occupy(scope, type_name, identifier));
        free.flatten().ok_or_else(|| {
            let message = format!(
                "Another request for {type_name} {identifier} is in progress: wait until it has ended"
            );
            error("ConcurrentOperationException", message)
        })
    }

    /// Locks a client token while its request is created.
    pub(super) fn occupy_token(
        &self,
        scope: &Scope,
        client_token: Option<&str>,
    ) -> Result<Option<RequestGuard>, ServiceError> {
        let Some(client_token) = client_token else {
            return Ok(None);
        };
        let occupation = self.occupy(scope, "", client_token);
        let occupation = occupation.ok_or_else(|| {
            let message = format!("The request with the client token {client_token} is being made");
            error("ConcurrentOperationException", message)
        });
        occupation.map(Some)
    }

    /// Drops old requests of all accounts and regions, and the oldest beyond the limit.
    async fn sweep(&self, oldest: i64) -> Result<(), ServiceError> {
        let requests = self.documents.of_all(None, None, REQUESTS);
        let scopes: BTreeSet<Scope> = requests.into_iter().map(|(scope, _)| scope).collect();
        for scope in scopes {
            let swept = self.documents.change(&scope, |documents| {
                sweep(documents, oldest);
                Ok(())
            });
            swept.await.map_err(|ChangeError(error)| error)?;
        }
        Ok(())
    }

    fn occupy(&self, scope: &Scope, kind: &str, name: &str) -> Option<RequestGuard> {
        let what = (scope.clone(), kind.to_owned(), name.to_owned());
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        at_work.insert(what.clone()).then(|| RequestGuard {
            at_work: Arc::clone(&self.at_work),
            what,
        })
    }
}

fn unknown(token: &str) -> ServiceError {
    let message = format!("Request with token {token} was not found");
    error("RequestTokenNotFoundException", message)
}

fn put(documents: &mut Documented<'_>, request: &Request) -> Result<(), ChangeError> {
    let document = serde_json::to_value(request);
    let document =
        document.map_err(|error| ChangeError(ServiceError::internal(error.to_string())))?;
    documents.put(REQUESTS, &request.token, document);
    Ok(())
}

fn parse(document: &Value) -> Option<Request> {
    serde::Deserialize::deserialize(document).ok()
}

/// Drops old requests, and the oldest if there are too many.
fn sweep(documents: &mut Documented<'_>, oldest: i64) {
    let found = documents.list(REQUESTS);
    let mut requests: Vec<Request> = found.iter().filter_map(|(_, text)| parse(text)).collect();
    requests.sort_by_key(|request| Reverse((request.time, request.place)));
    let spare = requests.iter().enumerate();
    let spare = spare.filter(|(at, request)| *at >= MOST || request.time < oldest);
    for (_, request) in spare {
        documents.remove(REQUESTS, &request.token);
        if let Some(client_token) = &request.client_token {
            documents.remove(TOKENS, client_token);
        }
    }
}
