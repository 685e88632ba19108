//! Polls watched folders for files that no event reported.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use b2bi_local_model::types::GetPartnershipResponse;
use b2bi_local_objects::{Attributes, Listed, Listing, ObjectError};

use super::{ObjectCreated, folders, notice};
use crate::context::ServiceContext;
use crate::location::Location;
use crate::scope::Scope;
use crate::state::job::RETENTION_MILLIS;
use crate::state::{Partition, State};

/// The files in watched folders at the last poll, eight bytes for each.
#[derive(Debug, Default)]
pub struct PollState {
    folders: HashMap<(Scope, String), Folder>,
    /// The number of the reset after which this was recorded.
    resets: u64,
}

/// The last listing of a folder.
#[derive(Debug, Default)]
struct Folder {
    files: HashSet<u64>,
    /// Why it could not be listed, so that this is logged once.
    trouble: Option<String>,
}

/// The number of files in a page of a listing.
const PAGE: usize = 1000;
/// The number of consecutive unavailable folders after which the others wait for the next poll.
const MAX_UNAVAILABLE: usize = 3;

/// A watched folder, and since when, in milliseconds, to the second.
struct WatchedFolder {
    folder: Location,
    since: i64,
}

/// Starts the jobs of new files in the watched folders of these partitions, and returns their ids.
pub(crate) async fn poll(
    context: &ServiceContext,
    partitions: Vec<(Scope, Arc<Partition>)>,
    resets: u64,
    seen: &mut PollState,
) -> Vec<String> {
    let mut before = std::mem::take(&mut seen.folders);
    if seen.resets != resets {
        seen.resets = resets;
        before.clear();
    }
    let (mut started, mut unavailable) = (Vec::new(), 0);
    for (scope, partition, watched) in watched_folders(partitions) {
        let place = (scope.clone(), watched.folder.uri());
        let mut look = FolderPoll {
            context,
            partition: &partition,
            scope: &scope,
            watched: &watched,
            before: before.remove(&place).unwrap_or_default(),
            now: HashSet::new(),
            started: &mut started,
        };
        let listed = look.list().await;
        unavailable = match listed {
            Err(ObjectError::Unavailable(_)) => unavailable + 1,
            _ => 0,
        };
        let folder = look.flushed(listed);
        seen.folders.insert(place, folder);
        if unavailable == MAX_UNAVAILABLE {
            // The other folders are in the same storage.
            seen.folders.extend(before);
            break;
        }
    }
    started
}

fn watched_folders(
    partitions: Vec<(Scope, Arc<Partition>)>,
) -> Vec<(Scope, Arc<Partition>, WatchedFolder)> {
    let mut all = Vec::new();
    for (scope, partition) in partitions {
        let folders = watched(&partition.lock());
        let placed = |folder| (scope.clone(), Arc::clone(&partition), folder);
        all.extend(folders.into_iter().map(placed));
    }
    all
}

/// The folders that the partnerships of an account and region watch.
fn watched(state: &State) -> Vec<WatchedFolder> {
    let partnerships = state.partnerships.values().map(|value| &value.description);
    let of = |get_partnership_response: &GetPartnershipResponse| {
        let since = get_partnership_response.created_at.as_millis() / 1000 * 1000;
        let watched = |folder| WatchedFolder { folder, since };
        folders(state, get_partnership_response)
            .into_iter()
            .map(watched)
            .collect::<Vec<_>>()
    };
    partnerships.flat_map(of).collect()
}

/// The poll of one folder.
struct FolderPoll<'a> {
    context: &'a ServiceContext,
    partition: &'a Arc<Partition>,
    scope: &'a Scope,
    watched: &'a WatchedFolder,
    before: Folder,
    now: HashSet<u64>,
    started: &'a mut Vec<String>,
}

