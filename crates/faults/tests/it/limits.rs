use b2bi_local_faults::{
    AddRulesError, Engine, Facts, MAX_RULES, Outcome, PutRuleError, Rule, RuleSet,
};
use serde_json::{Value, json};

use crate::decisions::check;
use crate::{REQUEST, engine, show};

/// Sends the same request at each of these times after arming.
fn check_at(rules: Value, requests: &[(u64, &str)]) {
    let engine = engine(&rules);
    for (elapsed, expected) in requests {
        let plan = engine.decide(&REQUEST, 1_000 + elapsed);
        assert_eq!(show(&plan), *expected, "{rules} at {elapsed}");
    }
}

#[test]
fn firing_is_limited_by_nth_times_and_probability() {
    let on = "ServiceUnavailable";
    check(json!([{"nth": 2}]), &["-", on, "-", "-"]);
    check(json!([{"nth": "2..3"}]), &["-", on, on, "-"]);
    check(json!([{"nth": "3.."}]), &["-", "-", on, on]);
    check(json!([{"nth": "every 2"}]), &["-", on, "-", on]);
    check(json!([{"times": 2}]), &[on, on, "-", "-"]);
    check(
        json!([{"nth": "every 2", "times": 1}]),
        &["-", on, "-", "-"],
    );
    check(json!([{"probability": 0}]), &["-"; 200]);
    check(json!([{"probability": 1}]), &[on; 200]);
}

#[test]
fn windows_count_from_arming() {
    let on = "ServiceUnavailable";
    check_at(
        json!([{"window": {"startMs": 5_000, "cycleMs": 30_000, "onMs": 5_000}}]),
        &[
            (0, "-"),
            (4_999, "-"),
            (5_000, on),
            (9_999, on),
            (10_000, "-"),
            (35_000, on),
        ],
    );
    check_at(json!([{"window": {"endMs": 10}}]), &[(9, on), (10, "-")]);
    check_at(
        json!([{"nth": 2, "window": {"startMs": 10}}]),
        &[(0, "-"), (11, on), (12, "-")],
    );
}

#[test]
fn appended_rules_have_their_own_start() {
    let engine = engine(&json!([]));
    let rules = RuleSet::from_value(&json!([{"window": {"endMs": 10}}]))
        .unwrap()
        .rules;
    engine.append(rules, 5_000).unwrap();
    assert!(!engine.decide(&REQUEST, 5_009).is_empty());
    assert!(engine.decide(&REQUEST, 5_010).is_empty());
}

#[test]
fn a_bucket_empties_and_fills() {
    check_at(
        json!([{"throttle": {"ratePerSecond": 2.0, "burst": 2}}]),
        &[
            (0, "-"),
            (0, "-"),
            (0, "wait 500"),
            (250, "wait 250"),
            (500, "-"),
            (500, "wait 500"),
        ],
    );
    check_at(
        json!([{"throttle": {"ratePerSecond": 1, "burst": 1}, "times": 1}]),
        &[(0, "-"), (0, "wait 1000"), (0, "-")],
    );
}

#[test]
fn a_bucket_belongs_to_an_account_a_region_and_an_operation() {
    let engine = engine(&json!([{"throttle": {"ratePerSecond": 1, "burst": 1}}]));
    for (facts, expected) in [
        (REQUEST, "-"),
        (REQUEST, "wait 1000"),
        (
            Facts {
                account: "210987654321",
                ..REQUEST
            },
            "-",
        ),
        (
            Facts {
                region: "us-east-1",
                ..REQUEST
            },
            "-",
        ),
        (
            Facts {
                operation: "GetProfile",
                ..REQUEST
            },
            "-",
        ),
        (
            Facts {
                app_id: None,
                attempt: Some(2),
                ..REQUEST
            },
            "wait 1000",
        ),
    ] {
        assert_eq!(show(&engine.decide(&facts, 1_000)), expected, "{facts:?}");
    }
}

