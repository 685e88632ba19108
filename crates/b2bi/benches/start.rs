//! Measures a start with many jobs and objects on disk.
//!
//! `cargo bench -p b2bi-local-b2bi --bench start -- JOBS OBJECTS [DIRECTORY]`; a given directory is
//! kept.
#![expect(
    clippy::unwrap_used,
    reason = "a measurement may stop at the first surprise"
)]
#![expect(clippy::print_stdout, reason = "it tells what it measures")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, process};

use async_trait::async_trait;
use b2bi_local_b2bi::{B2bi, Clock, Config, Environment, Ids};
use b2bi_local_model::Timestamp;
use b2bi_local_objects::{EmbeddedS3, Settings};
use b2bi_local_persistence::{Batch, RowStore, Table};

const ACCOUNT: &str = "111122223333";
const ORDER: &[u8] = include_bytes!("../../../fixtures/x12/documents/purchase-order.edi");
/// The number of rows or objects that are written before each wait for the disk.
const TOGETHER: usize = 2_000;
const STARTS: usize = 5;

struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

struct NoIds;

impl Ids for NoIds {
    fn bits(&self) -> u128 {
        0
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    let mut number = |default| -> Result<usize, Box<dyn Error>> {
        Ok(arguments.next().map_or(Ok(default), |text| text.parse())?)
    };
    let (jobs, objects) = (number(1_000_000)?, number(100_000)?);
    let given = arguments.next().map(PathBuf::from);
    let directory = given
        .clone()
        .unwrap_or_else(|| env::temp_dir().join(format!("b2bi-start-{}", process::id())));
    fill(&directory, jobs, objects).await?;
    println!(
        "first start, which writes the blocks of archived jobs: {:?}",
        start(&directory)?
    );
    for _ in 0..STARTS {
        println!(
            "{jobs} jobs and {objects} objects: {:?}",
            start(&directory)?
        );
    }
    if given.is_none() {
        fs::remove_dir_all(&directory)?;
    }
    Ok(())
}

fn start(directory: &Path) -> Result<[(&'static str, Duration); 3], Box<dyn Error>> {
    let begun = Instant::now();
    let row_store = RowStore::open(directory)?;
    let opened = begun.elapsed();
    let s3 = s3(&row_store)?;
    let with_objects = begun.elapsed();
    let environment = Environment::quiet(Arc::new(SystemClock), Arc::new(NoIds), s3.store());
    let service = B2bi::with_row_store(Config::standard(), environment, row_store)?;
    let ready = begun.elapsed();
    drop(service);
    Ok([
        ("file", opened),
        ("objects", with_objects),
        ("ready", ready),
    ])
}

fn s3(row_store: &RowStore) -> Result<EmbeddedS3, Box<dyn Error>> {
    let settings = Settings::new(Arc::new(SystemTime::now), Arc::new(String::new));
    Ok(EmbeddedS3::with_row_store(settings, row_store.clone())?)
}

async fn fill(directory: &Path, jobs: usize, objects: usize) -> Result<(), Box<dyn Error>> {
    let row_store = RowStore::open(directory)?;
    let now = SystemClock.now();
    let now = serde_json::to_value(now)?;
    for first in (0..jobs).step_by(TOGETHER) {
        let mut batch = Batch::new();
        for number in first..jobs.min(first.saturating_add(TOGETHER)) {
            let key = format!("{ACCOUNT}\nus-east-1\njobs\n{number:020}");
            batch.put(Table("b2bi"), key, job(number, &now));
        }
        let ticket = row_store.send(batch)?;
        row_store.flushed(ticket).await?;
    }
    let s3 = s3(&row_store)?;
    s3.create_bucket(ACCOUNT, "orders");
    let store = s3.store();
    for first in (0..objects).step_by(TOGETHER) {
        let puts = (first..objects.min(first.saturating_add(TOGETHER))).map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let key = format!("in/{number}.edi");
                store
                    .put(ACCOUNT, "orders", &key, ORDER.into(), "text/plain")
                    .await
                    .unwrap();
            })
        });
        for put in puts.collect::<Vec<_>>() {
            put.await?;
        }
    }
    Ok(())
}

/// The row of a job for a file in a pipeline.
fn job(number: usize, now: &serde_json::Value) -> Vec<u8> {
    let (id, key) = (
        format!("tj-{number:022}"),
        format!("in/tp-0123456789abcdef0/{number:07}.edi"),
    );
    let mut row = String::new();
    let written = write!(
        row,
        r#"{{"id":"{id}","facts":{{"id":"{id}","account":"{ACCOUNT}","region":"us-east-1","transformerId":"tr-0123456789abcdef0","capabilityId":"ca-0123456789abcdef0","partnershipId":"ps-0123456789abcdef0","tradingPartnerId":"tp-0123456789abcdef0","bucket":"orders","key":"{key}","startedAt":{now}}},"etag":"{number:032x}","written":1700000000000,"end":{{"succeeded":[{{"bucketName":"orders","key":"out/{key}.json"}}]}},"endedAt":{now}}}"#
    );
    written.unwrap();
    row.into_bytes()
}
