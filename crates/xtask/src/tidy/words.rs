//! Checks that a crate does not mention what it must not depend on.

use super::File;

/// Crates, the words that their shipped code must not contain, and the reason.
const RULES: &[(&[&str], &[&str], &str)] = &[
    (
        &["x12"],
        &["aws", "b2bi", "arn", "s3"],
        "X12 knows nothing of the service",
    ),
    (
        &["x12", "infer", "mapping", "faults"],
        &[
            "async",
            "tokio",
            "net",
            "fs",
            "env",
            "SystemTime",
            "Instant",
            "RandomState",
            "process",
        ],
        "pure crates have no I/O, clock or chance of their own",
    ),
    (
        &["b2bi", "model", "dispatcher", "objects"],
        &["env", "args_os", "RandomState"],
        "only the server reads arguments, environment and entropy",
    ),
    (
        &["b2bi", "model", "dispatcher"],
        &["SystemTime", "Instant"],
        "only the server reads the wall clock",
    ),
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let sources = files
        .iter()
        .filter_map(|file| Some((file.source_of()?, file)));
    let mut problems = Vec::new();
    for (krate, file) in sources.filter(|(_, file)| !file.is_generated()) {
        for (_, words, reason) in RULES
            .iter()
            .filter(|(crates, _, _)| crates.contains(&krate))
        {
            for word in words.iter().filter(|word| says(&file.text, word)) {
                problems.push(format!("{}: says '{word}', but {reason}", file.path));
            }
        }
    }
    problems
}

/// Whether the text contains the word as a token; short words match in capitals too.
fn says(text: &str, word: &str) -> bool {
    let heedless = word.len() <= 4
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|token| token == word || heedless && token.eq_ignore_ascii_case(word))
}
