//! Compares two outputs value by value.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::lines::Language;
use crate::scalar::Scalar;
use crate::wanted::{Element, Wanted};
use crate::xml;

/// A wanted and an actual value at a place of the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueDifference {
    /// The place, such as `lines[1].sku`.
    pub path: String,
    /// The wanted value, if there is one.
    pub wanted: Option<String>,
    /// The actual value, if there is one.
    pub made: Option<String>,
}

/// The number of right values in an output, and the wrong ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueComparison {
    /// The number of values that are right.
    pub right: usize,
    /// Values that are wrong, missing or surplus.
    pub differences: Vec<ValueDifference>,
}

impl ValueComparison {
    /// Compares a wanted output with an actual one. A text that cannot be read has no values.
    #[must_use]
    pub fn new(wanted: &str, made: &str, language: Language) -> Self {
        let (wanted, mut made) = (values(wanted, language), values(made, language));
        let mut compared = Self::default();
        for (path, wanted) in wanted {
            let made = made.remove(&path);
            if made.as_ref() == Some(&wanted) {
                compared.right += 1;
                continue;
            }
            compared.differences.push(ValueDifference {
                path,
                wanted: Some(wanted),
                made,
            });
        }
        let surplus = made.into_iter().map(|(path, made)| ValueDifference {
            path,
            wanted: None,
            made: Some(made),
        });
        compared.differences.extend(surplus);
        compared
    }

    /// The share of right values in all wanted or actual values, from 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        let all = self.right + self.differences.len();
        if all == 0 {
            return 1.0;
        }
        crate::evaluate::as_number(self.right) / crate::evaluate::as_number(all)
    }
}

/// The scalars of an output by their places; empty objects and lists count as scalars.
fn values(text: &str, language: Language) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    match language {
        Language::Jsonata => {
            if let Ok(value) = serde_json::from_str(text) {
                collect(&value, "", &mut found);
            }
        }
        Language::Xslt => {
            if let Ok(Wanted::Element(element)) = xml::output(text) {
                collect_element(&element, "", &mut found);
            }
        }
    }
    found
}

fn collect(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let dot = if path.is_empty() { "" } else { "." };
                collect(value, &format!("{path}{dot}{name}"), found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (nth, item) in items.iter().enumerate() {
                collect(item, &format!("{path}[{nth}]"), found);
            }
        }
        scalar => drop(found.insert(path.to_owned(), scalar.to_string())),
    }
}

fn collect_element(element: &Element, path: &str, found: &mut BTreeMap<String, String>) {
    let path = format!("{path}/{}", element.name);
    let mut put = |path: String, wanted: &Wanted| {
        if let Wanted::Leaf(Scalar::Text(text)) = wanted {
            found.insert(path, text.clone());
        }
    };
    for (name, value) in &element.attributes {
        put(format!("{path}/@{name}"), value);
    }
    if let Some(text) = element.text.as_deref() {
        put(path.clone(), text);
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for child in &element.children {
        if let Wanted::Element(child) = child {
            let count = counts.entry(&child.name).or_default();
            *count += 1;
            let place = format!("{path}[{count}]");
            collect_element(child, &place, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ValueComparison;
    use crate::lines::Language;

    #[test]
    fn surplus_and_misplaced_values_count() {
        let check = |wanted: &str, made: &str, language, right, wrong: &[&str]| {
            let compared = ValueComparison::new(wanted, made, language);
            let paths: Vec<&str> = compared
                .differences
                .iter()
                .map(|item| item.path.as_str())
                .collect();
            assert_eq!((compared.right, paths.as_slice()), (right, wrong), "{made}");
        };
        let json = |made, right, wrong| {
            check(
                r#"{"a": 1, "b": [{"c": "x"}, {"c": "y"}]}"#,
                made,
                Language::Jsonata,
                right,
                wrong,
            );
        };
        json(r#"{"b": [{"c": "x"}, {"c": "y"}], "a": 1.0}"#, 2, &["a"]);
        json(
            r#"{"a": 1, "b": [{"c": "y"}, {"c": "x"}]}"#,
            1,
            &["b[0].c", "b[1].c"],
        );
        json(
            r#"{"a": 1, "b": [{"c": "x"}, {"c": "y"}, {"c": "z"}]}"#,
            3,
            &["b[2].c"],
        );
        json("not JSON", 0, &["a", "b[0].c", "b[1].c"]);
        check(
            "<a b='1'><c>x</c></a>",
            "<a b='2'><c>x</c><c>y</c></a>",
            Language::Xslt,
            1,
            &["/a/@b", "/a[2]/c"],
        );
        let compared = ValueComparison::new("[1, 2, 3]", "[1, 2, 4]", Language::Jsonata);
        assert!((compared.share() - 2.0 / 3.0).abs() < 1e-9);
    }
}
