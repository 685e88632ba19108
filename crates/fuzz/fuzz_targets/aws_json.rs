//! A few calls of the service with bodies made from its model, valid and spoiled: each ends in an output
//! or in an error of the client, and the service continues.
#![no_main]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use b2bi_local_b2bi::{B2bi, Clock, Config, Environment, Ids, Scope};
use b2bi_local_model::{OPERATIONS, Shape, Timestamp, decode};
use b2bi_local_objects::{EmbeddedS3, Settings};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

/// The maximum number of calls in one input.
const CALLS: usize = 6;
/// How deep a made body goes.
const DEPTH: u8 = 8;

fuzz_target!(|input: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let service = service();
        let scope = Scope {
            account: "111122223333".into(),
            region: "us-east-1".into(),
        };
        let mut maker = Maker { bytes: input, texts: Vec::new() };
        for _ in 0..CALLS {
            let Some(first) = maker.byte() else { break };
            let operation = &OPERATIONS[usize::from(first) % OPERATIONS.len()];
            let body = maker.value(operation.input, DEPTH).to_string();
            let Ok(decoded) = decode(operation, body.as_bytes()) else { continue };
            match service.call(&scope, decoded.input).await {
                // Identifiers of created resources are used in later calls.
                Ok(output) => maker.remember(&serde_json::to_value(&output).unwrap()),
                Err(error) => assert!(error.shape().status < 500, "{}: {body}: {error:?}", operation.name),
            }
        }
    });
});

struct StandingClock;

#[async_trait]
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000)
    }

    async fn sleep(&self, _time: Duration) {}
}

struct Counter(AtomicU64);

impl Ids for Counter {
    fn bits(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed)) << 64
    }
}

fn service() -> B2bi {
    let clock = Arc::new(|| UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let count = AtomicU64::new(1);
    let ids = Arc::new(move || count.fetch_add(1, Ordering::Relaxed).to_string());
    let s3 = EmbeddedS3::new(Settings::new(clock, ids));
    s3.create_bucket("111122223333", "bkt");
    let ids = Arc::new(Counter(AtomicU64::new(1)));
    B2bi::new(Config::standard(), Environment::quiet(Arc::new(StandingClock), ids, s3.store()))
}

/// Makes values of a shape as the input's bytes say; without bytes the simplest ones.
struct Maker<'a> {
    bytes: &'a [u8],
    /// What outputs had in them.
    texts: Vec<String>,
}

impl Maker<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn choice(&mut self) -> u8 {
        self.byte().unwrap_or_default()
    }

    fn value(&mut self, shape: &Shape, depth: u8) -> Value {
        if self.choice() > 250 || depth == 0 {
            return self.other();
        }
        match shape {
            Shape::Structure(structure) => {
                let members = structure.members.iter();
                let wanted = structure.union.then(|| usize::from(self.choice()) % structure.members.len());
                let mut made = Map::new();
                for (at, member) in members.enumerate() {
                    let is_there = match wanted {
                        Some(wanted) => at == wanted,
                        None => member.required || self.choice() & 1 == 1,
                    };
                    if is_there {
                        made.insert(member.name.to_owned(), self.value(member.shape, depth - 1));
                    }
                }
                made.into()
            }
            Shape::List(list) => {
                let count = list.min.unwrap_or_default() + usize::from(self.choice() % 4);
                (0..count).map(|_| self.value(list.element, depth - 1)).collect()
            }
            Shape::Text(text) => match text.values {
                [] => self.text(text.pattern.is_some()).into(),
                values => values[usize::from(self.choice()) % values.len()].into(),
            },
            Shape::Integer(number) => {
                let least = number.min.unwrap_or_default();
                json!(least + i64::from(self.choice()))
            }
            Shape::Boolean => json!(self.choice() & 1 == 1),
        }
    }

    fn text(&mut self, has_form: bool) -> String {
        let choice = self.choice();
        if !self.texts.is_empty() && choice & 1 == 1 {
            return self.texts[usize::from(choice / 2) % self.texts.len()].clone();
        }
        if has_form && choice < 128 {
            let forms = ["a", "p-00000000000000000", "tr-00000000000000000", "bkt", "in/", "5555555", "a@b.co", "ZZ", "1", "{}"];
            return forms[usize::from(choice / 2) % forms.len()].to_owned();
        }
        let length = usize::from(choice % 64).min(self.bytes.len());
        let (text, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    /// A value that fits by chance only.
    fn other(&mut self) -> Value {
        match self.choice() % 6 {
            0 => Value::Null,
            1 => json!(-1),
            2 => json!(1e300),
            3 => json!([]),
            4 => json!({}),
            _ => json!("\u{0}é\u{1f600}"),
        }
    }

    fn remember(&mut self, output: &Value) {
        match output {
            Value::String(text) if text.len() < 200 => self.texts.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| self.remember(item)),
            Value::Object(members) => members.values().for_each(|value| self.remember(value)),
            _ => {}
        }
    }
}
