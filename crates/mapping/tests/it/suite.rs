//! The public JSONata suite, if it is available.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use b2bi_local_mapping::{Engine, Jsonata, Limits, Run};
use serde_json::{Map, Value};

use super::samples;

/// The minimum share of cases that must pass, in hundredths of a percent.
const LEAST: usize = 9_960;
/// Cases that fail, each with a reason.
const KNOWN: &str = include_str!("../data/suite-deviations.tsv");

struct Case {
    name: String,
    members: Map<String, Value>,
}

fn cases(suite: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for group in sorted(&suite.join("groups")) {
        for file in sorted(&group).into_iter().filter(|sorted| {
            sorted
                .extension()
                .is_some_and(|extension| extension == "json")
        }) {
            let text = fs::read_to_string(&file).unwrap();
            // Half a surrogate pair is not text; the case that contains one cannot even be read.
            let content = serde_json::from_str(&text).unwrap_or(Value::Null);
            let single = !content.is_array();
            let list = content.as_array().cloned().unwrap_or_else(|| vec![content]);
            for (nth, case) in list.into_iter().enumerate() {
                let stem = format!("{}/{}", base(&group), base(&file));
                let name = if single {
                    stem
                } else {
                    format!("{stem}[{nth}]")
                };
                let mut members = case.as_object().cloned().unwrap_or_default();
                if let Some(other) = members.get("expr-file").and_then(Value::as_str) {
                    let text = fs::read_to_string(group.join(other)).unwrap();
                    members.insert("expr".to_owned(), text.into());
                }
                cases.push(Case { name, members });
            }
        }
    }
    cases
}

fn sorted(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

fn base(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// The case's bindings are put before the expression.
fn expression(case: &Case) -> Option<String> {
    let text = case.members.get("expr")?.as_str()?;
    let bindings = case.members.get("bindings").and_then(Value::as_object);
    let bound: Vec<String> = (bindings.into_iter().flatten())
        .map(|(name, value)| format!("${name} := {value};"))
        .collect();
    let bound = bound.concat();
    Some(if bound.is_empty() {
        text.to_owned()
    } else {
        format!("({bound}{text})")
    })
}

fn input(suite: &Path, case: &Case) -> String {
    match (
        case.members.get("data"),
        case.members.get("dataset").and_then(Value::as_str),
    ) {
        (Some(data), _) => data.to_string(),
        (None, Some(name)) => {
            fs::read_to_string(suite.join(format!("datasets/{name}.json"))).unwrap()
        }
        (None, None) => String::new(),
    }
}

fn check(suite: &Path, case: &Case) -> Result<(), Box<dyn Error>> {
    let number = |name: &str| case.members.get(name).and_then(Value::as_u64);
    let mut limits = Limits {
        items: 10_000_000,
        ..Limits::standard()
    };
    if let Some(depth) = number("depth") {
        limits.depth = usize::try_from(depth).unwrap();
    }
    if let Some(time) = number("timelimit") {
        limits.time = Duration::from_millis(time);
    }
    let expression = expression(case).ok_or("no expression can be read")?;
    let result = Jsonata
        .compile(&expression)
        .and_then(|item| item.evaluate(&input(suite, case), &Run::new(now(), 1, limits)));
    let code = (case.members.get("code")).or_else(|| case.members.get("error")?.get("code"));
    let described = format!("{result:?}");
    let right = match (result, code, case.members.get("result")) {
        (Err(problem), Some(code), _) => problem.code.as_deref() == code.as_str(),
        (Err(_), None, None) => case.members.contains_key("error"),
        (Ok(None), None, None) => true,
        (Ok(Some(text)), None, Some(wanted)) => {
            let unordered = case.members.contains_key("unordered");
            let made = serde_json::from_str(&text).unwrap_or(Value::Null);
            normal(made, unordered) == normal(wanted.clone(), unordered)
        }
        _ => false,
    };
    if right {
        Ok(())
    } else {
        let described: String = described.chars().take(200).collect();
        Err(described.into())
    }
}

/// A case compares a time of day with the current time.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Numbers as doubles; lists are sorted if the order does not matter.
fn normal(value: Value, unordered: bool) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => {
            let mut items: Vec<Value> = items
                .into_iter()
                .map(|item| normal(item, unordered))
                .collect();
            if unordered {
                items.sort_by_key(Value::to_string);
            }
            items.into()
        }
        Value::Object(members) => {
            let members = members
                .into_iter()
                .map(|(key, member)| (key, normal(member, unordered)));
            let sorted: BTreeMap<String, Value> = members.collect();
            sorted.into_iter().collect()
        }
        other => other,
    }
}

#[test]
fn the_public_suite_passes_but_for_the_listed_cases() {
    let Some(suite) = samples::folder("jsonata-suite") else {
        return;
    };
    let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut failures = BTreeMap::new();
    for case in cases(&suite) {
        let group = case.name.split('/').next().unwrap_or_default().to_owned();
        let (passed, all) = groups.entry(group).or_default();
        *all += 1;
        match check(&suite, &case) {
            Ok(()) => *passed += 1,
            Err(made) => drop(failures.insert(case.name, made)),
        }
    }
    report(&groups);
    let known: Vec<&str> = KNOWN
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    let failed: Vec<&str> = failures.keys().map(String::as_str).collect();
    assert_eq!(failed, known, "{failures:#?}");
    let (passed, all) = total(&groups);
    assert!(
        passed * 10_000 >= all * LEAST && all == 1_686,
        "{passed} of {all}"
    );
}

#[test]
fn every_listed_case_has_a_reason() {
    assert!(
        KNOWN
            .lines()
            .all(|line| line.split('\t').nth(1).is_some_and(|item| item.len() > 20))
    );
}

fn total(groups: &BTreeMap<String, (usize, usize)>) -> (usize, usize) {
    groups
        .values()
        .fold((0, 0), |sum, value| (sum.0 + value.0, sum.1 + value.1))
}

#[expect(
    clippy::print_stdout,
    reason = "the rates are for whoever runs the test"
)]
fn report(groups: &BTreeMap<String, (usize, usize)>) {
    for (group, (passed, all)) in groups {
        println!("{group:45} {passed:4} of {all:4}");
    }
    let (passed, all) = total(groups);
    println!("{:45} {passed:4} of {all:4}", "all");
}
