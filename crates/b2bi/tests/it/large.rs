//! A file of more than a window, and files that are split: documents are written while they are read.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_b2bi::{Config, JobFacts, Stage, StageDecision, Stages, WriteDecision};
use serde_json::json;

use crate::bench::Bench;

/// The number of lines in the order, which gives three windows.
const LINES: usize = 8_000;

/// A file with this many orders of this many lines.
pub(crate) fn orders(count: usize, lines: usize) -> String {
    let order = |number: usize| {
        let lines_text = "PO1*1*4*EA*12.50*TE~".repeat(lines);
        let parts = lines + 3;
        format!("ST*850*{number:04}~BEG*00*SA*PO-1**20260301~{lines_text}SE*{parts}*{number:04}~")
    };
    let orders: String = (1..=count).map(order).collect();
    format!(
        "ISA*00*          *00*          *ZZ*THEM           *ZZ*US             *260301*0930*U*00401*000000001*0*P*>~\
         GS*PO*THEM*US*20260301*0930*1*X*004010~{orders}GE*{count}*1~IEA*1*000000001~"
    )
}

/// Lets jobs see only part of their input, and delays their objects.
struct Hampered {
    reach: u64,
    late: Option<Duration>,
}

#[async_trait]
impl Stages for Hampered {
    async fn enter(&self, _: &JobFacts, _: Stage) -> StageDecision {
        StageDecision::Continue
    }

    fn visible_bytes(&self, _: &JobFacts, size: u64) -> u64 {
        size.min(self.reach)
    }

    fn write(&self, _: &JobFacts, _: usize) -> WriteDecision {
        self.late.map_or(WriteDecision::Write, WriteDecision::Late)
    }
}

const UNHAMPERED: Hampered = Hampered {
    reach: u64::MAX,
    late: None,
};

/// The result of the job on a file, and the documents that exist then.
async fn ended(file: &str, how: Hampered) -> (serde_json::Value, Vec<String>, Bench) {
    let mut bench = Bench::new();
    bench.interfere(Arc::new(how));
    bench.configure(Config {
        window_bytes: 1 << 16,
        ..Config::standard()
    });
    bench.put("in/1.edi", file.as_bytes()).await;
    let transformer = bench.active_transformer().await;
    let job = bench.start_job(&transformer).await;
    let job = json!({"transformerId": transformer, "transformerJobId": job});
    let ended = loop {
        let reply = bench.call("GetTransformerJob", job.clone()).await;
        if reply["status"] != "running" {
            break reply;
        }
        tokio::task::yield_now().await;
    };
    let documents = bench.keys("out/1.edi").await;
    (ended, documents, bench)
}

#[tokio::test]
async fn the_document_is_whole_or_not_there() {
    let file = orders(1, LINES);
    let (job, documents, bench) = ended(&file, UNHAMPERED).await;
    assert_eq!(job["status"], "succeeded", "{job}");
    let document = bench.read(&documents[0]).await;
    assert_eq!(&document[document.len() - 2..], b"\n}");
    let lines = document
        .windows(8)
        .filter(|pair| pair == b"\"PO1_01\"")
        .count();
    assert_eq!(lines, LINES);

    let (job, documents, _) = ended(&file.replace("IEA*1*", "NTE**X~IEA*1*"), UNHAMPERED).await;
    assert_eq!((&job["status"], documents.len()), (&json!("failed"), 0));
}

#[tokio::test]
async fn a_file_that_is_cut_short_fails() {
    let reach = 1 << 17;
    let (job, documents, _) = ended(
        &orders(1, LINES),
        Hampered {
            reach,
            ..UNHAMPERED
        },
    )
    .await;
    assert_eq!((&job["status"], documents.len()), (&json!("failed"), 0));
}

#[tokio::test]
async fn a_document_that_is_late_is_the_same() {
    let file = orders(1, LINES);
    let (_, documents, bench) = ended(&file, UNHAMPERED).await;
    let expected = bench.read(&documents[0]).await;

    let never = Some(Duration::from_secs(1));
    let (job, documents, _) = ended(
        &file,
        Hampered {
            late: never,
            ..UNHAMPERED
        },
    )
    .await;
    assert_eq!((&job["status"], documents.len()), (&json!("succeeded"), 0));

    let at_once = Some(Duration::ZERO);
    let (_, _, bench) = ended(
        &file,
        Hampered {
            late: at_once,
            ..UNHAMPERED
        },
    )
    .await;
    let late = loop {
        if let [document] = bench.keys("out/1.edi").await.as_slice() {
            break bench.read(document).await;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(late, expected);
}

/// A transformer that splits.
pub(crate) fn splitting() -> serde_json::Value {
    let x12 = json!({"transactionSet": "X12_850", "version": "VERSION_4010"});
    json!({"name": "orders", "inputConversion": {
        "fromFormat": "X12", "formatOptions": {"x12": x12},
        "advancedOptions": {"x12": {"splitOptions": {"splitBy": "TRANSACTION"}}},
    }})
}

/// The keys of the existing documents.
pub(crate) async fn documents(bench: &Bench) -> Vec<String> {
    let mut keys = bench.keys("out/").await;
    keys.retain(|key| key.strip_suffix(".json").is_some());
    keys
}

/// The documents of a file of two orders, split by a service with such windows.
async fn split_documents(window_bytes: u64, how: Hampered) -> Vec<Vec<u8>> {
    let mut bench = Bench::new();
    bench.interfere(Arc::new(how));
    bench.configure(Config {
        window_bytes,
        ..Config::standard()
    });
    let folder = bench.watch("INBOUND", splitting()).await;
    let file = orders(2, LINES / 2);
    bench.drop(&format!("{folder}1.edi"), file.as_bytes()).await;
    loop {
        if let [one, other] = documents(&bench).await.as_slice() {
            return vec![bench.read(one).await, bench.read(other).await];
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_long_transaction_is_the_same_in_parts_as_at_once_and_late() {
    let at_once = split_documents(8 << 20, UNHAMPERED).await;
    assert!(at_once.iter().all(|at_once| at_once.len() > 500_000));
    assert!(at_once[0] != at_once[1]);
    assert!(at_once == split_documents(1 << 16, UNHAMPERED).await);
    let late = Hampered {
        late: Some(Duration::ZERO),
        ..UNHAMPERED
    };
    assert!(at_once == split_documents(1 << 16, late).await);
}

/// Drops every job at its validation.
struct Vanishing;

#[async_trait]
impl Stages for Vanishing {
    async fn enter(&self, _: &JobFacts, stage: Stage) -> StageDecision {
        match stage {
            Stage::Validate => StageDecision::Drop,
            _ => StageDecision::Continue,
        }
    }

    fn write(&self, _: &JobFacts, _: usize) -> WriteDecision {
        WriteDecision::Write
    }
}

#[tokio::test]
async fn a_job_that_vanishes_leaves_the_rest_of_its_file_alone() {
    let mut bench = Bench::new();
    bench.interfere(Arc::new(Vanishing));
    let folder = bench.watch("INBOUND", splitting()).await;
    bench
        .drop(&format!("{folder}1.edi"), orders(4, 1).as_bytes())
        .await;
    while !bench.service().jobs().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(documents(&bench).await.is_empty());
}
