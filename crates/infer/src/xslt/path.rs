//! Prints paths and their filters as `XPath`.

use super::Printer;
use crate::notation::Notation;
use crate::template::{Select, Step};
use crate::tree::{Label, SchemaId};

impl Notation for Printer<'_> {
    const HERE: &'static str = ".";
    const OUTSIDE: &'static str = ".";
    const BETWEEN: &'static str = "/";

    fn names(&self) -> &[Option<String>] {
        &self.names
    }

    fn hoisted(&self) -> Option<&(Vec<Step>, String)> {
        self.hoisted.as_ref()
    }

    fn steps(&self, steps: &[Step]) -> String {
        let step = |step: &Step| {
            let selects = step
                .select
                .iter()
                .map(|select| self.select(select, step.schema));
            self.label(step.schema) + &selects.collect::<String>()
        };
        steps.iter().map(step).collect::<Vec<_>>().join("/")
    }

    fn root(&self) -> String {
        "/".to_owned()
    }

    fn rooted(&self, steps: &str) -> String {
        format!("/{steps}")
    }
}

impl Printer<'_> {
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

    /// A path below a record.
    pub(super) fn field(&self, field: &[SchemaId]) -> String {
        let labels = field.iter().map(|&field| self.label(field));
        labels.collect::<Vec<_>>().join("/")
    }

    fn select(&self, select: &Select, schema: SchemaId) -> String {
        match select {
            Select::Equals(field, value) | Select::Contains(field, value) => {
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
            Select::Unique(field) if field.is_empty() => {
                "[not(. = preceding-sibling::*)]".to_owned()
            }
            Select::Unique(field) => {
                let field = self.field(field);
                format!("[not({field} = preceding-sibling::*/{field})]")
            }
            // A separate instruction of the loop does this.
            Select::Sorted(..) | Select::SortedByProduct(..) | Select::Reversed => String::new(),
            Select::Extreme(field, greatest) => {
                let (label, field) = (self.label(schema), self.field(field));
                let sign = if *greatest { '<' } else { '>' };
                format!("[not({field} {sign} ../{label}/{field})][1]")
            }
            Select::Beyond(..) | Select::ProductBeyond(..) | Select::Related(..) => {
                self.by_number(select)
            }
            Select::UpTo => {
                let counter = self.counter.as_deref().unwrap_or_default();
                format!("[position() <= ${counter}]")
            }
            Select::First => "[1]".to_owned(),
            Select::Last => "[last()]".to_owned(),
            Select::At(index) => format!("[{}]", index + 1),
        }
    }

    /// The selection of records by the size of a number.
    fn by_number(&self, select: &Select) -> String {
        match select {
            Select::Beyond(field, bound) => format!("[{} {}]", self.field(field), bound.text()),
            Select::Related(one, relation, other) => {
                let (one, other) = (self.field(one), self.field(other));
                format!("[number({one}) {} number({other})]", relation.operator())
            }
            Select::ProductBeyond(one, other, bound) => {
                let (one, other) = (self.field(one), self.field(other));
                format!("[{one} * {other} {}]", bound.text())
            }
            _ => String::new(),
        }
    }
}

/// A text as an `XPath` literal; `XPath` has no escape for quotes.
pub(super) fn quoted(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains('"') {
        return format!("\"{text}\"");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}