#[test]
fn a_throttle_advises_the_wait_unless_told_otherwise() {
    let throttled = |error: Value| {
        let rule = json!([{"throttle": {"ratePerSecond": 0.4, "burst": 1, "error": error}}]);
        let engine = engine(&rule);
        assert!(engine.decide(&REQUEST, 1_000).is_empty());
        match engine.decide(&REQUEST, 1_000).outcome {
            Some(Outcome::Throttle {
                error,
                wait_ms: 2_500,
            }) => error,
            other => panic!("{other:?}"),
        }
    };
    let error = throttled(json!({}));
    assert_eq!(
        (error.code.as_str(), error.status_code),
        ("ThrottlingException", None)
    );
    assert_eq!(
        (error.retry_after_seconds, error.retry_after_ms),
        (Some(3), Some(2_500))
    );
    let error = throttled(json!({"code": "SlowDown", "retryAfterSeconds": 9, "retryAfterMs": 1}));
    assert_eq!((error.code.as_str(), error.status_code), ("SlowDown", None));
    assert_eq!(
        (error.retry_after_seconds, error.retry_after_ms),
        (Some(9), Some(1))
    );
}

#[test]
fn steps_are_used_up() {
    let steps = |steps: Value| json!([{"steps": steps}]);
    check(
        steps(json!(["2*error(T)", "after error(R)", "ok"])),
        &["T", "T", "after R", "-", "-"],
    );
    check(steps(json!("error(T)->off")), &["T", "-", "-"]);
    check(
        steps(json!(["ok", "http(503)", "delay(2s)"])),
        &["-", "http 503", "- +2000", "-"],
    );
    check(
        steps(json!(["twice ok", "twice error(T)"])),
        &["twice -", "twice T", "-"],
    );
    check(steps(json!(["ok", "100%error(T)"])), &["-", "T", "T", "T"]);
    check(
        steps(json!(["0%2*error(T)", "error(U)"])),
        &["-", "-", "U", "-"],
    );
    check(steps(json!(["after delay(5ms)"])), &["- +0+5", "-"]);
    check(
        json!([{"steps": ["error(T)", "ok"], "loop": true}]),
        &["T", "-", "T", "-", "T", "-"],
    );
    check(
        json!([{"steps": ["error(T)", "ok", "error(U)"], "nth": "every 2", "latency": {"fixedMs": 3}}]),
        &["-", "T +3", "-", "-", "-", "U +3", "-", "-"],
    );
}

#[test]
fn steps_wait_for_the_rules_before_them() {
    check(
        json!([{"times": 2, "error": {"code": "A"}}, {"steps": ["error(B)", "error(C)"]}]),
        &["A", "A", "B", "C", "-"],
    );
}

fn red(name: &str) -> Option<&'static str> {
    (name == "x-tenant").then_some("red")
}

#[test]
fn counters_are_kept_apart() {
    let engine = engine(&json!([{"times": 1, "per": ["appId", "header:x-tenant"]}]));
    for (facts, expected) in [
        (REQUEST, "ServiceUnavailable"),
        (REQUEST, "-"),
        (
            Facts {
                app_id: Some("other"),
                ..REQUEST
            },
            "ServiceUnavailable",
        ),
        (
            Facts {
                header: &red,
                ..REQUEST
            },
            "ServiceUnavailable",
        ),
        (
            Facts {
                header: &red,
                region: "us-east-1",
                ..REQUEST
            },
            "-",
        ),
        (
            Facts {
                app_id: None,
                ..REQUEST
            },
            "ServiceUnavailable",
        ),
        (
            Facts {
                app_id: None,
                ..REQUEST
            },
            "-",
        ),
    ] {
        assert_eq!(show(&engine.decide(&facts, 1_000)), expected, "{facts:?}");
    }
}

#[test]
fn rules_have_a_bound_however_they_are_added() {
    let rule = || -> Vec<Rule> { RuleSet::from_value(&serde_json::json!([{}])).unwrap().rules };
    let many = |count| vec![rule().remove(0); count];
    let engine = Engine::new(1);
    engine.append(many(MAX_RULES), 0).unwrap();
    assert_eq!(engine.append(rule(), 0), Err(AddRulesError::TooMany));
    let more = engine.replace(many(MAX_RULES + 1), 0);
    assert_eq!(more, Err(AddRulesError::TooMany));
    let put = |id| engine.put(id, rule().remove(0), 0);
    assert_eq!(put("one-more"), Err(PutRuleError::TooMany));
    assert_eq!(put("rule-1"), Ok(()));
    assert_eq!(engine.list().len(), MAX_RULES);
}
