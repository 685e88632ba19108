//! Rules that are asked at other moments: when the handler has answered, and at a job's stages.

use b2bi_local_faults::{Answered, Engine, Facts, Outcome, Plan, Rule, Seam};
use serde_json::{Value, json};

use crate::{REQUEST, engine, show};

/// The outcome of a request that the handler has answered so.
fn answered(engine: &Engine, status: u16, code: Option<&'static str>) -> Plan {
    let mut plan = engine.decide(&REQUEST, 1_000);
    let facts = Facts {
        result: Some(Answered { status, code }),
        ..REQUEST
    };
    engine.decide_answered(&facts, 1_000, &mut plan);
    plan
}

fn check_result(result: Value, answer: (u16, Option<&'static str>), expected: bool) {
    let engine = engine(&json!([{"result": result, "when": "after", "error": {"code": "A"}}]));
    assert!(engine.is_armed_for_results());
    let plan = answered(&engine, answer.0, answer.1);
    let shown = if expected { "after A" } else { "-" };
    assert_eq!(show(&plan), shown, "{result} of {answer:?}");
}

#[test]
fn results_are_words_codes_and_statuses() {
    let (fine, conflict) = ((200, None), (409, Some("ConflictException")));
    for (result, of_fine, of_conflict) in [
        (json!("success"), true, false),
        (json!("error"), false, true),
        (json!("Conflict*"), false, true),
        (json!("409"), false, true),
        (json!("2*"), true, false),
        (json!(["ThrottlingException", "200"]), true, false),
    ] {
        check_result(result.clone(), fine, of_fine);
        check_result(result, conflict, of_conflict);
    }
}

#[test]
fn a_settled_request_keeps_its_outcome_and_is_counted_all_the_same() {
    let engine = engine(&json!([
        {"id": "late", "result": "success", "when": "after", "nth": 2, "error": {"code": "L"}},
        {"id": "first", "times": 1, "error": {"code": "F"}},
    ]));
    assert_eq!(show(&answered(&engine, 200, None)), "F");
    assert_eq!(show(&answered(&engine, 200, None)), "after L");
    assert_eq!(show(&answered(&engine, 200, None)), "-");
}

fn job_outcome(engine: &Engine, resource: &str, stage: &str) -> Option<String> {
    let facts = Facts {
        resources: &["tr-1", resource],
        ..Facts::default()
    };
    let plan = engine.decide_stage(&facts, stage, 1_000);
    match plan.outcome.as_ref()? {
        Outcome::Job(fault) => {
            assert_eq!(plan.seam(), Seam::Job);
            Some(format!("{:?} {}", fault.outcome, fault.message()))
        }
        other => Some(format!("{other:?}")),
    }
}

#[test]
fn jobs_are_asked_about_at_their_stages_only() {
    let engine = engine(&json!([
        {"error": {"code": "A"}, "operation": "Get*"},
        {"resource": "tr-*", "times": 1,
         "job": {"stage": "map", "outcome": "fail", "message": "No"}},
        {"resource": "ca-1", "job": {"stage": "map", "outcome": "vanish"}},
    ]));
    assert_eq!(show(&engine.decide(&REQUEST, 1_000)), "-");
    assert_eq!(job_outcome(&engine, "x", "parse"), None);
    assert_eq!(job_outcome(&engine, "x", "map").unwrap(), "Fail No");
    assert_eq!(job_outcome(&engine, "x", "map"), None);
    let vanished = job_outcome(&engine, "ca-1", "map").unwrap();
    assert!(vanished.starts_with("Vanish"), "{vanished}");
}

#[test]
fn objects_that_are_spared_are_named() {
    let rule: Rule = serde_json::from_value(json!({"job": {
        "stage": "writeOutput", "outcome": "fail", "objects": "1..2", "keepPartial": true}}))
    .unwrap();
    let plan = {
        let engine = Engine::new(1);
        engine.replace(vec![rule], 0).unwrap();
        engine.decide_stage(&Facts::default(), "writeOutput", 0)
    };
    let Some(Outcome::Job(fault)) = plan.outcome else {
        panic!("{plan:?}");
    };
    assert!(fault.is_about_objects() && fault.keep_partial);
    assert_eq!(
        [1, 2, 3].map(|item| fault.spares(item)),
        [true, true, false]
    );
}

#[test]
fn stale_reads_are_for_the_model_and_tell_how_far_back_they_go() {
    let engine = engine(&json!([
        {"operation": "Get*", "stale": {"forMs": 500}},
        {"enabled": false, "stale": {"forMs": 9000}},
        {"stale": {"forMs": 1500}},
    ]));
    assert_eq!(engine.longest_stale_ms(), 1500);
    let plan = engine.decide(&REQUEST, 1_000);
    assert_eq!(
        (show(&plan).as_str(), plan.seam()),
        ("stale 1500", Seam::Model)
    );
    engine.clear();
    assert_eq!(engine.longest_stale_ms(), 0);
}

#[test]
fn scenarios_are_shared_and_move_once_a_request() {
    let engine = engine(&json!([
        {"scenario": {"name": "outage", "in": "start", "then": "down"}, "operation": "Create*"},
        {"scenario": {"name": "outage", "in": "down", "then": "up"}, "error": {"code": "D"}},
        {"scenario": {"name": "other", "in": "on"}, "error": {"code": "O"}},
    ]));
    let decide = || show(&engine.decide(&REQUEST, 1_000));
    let states = || format!("{:?}", engine.scenarios());
    assert_eq!(states(), r#"{"other": "start", "outage": "start"}"#);
    assert_eq!(decide(), "-");
    assert_eq!(states(), r#"{"other": "start", "outage": "down"}"#);
    assert_eq!([decide(), decide()], ["D", "-"]);
    assert_eq!(states(), r#"{"other": "start", "outage": "up"}"#);
    engine.set_scenario("other", "on");
    assert_eq!(decide(), "O");
    engine.set_scenario("other", "off");
    engine.set_scenario("outage", "down");
    assert_eq!(decide(), "D");
    engine.reset_counters();
    assert_eq!(states(), r#"{"other": "start", "outage": "start"}"#);
}
