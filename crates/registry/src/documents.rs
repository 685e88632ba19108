//! JSON documents by account and region, for services without a state of their own.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use b2bi_local_b2bi::Scope;
use b2bi_local_persistence::{Batch, CommitSeq, RowStore, Table, WriteError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where the row store has the documents.
const ROWS: Table = Table("documents");

/// The key of a document: its scope, its collection and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    scope: Scope,
    collection: String,
    id: String,
}

type Map = BTreeMap<Key, Arc<Value>>;

/// Documents in memory, and on disk if there is a row store; clones share them.
///
/// A collection is a name such as `ssm-parameters`. What [`change`](Self::change) has returned is on
/// disk.
#[derive(Clone)]
pub struct Documents {
    held: Arc<Mutex<Map>>,
    row_store: Option<RowStore>,
    /// The number of the last batch that was sent.
    last: Arc<AtomicU64>,
}

impl Documents {
    /// No documents, which end with the process.
    #[must_use]
    pub fn new() -> Self {
        Self {
            held: Arc::default(),
            row_store: None,
            last: Arc::default(),
        }
    }

    /// The documents of a row store, which stores them from now on.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    pub fn with_row_store(row_store: RowStore) -> Result<Self, DocumentsError> {
        let mut held = Map::new();
        row_store.read::<DocumentsError>(ROWS, |key, row| {
            let document = serde_json::from_slice(row);
            let document = document.map_err(|error| DocumentsError::unreadable(key, error))?;
            held.insert(Key::parse(key)?, Arc::new(document));
            Ok(())
        })?;
        Ok(Self {
            held: Arc::new(Mutex::new(held)),
            row_store: Some(row_store),
            last: Arc::default(),
        })
    }

    /// The document of this id.
    #[must_use]
    pub fn get(&self, scope: &Scope, collection: &str, id: &str) -> Option<Arc<Value>> {
        let key = Key::new(scope, collection, id);
        self.lock().get(&key).cloned()
    }

    /// The documents of a collection with their ids, in the order of these.
    #[must_use]
    pub fn list(&self, scope: &Scope, collection: &str) -> Vec<(String, Arc<Value>)> {
        listed(&self.lock(), scope, collection)
    }

    /// Changes documents: all that `change` does, or nothing when it fails.
    ///
    /// No other change happens meanwhile. On return the changes are on disk.
    ///
    /// # Errors
    ///
    /// What `change` returns, or the disk; then nothing has changed.
    pub async fn change<T, E: From<WriteError>>(
        &self,
        scope: &Scope,
        change: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (done, sent) = {
            let mut held = self.lock();
            let mut staged = Change {
                held: &held,
                scope,
                staged: BTreeMap::new(),
            };
            let done = change(&mut staged)?;
            let staged = staged.staged;
            (done, self.apply(&mut held, staged)?)
        };
        self.flushed(sent).await?;
        Ok(done)
    }

    /// Waits until every change so far is on disk, or was undone: a reader must wait before it
    /// replies with what it has read.
    pub async fn all_flushed(&self) {
        if let Some(row_store) = &self.row_store {
            let last = CommitSeq::of(self.last.load(Ordering::Acquire));
            row_store.decided(last).await;
        }
    }

    /// The documents of all accounts and regions, or of the named ones, in readable form.
    #[must_use]
    pub fn describe(&self, account: Option<&str>, region: Option<&str>) -> Vec<DescribedDocument> {
        let held = self.lock();
        let wanted = held.iter().filter(|(key, _)| is_of(key, account, region));
        let described = wanted.map(|(key, document)| DescribedDocument {
            account: key.scope.account.to_string(),
            region: key.scope.region.to_string(),
            collection: key.collection.clone(),
            id: key.id.clone(),
            document: Value::clone(document),
        });
        described.collect()
    }

    /// The documents of a collection in all accounts and regions, or in the named ones.
    #[must_use]
    pub fn of_all(
        &self,
        account: Option<&str>,
        region: Option<&str>,
        collection: &str,
    ) -> Vec<(Scope, Arc<Value>)> {
        let held = self.lock();
        let wanted = held
            .iter()
            .filter(|(key, _)| key.collection == collection && is_of(key, account, region));
        wanted
            .map(|(key, document)| (key.scope.clone(), Arc::clone(document)))
            .collect()
    }

    /// Replaces all documents.
    ///
    /// # Errors
    ///
    /// The disk; then nothing has changed.
    pub async fn replace(&self, documents: Vec<DescribedDocument>) -> Result<(), WriteError> {
        let new: Map = documents
            .into_iter()
            .map(DescribedDocument::keyed)
            .collect();
        self.exchange(|_| true, new).await
    }

    /// Removes the documents of the account, or of all, in the region, or in all.
    ///
    /// # Errors
    ///
    /// The disk; then nothing has changed.
    pub async fn reset(
        &self,
        account: Option<&str>,
        region: Option<&str>,
    ) -> Result<(), WriteError> {
        let is_concerned = |key: &Key| is_of(key, account, region);
        self.exchange(is_concerned, Map::new()).await
    }

    async fn exchange(
        &self,
        is_concerned: impl Fn(&Key) -> bool,
        new: Map,
    ) -> Result<(), WriteError> {
        let sent = {
            let mut held = self.lock();
            let gone = held.keys().filter(|key| is_concerned(key));
            let mut staged: Staged = gone.map(|key| (key.clone(), None)).collect();
            staged.extend(new.into_iter().map(|(key, document)| (key, Some(document))));
            self.apply(&mut held, staged)?
        };
        self.flushed(sent).await
    }

    /// Makes changes under the lock, so that the disk has them in the order of memory.
    fn apply(&self, held: &mut Map, staged: Staged) -> Result<Option<CommitSeq>, WriteError> {
        let sent = self.send(held, &staged)?;
        for (key, document) in staged {
            put(held, key, document);
        }
        Ok(sent)
    }

    fn send(&self, held: &Map, staged: &Staged) -> Result<Option<CommitSeq>, WriteError> {
        let Some(row_store) = self.row_store.as_ref().filter(|_| !staged.is_empty()) else {
            return Ok(None);
        };
        let mut batch = Batch::new();
        for (key, document) in staged {
            match document {
                Some(document) => batch.put(ROWS, key.text(), document.to_string().into()),
                None => batch.remove(ROWS, key.text()),
            }
        }
        let before = staged
            .keys()
            .map(|key| (key.clone(), held.get(key).cloned()));
        let (before, all): (Staged, _) = (before.collect(), Arc::clone(&self.held));
        batch.on_failure(move || {
            let mut held = lock(&all);
            for (key, document) in before {
                put(&mut held, key, document);
            }
        });
        let sent = row_store.send(batch)?;
        self.last.store(sent.number(), Ordering::Release);
        Ok(Some(sent))
    }

    async fn flushed(&self, sent: Option<CommitSeq>) -> Result<(), WriteError> {
        match (&self.row_store, sent) {
            (Some(row_store), Some(sent)) => row_store.flushed(sent).await,
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Map> {
        lock(&self.held)
    }
}

impl Default for Documents {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Documents {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} documents", self.lock().len())
    }
}

