//! The list of users' reports, and the tests that cover it.

use std::fs;
use std::path::Path;

/// The points of the list, each with at least one case.
const POINTS: std::ops::RangeInclusive<u32> = 1..=11;

#[test]
fn every_case_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = fs::read_to_string(root.join("fixtures/x12/cases.tsv")).unwrap();
    let rows: Vec<Vec<&str>> = list
        .lines()
        .skip(1)
        .map(|row| row.split('\t').collect())
        .collect();
    for row in &rows {
        let [point, case, tests] = row.as_slice() else {
            panic!("three columns: {row:?}");
        };
        assert!(
            point.parse().is_ok_and(|point| POINTS.contains(&point)),
            "{row:?}"
        );
        assert!(!case.is_empty() && !tests.is_empty(), "{row:?}");
        for test in tests.split(' ') {
            let (file, name) = test.split_once("::").unwrap();
            let text = fs::read_to_string(root.join(file)).expect(file);
            let is_there = ["fn", "def"]
                .iter()
                .any(|word| text.contains(&format!("{word} {name}(")));
            assert!(is_there, "{test} of {case}");
        }
    }
    for point in POINTS {
        let has_case = rows.iter().any(|row| row[0] == point.to_string());
        assert!(has_case, "{point}");
    }
}
