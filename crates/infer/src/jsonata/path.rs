//! Prints paths and their filters as JSONata.

use super::{Printer, quoted};
use crate::cuts;
use crate::notation::Notation;
use crate::scalar::Scalar;
use crate::template::{Select, Step};
use crate::tree::SchemaId;

impl Notation for Printer<'_> {
    const HERE: &'static str = "$";
    const OUTSIDE: &'static str = "$$";
    const BETWEEN: &'static str = ".";

    fn names(&self) -> &[Option<String>] {
        &self.names
    }

    fn hoisted(&self) -> Option<&(Vec<Step>, String)> {
        self.hoisted.as_ref()
    }

    fn steps(&self, steps: &[Step]) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            let last = place + 1 == steps.len();
            let part = self.step(step, last);
            if !part.is_empty() {
                parts.push(part);
            }
        }
        let path = parts.join(".");
        let last = steps.last().and_then(|last| last.select.last());
        match last {
            Some(Select::Unique(field)) if field.is_empty() => format!("$distinct({path})"),
            Some(Select::Unique(field)) => self.first_of_each(&path, field),
            Some(Select::Reversed) => format!("$reverse({path})"),
            _ => path,
        }
    }

    fn root(&self) -> String {
        "$".to_owned()
    }

    fn rooted(&self, steps: &str) -> String {
        Self::below("$$", steps)
    }
}

