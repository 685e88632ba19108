//! The paths of a set's loops, in the order in which they open.

use std::collections::BTreeMap;

use anyhow::Context as _;

/// The path of each loop of `expression`: the opening segments joined by `/`, with `#2`, `#3` for a
/// later sibling that opens with the same segment.
pub(crate) fn paths(expression: &str) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open: Vec<(String, BTreeMap<String, usize>)> = vec![(String::new(), BTreeMap::new())];
    for token in expression.split(' ') {
        let body = token.trim_end_matches(']');
        for loop_text in body.split_inclusive('[').filter(|part| part.ends_with('[')) {
            let path = enter(&mut open, opener(loop_text)?)?;
            found.push(path.clone());
            open.push((path, BTreeMap::new()));
        }
        for _ in body.len()..token.len() {
            open.pop();
        }
    }
    Ok(found)
}

fn enter(open: &mut [(String, BTreeMap<String, usize>)], opener: &str) -> anyhow::Result<String> {
    let (parent, counts) = open.last_mut().context("unbalanced brackets")?;
    let count = counts.entry(opener.to_owned()).or_default();
    *count += 1;
    let suffix = if *count > 1 {
        format!("#{count}")
    } else {
        String::new()
    };
    let slash = if parent.is_empty() { "" } else { "/" };
    Ok(format!("{parent}{slash}{opener}{suffix}"))
}

fn opener(text: &str) -> anyhow::Result<&str> {
    let (_, after) = text
        .split_once('=')
        .with_context(|| format!("no name in {text}"))?;
    let end = after.find(|c: char| !c.is_ascii_alphanumeric());
    after
        .get(..end.unwrap_or(after.len()))
        .with_context(|| format!("no segment in {text}"))
}
