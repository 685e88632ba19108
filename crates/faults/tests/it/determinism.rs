use b2bi_local_faults::{Engine, Facts, RuleSet};
use serde_json::{Value, json};

use crate::{REQUEST, show};

const CLIENTS: [&str; 3] = ["one", "two", "three"];

fn flaky() -> Value {
    json!({
        "id": "flaky", "probability": 0.5, "per": "appId",
        "latency": {"uniformMs": [1, 1000]}, "error": {"code": "A"},
    })
}

fn steps() -> Value {
    json!({"id": "steps", "per": ["appId"], "steps": ["50%delay(lognormal(100ms,0.5))"]})
}

/// What each client sees when clients send in this order (as positions in `CLIENTS`).
fn run(seed: u64, rules: &Value, order: impl Iterator<Item = usize>) -> Vec<Vec<String>> {
    let engine = Engine::new(seed);
    engine
        .replace(RuleSet::from_value(rules).unwrap().rules, 0)
        .unwrap();
    let mut views = vec![Vec::new(); CLIENTS.len()];
    for client in order {
        let facts = Facts {
            app_id: Some(CLIENTS[client]),
            ..REQUEST
        };
        views[client].push(show(&engine.decide(&facts, 0)));
    }
    views
}

fn one_by_one() -> impl Iterator<Item = usize> {
    (0..300).map(|n| n / 100)
}

fn in_turn() -> impl Iterator<Item = usize> {
    (0..300).map(|n| n % 3)
}

#[test]
fn interleaving_changes_nothing() {
    for rule in [flaky(), steps()] {
        let rules = json!([rule]);
        let expected = run(42, &rules, one_by_one());
        assert_eq!(run(42, &rules, in_turn()), expected);
        assert_eq!(
            run(42, &rules, in_turn().map(|client| 2 - client)),
            expected
        );
    }
}

#[test]
fn partitions_and_seeds_draw_apart() {
    let seen = run(42, &json!([flaky()]), one_by_one());
    assert_ne!(seen[0], seen[1]);
    assert_ne!(seen, run(43, &json!([flaky()]), one_by_one()));
}

#[test]
fn other_rules_change_nothing() {
    let slow = json!({"latency": {"uniformMs": [1, 9]}, "probability": 0.5});
    let wins = json!({"nth": "every 3", "per": "appId", "http": {}});
    let alone = run(42, &json!([flaky()]), in_turn());
    let behind = run(42, &json!([wins, flaky(), slow]), one_by_one());
    for (alone, behind) in alone.iter().zip(&behind) {
        for (position, (alone, behind)) in alone.iter().zip(behind).enumerate() {
            match (position + 1) % 3 {
                0 => assert_eq!(behind, "http 503"),
                // A request that the rule lets pass gets the slow rule's latency.
                _ if alone == "-" => assert!(behind.starts_with('-')),
                _ => assert_eq!(behind, alone),
            }
        }
    }
}

#[test]
fn a_probability_leaves_latencies_as_they_were() {
    let certain = json!({"id": "flaky", "per": "appId", "latency": {"uniformMs": [1, 1000]}, "error": {"code": "A"}});
    let certain = run(42, &json!([certain]), in_turn());
    let flaky = run(42, &json!([flaky()]), in_turn());
    for (certain, flaky) in certain.concat().iter().zip(&flaky.concat()) {
        assert!(flaky == "-" || flaky == certain, "{flaky} {certain}");
    }
}

#[test]
fn firings_carry_what_a_replay_needs() {
    let engine = Engine::new(42);
    engine
        .replace(RuleSet::from_value(&json!([flaky()])).unwrap().rules, 0)
        .unwrap();
    let plans = (0..20).map(|_| engine.decide(&REQUEST, 0)).enumerate();
    for (position, firing) in plans.filter_map(|(n, plan)| Some((n, plan.firings.first()?.clone())))
    {
        assert_eq!(&*firing.partition, "appId=orders-test-1");
        assert_eq!(usize::try_from(firing.ordinal).unwrap(), position + 1);
        assert!(firing.draw.unwrap() < 0.5);
    }
}

#[test]
fn threads_lose_no_count() {
    let engine = Engine::new(42);
    let rules = json!([{"times": 500, "probability": 0.5}]);
    engine
        .replace(RuleSet::from_value(&rules).unwrap().rules, 0)
        .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1_000).for_each(|_| drop(engine.decide(&REQUEST, 0))));
        }
    });
    let status = &engine.list()[0];
    assert_eq!(
        (status.matched, status.fired, status.completed),
        (4_000, 500, true)
    );
}
