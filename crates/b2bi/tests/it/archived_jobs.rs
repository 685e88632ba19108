//! Jobs that are only on disk: a start reads the facts about them, not their rows.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use b2bi_local_b2bi::Config;
use b2bi_local_persistence::{Batch, RowStore, Table, WriteError};

use crate::bench::Bench;
use crate::persistence::{Directory, restart};
use crate::retention::{GONE, HERE, finished_jobs, statuses};

const ROWS: Table = Table("b2bi");
const BLOCKS: Table = Table("b2bi-archived-jobs");
/// In memory; the rest is on disk.
const IN_MEMORY: usize = 3;

fn config(jobs_remembered: usize) -> Config {
    Config {
        jobs_in_memory: IN_MEMORY,
        jobs_remembered,
        ..Config::standard()
    }
}

fn keys(row_store: &RowStore, table: Table, part: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let read = row_store.read::<WriteError>(table, |key, _| {
        keys.extend(key.contains(part).then(|| key.to_owned()));
        Ok(())
    });
    read.unwrap();
    keys
}

/// Changes the rows of a service that has ended.
async fn edit(bench: &mut Bench, directory: &Directory, edit: impl Fn(&RowStore, &mut Batch)) {
    bench.forget();
    let row_store = loop {
        match RowStore::open(&directory.0) {
            Ok(row_store) => break row_store,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    let mut batch = Batch::new();
    edit(&row_store, &mut batch);
    let ticket = row_store.send(batch).unwrap();
    row_store.flushed(ticket).await.unwrap();
}

async fn with_jobs(name: &str, count: usize) -> (Directory, Bench, Vec<serde_json::Value>) {
    let directory = Directory::new(name);
    let mut bench = Bench::new();
    let row_store = RowStore::open(&directory.0).unwrap();
    bench.keep_with(config(1000), row_store).unwrap();
    let jobs = finished_jobs(&bench, count).await;
    (directory, bench, jobs)
}

#[tokio::test]
async fn a_start_does_not_read_the_rows_of_archived_jobs() {
    let (directory, mut bench, jobs) = with_jobs("archived", 140).await;
    edit(&mut bench, &directory, |row_store, batch| {
        assert_eq!(keys(row_store, BLOCKS, "").len(), 1);
        // A start that reads this row fails.
        let place = keys(row_store, ROWS, "\njobs\n").swap_remove(50);
        batch.put(ROWS, place, b"no JSON".to_vec());
    })
    .await;
    restart(&mut bench, config(1000), &directory).await;
    assert_eq!(bench.service().jobs().len(), IN_MEMORY);
    let (before, after) = (&jobs[..50], &jobs[51..]);
    assert_eq!(statuses(&bench, before).await, vec![HERE; before.len()]);
    assert_eq!(statuses(&bench, after).await, vec![HERE; after.len()]);
    let more = finished_jobs(&bench, 4).await;
    assert_eq!(statuses(&bench, &more).await, [HERE; 4]);
    assert_eq!(statuses(&bench, before).await, vec![HERE; before.len()]);
}

#[tokio::test]
async fn jobs_are_forgotten_with_their_blocks() {
    let (directory, mut bench, jobs) = with_jobs("archived-limit", 140).await;
    for (remembered, known) in [(80, 83), (10, 13), (0, 3)] {
        restart(&mut bench, config(remembered), &directory).await;
        // When the next job is archived, the superfluous ones are dropped.
        finished_jobs(&bench, 1).await;
        let statuses = statuses(&bench, &jobs).await;
        let gone = statuses.iter().filter(|status| *status == GONE).count();
        assert!(gone >= 140 - known, "{remembered}: {gone} are gone");
    }
    bench.service().reset(None, None).await.unwrap();
    edit(&mut bench, &directory, |row_store, _| {
        assert!(keys(row_store, BLOCKS, "").is_empty());
    })
    .await;
}

/// Changes by an earlier release, or a damaged block, are detected.
#[tokio::test]
async fn a_block_that_does_not_agree_with_the_rows_is_not_used() {
    type Edit = fn(&RowStore, &mut Batch);
    let edits: [(&str, usize, Edit); 4] = [
        ("oldest-removed", 7, |row_store, batch| {
            for key in keys(row_store, ROWS, "\njobs\n").drain(..7) {
                batch.remove(ROWS, key);
            }
        }),
        ("all-removed", 140, |row_store, batch| {
            for key in keys(row_store, ROWS, "\njobs\n") {
                batch.remove(ROWS, key);
            }
        }),
        ("another-job", 1, |row_store, batch| {
            let keys = keys(row_store, ROWS, "\njobs\n");
            let last = row_store.get(ROWS, keys.last().unwrap()).unwrap().unwrap();
            batch.put(ROWS, keys[0].clone(), last);
        }),
        ("not-a-block", 0, |row_store, batch| {
            batch.put(BLOCKS, keys(row_store, BLOCKS, "").remove(0), vec![1; 100]);
        }),
    ];
    for (name, gone, change) in edits {
        let (directory, mut bench, jobs) = with_jobs(&format!("archived-{name}"), 140).await;
        edit(&mut bench, &directory, change).await;
        for start in 0..3 {
            restart(&mut bench, config(1000), &directory).await;
            let statuses = statuses(&bench, &jobs).await;
            let missing = statuses.iter().filter(|status| *status == GONE).count();
            assert_eq!(missing, gone, "{name}, start {start}");
            assert!(bench.service().jobs().len() <= IN_MEMORY, "{name}");
        }
    }
}
