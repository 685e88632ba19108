//! Loads the state from the row store at the start.

use std::sync::Arc;

use b2bi_local_persistence::{RowStore, WriteError};

use crate::config::Config;
use crate::environment::Environment;
use crate::scope::Scope;
use crate::service::B2bi;
use crate::state::job::{ArchivedJob, Job, archived_jobs};
use crate::state::{Partition, RowError, rows};

impl B2bi {
    /// A service with the resources in a row store, where its state is stored from then on.
    ///
    /// # Errors
    ///
    /// The first row that cannot be read.
    pub fn with_row_store(
        config: Config,
        environment: Environment,
        row_store: RowStore,
    ) -> Result<Self, RowError> {
        let mut service = Self::new(config, environment);
        service.row_store = Some(row_store.clone());
        service.load_archived_jobs(&row_store)?;
        row_store.read_skipping(rows::ROWS, |key, value| service.load_row(key, value))?;
        Ok(service)
    }

    /// Reads the jobs that are only on disk: the facts about them, not their rows.
    fn load_archived_jobs(&self, row_store: &RowStore) -> Result<(), RowError> {
        row_store.read(rows::BLOCKS, |key, value| {
            let (scope, _, block) = rows::place_of(key)?;
            let partition = self.partition(&scope);
            let jobs = archived_jobs(value);
            let jobs = jobs.filter(|jobs| agrees(row_store, &scope, &partition, jobs));
            let mut state = partition.lock();
            match jobs {
                Some(jobs) => state.jobs.put_back_archived(block, jobs),
                None => state.jobs.replace_block(block),
            }
            Ok(())
        })
    }

    /// Loads a row, and returns the key to continue at if it is not the next one.
    fn load_row(&self, key: &str, value: &[u8]) -> Result<Option<String>, RowError> {
        let (scope, table, place) = rows::place_of(key)?;
        let partition = self.partition(&scope);
        let mut state = partition.lock();
        if table == rows::JOBS
            && let Some(next) = state.jobs.after_archived(place)
        {
            return Ok(Some(rows::job_key(&scope, next)));
        }
        let put = state.put_back(table, place, value);
        put.map_err(|error| rows::unreadable(key, error))?;
        let has_ended = table == rows::JOBS && state.jobs.has_ended(place);
        drop(state);
        if has_ended {
            self.context.retention.ended(&partition, place);
        }
        Ok(None)
    }
}

/// Whether the rows of the first and the last job of a block match it. An earlier release removes
/// jobs, the oldest first or all, and leaves their blocks.
fn agrees(
    row_store: &RowStore,
    scope: &Scope,
    partition: &Arc<Partition>,
    jobs: &[ArchivedJob],
) -> bool {
    let is_as_its_row = |job: &ArchivedJob| -> Result<bool, WriteError> {
        let row = row_store.get(rows::ROWS, &rows::job_key(scope, job.place))?;
        // An unreadable row is reported when all rows are read.
        let row = row.and_then(|row| rows::job(&row).ok());
        let state = partition.lock();
        let is_same =
            |row: Job| row.end.is_some() && state.jobs.archived_form(job.place, &row) == *job;
        Ok(row.is_some_and(is_same))
    };
    [jobs.first(), jobs.last()]
        .into_iter()
        .flatten()
        .all(|job| is_as_its_row(job).unwrap_or(false))
}
