//! Finds the names of loops in two documents that differ only in these names.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::recording::Answer;

/// The suffix of the members for loops.
const LOOP: &str = "_loop";

/// The names of loops that have others, by the path of the segments that open them.
pub(crate) type LoopNames = BTreeMap<String, Vec<LoopName>>;

/// The name of a loop, and the first element of its opening segment if that determines the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoopName {
    name: String,
    /// As `N1_01=BY`.
    condition: Option<String>,
}

/// A loop in both documents.
struct Both {
    theirs: String,
    ours: String,
    /// The first element of the opening segment, as `N1_01=BY`.
    first_element: Option<String>,
}

/// The names of loops in the first document that differ in the second one.
///
/// `None` if the documents differ in anything else, or if a loop's name is ambiguous.
pub(crate) fn renamed(theirs: &str, ours: &str) -> Option<LoopNames> {
    let theirs = serde_json::from_str(theirs).ok()?;
    let ours = serde_json::from_str(ours).ok()?;
    let mut found = BTreeMap::new();
    collect(&theirs, &ours, "", &mut found)?;
    found.retain(|_, loops: &mut Vec<Both>| loops.iter().any(|both| both.theirs != both.ours));
    let mut names = LoopNames::new();
    for (path, loops) in found {
        names.insert(path, names_of(&loops)?);
    }
    (!names.is_empty()).then_some(names)
}

/// The name of the loops of a path, or one for each first element.
fn names_of(loops: &[Both]) -> Option<Vec<LoopName>> {
    let first = loops.first()?;
    if loops.iter().all(|both| both.theirs == first.theirs) {
        return Some(vec![LoopName {
            name: first.theirs.clone(),
            condition: None,
        }]);
    }
    let mut names: Vec<LoopName> = Vec::new();
    for both in loops {
        let condition = Some(both.first_element.clone()?);
        match names.iter().find(|name| name.condition == condition) {
            Some(known) if known.name != both.theirs => return None,
            Some(_) => {}
            None => names.push(LoopName {
                name: both.theirs.clone(),
                condition,
            }),
        }
    }
    Some(names)
}

/// Loops by path.
type Found = BTreeMap<String, Vec<Both>>;

fn collect(theirs: &Value, ours: &Value, path: &str, found: &mut Found) -> Option<()> {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) if theirs.len() == ours.len() => {
            for ((their, theirs), (our, ours)) in theirs.iter().zip(ours) {
                let inner = loop_path(path, our, ours);
                match &inner {
                    Some(inner) => {
                        let both = Both {
                            theirs: their.strip_suffix(LOOP)?.to_owned(),
                            ours: our.strip_suffix(LOOP)?.to_owned(),
                            first_element: first_element(ours),
                        };
                        found.entry(inner.clone()).or_default().push(both);
                    }
                    None if their == our => {}
                    None => return None,
                }
                collect(theirs, ours, inner.as_deref().unwrap_or(path), found)?;
            }
            Some(())
        }
        (Value::Array(theirs), Value::Array(ours)) if theirs.len() == ours.len() => {
            let mut pairs = theirs.iter().zip(ours);
            pairs.try_for_each(|(theirs, ours)| collect(theirs, ours, path, found))
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

/// The first element of the segment that opens a loop, as `N1_01=BY`.
fn first_element(members: &Value) -> Option<String> {
    let opening = members.as_array()?.first()?.as_object()?;
    let (name, value) = opening.iter().next()?;
    let value = value
        .as_str()
        .filter(|value| !value.contains(['|', '\t']))?;
    name.ends_with("_01").then(|| format!("{name}={value}"))
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
    let names = names
        .iter()
        .flat_map(|(path, names)| names.iter().map(move |name| (path, name)));
    let lines = names.map(|(path, LoopName { name, condition })| {
        let condition = condition
            .as_deref()
            .map_or_else(String::new, |condition| format!("\t{condition}"));
        format!("{set}\t{version}{guide}\t{path}\t{name}{condition}\n")
    });
    Some(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::renamed;

    const OURS: &str = r#"{"segments": [{"BEG_01": "00"}, {"N1-4000_loop": [{"N1_01": "BY"},
        {"A_loop": [{"PER_01": "x"}]}]}, {"N1-4000_loop": [{"N1_01": "ST"}]}]}"#;

    #[test]
    fn other_names_of_loops_are_found_by_path() {
        let check = |changes: &[(&str, &str, usize)], expected: Option<&[(&str, &str, &str)]>| {
            let theirs = changes
                .iter()
                .fold(OURS.to_owned(), |text, (from, to, count)| {
                    text.replacen(from, to, *count)
                });
            let found = renamed(&theirs, OURS).map(|names| {
                let names = names.into_iter();
                let names = names.flat_map(|(path, names)| {
                    let of_path = names.into_iter();
                    of_path.map(move |name| {
                        (path.clone(), name.name, name.condition.unwrap_or_default())
                    })
                });
                names.collect::<Vec<_>>()
            });
            let expected = expected.map(|expected| {
                let owned = |(path, name, condition): &(&str, &str, &str)| {
                    (
                        (*path).to_owned(),
                        (*name).to_owned(),
                        (*condition).to_owned(),
                    )
                };
                expected.iter().map(owned).collect::<Vec<_>>()
            });
            assert_eq!(found, expected, "{changes:?}");
        };
        check(&[], None);
        check(&[("N1-4000", "N1-310", 2)], Some(&[("N1", "N1-310", "")]));
        check(&[("A_loop", "B_loop", 1)], Some(&[("N1/PER", "B", "")]));
        let by_code = [("N1", "N1-310", "N1_01=BY"), ("N1", "N1-4000", "N1_01=ST")];
        check(&[("N1-4000", "N1-310", 1)], Some(&by_code));
        check(&[("N1-4000", "N1-310", 2), ("BEG_01", "BEG_1", 1)], None);
        check(&[("_loop", "_group", 3)], None);
        check(&[("BY", "SE", 1)], None);
    }
}
