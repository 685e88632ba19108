//! The names of the builtin functions.

/// All builtin functions, in alphabetical order.
pub(crate) const BUILTINS: [&str; 65] = [
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "clone",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "eval",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "pad",
    "parseInteger",
    "power",
    "random",
    "reduce",
    "replace",
    "reverse",
    "round",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "zip",
];

/// Function names from other languages, with their names in JSONata.
const ELSEWHERE: [(&str, &str); 21] = [
    ("avg", "average"),
    ("capitalize", "uppercase"),
    ("ceiling", "ceil"),
    ("date", "fromMillis"),
    ("explode", "split"),
    ("flatten", "reduce"),
    ("foreach", "map"),
    ("implode", "join"),
    ("includes", "contains"),
    ("isnull", "exists"),
    ("len", "length"),
    ("lower", "lowercase"),
    ("padleft", "pad"),
    ("padstart", "pad"),
    ("size", "count"),
    ("substr", "substring"),
    ("tolowercase", "lowercase"),
    ("tonumber", "number"),
    ("tostring", "string"),
    ("touppercase", "uppercase"),
    ("upper", "uppercase"),
];

/// Whether the language has a function of this name.
pub(crate) fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name)
}

/// The builtin or other name that the author probably meant.
pub(crate) fn nearest<'n>(
    name: &str,
    others: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let lower = name.to_lowercase();
    if let Some((_, here)) = ELSEWHERE.iter().find(|(elsewhere, _)| *elsewhere == lower) {
        return Some(here);
    }
    closest(name, BUILTINS.into_iter().chain(others))
}

/// The most similar name; `None` if all differ in more than a third of their letters.
#[must_use]
pub fn closest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = (name.chars().count() / 3).min(3);
    let distances = names
        .into_iter()
        .map(|other| (distance(name, other), other));
    distances
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// The number of letters to insert, delete or change; upper and lower case count as equal.
fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let letters: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=letters.len()).collect();
    for (nth, letter) in one.chars().enumerate() {
        let mut next = vec![nth + 1];
        for ((before, above), wanted) in row.iter().zip(row.iter().skip(1)).zip(&letters) {
            let changed = before + usize::from(letter != *wanted);
            let left = next.last().copied().unwrap_or_default();
            next.push(changed.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        for (name, wanted) in [
            ("sume", Some("sum")),
            ("upperCase", Some("uppercase")),
            ("upper", Some("uppercase")),
            ("subString", Some("substring")),
            ("size", Some("count")),
            ("formatTotl", Some("formatTotal")),
            ("shipment", None),
        ] {
            assert_eq!(nearest(name, ["formatTotal"]), wanted, "{name}");
        }
    }
}