impl FolderPoll<'_> {
    async fn list(&mut self) -> Result<(), ObjectError> {
        let objects = &self.context.environment.objects;
        let Location { bucket, key } = &self.watched.folder;
        let (mut after, mut since) = (None, None);
        loop {
            let account = &self.scope.account;
            let page = objects.list(account, bucket, key, after.as_deref(), PAGE);
            let mut page = page.await?;
            after = page.next.take();
            let oldest = *since.get_or_insert_with(|| self.oldest(&page));
            self.start(page, oldest);
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// The maximum age of files, by the clock of the storage; determined from the first page of the
    /// folder.
    ///
    /// A storage with its own clock cannot list files newer than the partnership. But the folder
    /// itself was written when the partnership was created.
    ///
    /// Source: Assumption A-83.
    fn oldest(&self, page: &Listing) -> i64 {
        let present = self.context.environment.clock.now().as_millis();
        let (now, since) = match page.as_of {
            None => (present, Some(self.watched.since)),
            Some(now) => {
                let first = page.objects.first();
                let folder = first.filter(|first| first.key == self.watched.folder.key);
                let made = folder.map(|folder| written(&folder.attributes));
                let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
                (seconds(now), made)
            }
        };
        (now - RETENTION_MILLIS).max(since.unwrap_or(i64::MIN))
    }

    /// Starts the jobs of the files of a page that have none.
    fn start(&mut self, page: Listing, oldest: i64) {
        let files = page.objects.into_iter().map(File::from);
        let mut new = HashMap::new();
        for file in files.filter(|file| !file.key.ends_with('/')) {
            let mark = file.mark();
            self.now.insert(mark);
            if file.written >= oldest && !self.before.files.contains(&mark) {
                new.insert(file.key.clone(), file);
            }
        }
        if new.is_empty() {
            return;
        }
        forget_known(
            &self.partition.lock(),
            &self.watched.folder.bucket,
            &mut new,
        );
        let mut missed: Vec<File> = new.into_values().collect();
        missed.sort_by(|a, b| (a.written, &a.key).cmp(&(b.written, &b.key)));
        for file in missed {
            let created = file.created(self.scope, &self.watched.folder.bucket);
            let context = self.context;
            let started = notice(context, self.scope, self.partition, &created);
            self.started.extend(started);
        }
    }

    /// The state to keep for the folder, also if it could not be listed.
    fn flushed(self, listed: Result<(), ObjectError>) -> Folder {
        let trouble = listed.err().map(|error| error.to_string());
        let mut files = self.now;
        if let Some(error) = &trouble {
            if self.before.trouble != trouble {
                let folder = self.watched.folder.uri();
                tracing::warn!(folder, error, "a watched folder could not be listed");
            }
            files.extend(self.before.files);
        }
        Folder { files, trouble }
    }
}

/// A file in a watched folder.
struct File {
    key: String,
    size: u64,
    etag: String,
    /// In milliseconds, to the second.
    written: i64,
}

impl From<Listed> for File {
    fn from(listed: Listed) -> Self {
        Self {
            key: listed.key,
            size: listed.attributes.size,
            written: written(&listed.attributes),
            etag: listed.attributes.etag,
        }
    }
}

impl File {
    fn created<'a>(&'a self, scope: &'a Scope, bucket: &'a str) -> ObjectCreated<'a> {
        ObjectCreated {
            account: Some(&scope.account),
            region: Some(&scope.region),
            bucket,
            key: &self.key,
            size: self.size,
            etag: &self.etag,
            written: Some(self.written),
            occurrence: None,
        }
    }

    /// Its identity.
    fn mark(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.key, &self.etag, self.written).hash(&mut hasher);
        hasher.finish()
    }
}

/// When an object was written, by the clock of the storage, in milliseconds, to the second.
pub(crate) fn written(attributes: &Attributes) -> i64 {
    let since = attributes.last_modified.duration_since(UNIX_EPOCH);
    seconds(since.unwrap_or_default())
}

/// A time since 1970 in milliseconds, to the second.
fn seconds(since: Duration) -> i64 {
    i64::try_from(since.as_secs().saturating_mul(1000)).unwrap_or(i64::MAX)
}

/// Keeps only those of a bucket's files, by key, that have no job.
fn forget_known(state: &State, bucket: &str, files: &mut HashMap<String, File>) {
    files.retain(|key, file| !state.jobs.is_known(bucket, key, &file.etag, file.written));
}
