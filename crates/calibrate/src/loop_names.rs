//! Names of loops in documents that are the same but for these.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::recording::Answer;

/// What the members of loops end in.
const LOOP: &str = "_loop";

/// The name of each loop that has another one, by the path of the segments that open it.
pub(crate) type LoopNames = BTreeMap<String, String>;

/// The names that loops of the first document have, where the second one has others.
///
/// None where the documents differ in anything else, or a loop has two names.
pub(crate) fn renamed(theirs: &str, ours: &str) -> Option<LoopNames> {
    let theirs = serde_json::from_str(theirs).ok()?;
    let ours = serde_json::from_str(ours).ok()?;
    let mut names = Both::new();
    collect(&theirs, &ours, "", &mut names)?;
    names.retain(|_, (theirs, ours)| theirs != ours);
    let names: LoopNames = names
        .into_iter()
        .map(|(path, (theirs, _))| (path, theirs))
        .collect();
    (!names.is_empty()).then_some(names)
}

/// Names in both documents, by path.
type Both = BTreeMap<String, (String, String)>;

fn collect(theirs: &Value, ours: &Value, path: &str, names: &mut Both) -> Option<()> {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) if theirs.len() == ours.len() => {
            for ((their, theirs), (our, ours)) in theirs.iter().zip(ours) {
                let inner = loop_path(path, our, ours);
                match &inner {
                    Some(inner) => note(inner, (their, our), names)?,
                    None if their == our => {}
                    None => return None,
                }
                collect(theirs, ours, inner.as_deref().unwrap_or(path), names)?;
            }
            Some(())
        }
        (Value::Array(theirs), Value::Array(ours)) if theirs.len() == ours.len() => {
            let mut pairs = theirs.iter().zip(ours);
            pairs.try_for_each(|(theirs, ours)| collect(theirs, ours, path, names))
        }
        _ => (theirs == ours).then_some(()),
    }
}

/// The path of a loop, if a member is one: the opening segments from the outermost loop to it.
fn loop_path(path: &str, name: &str, members: &Value) -> Option<String> {
    name.strip_suffix(LOOP)?;
    let opening: &Map<String, Value> = members.as_array()?.first()?.as_object()?;
    let (segment, _) = opening.keys().next()?.split_once('_')?;
    Some(match path {
        "" => segment.to_owned(),
        path => format!("{path}/{segment}"),
    })
}

/// Notes the names of a loop; other names than before, as conditional ones are, fail.
fn note(path: &str, (theirs, ours): (&str, &str), names: &mut Both) -> Option<()> {
    let pair = (
        theirs.strip_suffix(LOOP)?.to_owned(),
        ours.strip_suffix(LOOP)?.to_owned(),
    );
    let known = names.entry(path.to_owned()).or_insert_with(|| pair.clone());
    (*known == pair).then_some(())
}

/// The lines of a table of loop names for the set that an answer to `TestParsing` is about.
pub(crate) fn table(answer: &Answer, names: &LoopNames) -> Option<String> {
    let input = answer.request.input.as_ref()?;
    let details = input.pointer("/ediType/x12Details")?;
    let set = details.get("transactionSet")?.as_str()?;
    let set = set.strip_prefix("X12_")?;
    let (set, guide) = set.split_once('_').unwrap_or((set, ""));
    let version = details.get("version")?.as_str()?;
    let version: String = version.chars().filter(char::is_ascii_digit).collect();
    let lines = names
        .iter()
        .map(|(path, name)| format!("{set}\t{version}{guide}\t{path}\t{name}\n"));
    Some(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::renamed;

    const OURS: &str = r#"{"segments": [{"BEG_01": "00"}, {"N1-4000_loop": [{"N1_01": "BY"},
        {"A_loop": [{"PER_01": "x"}]}]}, {"N1-4000_loop": [{"N1_01": "ST"}]}]}"#;

    #[test]
    fn other_names_of_loops_are_found_by_path() {
        let check = |changes: &[(&str, &str, usize)], expected: Option<(&str, &str)>| {
            let theirs = changes
                .iter()
                .fold(OURS.to_owned(), |text, (from, to, count)| {
                    text.replacen(from, to, *count)
                });
            let expected = expected.map(|(path, name)| [(path.to_owned(), name.to_owned())].into());
            assert_eq!(renamed(&theirs, OURS), expected, "{changes:?}");
        };
        check(&[], None);
        check(&[("N1-4000", "N1-310", 2)], Some(("N1", "N1-310")));
        check(&[("A_loop", "B_loop", 1)], Some(("N1/PER", "B")));
        check(&[("N1-4000", "N1-310", 1)], None);
        check(&[("N1-4000", "N1-310", 2), ("BEG_01", "BEG_1", 1)], None);
        check(&[("_loop", "_group", 3)], None);
        check(&[("BY", "SE", 1)], None);
    }
}
