//! Ledgers opened, written, opened again, and refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use b2bi_local_persistence::{Batch, RowStore, Table, WriteError};

const ROWS: Table = Table("rows");

/// A directory that is removed with the test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("rows-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("state.redb")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn rows(row_store: &RowStore) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    let read = row_store.read::<WriteError>(ROWS, |key, value| {
        rows.insert(key.to_owned(), String::from_utf8_lossy(value).into_owned());
        Ok(())
    });
    read.unwrap();
    rows
}

fn put(key: &str, value: &str) -> Batch {
    let mut batch = Batch::new();
    batch.put(ROWS, key.to_owned(), value.as_bytes().to_vec());
    batch
}

async fn write(row_store: &RowStore, batch: Batch) {
    row_store
        .flushed(row_store.send(batch).unwrap())
        .await
        .unwrap();
}

fn refused(directory: &Path) -> String {
    RowStore::open(directory).unwrap_err().to_string()
}

#[tokio::test]
async fn rows_are_there_again() {
    let directory = Directory::new("again");
    {
        let row_store = RowStore::open(&directory.0).unwrap();
        assert!(rows(&row_store).is_empty());
        write(&row_store, put("a", "1")).await;
        write(&row_store, put("b", "2")).await;
        write(&row_store, put("a", "3")).await;
        let mut batch = put("c", "4");
        batch.remove(ROWS, "b".to_owned());
        batch.remove(ROWS, "never".to_owned());
        write(&row_store, batch).await;
    }
    let row_store = RowStore::open(&directory.0).unwrap();
    let expected = [("a", "3"), ("c", "4")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(rows(&row_store), BTreeMap::from(expected));
    let mut batch = put("d", "5");
    batch.clear(ROWS);
    batch.put(ROWS, "e".to_owned(), b"6".to_vec());
    write(&row_store, batch).await;
    assert_eq!(
        rows(&row_store),
        BTreeMap::from([("e".to_owned(), "6".to_owned())])
    );
}

#[tokio::test]
async fn rows_are_skipped_up_to_a_later_key() {
    let directory = Directory::new("skip");
    let row_store = RowStore::open(&directory.0).unwrap();
    for number in 0..10 {
        write(&row_store, put(&number.to_string(), "")).await;
    }
    let check = |skips: &[(&str, &str)], expected: &str| {
        let mut seen = String::new();
        let read = row_store.read_skipping::<WriteError>(ROWS, |key, _| {
            seen.push_str(key);
            let skip = skips.iter().find(|(at, _)| *at == key);
            Ok(skip.map(|(_, to)| (*to).to_owned()))
        });
        read.unwrap();
        assert_eq!(seen, expected, "{skips:?}");
    };
    check(&[], "0123456789");
    check(&[("0", "5")], "056789");
    check(&[("2", "40"), ("5", "9")], "01259");
    check(&[("3", "x")], "0123");
    check(&[("3", "3"), ("4", "0"), ("5", "")], "0123456789");
}

#[tokio::test]
async fn what_waits_is_written_in_order_and_acts_follow() {
    let directory = Directory::new("order");
    let row_store = RowStore::open(&directory.0).unwrap();
    let acted = Arc::new(AtomicUsize::new(0));
    let mut last = None;
    for number in 0..500 {
        let mut batch = put("counter", &number.to_string());
        let acted = Arc::clone(&acted);
        batch.on_commit(move || {
            acted.fetch_add(1, Ordering::SeqCst);
        });
        last = Some(row_store.send(batch).unwrap());
    }
    row_store.flushed(last.unwrap()).await.unwrap();
    assert_eq!(rows(&row_store).get("counter").unwrap(), "499");
    drop(row_store);
    assert_eq!(acted.load(Ordering::SeqCst), 500);
}

#[tokio::test]
async fn a_directory_has_one_owner() {
    let directory = Directory::new("owner");
    let row_store = RowStore::open(&directory.0).unwrap();
    assert!(refused(&directory.0).contains("is in use by another server"));
    drop(row_store);
    RowStore::open(&directory.0).unwrap();
}

#[tokio::test]
async fn foreign_files_are_left_alone() {
    let directory = Directory::new("foreign");
    fs::create_dir_all(&directory.0).unwrap();
    let other = directory.0.join("other");
    redb::Database::create(&other).unwrap();
    let another_programs = fs::read(other).unwrap();
    for content in [&b""[..], b"redb", b"ISA*00*", &another_programs] {
        fs::write(directory.file(), content).unwrap();
        let problem = refused(&directory.0);
        assert!(
            problem.contains("is not a state file of b2bi-local"),
            "{problem}"
        );
        assert!(
            fs::read(directory.file())
                .unwrap()
                .starts_with(content.get(..9).unwrap_or(content))
        );
    }
}

#[tokio::test]
async fn a_later_format_is_refused() {
    let directory = Directory::new("later");
    drop(RowStore::open(&directory.0).unwrap());
    {
        let database = redb::Database::open(directory.file()).unwrap();
        let transaction = database.begin_write().unwrap();
        let about: redb::TableDefinition<'_, &str, u64> = redb::TableDefinition::new("about");
        let mut table = transaction.open_table(about).unwrap();
        table.insert("b2bi-local format", 2).unwrap();
        drop(table);
        transaction.commit().unwrap();
    }
    let problem = refused(&directory.0);
    assert!(
        problem.contains("a later release, in format 2"),
        "{problem}"
    );
}

/// Wherever a byte is changed, the file is refused or returns what was written, and nothing panics.
#[tokio::test]
async fn damage_is_found() {
    let directory = Directory::new("damage");
    {
        let row_store = RowStore::open(&directory.0).unwrap();
        for number in 0..50 {
            write(
                &row_store,
                put(&format!("key {number}"), &"value".repeat(100)),
            )
            .await;
        }
    }
    let whole = fs::read(directory.file()).unwrap();
    let expected = rows(&RowStore::open(&directory.0).unwrap());
    let mut refusals = 0;
    for place in (0..whole.len()).step_by(whole.len() / 150) {
        let mut damaged = whole.clone();
        *damaged.get_mut(place).unwrap() ^= 0x5a;
        fs::write(directory.file(), &damaged).unwrap();
        match RowStore::open(&directory.0) {
            Ok(row_store) => assert_eq!(rows(&row_store), expected, "damaged at {place}"),
            Err(open_error) => {
                refusals += 1;
                let problem = open_error.to_string();
                assert!(problem.contains("state.redb is"), "{problem}");
            }
        }
    }
    assert!(refusals > 0, "no damage was found");
}

/// A closed file is not read completely again, unless it has changed since.
#[tokio::test]
async fn only_a_file_that_nobody_has_changed_is_not_checked() {
    type Change = fn(&Path);
    let changes: [(&str, bool, Change); 5] = [
        ("closed", false, |_| {}),
        ("written-again", true, |file| {
            fs::write(file, fs::read(file).unwrap()).unwrap();
        }),
        ("copied", true, |file| {
            fs::copy(file, file.with_extension("copy")).unwrap();
            fs::rename(file.with_extension("copy"), file).unwrap();
        }),
        ("not-closed", true, |file| {
            fs::remove_file(file.with_extension("redb.closed")).unwrap();
        }),
        ("damaged-note", true, |file| {
            fs::write(file.with_extension("redb.closed"), "1 2 3").unwrap();
        }),
    ];
    for (name, is_checked, change) in changes {
        let directory = Directory::new(name);
        write(&RowStore::open(&directory.0).unwrap(), put("a", "1")).await;
        change(&directory.file());
        let note = directory.file().with_extension("redb.closed");
        let row_store = RowStore::open(&directory.0).unwrap();
        assert_eq!(row_store.was_checked(), is_checked, "{name}");
        assert!(!note.exists(), "{name}: it counts once");
        assert_eq!(rows(&row_store).len(), 1, "{name}");
        assert_eq!(row_store.foreign_names(&[]).unwrap(), Vec::<String>::new());
        drop(row_store);
        assert!(note.exists(), "{name}: it was closed");
    }
}
