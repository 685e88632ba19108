//! Files that are split and mapped: each transaction is mapped separately, and few are in memory at
//! a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use b2bi_local_mapping::{Engine, Jsonata, MappingError, Run, Template};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::large::{documents, orders, splitting};

/// The number of orders in the file, and of lines in each.
const ORDERS: usize = 20;
const LINES: usize = 20;
/// The maximum number of transactions in memory at a time.
const MAX_IN_MEMORY: usize = 8;

/// The inputs that the engine received.
#[derive(Default)]
struct Received {
    /// The number of transactions in each input.
    transactions: Mutex<Vec<usize>>,
    /// The length of the longest input.
    longest: AtomicUsize,
    running: AtomicUsize,
    /// The maximum number of simultaneous evaluations.
    most: AtomicUsize,
}

/// An engine that records its inputs.
struct RecordingEngine(Arc<Received>);

struct RecordingTemplate(Box<dyn Template>, Arc<Received>);

impl Engine for RecordingEngine {
    fn compile(&self, template: &str) -> Result<Box<dyn Template>, MappingError> {
        let compiled = Jsonata.compile(template)?;
        Ok(Box::new(RecordingTemplate(compiled, Arc::clone(&self.0))))
    }
}

impl Template for RecordingTemplate {
    fn evaluate(&self, input: &str, run: &Run) -> Result<Option<String>, MappingError> {
        let Self(template, received) = self;
        let count = input.matches("\"BEG_03\"").count();
        if let Ok(mut transactions) = received.transactions.lock() {
            transactions.push(count);
        }
        received.longest.fetch_max(input.len(), Ordering::Relaxed);
        let running = received.running.fetch_add(1, Ordering::Relaxed) + 1;
        received.most.fetch_max(running, Ordering::Relaxed);
        let mapped = template.evaluate(input, run);
        received.running.fetch_sub(1, Ordering::Relaxed);
        mapped
    }
}

fn mapped() -> Value {
    let mut transformer = splitting();
    transformer["mapping"] = json!({
        "templateLanguage": "JSONATA",
        "template": "{\"order\": interchanges.functional_groups.transactions.segments.BEG_03, \
                     \"lines\": $count(**.PO1_01)}",
    });
    transformer
}

#[tokio::test]
async fn each_transaction_of_a_split_file_is_mapped_by_itself() {
    let received = Arc::new(Received::default());
    let mut bench = Bench::new();
    bench.map_with(Arc::new(RecordingEngine(Arc::clone(&received))));
    let folder = bench.watch("INBOUND", mapped()).await;
    let file = orders(ORDERS, LINES);
    bench.drop(&format!("{folder}1.edi"), file.as_bytes()).await;
    let keys = loop {
        let keys = documents(&bench).await;
        if keys.len() == ORDERS {
            break keys;
        }
        tokio::task::yield_now().await;
    };
    for key in &keys {
        let output: Value = serde_json::from_slice(&bench.read(key).await).unwrap();
        assert_eq!(output, json!({"order": "PO-1", "lines": LINES}), "{key}");
    }
    assert_eq!(*received.transactions.lock().unwrap(), vec![1; ORDERS]);
    assert!(received.longest.load(Ordering::Relaxed) < 10 * file.len() / ORDERS);
    let most = received.most.load(Ordering::Relaxed);
    assert!((1..=MAX_IN_MEMORY).contains(&most), "{most}");
}
