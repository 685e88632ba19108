//! A file of more than a window: its document is written while it is read.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_b2bi::{Config, Entry, Fate, JobFacts, Stage, Stages};
use serde_json::json;

use crate::bench::Bench;

/// How many lines the order has, which makes three windows.
const LINES: usize = 8_000;

fn order() -> String {
    let mut file = String::from(
        "ISA*00*          *00*          *ZZ*THEM           *ZZ*US             *260301*0930*U*00401*000000001*0*P*>~\
         GS*PO*THEM*US*20260301*0930*1*X*004010~ST*850*0001~BEG*00*SA*PO-1**20260301~",
    );
    for _ in 0..LINES {
        file.push_str("PO1*1*4*EA*12.50*TE~");
    }
    file + &format!("SE*{}*0001~GE*1*1~IEA*1*000000001~", LINES + 3)
}

/// Lets jobs see so much of their input, and their objects be there late.
struct Hampered {
    reach: u64,
    late: Option<Duration>,
}

#[async_trait]
impl Stages for Hampered {
    async fn enter(&self, _: &JobFacts, _: Stage) -> Entry {
        Entry::Go
    }

    fn reach(&self, _: &JobFacts, size: u64) -> u64 {
        size.min(self.reach)
    }

    fn write(&self, _: &JobFacts, _: usize) -> Fate {
        self.late.map_or(Fate::Write, Fate::Late)
    }
}

const UNHAMPERED: Hampered = Hampered {
    reach: u64::MAX,
    late: None,
};

/// How the job on a file ends, and the documents that are there then.
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
        let told = bench.call("GetTransformerJob", job.clone()).await;
        if told["status"] != "running" {
            break told;
        }
        tokio::task::yield_now().await;
    };
    let documents = bench.keys("out/1.edi").await;
    (ended, documents, bench)
}

#[tokio::test]
async fn the_document_is_whole_or_not_there() {
    let file = order();
    let (job, documents, bench) = ended(&file, UNHAMPERED).await;
    assert_eq!(job["status"], "succeeded", "{job}");
    let document = bench.read(&documents[0]).await;
    assert_eq!(&document[document.len() - 2..], b"\n}");
    let lines = document.windows(8).filter(|it| it == b"\"PO1_01\"").count();
    assert_eq!(lines, LINES);

    let (job, documents, _) = ended(&file.replace("GE*1*1~", "GE*2*1~"), UNHAMPERED).await;
    assert_eq!((&job["status"], documents.len()), (&json!("failed"), 0));
}

#[tokio::test]
async fn a_file_that_is_cut_short_fails() {
    let reach = 1 << 17;
    let (job, documents, _) = ended(
        &order(),
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
    let file = order();
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
