//! The cases of a comparison: inputs and their expected results.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::error::CommandError;
use crate::cli::folder::files_below;

/// The part of a file name that marks the expected output for the input with the same name, if both
/// are in one folder.
const EXPECTED: &str = "expected";
const INPUT: &str = "input";

/// An input, and the file with its expected output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Case {
    /// The name in the summary.
    pub(super) name: String,
    /// The input; `None` if only the expected file exists.
    pub(super) input: Option<String>,
    /// The expected result; `None` if only the input exists.
    pub(super) expected: Option<String>,
}

/// The cases from an input file and an expected file, or from folders with several.
///
/// In two folders, the files of a case have the same name up to their extension. In one folder,
/// `NAME.edi` is matched with `NAME.expected.json`, and `NAME/input.edi` with `NAME/expected.json`.
///
/// # Errors
///
/// A folder cannot be read, or contains no case.
pub(super) fn find(input: Option<&str>, expected: &str) -> Result<Vec<Case>, CommandError> {
    let input = input.unwrap_or(expected);
    let (inputs, expected_at) = (Path::new(input), Path::new(expected));
    let cases = match (inputs.is_dir(), expected_at.is_dir()) {
        (_, false) => vec![Case {
            name: input.to_owned(),
            input: Some(input.to_owned()),
            expected: Some(expected.to_owned()),
        }],
        (true, true) if inputs == expected_at => in_one_folder(inputs)?,
        (true, true) => in_two_folders(inputs, expected_at)?,
        (false, true) => {
            let cases = of_names(&files_below(expected_at)?, expected_at, stem);
            let name = stem(Path::new(inputs.file_name().unwrap_or_default()));
            let expected = cases.get(&name).and_then(|paths| paths.first());
            vec![Case {
                name,
                input: Some(input.to_owned()),
                expected: expected.map(|path| path.display().to_string()),
            }]
        }
    };
    if cases.is_empty() {
        return Err(format!(
            "{expected} contains no cases: NAME.edi with NAME.expected.json, or NAME/input.edi with \
             NAME/expected.json"
        )
        .into());
    }
    Ok(cases)
}

fn in_two_folders(inputs: &Path, expected: &Path) -> Result<Vec<Case>, CommandError> {
    let mut cases = BTreeMap::<String, Case>::new();
    for (name, paths) in of_names(&files_below(inputs)?, inputs, stem) {
        for path in paths {
            let input = Some(path.display().to_string());
            cases.entry(name.clone()).or_default().input = input;
        }
    }
    for (name, paths) in of_names(&files_below(expected)?, expected, stem) {
        for path in paths {
            let expected = Some(path.display().to_string());
            cases.entry(name.clone()).or_default().expected = expected;
        }
    }
    Ok(named(cases))
}

fn in_one_folder(folder: &Path) -> Result<Vec<Case>, CommandError> {
    let mut cases = BTreeMap::<String, Case>::new();
    for (name, paths) in of_names(&files_below(folder)?, folder, case_name) {
        for path in paths {
            let case = cases.entry(name.clone()).or_default();
            let text = Some(path.display().to_string());
            if is_expected(&path) {
                case.expected = text;
            } else {
                case.input = text;
            }
        }
    }
    Ok(named(cases))
}

fn named(cases: BTreeMap<String, Case>) -> Vec<Case> {
    let with_name = |(name, case): (String, Case)| Case { name, ..case };
    cases.into_iter().map(with_name).collect()
}

/// Files by their name: `name_of` of their path below a folder.
fn of_names(
    files: &[PathBuf],
    folder: &Path,
    name_of: fn(&Path) -> String,
) -> BTreeMap<String, Vec<PathBuf>> {
    let mut names = BTreeMap::<String, Vec<PathBuf>>::new();
    for file in files {
        let below = file.strip_prefix(folder).unwrap_or(file);
        names.entry(name_of(below)).or_default().push(file.clone());
    }
    names
}

/// The path without the extension.
fn stem(path: &Path) -> String {
    path.with_extension("").display().to_string()
}

/// The path without the part that distinguishes input and expected result.
fn case_name(path: &Path) -> String {
    let stem = path.with_extension("");
    if [EXPECTED, INPUT].iter().any(|name| stem.ends_with(name)) {
        let folder = stem.parent().map(Path::to_owned).unwrap_or_default();
        return folder.display().to_string();
    }
    let text = stem.display().to_string();
    let plain = [".expected", ".input"]
        .iter()
        .find_map(|ending| text.strip_suffix(ending));
    plain.unwrap_or(&text).to_owned()
}

fn is_expected(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem == EXPECTED || stem.ends_with(".expected")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Case, find};

    /// Writes empty files, and finds the cases: name, input, expected.
    fn check(test: &str, files: &[&str], input: Option<&str>, expected: &str, cases: &[[&str; 3]]) {
        let id = std::process::id();
        let folder = std::env::temp_dir().join(format!("b2bi-local-cases-{test}-{id}"));
        for file in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let at = |name: &str| folder.join(name).display().to_string();
        let found = find(input.map(at).as_deref(), &at(expected));
        fs::remove_dir_all(&folder).unwrap();
        let path = |name: &str| (!name.is_empty()).then(|| at(name));
        let wanted: Vec<Case> = cases
            .iter()
            .map(|[name, input, expected]| Case {
                name: (*name).to_owned(),
                input: path(input),
                expected: path(expected),
            })
            .collect();
        assert_eq!(found.unwrap(), wanted, "{test}");
    }

    #[test]
    fn cases_are_pairs_of_files() {
        check(
            "two",
            &[
                "in/a.edi",
                "in/b.edi",
                "out/a.json",
                "out/c.json",
                "in/.hidden",
            ],
            Some("in"),
            "out",
            &[
                ["a", "in/a.edi", "out/a.json"],
                ["b", "in/b.edi", ""],
                ["c", "", "out/c.json"],
            ],
        );
        check(
            "one",
            &[
                "c/a.edi",
                "c/a.expected.json",
                "c/b/input.edi",
                "c/b/expected.json",
                "c/d.input.json",
            ],
            None,
            "c",
            &[
                ["a", "c/a.edi", "c/a.expected.json"],
                ["b", "c/b/input.edi", "c/b/expected.json"],
                ["d", "c/d.input.json", ""],
            ],
        );
        check(
            "file",
            &["a.edi", "out/a.json", "out/b.json"],
            Some("a.edi"),
            "out",
            &[["a", "a.edi", "out/a.json"]],
        );
    }

    #[test]
    fn a_folder_without_cases_says_what_a_case_is() {
        let folder = std::env::temp_dir().join("b2bi-local-no-cases");
        fs::create_dir_all(&folder).unwrap();
        let problem = find(None, &folder.display().to_string()).unwrap_err();
        assert!(
            problem.to_string().contains("contains no cases"),
            "{problem}"
        );
    }
}
