//! A file of more than a window: its document is written while it is read.

use b2bi_local_b2bi::Config;
use serde_json::json;

use crate::bench::{BUCKET, Bench};

/// How many lines the order has, which makes six windows.
const LINES: usize = 20_000;

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

/// How the job on a file ends, and the documents that are there then.
async fn ended(file: &str) -> (serde_json::Value, Vec<String>, Bench) {
    let mut bench = Bench::new();
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
    let (job, documents, bench) = ended(&file).await;
    assert_eq!(job["status"], "succeeded", "{job}");
    let read = bench
        .objects
        .get("111122223333", BUCKET, &documents[0], None);
    let document = read.await.map(|it| it.body).unwrap_or_default();
    assert_eq!(&document[document.len() - 2..], b"\n}");
    let lines = document.windows(8).filter(|it| it == b"\"PO1_01\"").count();
    assert_eq!(lines, LINES);

    let (job, documents, _) = ended(&file.replace("GE*1*1~", "GE*2*1~")).await;
    assert_eq!((&job["status"], documents.len()), (&json!("failed"), 0));
}
