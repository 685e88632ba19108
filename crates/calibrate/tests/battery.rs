//! The questions as they are shipped.

use std::collections::BTreeSet;

use b2bi_local_calibrate::Battery;

const LIST: &str = include_str!("../../../fixtures/ASSUMPTIONS.md");

fn numbers() -> BTreeSet<&'static str> {
    let rows = LIST.lines().filter_map(|line| line.strip_prefix("| A-"));
    rows.filter_map(|row| row.split(' ').next()).collect()
}

#[test]
fn every_assumption_is_asked_or_has_a_reason() {
    let battery = Battery::standard().unwrap();
    let asked: BTreeSet<&str> = battery.asked().into_iter().collect();
    let unasked: BTreeSet<&str> = battery.unasked.keys().map(String::as_str).collect();
    let with_prefix: BTreeSet<String> = numbers()
        .iter()
        .map(|number| format!("A-{number}"))
        .collect();
    let listed: BTreeSet<&str> = with_prefix.iter().map(String::as_str).collect();
    let both: Vec<_> = asked.intersection(&unasked).collect();
    assert!(
        both.is_empty(),
        "asked, and with a reason why not: {both:?}"
    );
    let covered: BTreeSet<&str> = asked.union(&unasked).copied().collect();
    let missing: Vec<_> = listed.difference(&covered).collect();
    assert!(
        missing.is_empty(),
        "neither asked in fixtures/calibration nor in its unasked.toml: {missing:?}"
    );
    let unknown: Vec<_> = covered.difference(&listed).collect();
    assert!(unknown.is_empty(), "not in ASSUMPTIONS.md: {unknown:?}");
    assert!(asked.len() >= 60, "{}", asked.len());
}

#[test]
fn questions_need_what_there_is() {
    let battery = Battery::standard().unwrap();
    for question in &battery.questions {
        for need in &question.needs {
            assert!(battery.setups.contains_key(need), "{}: {need}", question.id);
        }
        assert!(
            question.steps.iter().any(|step| step.record),
            "{}",
            question.id
        );
        let labels: BTreeSet<String> = question
            .steps
            .iter()
            .enumerate()
            .map(|(at, step)| step.label(at))
            .collect();
        assert_eq!(
            labels.len(),
            question.steps.len(),
            "{}: a name twice",
            question.id
        );
    }
}

#[test]
fn questions_are_chosen_by_number_and_by_name() {
    let battery = Battery::standard().unwrap();
    let check = |only: &[&str], expected: &[&str]| {
        let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
        let chosen: Vec<&str> = battery
            .chosen(&only)
            .iter()
            .map(|question| question.id.as_str())
            .collect();
        assert_eq!(chosen, expected);
    };
    check(&["A-07"], &["profile-quota"]);
    check(
        &["empty-union", "A-31"],
        &["empty-union", "mapping-nothing"],
    );
    check(&["A-23"], &[]);
    assert!(
        battery
            .chosen(&[])
            .iter()
            .all(|question| question.id != "profile-quota")
    );
}
