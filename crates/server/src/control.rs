//! Controls a server that runs in the same process.

use crate::journal::ExpectationError;
use std::sync::Arc;
use std::time::Duration;

use b2bi_local_b2bi::Clock as _;
use b2bi_local_faults::{AddRulesError, Rule, RuleStatus, UnknownTermError};
use b2bi_local_model::Timestamp;
use b2bi_local_objects::ObjectError;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use crate::admin;
use crate::app::App;
use crate::clock::ClockMode;
use crate::journal::{Entry, Expectation, Filter};

/// The content type of objects without one.
const CONTENT_TYPE: &str = "application/octet-stream";

/// The functions of the admin routes, without a request.
#[derive(Clone)]
pub struct Control {
    app: Arc<App>,
}

impl Control {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    /// Every fault rule with its counters.
    #[must_use]
    pub fn faults(&self) -> Vec<RuleStatus> {
        self.app.faults.list()
    }

    /// Appends fault rules.
    ///
    /// # Errors
    ///
    /// A rule has the id of another, or names what does not exist and so could never act.
    pub fn add_faults(&self, rules: Vec<Rule>) -> Result<(), AddFaultsError> {
        let checked = self.app.vocabulary.check(&rules);
        checked.map_err(AddFaultsError::UnknownTerm)?;
        let added = self.app.faults.append(rules, self.app.now_millis());
        added.map_err(AddFaultsError::Rules)
    }

    /// Answers a request to an admin route, such as `/_b2bi/health`, without a connection. The
    /// access rules apply.
    pub async fn admin(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        let response = admin::answer(&self.app, &head, Ok(body)).await;
        self.app.keep_past();
        response
    }

    /// Takes all fault rules away.
    pub fn clear_faults(&self) {
        self.app.faults.clear();
    }

    /// The journal's entries that fit a query such as `operation=List*&status=5*`, oldest first.
    ///
    /// # Errors
    ///
    /// The query has an unknown field.
    pub fn journal(&self, query: &str) -> Result<Vec<Entry>, QueryError> {
        let filter = Filter::from_query(query).map_err(|error| QueryError(error.into()))?;
        Ok(self.app.journal.find(&filter).1)
    }

    /// Whether an expectation such as `{"operation": "CreateProfile", "count": 1}` is met.
    ///
    /// # Errors
    ///
    /// It cannot be read, or what differs, with the entries that were counted.
    pub fn verify(&self, expectation: &Value) -> Result<(), VerifyError> {
        let expectation = Expectation::read(expectation).map_err(QueryError)?;
        match expectation.difference(&self.app.journal) {
            None => Ok(()),
            Some(difference) => Err(VerifyError::Differs(difference)),
        }
    }

    /// The server's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// Stops the clock, or lets it run again.
    pub fn set_clock(&self, mode: ClockMode) {
        let inner = Timestamp::from_millis(self.app.clock.inner_millis());
        self.app.clock.set(mode, inner);
    }

    /// Advances the clock; jobs and windows that wait for it continue.
    pub fn advance(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.app.clock.advance(millis);
    }

    /// Writes an object, and creates its bucket if it is missing.
    ///
    /// # Errors
    ///
    /// The key or the size is refused.
    pub async fn put_object(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        body: Bytes,
    ) -> Result<(), ObjectError> {
        let created = self.app.objects.create_bucket(account, bucket).await;
        created.map_err(|error| ObjectError::Other(error.to_string()))?;
        let store = self.app.objects.store();
        let written = store.put(account, bucket, key, body, CONTENT_TYPE).await;
        written.map(|_| ())
    }

    /// Reads an object.
    ///
    /// # Errors
    ///
    /// The object does not exist.
    pub async fn object(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
    ) -> Result<Bytes, ObjectError> {
        let store = self.app.objects.store();
        let object = store.get(account, bucket, key, None).await?;
        Ok(object.body)
    }
}

/// A query of the journal, or an expectation of it, that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct QueryError(ExpectationError);

/// An expectation that is not met.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] QueryError),
    /// The expectation, and the entries that were found.
    #[error("{0}")]
    Differs(Value),
}

/// Why fault rules cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddFaultsError {
    /// Two rules have the same id, or there are too many.
    #[error("{0}")]
    Rules(#[source] AddRulesError),
    /// A rule could never act.
    #[error("{0}")]
    UnknownTerm(#[source] UnknownTermError),
}

impl std::fmt::Debug for Control {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Control").finish_non_exhaustive()
    }
}
