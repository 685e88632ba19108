//! The paths that a comparison ignores.

use std::cell::Cell;

use serde_json::Value;

use super::segments::Elements;

/// The paths that a comparison leaves out.
#[derive(Debug, Default)]
pub(super) struct Ignored(Vec<Path>);

/// A path as it was typed, and whether it has matched anything.
#[derive(Debug)]
struct Path {
    text: String,
    steps: Vec<Step>,
    is_used: Cell<bool>,
}

/// A step of a path in JSON.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Any number of steps.
    Deep,
    /// Any member or item.
    Any,
    /// This member, or the item with this index.
    Named(String),
}

impl Ignored {
    /// Reads paths: `order.lines[0].date`, `order.lines.*.date` or `**.date` in JSON, `GS04`, `BEG-05`
    /// or `REF` in X12.
    pub(super) fn new<'p>(paths: impl Iterator<Item = &'p String>) -> Self {
        Self(paths.map(|text| Path::new(text)).collect())
    }

    /// The paths that have not matched anything yet.
    pub(super) fn unused(&self) -> impl Iterator<Item = &str> {
        let unused = self.0.iter().filter(|path| !path.is_used.get());
        unused.map(|path| path.text.as_str())
    }

    /// Removes the ignored parts from JSON: members are removed, items become null.
    pub(super) fn remove_from_json(&self, value: &mut Value) {
        if !self.0.is_empty() {
            self.remove_below(value, &mut Vec::new());
        }
    }

    fn remove_below(&self, value: &mut Value, path: &mut Vec<String>) {
        match value {
            Value::Object(members) => members.retain(|name, value| {
                path.push(name.clone());
                let is_meant = self.is_meant(path);
                if !is_meant {
                    self.remove_below(value, path);
                }
                path.pop();
                !is_meant
            }),
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    path.push(index.to_string());
                    if self.is_meant(path) {
                        *item = Value::Null;
                    } else {
                        self.remove_below(item, path);
                    }
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn is_meant(&self, path: &[String]) -> bool {
        let found = self.0.iter().find(|item| is_at(&item.steps, path));
        found.inspect(|item| item.is_used.set(true)).is_some()
    }

    /// Removes the ignored parts from X12: elements become empty, segments are removed.
    pub(super) fn remove_from_x12(&self, segments: &mut Vec<Elements>) {
        segments.retain_mut(|segment| {
            let id = segment.first().cloned().unwrap_or_default();
            if self.is_named(&id) {
                return false;
            }
            for (position, element) in segment.iter_mut().enumerate().skip(1) {
                if self.is_named(&format!("{id}{position:02}")) {
                    element.clear();
                }
            }
            while segment.pop_if(|element| element.is_empty()).is_some() {}
            true
        });
    }

    fn is_named(&self, name: &str) -> bool {
        let is_same = |path: &&Path| {
            let typed = path
                .text
                .chars()
                .filter(|character| !"-_".contains(*character));
            typed
                .map(|character| character.to_ascii_uppercase())
                .eq(name.chars())
        };
        let found = self.0.iter().find(is_same);
        found.inspect(|path| path.is_used.set(true)).is_some()
    }
}

impl Path {
    fn new(text: &str) -> Self {
        let plain = text.replace('[', ".").replace([']', '`'], "");
        let steps = plain
            .split('.')
            .filter(|step| !step.is_empty() && *step != "$")
            .map(|step| match step {
                "**" => Step::Deep,
                "*" => Step::Any,
                name => Step::Named(name.to_owned()),
            })
            .collect();
        Self {
            text: text.to_owned(),
            steps,
            is_used: Cell::new(false),
        }
    }
}

fn is_at(steps: &[Step], path: &[String]) -> bool {
    match (steps, path) {
        ([], []) => true,
        ([Step::Deep, rest @ ..], _) => {
            is_at(rest, path)
                || path
                    .split_first()
                    .is_some_and(|(_, below)| is_at(steps, below))
        }
        ([Step::Any, rest @ ..], [_, below @ ..]) => is_at(rest, below),
        ([Step::Named(name), rest @ ..], [first, below @ ..]) => {
            name == first && is_at(rest, below)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Ignored;

    #[test]
    fn paths_name_members_and_items() {
        for (path, expected) in [
            ("at", json!({"lines": [{"at": 1, "n": 2}, {"at": 3}]})),
            (
                "$.lines[0].at",
                json!({"at": 0, "lines": [{"n": 2}, {"at": 3}]}),
            ),
            ("lines.*.at", json!({"at": 0, "lines": [{"n": 2}, {}]})),
            ("**.at", json!({"lines": [{"n": 2}, {}]})),
            (
                "lines[1]",
                json!({"at": 0, "lines": [{"at": 1, "n": 2}, null]}),
            ),
            (
                "none",
                json!({"at": 0, "lines": [{"at": 1, "n": 2}, {"at": 3}]}),
            ),
        ] {
            let mut value = json!({"at": 0, "lines": [{"at": 1, "n": 2}, {"at": 3}]});
            let ignored = Ignored::new([path.to_owned()].iter());
            ignored.remove_from_json(&mut value);
            assert_eq!(value, expected, "{path}");
            assert_eq!(
                ignored.unused().count(),
                usize::from(path == "none"),
                "{path}"
            );
        }
    }

    #[test]
    fn names_are_of_elements_and_segments() {
        let segment = |text: &str| text.split('*').map(str::to_owned).collect::<Vec<_>>();
        let given = [
            segment("GS*PO*A*20260301"),
            segment("REF*DP*1"),
            segment("SE*3*1"),
        ];
        for (path, expected) in [
            ("GS03", [Some("GS*PO*A"), Some("REF*DP*1"), Some("SE*3*1")]),
            (
                "gs-02",
                [Some("GS*PO**20260301"), Some("REF*DP*1"), Some("SE*3*1")],
            ),
            ("REF", [Some("GS*PO*A*20260301"), Some("SE*3*1"), None]),
        ] {
            let mut segments = given.to_vec();
            Ignored::new([path.to_owned()].iter()).remove_from_x12(&mut segments);
            let expected: Vec<_> = expected.into_iter().flatten().map(segment).collect();
            assert_eq!(segments, expected, "{path}");
        }
    }
}
