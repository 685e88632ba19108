//! Checks that the project uses standard terms instead of words from its early days.

use super::File;

/// A word, in lower case, and what to write instead.
const WORDS: &[(&str, &str)] = &[
    ("acquaintance", "connection state"),
    ("befalls", "affects"),
    ("bury", "dead-letter"),
    ("courier", "delivery queue"),
    ("farewell", "close timeout"),
    ("heard", "request headers"),
    ("heed", "honour, or ignore"),
    ("in the place of", "instead of, or replaces"),
    ("misfit", "reject reason"),
    ("patience", "timeout"),
    ("sighting", "object version"),
    ("unhindered", "no faults"),
    ("whereabouts", "caller identity"),
    ("whosever", "whoever owns"),
    ("without further ado", "by default"),
    ("wreck", "wire fault"),
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let ours = |file: &&File| {
        let path = file.path.as_str();
        let is_text = [".rs", ".py", ".md", ".toml"]
            .iter()
            .any(|ending| path.ends_with(ending));
        is_text && !path.ends_with("tidy/metaphors.rs") && !path.starts_with("fixtures/")
    };
    let mut problems = Vec::new();
    for file in files.iter().filter(ours) {
        for (number, line) in file.text.lines().enumerate() {
            for (word, instead) in WORDS.iter().filter(|(word, _)| says(line, word)) {
                let line = number.saturating_add(1);
                let path = &file.path;
                problems.push(format!("{path}:{line}: says '{word}'; write {instead}"));
            }
        }
    }
    problems
}

/// Whether a line contains a word, not as a part of a longer one.
fn says(line: &str, word: &str) -> bool {
    let line = line.to_lowercase();
    line.match_indices(word).any(|(at, _)| {
        let is_outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let (before, after) = (line.get(..at), line.get(at.saturating_add(word.len())..));
        is_outside(before.and_then(|text| text.chars().next_back()))
            && is_outside(after.and_then(|text| text.chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn words_count_by_themselves_and_in_identifiers() {
        for (line, is_said) in [
            ("A Courier goes.", true),
            ("fn bury_it()", true),
            ("the overheard word", false),
            ("heeded", false),
            ("put in the place of it", true),
        ] {
            let found = ["courier", "bury", "heard", "heed", "in the place of"]
                .iter()
                .any(|word| says(line, word));
            assert_eq!(found, is_said, "{line}");
        }
    }
}