impl Printer<'_> {
    fn step(&self, step: &Step, last: bool) -> String {
        let label = &self.tree.schema(step.schema).label;
        let mut text = match label.field.as_str() {
            // If the root is an array, paths iterate over its items automatically.
            "" if !last && step.select.is_empty() => return String::new(),
            "" if step.select.is_empty() => "$.$".to_owned(),
            "" => "$".to_owned(),
            field => name(field),
        };
        let by_place = |select: &Select| {
            matches!(
                select,
                Select::First
                    | Select::Last
                    | Select::At(_)
                    | Select::Sorted(..)
                    | Select::SortedByProduct(..)
                    | Select::Reversed
                    | Select::Extreme(..)
                    | Select::UpTo
                    | Select::Unique(_)
            )
        };
        let first = step.select.first();
        let implied = first.is_some_and(|first| {
            !by_place(first) && !matches!(first, Select::Missing(_) | Select::Differs(..))
        });
        let needed = first.is_some() || last;
        if label.class.is_some() && !implied && needed {
            text += "[$exists(";
            text += &self.class(step.schema);
            text += ")]";
        }
        for selects in step
            .select
            .chunk_by(|one, other| one.is_sorted() && other.is_sorted())
        {
            text += &self.selects(selects);
        }
        text
    }

    /// One selection, or several orders. The last of these is the first key.
    fn selects(&self, selects: &[Select]) -> String {
        let keys = selects.iter().rev().filter_map(|select| match select {
            Select::Sorted(field, numeric, descending) => {
                Some(self.key(field, *numeric, *descending))
            }
            _ => None,
        });
        let keys: Vec<String> = keys.collect();
        match selects {
            [select] => self.select(select),
            _ => format!("^({})", keys.join(", ")),
        }
    }

    /// The first record of each value at a place.
    fn first_of_each(&self, records: &str, field: &[SchemaId]) -> String {
        let field = self.field(field);
        format!(
            "$filter({records}, function($it, $at, $all) {{ $not($it.{field} in $all[[0..$at - 1]].{field}) }})"
        )
    }

    /// A member that only records of this class have.
    fn class(&self, schema: SchemaId) -> String {
        let children = &self.tree.schema(schema).children;
        let often = children
            .iter()
            .max_by_key(|&&child| (self.tree.schema(child).instances.len(), usize::MAX - child));
        often.map_or_else(|| "$".to_owned(), |&often| self.field(&[often]))
    }

    fn field(&self, field: &[SchemaId]) -> String {
        let names = field
            .iter()
            .map(|&field| &self.tree.schema(field).label.field)
            // Items of an array within an array have no name of their own.
            .filter(|field| !field.is_empty())
            .map(|field| name(field));
        let path = names.collect::<Vec<_>>().join(".");
        if path.is_empty() {
            "$".to_owned()
        } else {
            path
        }
    }

    fn select(&self, select: &Select) -> String {
        match select {
            Select::Equals(field, value) => {
                format!("[{} = {}]", self.field(field), self.literal(field, value))
            }
            Select::Differs(field, value) => {
                let (field, value) = (self.field(field), self.literal(field, value));
                format!("[$not({field} = {value})]")
            }
            Select::OneOf(field, values) => {
                let values: Vec<_> = values
                    .iter()
                    .map(|value| self.literal(field, value))
                    .collect();
                format!("[{} in [{}]]", self.field(field), values.join(", "))
            }
            Select::Contains(field, value) => {
                format!("[{} in {}]", self.literal(field, value), self.field(field))
            }
            Select::Exists(field) => format!("[$exists({})]", self.field(field)),
            Select::Missing(field) => format!("[$not($exists({}))]", self.field(field)),
            Select::Joins(field, path) => {
                let mut steps = path.steps.iter().flat_map(|step| &step.select);
                let several = steps.any(|select| matches!(select, Select::Joins(..)));
                let sign = if several { "in" } else { "=" };
                format!("[{} {sign} {}]", self.field(field), self.absolute(path))
            }
            Select::Sorted(field, numeric, descending) => self.sorted(field, *numeric, *descending),
            Select::SortedByProduct(one, other, descending) => {
                let sign = if *descending { ">" } else { "" };
                let (one, other) = (self.sort_key(one, true), self.sort_key(other, true));
                format!("^({sign}{one} * {other})")
            }
            Select::Extreme(field, greatest) => {
                self.sorted(field, self.is_numeric(field), *greatest) + "[0]"
            }
            // A function around the path does this.
            Select::Unique(_) | Select::Reversed => String::new(),
            Select::Beyond(..) | Select::ProductBeyond(..) | Select::Related(..) => {
                self.by_number(select)
            }
            Select::UpTo => format!("[[0..${}]]", self.counter.as_deref().unwrap_or_default()),
            Select::First => "[0]".to_owned(),
            Select::Last => "[-1]".to_owned(),
            Select::At(index) => format!("[{index}]"),
        }
    }

    /// The selection of records by the size of a number.
    fn by_number(&self, select: &Select) -> String {
        match select {
            Select::Beyond(field, bound) => {
                format!("[{} {}]", self.sort_key(field, true), bound.text())
            }
            Select::Related(one, relation, other) => {
                let (one, other) = (self.sort_key(one, true), self.sort_key(other, true));
                format!("[{one} {} {other}]", relation.operator())
            }
            Select::ProductBeyond(one, other, bound) => {
                let (one, other) = (self.sort_key(one, true), self.sort_key(other, true));
                format!("[{one} * {other} {}]", bound.text())
            }
            _ => String::new(),
        }
    }

    /// The order of records by a value below them.
    fn sorted(&self, field: &[SchemaId], numeric: bool, descending: bool) -> String {
        format!("^({})", self.key(field, numeric, descending))
    }

    fn key(&self, field: &[SchemaId], numeric: bool, descending: bool) -> String {
        let sign = if descending { ">" } else { "" };
        format!("{sign}{}", self.sort_key(field, numeric))
    }

    fn sort_key(&self, field: &[SchemaId], numeric: bool) -> String {
        let key = self.field(field);
        if numeric && field.last().is_some_and(|&last| self.is_text(last)) {
            format!("$number({key})")
        } else {
            key
        }
    }

    /// A literal of the member's type: a number if the member's values are numbers.
    fn literal(&self, field: &[SchemaId], value: &str) -> String {
        if field.last().is_some_and(|&last| self.is_text(last)) {
            quoted(value)
        } else {
            value.to_owned()
        }
    }

    /// Whether all values at a place are numbers.
    fn is_numeric(&self, field: &[SchemaId]) -> bool {
        let nodes = field.last().map(|&last| &self.tree.schema(last).instances);
        let number = |&node: &usize| {
            let value = self.tree.node(node).value.as_ref();
            value.and_then(Scalar::number).is_some()
        };
        nodes.is_some_and(|nodes| nodes.iter().all(number))
    }

    /// Whether values of a kind are strings.
    pub(super) fn is_text(&self, schema: SchemaId) -> bool {
        let nodes = &self.tree.schema(schema).instances;
        let mut values = nodes.iter().map(|&node| &self.tree.node(node).value);
        values.any(|value| matches!(value, Some(Scalar::Text(_))))
    }
}

/// A member's name, quoted if necessary.
pub(super) fn name(field: &str) -> String {
    if let Some(step) = cuts::step(field) {
        return step.to_owned();
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let plain = field.chars().all(word)
        && !field.starts_with(|c: char| c.is_ascii_digit())
        && !matches!(
            field,
            "and" | "or" | "in" | "true" | "false" | "null" | "function"
        );
    if plain {
        field.to_owned()
    } else {
        format!("`{}`", field.replace('`', ""))
    }
}