/// Documents to store and, without a value, to remove.
type Staged = BTreeMap<Key, Option<Arc<Value>>>;

/// Changes of one account and region that are applied together.
pub struct Change<'a> {
    held: &'a Map,
    scope: &'a Scope,
    staged: Staged,
}

impl Change<'_> {
    /// The document of this id, with the changes so far.
    #[must_use]
    pub fn get(&self, collection: &str, id: &str) -> Option<Arc<Value>> {
        let key = Key::new(self.scope, collection, id);
        match self.staged.get(&key) {
            Some(staged) => staged.clone(),
            None => self.held.get(&key).cloned(),
        }
    }

    /// How many documents a collection has, without the changes so far.
    #[must_use]
    pub fn count(&self, collection: &str) -> usize {
        range(self.held, self.scope, collection).count()
    }

    /// The documents of a collection with their ids, without the changes so far.
    #[must_use]
    pub fn list(&self, collection: &str) -> Vec<(String, Arc<Value>)> {
        listed(self.held, self.scope, collection)
    }

    /// Puts a document; one of the same id is replaced.
    pub fn put(&mut self, collection: &str, id: &str, document: Value) {
        let key = Key::new(self.scope, collection, id);
        self.staged.insert(key, Some(Arc::new(document)));
    }

    /// Removes a document, and returns it if it existed.
    pub fn remove(&mut self, collection: &str, id: &str) -> Option<Arc<Value>> {
        let found = self.get(collection, id)?;
        let key = Key::new(self.scope, collection, id);
        self.staged.insert(key, None);
        Some(found)
    }
}

/// A document in the form of an exported state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedDocument {
    account: String,
    region: String,
    collection: String,
    id: String,
    document: Value,
}

impl DescribedDocument {
    fn keyed(self) -> (Key, Arc<Value>) {
        let scope = Scope {
            account: self.account.into(),
            region: self.region.into(),
        };
        let key = Key {
            scope,
            collection: self.collection,
            id: self.id,
        };
        (key, Arc::new(self.document))
    }
}

impl Key {
    fn new(scope: &Scope, collection: &str, id: &str) -> Self {
        Self {
            scope: scope.clone(),
            collection: collection.to_owned(),
            id: id.to_owned(),
        }
    }

    /// The key of a row: a JSON list, since parts may have any characters.
    fn text(&self) -> String {
        let Scope { account, region } = &self.scope;
        serde_json::json!([&**account, &**region, self.collection, self.id]).to_string()
    }

    fn parse(text: &str) -> Result<Self, DocumentsError> {
        let parts = serde_json::from_str::<[String; 4]>(text);
        let [account, region, collection, id] =
            parts.map_err(|error| DocumentsError::unreadable(text, error))?;
        let scope = Scope {
            account: account.into(),
            region: region.into(),
        };
        Ok(Self {
            scope,
            collection,
            id,
        })
    }
}

fn range<'a>(
    held: &'a Map,
    scope: &'a Scope,
    collection: &'a str,
) -> impl Iterator<Item = (&'a Key, &'a Arc<Value>)> {
    let all = held.range(Key::new(scope, collection, "")..);
    all.take_while(move |(key, _)| key.scope == *scope && key.collection == collection)
}

fn listed(held: &Map, scope: &Scope, collection: &str) -> Vec<(String, Arc<Value>)> {
    let found = range(held, scope, collection);
    found
        .map(|(key, document)| (key.id.clone(), Arc::clone(document)))
        .collect()
}

fn is_of(key: &Key, account: Option<&str>, region: Option<&str>) -> bool {
    account.is_none_or(|account| *key.scope.account == *account)
        && region.is_none_or(|region| *key.scope.region == *region)
}

fn lock(held: &Mutex<Map>) -> MutexGuard<'_, Map> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

fn put(held: &mut Map, key: Key, document: Option<Arc<Value>>) {
    match document {
        Some(document) => held.insert(key, document),
        None => held.remove(&key),
    };
}

/// Why documents cannot be read from disk.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// The disk.
    #[error("documents cannot be read: {0}")]
    Disk(#[from] WriteError),
    /// The row with this key.
    #[error("the document {0} cannot be read: {1}")]
    Row(String, #[source] serde_json::Error),
}

impl DocumentsError {
    fn unreadable(key: &str, error: serde_json::Error) -> Self {
        Self::Row(key.to_owned(), error)
    }
}
