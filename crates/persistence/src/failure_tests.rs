//! A disk that is full, and has room again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::limited_disk::LimitedDisk;
use crate::{Batch, RowStore, Table, WriteError};

const ROWS: Table = Table("rows");
/// Longer than any test takes.
const NEVER: Duration = Duration::from_hours(1);

/// A row that needs more room than the database has free.
fn large(key: &str) -> Batch {
    let mut batch = Batch::new();
    batch.put(ROWS, key.to_owned(), vec![b'x'; 8 << 20]);
    batch
}

fn small(key: &str) -> Batch {
    let mut batch = Batch::new();
    batch.put(ROWS, key.to_owned(), b"1".to_vec());
    batch
}

fn keys(row_store: &RowStore) -> Vec<String> {
    let mut keys = Vec::new();
    let read = row_store.read::<WriteError>(ROWS, |key, _| {
        keys.push(key.to_owned());
        Ok(())
    });
    read.unwrap();
    keys
}

#[tokio::test]
async fn a_full_disk_fails_one_write_and_the_next_is_tried_again() {
    let disk = LimitedDisk::default();
    let row_store = disk.row_store(NEVER).unwrap();
    let first = row_store.send(small("first")).unwrap();
    row_store.flushed(first).await.unwrap();
    disk.fill();
    for _ in 0..3 {
        let lost = row_store.send(large("lost")).unwrap();
        let error = row_store.flushed(lost).await.unwrap_err();
        assert!(error.to_string().contains("free disk space"), "{error}");
        assert!(row_store.failure().is_some());
        row_store.flushed(first).await.unwrap();
        assert_eq!(keys(&row_store), ["first"]);
    }
    disk.free();
    let second = row_store.send(large("second")).unwrap();
    row_store.flushed(second).await.unwrap();
    assert!(row_store.failure().is_none());
    assert_eq!(keys(&row_store), ["first", "second"]);
}

#[tokio::test]
async fn what_fails_is_undone_latest_first_while_nothing_is_accepted() {
    let disk = LimitedDisk::default();
    let row_store = disk.row_store(NEVER).unwrap();
    disk.fill();
    let undone = Arc::new(Mutex::new(Vec::new()));
    let mut last = None;
    for number in 0..50 {
        let mut batch = large("row");
        let (undone, other) = (Arc::clone(&undone), row_store.clone());
        batch.on_failure(move || {
            assert!(other.send(small("meanwhile")).is_err());
            undone.lock().unwrap().push(number);
        });
        match row_store.send(batch) {
            Ok(ticket) => last = Some((ticket, number)),
            Err(_) => break,
        }
    }
    let (ticket, number) = last.unwrap();
    row_store.flushed(ticket).await.unwrap_err();
    let undone = undone.lock().unwrap().clone();
    let mut sorted = undone.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..=number).collect::<Vec<_>>());
    assert!(keys(&row_store).is_empty());
}

#[tokio::test]
async fn room_is_noticed_without_a_write() {
    let disk = LimitedDisk::default();
    let row_store = disk.row_store(Duration::from_millis(1)).unwrap();
    disk.fill();
    let lost = row_store.send(large("lost")).unwrap();
    row_store.flushed(lost).await.unwrap_err();
    disk.free();
    while row_store.failure().is_some() {
        tokio::task::yield_now().await;
    }
    assert!(keys(&row_store).is_empty());
}

#[tokio::test]
async fn a_recovery_is_logged_once_whatever_notices_it() {
    for probe_interval in [NEVER, Duration::from_millis(1)] {
        let disk = LimitedDisk::default();
        let row_store = disk.row_store(probe_interval).unwrap();
        let fine = row_store.send(small("fine")).unwrap();
        row_store.flushed(fine).await.unwrap();
        for known in 0..3 {
            assert_eq!(row_store.recoveries(), known);
            disk.fill();
            // Several failures are followed by one recovery. But a probe may find space for itself
            // when a large row finds none, so with probes there may be a recovery for each failure.
            let failures = if probe_interval == NEVER { 2 } else { 1 };
            for _ in 0..failures {
                let lost = row_store.send(large("lost")).unwrap();
                row_store.flushed(lost).await.unwrap_err();
            }
            if probe_interval == NEVER {
                assert_eq!(row_store.recoveries(), known);
            }
            disk.free();
            if probe_interval == NEVER {
                let written = row_store.send(small("again")).unwrap();
                row_store.flushed(written).await.unwrap();
            }
            assert_eq!(row_store.recovered(known).await, known + 1);
        }
    }
}
