use b2bi_local_faults::{Engine, RuleSet};
use serde_json::{Value, json};

use crate::{REQUEST, engine, show};

/// `matched fired remaining completed` of each rule.
fn counters(engine: &Engine) -> Vec<(u64, u64, Option<u64>, bool)> {
    let status = engine.list();
    status
        .iter()
        .map(|rule| (rule.matched, rule.fired, rule.remaining, rule.completed))
        .collect()
}

#[test]
fn the_list_counts() {
    let engine = engine(&json!([
        {"operation": "Get*"},
        {"times": 2, "error": {"code": "A"}},
        {"steps": ["error(B)", "ok"], "times": 5},
        {},
    ]));
    let fresh = vec![
        (0, 0, None, false),
        (0, 0, Some(2), false),
        (0, 0, Some(2), false),
        (0, 0, None, false),
    ];
    assert_eq!(counters(&engine), fresh);
    for _ in 0..3 {
        let _ = engine.decide(&REQUEST, 1_000);
    }
    assert_eq!(
        counters(&engine),
        [
            (0, 0, None, false),
            (3, 2, Some(0), true),
            (3, 1, Some(1), false),
            (3, 0, None, false)
        ]
    );
    let printed = serde_json::to_value(&engine.list()[1]).unwrap();
    assert_eq!(
        printed,
        json!({"id": "rule-2", "times": 2, "error": {"code": "A"},
               "matched": 3, "fired": 2, "remaining": 0, "completed": true})
    );
    engine.reset_counters();
    assert_eq!(counters(&engine), fresh);
    assert_eq!(show(&engine.decide(&REQUEST, 1_000)), "A");
}

fn ids(engine: &Engine) -> Vec<String> {
    engine
        .list()
        .iter()
        .filter_map(|status| status.rule.id().map(str::to_owned))
        .collect()
}

#[test]
fn rules_come_and_go_by_id() {
    let rules = |value: Value| RuleSet::from_value(&value).unwrap().rules;
    let engine = Engine::new(1);
    assert!(!engine.is_armed());
    engine
        .replace(rules(json!([{}, {"id": "rule-3"}, {}, {"id": "x"}])), 0)
        .unwrap();
    assert_eq!(ids(&engine), ["rule-1", "rule-3", "rule-4", "x"]);
    assert!(engine.is_armed());
    assert!(engine.remove("rule-1"));
    assert!(!engine.remove("rule-1"));
    engine.append(rules(json!([{}])), 0).unwrap();
    assert_eq!(ids(&engine), ["rule-3", "rule-4", "x", "rule-5"]);
    let error = engine
        .append(rules(json!([{"id": "y"}, {"id": "x"}])), 0)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "there are two rules with the id `x`: give one of them another id"
    );
    assert_eq!(ids(&engine), ["rule-3", "rule-4", "x", "rule-5"]);
    assert!(
        engine
            .replace(rules(json!([{"id": "y"}, {"id": "y"}])), 0)
            .is_err()
    );
    engine.clear();
    assert!(engine.list().is_empty() && !engine.is_armed());
    engine
        .replace(rules(json!([{"enabled": false}])), 0)
        .unwrap();
    assert!(!engine.is_armed());
}

#[test]
fn appending_leaves_counters_alone() {
    let engine = engine(&json!([{"times": 2}]));
    let _ = engine.decide(&REQUEST, 1_000);
    engine
        .append(
            RuleSet::from_value(&json!([{"http": {}}])).unwrap().rules,
            1_000,
        )
        .unwrap();
    assert_eq!(show(&engine.decide(&REQUEST, 1_000)), "ServiceUnavailable");
    assert_eq!(show(&engine.decide(&REQUEST, 1_000)), "http 503");
}
