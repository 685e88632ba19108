//! For any rules, their decisions can be replayed.

use b2bi_local_faults::{Engine, Facts, PutRuleError, Recording, RuleSet};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::REQUEST;

fn effect() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({})),
        "[A-Za-z]{1,20}".prop_map(|code| json!({"error": {"code": code, "fields": {"a": 1.5}}})),
        (0.001..100_000.0)
            .prop_map(|rate| json!({"throttle": {"ratePerSecond": rate, "burst": 1}})),
        (0.0..=100.0).prop_map(|item| json!({"response": {"truncate": {"percent": item}}})),
        (0..=3_600_000_u64).prop_map(|ms| json!({"latency": {"uniformMs": [0, ms]}})),
        Just(json!({"stale": {"forMs": 5}})),
        Just(json!({"steps": ["30%2*error(A)", "delay(lognormal(50ms,0.5))"], "loop": true})),
    ]
}

fn rule() -> impl Strategy<Value = Value> {
    (effect(), 0.0..=1.0_f64, "\\PC{0,12}", any::<bool>()).prop_map(
        |(mut rule, chance, text, per)| {
            let members = rule.as_object_mut().unwrap();
            members.insert("probability".to_owned(), chance.into());
            members.insert("description".to_owned(), text.clone().into());
            members.insert("userAgent".to_owned(), json!([text, "*"]));
            if per {
                members.insert("per".to_owned(), json!(["appId", "header:x-tenant"]));
            }
            rule
        },
    )
}

proptest! {
    #[test]
    fn a_recording_can_always_be_replayed(
        rules in proptest::collection::vec(rule(), 0..5),
        seed in any::<u64>(),
        apps in proptest::collection::vec("\\PC{0,8}", 1..20),
        id in "\\PC{0,6}|[A-Za-z0-9._-]{1,140}",
    ) {
        let engine = Engine::new(seed);
        let rules = RuleSet::from_value(&Value::Array(rules)).unwrap().rules;
        engine.append(rules.clone(), 0).unwrap();
        for rule in rules.into_iter().take(1) {
            let put = engine.put(&id, rule, 0);
            let is_id = !id.is_empty() && id.len() <= 128
                && id.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
            prop_assert_eq!(put, if is_id { Ok(()) } else { Err(PutRuleError::InvalidId) });
        }
        for app in &apps {
            let facts = Facts { app_id: Some(app), header: &|_| Some("a\nb\u{2028}"), ..REQUEST };
            let _ = engine.decide(&facts, 7);
        }
        let text = engine.recording().to_string();
        let recording = Recording::parse(&text).unwrap();
        prop_assert_eq!(recording.to_string(), text);
        Engine::new(0).replay(&recording, 0).unwrap();
    }
}

#[test]
fn a_rule_is_put_under_its_own_id() {
    let rule = |rule: Value| RuleSet::from_value(&json!([rule])).unwrap().rules.remove(0);
    let engine = Engine::new(1);
    for (id, written, expected) in [
        ("a", json!({}), Ok(())),
        ("a", json!({"id": "a"}), Ok(())),
        ("a", json!({"id": "b"}), Err("the rule's own id is `b`")),
        ("a,b c", json!({}), Err("an id is of 1 to 128")),
        ("", json!({}), Err("an id is of 1 to 128")),
        (&"x".repeat(129), json!({}), Err("an id is of 1 to 128")),
    ] {
        let put = engine
            .put(id, rule(written), 0)
            .map_err(|error| error.to_string());
        match (put, expected) {
            (Ok(()), Ok(())) => {}
            (Err(found), Err(expected)) => assert!(found.starts_with(expected), "{found}"),
            (found, _) => panic!("{id}: {found:?}"),
        }
    }
    assert_eq!(engine.list().len(), 1);
}

/// The kept firings, and the number of others.
#[test]
fn the_oldest_firings_are_forgotten_and_counted() {
    const KEPT: u64 = 100_000;
    let engine = crate::engine(&json!([{"id": "a", "error": {"code": "A", "statusCode": 400}}]));
    let decide = |times: u64| (0..times).for_each(|_| drop(engine.decide(&REQUEST, 1)));
    decide(KEPT);
    let recording = engine.recording();
    assert_eq!((recording.forgotten, recording.firings.len()), (0, 100_000));
    decide(3);
    let recording = engine.recording();
    assert_eq!((recording.forgotten, recording.firings.len()), (3, 100_000));
    let ordinals = |at: usize| recording.firings.get(at).map(|found| found.ordinal);
    assert_eq!((ordinals(0), ordinals(99_999)), (Some(4), Some(KEPT + 3)));
    assert_eq!(Recording::parse(&recording.to_string()).unwrap(), recording);
    engine.reset_counters();
    assert_eq!(engine.recording().forgotten, 0);
}
