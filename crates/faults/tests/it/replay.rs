//! A run that is recorded decides the same again.

use b2bi_local_faults::{Engine, Facts, Recording, RuleSet};
use serde_json::{Value, json};

use crate::{REQUEST, show};

const APPS: [&str; 3] = ["a", "b", "c"];

/// The results of 40 requests of each app, which arrive one app after the other or in turn.
fn run(engine: &Engine, in_turn: bool) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new(); APPS.len()];
    for number in 0..APPS.len() * 40 {
        let at = if in_turn {
            number % APPS.len()
        } else {
            number / 40
        };
        let facts = Facts {
            app_id: Some(APPS[at]),
            ..REQUEST
        };
        // The windows of the rules are open only in the first run.
        found[at].push(show(&engine.decide(&facts, 1_000)));
    }
    found
}

fn recorded(rules: &Value) -> (Vec<Vec<String>>, String) {
    let engine = Engine::new(42);
    let rules = RuleSet::from_value(rules).unwrap().rules;
    engine.replace(rules, 1_000).unwrap();
    (run(&engine, false), engine.recording().to_string())
}

fn check(rules: Value) {
    let (decisions, text) = recorded(&rules);
    assert!(
        decisions.concat().iter().any(|concat| concat != "-"),
        "{rules}"
    );
    let recording = Recording::parse(&text).unwrap();
    assert_eq!(recording.to_string(), text);
    let engine = Engine::new(7);
    engine.replay(&recording, 500_000_000).unwrap();
    assert!(engine.is_replaying());
    assert_eq!(run(&engine, true), decisions, "{rules} in turn");
    assert_eq!(engine.recording().firings.len(), recording.firings.len());
    engine.replay(&recording, 0).unwrap();
    assert_eq!(run(&engine, false), decisions, "{rules} in order");
}

#[test]
fn decisions_repeat_whatever_chance_and_limits_say() {
    let per = json!(["appId"]);
    check(json!([{"id": "p", "per": per, "probability": 0.4, "error": {"code": "A"}}]));
    check(
        json!([{"per": per, "probability": 0.4, "times": 3, "http": {"statusCode": 500}},
                 {"per": per, "probability": 0.5, "latency": {"uniformMs": [1, 999]}}]),
    );
    check(json!([{"per": per, "window": {"endMs": 5}, "nth": "every 2", "error": {"code": "W"}}]));
    check(json!([{"per": per, "loop": true,
                  "steps": ["30%3*error(A)", "2*ok", "50%2*after reset", "70%2*delay(lognormal(50ms,0.5))"]}]));
}

#[test]
fn throttling_repeats_whatever_the_time_is() {
    let rules = json!([{"per": ["appId"], "throttle": {"ratePerSecond": 1, "burst": 7}}]);
    let (decisions, text) = recorded(&rules);
    let engine = Engine::new(7);
    engine.replay(&Recording::parse(&text).unwrap(), 0).unwrap();
    let refused = |found: &Vec<Vec<String>>| {
        let found = found.concat();
        found.iter().map(|found| found != "-").collect::<Vec<_>>()
    };
    assert_eq!(refused(&run(&engine, true)), refused(&decisions));
}

#[test]
fn rules_that_are_set_anew_end_a_replay_and_start_a_recording() {
    let (_, text) = recorded(&json!([{"error": {"code": "A"}}]));
    let engine = Engine::new(7);
    engine.replay(&Recording::parse(&text).unwrap(), 0).unwrap();
    assert_eq!(engine.seed(), 42);
    engine.replace(Vec::new(), 0).unwrap();
    assert!(!engine.is_replaying());
    assert_eq!(engine.recording().firings, []);
}

#[test]
fn what_is_no_recording_is_refused_by_its_line() {
    let head = r#"{"seed": 1, "rules": [{"id": "a"}]}"#;
    for (text, expected) in [
        (String::new(), "the recording is empty"),
        ("x".to_owned(), "line 1: "),
        (r#"{"rules": []}"#.to_owned(), "line 1: it has no `seed`"),
        (
            r#"{"seed": 1, "rules": [{}]}"#.to_owned(),
            "line 1: every rule",
        ),
        (format!("{head}\n{{}}"), "line 2: missing field `rule`"),
    ] {
        let error = Recording::parse(&text).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
