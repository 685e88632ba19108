//! Paths and their filters, in `XPath`.

use super::super::template::{Path, Select, Step};
use super::super::tree::{Label, SchemaId};
use super::Printer;

impl Printer<'_> {
    /// A path, as seen from the innermost record.
    pub(super) fn path(&self, path: &Path) -> String {
        let innermost = self.names.len() - 1;
        if path.from == 0 {
            return self.by_root(&path.steps, innermost);
        }
        let steps = self.steps(&path.steps);
        if path.from == innermost {
            return if steps.is_empty() {
                ".".to_owned()
            } else {
                steps
            };
        }
        self.by_variable(path.from, &steps)
    }

    /// A path that means the same inside a filter.
    fn absolute(&self, path: &Path) -> String {
        if path.from == 0 {
            return self.by_root(&path.steps, usize::MAX);
        }
        self.by_variable(path.from, &self.steps(&path.steps))
    }

    fn by_variable(&self, level: usize, steps: &str) -> String {
        match self.names.get(level).cloned().flatten() {
            Some(name) => below(&format!("${name}"), steps),
            None => below(".", steps),
        }
    }

    fn by_root(&self, steps: &[Step], innermost: usize) -> String {
        if let Some((prefix, name)) = &self.hoisted
            && let Some(rest) = steps.strip_prefix(prefix.as_slice())
        {
            return below(&format!("${name}"), &self.steps(rest));
        }
        let steps = self.steps(steps);
        if innermost == 0 && !steps.is_empty() {
            steps
        } else {
            format!("/{steps}")
        }
    }

    pub(super) fn steps(&self, steps: &[Step]) -> String {
        let step = |step: &Step| {
            let selects = step.select.iter().map(|it| self.select(it));
            self.label(step.schema) + &selects.collect::<String>()
        };
        steps.iter().map(step).collect::<Vec<_>>().join("/")
    }

    fn label(&self, schema: SchemaId) -> String {
        let Label { field, class } = &self.tree.schema(schema).label;
        let special = field.starts_with('@') || field == "text()";
        let name = if self.tree.namespaced && !special {
            let local = field.rsplit(':').next().unwrap_or(field);
            format!("*[local-name() = '{local}']")
        } else {
            field.clone()
        };
        match class {
            Some(class) if field == "subelement" => {
                format!("{name}[@Sequence = {}]", quoted(class))
            }
            Some(class) => format!("{name}[@Id = {}]", quoted(class)),
            None => name,
        }
    }

    /// A way below a record.
    pub(super) fn field(&self, field: &[SchemaId]) -> String {
        let labels = field.iter().map(|&it| self.label(it));
        labels.collect::<Vec<_>>().join("/")
    }

    fn select(&self, select: &Select) -> String {
        match select {
            Select::Equals(field, value) => {
                format!("[{} = {}]", self.field(field), quoted(value))
            }
            Select::Differs(field, value) => {
                format!("[not({} = {})]", self.field(field), quoted(value))
            }
            Select::OneOf(field, values) => {
                let field = self.field(field);
                let each = |value: &String| format!("{field} = {}", quoted(value));
                let any: Vec<String> = values.iter().map(each).collect();
                format!("[{}]", any.join(" or "))
            }
            Select::Exists(field) => format!("[{}]", self.field(field)),
            Select::Missing(field) => format!("[not({})]", self.field(field)),
            Select::Joins(field, path) => {
                format!("[{} = {}]", self.field(field), self.absolute(path))
            }
            Select::First => "[1]".to_owned(),
            Select::Last => "[last()]".to_owned(),
            Select::At(index) => format!("[{}]", index + 1),
        }
    }
}

fn below(base: &str, steps: &str) -> String {
    if steps.is_empty() {
        base.to_owned()
    } else {
        format!("{base}/{steps}")
    }
}

/// A text as `XPath` writes it, which has no way to escape a quote.
pub(super) fn quoted(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains('"') {
        return format!("\"{text}\"");
    }
    let parts: Vec<String> = text.split('\'').map(|it| format!("'{it}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}
