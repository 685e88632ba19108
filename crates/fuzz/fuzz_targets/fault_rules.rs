//! Fault rules from a request (JSON) and from the configuration (TOML): accepted rules are checked,
//! armed and evaluated; refused rules get a reason.
//!
//! TOML begins with `#`; anything else is JSON or changes of rules that are known to be good.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use b2bi_local_faults::{Answered, Engine, Facts, Rule, RuleSet};
use b2bi_local_fuzz::edit::document;
use b2bi_local_server::Config;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

static BASES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../bases/fault_rules.json")).expect("the bases are JSON")
});

fuzz_target!(|input: &[u8]| {
    if input.starts_with(b"#") {
        if let Ok(text) = str::from_utf8(input) {
            toml_rules(text);
        }
        return;
    }
    match RuleSet::from_value(&document(&BASES, input)) {
        Ok(set) => run(set.seed.unwrap_or(7), set.rules),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

/// Reads the file as `--config` does. Only its rules: an address to listen on would be looked up.
fn toml_rules(text: &str) {
    if text.parse::<toml::Table>().is_ok_and(|table| table.keys().any(|key| key != "rules")) {
        return;
    }
    let file: PathBuf = std::env::temp_dir().join(format!("b2bi-local-fuzz-{}.toml", std::process::id()));
    std::fs::write(&file, text).expect("the file can be written");
    match Config::from_file(&file) {
        Ok(config) => run(7, config.faults),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Asks the rules at every seam, at the beginning and the end of time.
fn run(seed: u64, rules: Vec<Rule>) {
    for rule in &rules {
        let written = serde_json::to_value(rule).expect("rules are JSON");
        assert_eq!(serde_json::from_value::<Rule>(written.clone()).ok().as_ref(), Some(rule), "{written}");
    }
    let engine = Engine::new(seed);
    if engine.replace(rules, 0).is_err() {
        return;
    }
    let body = json!({"name": "a", "tags": [{"Key": "k"}]});
    let facts = Facts {
        service: "b2bi",
        region: "us-east-1",
        operation: "CreateProfile",
        account: "111122223333",
        resources: &["p-1"],
        attempt: Some(2),
        invocation: Some("i"),
        body: Some(&body),
        header: &|_| Some("v"),
        ..Facts::default()
    };
    let answered = Facts { result: Some(Answered { status: 400, code: Some("ValidationException") }), ..facts };
    for now in [0, 1, 60_000, u64::MAX / 2, u64::MAX] {
        let mut plan = engine.decide(&facts, now);
        engine.decide_answered(&answered, now, &mut plan);
        let _ = engine.decide_at_accept(now);
        let _ = engine.decide_stage(&facts, "parse", now);
        let _ = engine.explain(&facts);
        let _ = engine.list();
    }
    let recording = engine.recording();
    assert!(engine.replay(&recording, 0).is_ok(), "{recording:?}");
}
