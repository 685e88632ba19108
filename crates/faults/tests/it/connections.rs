use b2bi_local_faults::{Damage, Effect, Engine, Facts, Outcome, Rule, When};
use serde_json::{Value, json};

fn rule(rule: &Value) -> Rule {
    serde_json::from_value(rule.clone()).unwrap()
}

/// When the rule's only outcome applies.
fn check_when(written: Value, expected: When) {
    let engine = Engine::new(1);
    engine.replace(vec![rule(&written)], 0).unwrap();
    let plan = engine.decide(&Facts::default(), 0);
    assert!(plan.outcome.is_some(), "{written}");
    assert_eq!(plan.when, expected, "{written}");
}

#[test]
fn what_needs_a_reply_lets_the_handler_run() {
    let connection = |at: &str| json!({"connection": {"kind": "reset", "at": at}});
    check_when(connection("headers"), When::Before);
    check_when(connection("body"), When::After);
    check_when(connection("end"), When::After);
    let in_the_head = json!({"connection": {"kind": "close", "afterBytes": 9}});
    check_when(in_the_head, When::After);
    check_when(json!({"response": {"drop": ["/a"]}}), When::After);
    let twice = json!({"response": {"drop": ["/a"]}, "when": "twice"});
    check_when(twice, When::Twice);
    check_when(json!({"steps": "reset"}), When::Before);
    check_when(json!({"steps": "after reset"}), When::After);
    check_when(json!({"steps": "truncate(5)"}), When::After);
}

#[test]
fn connections_and_requests_are_asked_about_apart() {
    let engine = Engine::new(1);
    let at_accept = json!({"times": 1, "connection": {"kind": "close", "at": "accept"}});
    let on_request = json!({"error": {"code": "A"}});
    engine
        .replace(vec![rule(&at_accept), rule(&on_request)], 0)
        .unwrap();
    let request = engine.decide(&Facts::default(), 0);
    assert!(matches!(request.outcome, Some(Outcome::Error(_))));
    let first = engine.decide_at_accept(0);
    assert!(matches!(first.outcome, Some(Outcome::Connection(_))));
    assert!(engine.decide_at_accept(0).is_empty());
    assert_eq!(engine.list()[0].matched, 2);
    assert_eq!(engine.list()[1].matched, 1);
}

fn damage(written: &Value) -> Damage {
    match rule(&json!({"response": written})).effect() {
        Some(Effect::Response(damage)) => damage.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bodies_are_edited() {
    for (written, body, expected) in [
        (
            json!({"drop": ["/a"]}),
            r#"{"a":1,"b":2}"#,
            Some(r#"{"b":2}"#),
        ),
        (
            json!({"set": {"/b": null}}),
            r#"{"a":1}"#,
            Some(r#"{"a":1,"b":null}"#),
        ),
        (json!({"replaceBody": "x"}), "{}", Some("x")),
        (json!({"drop": ["/a"]}), "<xml/>", None),
        (json!({"truncate": {"bytes": 1}}), "{}", None),
    ] {
        let edited = damage(&written).edited(body.as_bytes());
        let expected = expected.map(|expected| expected.as_bytes().to_vec());
        assert_eq!(edited, expected, "{written}");
    }
}

#[test]
fn bodies_are_cut() {
    for (written, length, expected) in [
        (json!({"bytes": 3}), 10, 3),
        (json!({"bytes": 30}), 10, 10),
        (json!({"percent": 50}), 10, 5),
        (json!({"percent": 50}), 11, 5),
        (json!({"percent": 0}), 10, 0),
        (json!({"percent": 100}), 10, 10),
    ] {
        let cut = damage(&json!({"truncate": written})).sent_of(length);
        assert_eq!(cut, expected, "{written} of {length}");
    }
}
