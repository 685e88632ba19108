//! The path notation that both languages share.

use super::template::{Path, Step};

/// How a language writes a path. The methods at the end use the others.
pub(super) trait Notation {
    /// The current record.
    const HERE: &'static str;
    /// An outer record that has no variable.
    const OUTSIDE: &'static str;
    /// The separator of two steps.
    const BETWEEN: &'static str;

    /// The name of each level's record, if it has a variable.
    fn names(&self) -> &[Option<String>];

    /// A long path from the root that has a variable.
    fn hoisted(&self) -> Option<&(Vec<Step>, String)>;

    /// Steps below a record.
    fn steps(&self, steps: &[Step]) -> String;

    /// The root as a value.
    fn root(&self) -> String;

    /// Steps from the root, written within another record.
    fn rooted(&self, steps: &str) -> String;

    /// A path, relative to the innermost record.
    fn path(&self, path: &Path) -> String {
        let innermost = self.names().len() - 1;
        if path.from == 0 {
            return self.by_root(&path.steps, innermost == 0);
        }
        let steps = self.steps(&path.steps);
        match (path.from == innermost, steps.is_empty()) {
            (true, true) => Self::HERE.to_owned(),
            (true, false) => steps,
            (false, _) => self.by_variable(path.from, &steps),
        }
    }

    /// The same path for use inside a filter.
    fn absolute(&self, path: &Path) -> String {
        if path.from == 0 {
            return self.by_root(&path.steps, false);
        }
        self.by_variable(path.from, &self.steps(&path.steps))
    }

    /// Steps below the record of a level, by its variable.
    fn by_variable(&self, level: usize, steps: &str) -> String {
        match self.names().get(level).and_then(Option::as_ref) {
            Some(name) => Self::below(&format!("${name}"), steps),
            None => Self::below(Self::OUTSIDE, steps),
        }
    }

    /// Steps from the root, or from the variable of the shared path.
    fn by_root(&self, steps: &[Step], at_root: bool) -> String {
        if let Some((prefix, name)) = self.hoisted()
            && let Some(rest) = steps.strip_prefix(prefix.as_slice())
        {
            return Self::below(&format!("${name}"), &self.steps(rest));
        }
        let steps = self.steps(steps);
        match (at_root, steps.is_empty()) {
            (true, true) => self.root(),
            (true, false) => steps,
            (false, _) => self.rooted(&steps),
        }
    }

    /// A base and steps below it, if there are any.
    fn below(base: &str, steps: &str) -> String {
        if steps.is_empty() {
            base.to_owned()
        } else {
            format!("{base}{}{steps}", Self::BETWEEN)
        }
    }
}
