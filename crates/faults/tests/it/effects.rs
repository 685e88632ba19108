//! Descriptions of effects, and the distribution of draws over many requests.

use b2bi_local_faults::{Connection, Damage, Ending, Engine, Place, RuleSet};
use serde_json::{Value, json};

use crate::{REQUEST, engine, show};

#[test]
fn damage_is_on_the_wire_when_http_cannot_say_it() {
    for (damage, expected) in [
        (json!({"truncate": {"bytes": 3}}), true),
        (json!({"contentLength": 3}), true),
        (json!({"truncate": {"bytes": 3}, "finish": "reset"}), true),
        (json!({"chunked": "badSize"}), true),
        (json!({"drip": {"bytes": 1, "everyMs": 5}}), true),
        (json!({"replaceBody": "x"}), false),
        (json!({"headers": {"x-a": "b"}}), false),
    ] {
        let engine = engine(&json!({"rules": [{"response": damage}]}));
        let plan = engine.decide(&REQUEST, 1_000);
        let Some(b2bi_local_faults::Outcome::Response(response)) = plan.outcome else {
            panic!("{damage}: {plan:?}");
        };
        assert_eq!(response.is_on_the_wire(), expected, "{damage}");
    }
    assert!(!Damage::default().is_on_the_wire());
    assert!(!Damage::with_body("x").is_on_the_wire());
}

#[test]
fn a_connection_says_whether_it_needs_a_reply_and_how_long_it_is_held() {
    let connection = |kind, at, after_bytes, hold_ms| Connection {
        at,
        after_bytes,
        hold_ms,
        ..Connection::new(kind)
    };
    for (connection, needs_reply, hold_ms) in [
        (
            connection(Ending::Reset, Place::Accept, None, None),
            false,
            0,
        ),
        (
            connection(Ending::Close, Place::Headers, None, None),
            false,
            0,
        ),
        (
            connection(Ending::Close, Place::Headers, Some(0), None),
            false,
            0,
        ),
        (
            connection(Ending::Close, Place::Headers, Some(1), None),
            true,
            0,
        ),
        (
            connection(Ending::Garbage, Place::Body, None, Some(7)),
            true,
            7,
        ),
        (
            connection(Ending::Stall, Place::End, None, None),
            true,
            3_600_000,
        ),
        (
            connection(Ending::Stall, Place::Accept, None, Some(5)),
            false,
            5,
        ),
    ] {
        assert_eq!(connection.needs_reply(), needs_reply, "{connection:?}");
        assert_eq!(connection.hold_ms(), hold_ms, "{connection:?}");
    }
}

#[test]
fn a_connection_is_held_for_an_hour_at_most() {
    let read = |hold_ms: u64| {
        let connection = json!({"kind": "stall", "holdMs": hold_ms});
        RuleSet::from_value(&json!({"rules": [{"connection": connection}]})).map(drop)
    };
    assert!(read(3_600_000).is_ok());
    let error = read(3_600_001).unwrap_err().to_string();
    assert!(error.contains("at most an hour"), "{error}");
}

#[test]
fn a_rule_about_a_job_may_not_ask_for_what_only_a_request_has() {
    for (criterion, value) in [
        ("accessKey", json!(["A*"])),
        ("appId", json!(["a"])),
        ("userAgent", json!(["a"])),
        ("result", json!(["ok"])),
        ("headers", json!({"x-a": "b"})),
        ("attempt", json!(1)),
    ] {
        let rule = json!({"job": {"stage": "map", "outcome": "fail"}, criterion: value});
        let read = RuleSet::from_value(&json!({"rules": [rule]}));
        assert!(read.is_err(), "{criterion}");
    }
    let rule = json!({"job": {"stage": "map", "outcome": "fail"}, "account": ["1*"]});
    RuleSet::from_value(&json!({"rules": [rule]})).unwrap();
}

/// How many of 1,000 requests a rule acts on.
fn fired(rule: &Value) -> usize {
    let engine = engine(&json!({"rules": [rule]}));
    let acts = |_: &usize| show(&engine.decide(&REQUEST, 1_000)) != "-";
    (0..1_000).filter(acts).count()
}

#[test]
fn chance_acts_as_often_as_it_says() {
    for (rule, expected) in [
        (
            json!({"probability": 0.5, "error": {"code": "A"}}),
            430..570,
        ),
        (json!({"probability": 0.1, "error": {"code": "A"}}), 60..145),
        (
            json!({"probability": 1.0, "error": {"code": "A"}}),
            1_000..1_001,
        ),
        (json!({"probability": 0.0, "error": {"code": "A"}}), 0..1),
        (json!({"steps": ["50%2000*error(A)"]}), 430..570),
        (json!({"steps": ["10%2000*error(A)"]}), 60..145),
        (json!({"steps": ["100%2000*error(A)"]}), 1_000..1_001),
        (json!({"steps": ["0%2000*error(A)"]}), 0..1),
    ] {
        let fired = fired(&rule);
        assert!(expected.contains(&fired), "{rule}: {fired} of 1000");
    }
}

#[test]
fn what_is_certain_draws_no_number_and_only_steps_have_turns() {
    let note = |rule: &Value| {
        let engine = engine(&json!({"rules": [rule]}));
        let plan = engine.decide(&REQUEST, 1_000);
        let firing = plan.firings.first().unwrap();
        (firing.draw.is_some(), firing.turn)
    };
    assert_eq!(note(&json!({"error": {"code": "A"}})), (false, None));
    assert_eq!(
        note(&json!({"probability": 1.0, "error": {"code": "A"}})),
        (false, None)
    );
    assert_eq!(note(&json!({"steps": ["error(A)"]})), (false, Some(0)));
}

#[test]
fn lognormal_delays_have_the_median_and_the_spread_that_they_say() {
    let rule = json!({"latency": {"lognormal": {"medianMs": 1_000, "sigma": 0.5}}});
    let engine = engine(&json!({"rules": [rule]}));
    let delay = |_| engine.decide(&REQUEST, 1_000).delay.before_ms;
    let mut delays: Vec<u64> = (0..2_000).map(delay).collect();
    delays.sort_unstable();
    let at = |quantile: usize| delays[delays.len() * quantile / 100];
    // In the normal distribution, 16 % are below one deviation: the factor is e^-0.5, e^0.5 above.
    assert!((940..1_070).contains(&at(50)), "{}", at(50));
    assert!((560..655).contains(&at(16)), "{}", at(16));
    assert!((1_530..1_770).contains(&at(84)), "{}", at(84));
}

#[test]
fn only_a_recording_makes_an_engine_replay() {
    let engine = engine(&json!({"rules": [{"error": {"code": "A"}}]}));
    assert!(!engine.is_replaying());
    assert!(!Engine::new(1).is_replaying());
    let recording = engine.recording();
    engine.replay(&recording, 1_000).unwrap();
    assert!(engine.is_replaying());
}
