use b2bi_local_faults::{Chain, Engine, Facts, RuleSet};
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
fn an_engine_is_idle_while_nobody_may_act() {
    let engine = Engine::new(1);
    let check = |idle, active_rule, own| {
        assert_eq!(
            (
                engine.is_idle(),
                engine.is_armed(),
                engine.accepts_request_faults()
            ),
            (idle, active_rule, own)
        );
    };
    check(true, false, false);
    engine.accept_request_faults(true);
    check(false, false, true);
    engine.set_latency_ms(1);
    check(false, true, true);
    engine.accept_request_faults(false);
    check(false, true, false);
    engine.set_latency_ms(0);
    check(true, false, false);
    let off = RuleSet::from_value(&json!([{"enabled": false}])).unwrap();
    engine.replace(off.rules, 0).unwrap();
    check(true, false, false);
    engine
        .put(
            "on",
            RuleSet::from_value(&json!([{}])).unwrap().rules.remove(0),
            0,
        )
        .unwrap();
    check(false, true, false);
    engine.clear();
    check(true, false, false);
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
               "matched": 3, "fired": 2, "passed": 1, "remaining": 0, "completed": true})
    );
    assert_eq!(engine.list()[1].last_fired_ms, Some(1_000));
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

#[test]
fn a_new_seed_starts_anew() {
    let engine = engine(&json!([{"probability": 0.5}]));
    let draws = || -> Vec<bool> {
        let decisions = (0..40).map(|_| engine.decide(&REQUEST, 1_000).is_empty());
        decisions.collect()
    };
    let first = draws();
    engine.set_seed(43);
    assert_ne!(draws(), first);
    engine.set_seed(42);
    assert_eq!(draws(), first);
}

#[test]
fn latency_is_for_every_request_and_survives_the_rules() {
    let engine = engine(&json!([{"latency": {"fixedMs": 5}}]));
    engine.set_latency_ms(7);
    assert_eq!(engine.decide(&REQUEST, 1_000).delay.before_ms, 12);
    engine.clear();
    let plan = engine.decide(&REQUEST, 1_000);
    assert_eq!((plan.delay.before_ms, plan.is_empty()), (7, false));
    engine.set_latency_ms(0);
    assert!(!engine.is_armed() && engine.decide(&REQUEST, 1_000).is_empty());
}

#[test]
fn rules_are_removed_by_what_they_say() {
    let engine = engine(&json!([{"operation": "a"}, {"operation": "b"}, {"operation": "a"}]));
    engine.remove_like(
        &RuleSet::from_value(&json!([{"operation": "a"}]))
            .unwrap()
            .rules,
    );
    let left: Vec<_> = engine
        .list()
        .iter()
        .map(|item| item.rule.id().unwrap().to_owned())
        .collect();
    assert_eq!(left, ["rule-2"]);
}

#[test]
fn a_chain_of_the_requests_own_goes_by_the_attempt() {
    let engine = engine(&json!([{}]));
    let chain: Chain = "2*error(A)->ok->error(B)".parse().unwrap();
    let shown = (1..=5).map(|attempt| {
        let facts = Facts {
            attempt: Some(attempt),
            ..REQUEST
        };
        show(&engine.decide_by("own", &chain, &facts, 1_000))
    });
    assert_eq!(shown.collect::<Vec<_>>(), ["A", "A", "-", "B", "-"]);
    assert_eq!(engine.list()[0].matched, 0);
}

#[test]
fn rules_explain_why_they_are_not_about_a_request() {
    let engine = engine(&json!([
        {"id": "a", "operation": "Create*"}, {"id": "b", "region": "x"}, {"id": "c", "attempt": 2},
        {"id": "d", "header": {"x-tenant": "green"}}, {"id": "e", "enabled": false},
    ]));
    let failed: Vec<_> = engine
        .explain(&REQUEST)
        .into_iter()
        .map(|(_, key)| key)
        .collect();
    assert_eq!(
        failed,
        [
            None,
            Some("region"),
            Some("attempt"),
            Some("header"),
            Some("enabled")
        ]
    );
}
