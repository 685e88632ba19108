//! Reads specifications from TOML.

use std::collections::HashSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::selector::{Pattern, Selector, Source};
use super::values::Kind;
use super::{Each, ITEM, PLACE, Specification, SpecificationColumn, SpecificationError};

/// The maximum number of distinct steps in the selectors of a table, which are bits of a mask.
const PATTERN_LIMIT: usize = 128;

type Item<'a> = Spanned<DeValue<'a>>;
type Found<T> = Result<T, SpecificationError>;

impl Specification {
    /// Reads the tables of a specification.
    ///
    /// # Errors
    ///
    /// The text is not TOML, or part of it is invalid; the error names the line.
    pub fn read(text: &str) -> Found<Vec<Self>> {
        let document = DeTable::parse(text).map_err(|error| {
            let byte = error.span().map_or(0, |span| span.start);
            SpecificationError {
                source: Some(error.clone()),
                ..SpecificationError::new(text, byte, error.message())
            }
        })?;
        let file = File { text };
        let document = document.get_ref();
        file.only(document, &["sets", "guides", "tables"])?;
        let sets = file.texts(document, "sets")?;
        if sets.is_empty() {
            return Err(file.error(0, "sets is missing: the values of ST01, such as [\"835\"]"));
        }
        let guides = file.texts(document, "guides")?;
        let tables = document
            .get("tables")
            .ok_or_else(|| file.error(0, "there is no [tables.NAME]"))?;
        let mut specifications = Vec::new();
        for (name, at, table) in file.entries(tables)? {
            let table = file.table(table, at)?;
            specifications.push(file.specification(name, at, table, &sets, &guides)?);
        }
        Ok(specifications)
    }
}

struct File<'t> {
    text: &'t str,
}

impl File<'_> {
    fn error(&self, byte: usize, message: impl Into<String>) -> SpecificationError {
        SpecificationError::new(self.text, byte, message)
    }

    fn table<'a, 'b>(&self, item: &'a Item<'b>, at: usize) -> Found<&'a DeTable<'b>> {
        match item.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.error(at, "this must be a table")),
        }
    }

    /// The entries of a table in the order of the file, each with the place of its key.
    fn entries<'a, 'b>(&self, item: &'a Item<'b>) -> Found<Vec<(&'a str, usize, &'a Item<'b>)>> {
        let table = self.table(item, item.span().start)?;
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), key.span().start, value))
            .collect();
        entries.sort_by_key(|(_, at, _)| *at);
        Ok(entries)
    }

    /// Refuses keys that mean nothing.
    fn only(&self, table: &DeTable<'_>, known: &[&str]) -> Found<()> {
        let unknown = table
            .keys()
            .find(|key| !known.contains(&key.get_ref().as_ref()));
        match unknown {
            None => Ok(()),
            Some(key) => Err(self.error(
                key.span().start,
                format!(
                    "{:?} is unknown here; known are {}",
                    key.get_ref(),
                    known.join(", ")
                ),
            )),
        }
    }

    fn texts(&self, table: &DeTable<'_>, key: &str) -> Found<Vec<Box<str>>> {
        let Some(item) = table.get(key) else {
            return Ok(Vec::new());
        };
        let wrong = || self.error(item.span().start, format!("{key} must be a list of texts"));
        let DeValue::Array(array) = item.get_ref() else {
            return Err(wrong());
        };
        let texts = array.iter().map(|text| match text.get_ref() {
            DeValue::String(text) => Ok(text.as_ref().into()),
            _ => Err(wrong()),
        });
        texts.collect()
    }

    fn string<'a>(&self, item: &'a Item<'_>, what: &str) -> Found<&'a str> {
        match item.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.error(item.span().start, format!("{what} must be a text"))),
        }
    }

    fn specification(
        &self,
        name: &str,
        at: usize,
        table: &DeTable<'_>,
        sets: &[Box<str>],
        guides: &[Box<str>],
    ) -> Found<Specification> {
        self.only(table, &["row", "each", "columns"])?;
        let missing = |key| self.error(at, format!("the table {name} has no {key}"));
        let row = table.get("row").ok_or_else(|| missing("row"))?;
        let columns = table.get("columns").ok_or_else(|| missing("columns"))?;
        let mut patterns = Patterns(Vec::new());
        let steps = self.row(row, &mut patterns)?;
        let each = table.get("each").map(|each| self.each(each)).transpose()?;
        let mut specification = Specification {
            name: name.into(),
            sets: sets.to_vec(),
            guides: guides.to_vec(),
            patterns: Vec::new(),
            row: steps,
            each,
            columns: Vec::new(),
        };
        let mut names: HashSet<&str> = PLACE.iter().map(|column| &*column.name).collect();
        names.insert(&ITEM.name);
        for (column, at, source) in self.entries(columns)? {
            if names.contains(column) {
                let message = format!("each table has a column {column} already");
                return Err(self.error(at, message));
            }
            let column = self.column(column, source, &mut patterns)?;
            specification.columns.push(column);
        }
        if specification.columns.is_empty() {
            return Err(missing("columns"));
        }
        specification.patterns = patterns.0;
        Ok(specification)
    }

    fn row(&self, item: &Item<'_>, patterns: &mut Patterns) -> Found<Vec<u8>> {
        let at = item.span().start;
        let selector = Selector::read(self.string(item, "row")?);
        let selector = selector.map_err(|error| self.error(at, error.to_string()))?;
        if selector.is_above || selector.element > 0 {
            let message = "row names a segment, without ^ and element, such as CLP or HL[HL03=22]";
            return Err(self.error(at, message));
        }
        self.numbers(at, selector.steps, patterns)
    }

    fn numbers(&self, at: usize, steps: Vec<Pattern>, patterns: &mut Patterns) -> Found<Vec<u8>> {
        let numbers: Option<Vec<u8>> = steps
            .into_iter()
            .map(|step| patterns.number(step))
            .collect();
        numbers.ok_or_else(|| {
            let message = format!("a table has at most {PATTERN_LIMIT} different steps");
            self.error(at, message)
        })
    }

    fn each(&self, item: &Item<'_>) -> Found<Each> {
        let at = item.span().start;
        let table = self.table(item, at)?;
        self.only(table, &["first", "step", "last"])?;
        let number = |key: &str| -> Found<usize> {
            let found = table.get(key).and_then(|item| match item.get_ref() {
                DeValue::Integer(number) => number.as_str().parse().ok(),
                _ => None,
            });
            let found = found.filter(|number| (1..=99).contains(number));
            found.ok_or_else(|| self.error(at, format!("each needs {key}, a number from 1 to 99")))
        };
        let each = Each {
            first: number("first")?,
            step: number("step")?,
            last: number("last")?,
        };
        if each.last < each.first {
            return Err(self.error(at, "each has a last element before its first"));
        }
        Ok(each)
    }

    fn column(
        &self,
        name: &str,
        item: &Item<'_>,
        patterns: &mut Patterns,
    ) -> Found<SpecificationColumn> {
        let at = item.span().start;
        let text = self.string(item, name)?.trim();
        let (selector, kind) = match text.rsplit_once(' ') {
            Some((selector, kind)) if !kind.contains(']') => (selector.trim_end(), Some(kind)),
            _ => (text, None),
        };
        let kind = match kind {
            None => Kind::Text,
            Some(kind) => Kind::of(kind).ok_or_else(|| {
                let message = format!("{kind:?} is no type; types are {}", Kind::NAMES);
                self.error(at, message)
            })?,
        };
        let selector = Selector::read(selector);
        let selector = selector.map_err(|error| self.error(at, error.to_string()))?;
        if (selector.element == 0) != (kind == Kind::SegmentNumber) {
            let message =
                "an element is needed, such as CLP-01; only segment_number is of a segment";
            return Err(self.error(at, message));
        }
        let source = Source {
            is_above: selector.is_above,
            element: selector.element,
            component: selector.component,
            steps: self.numbers(at, selector.steps, patterns)?,
        };
        Ok(SpecificationColumn {
            name: name.into(),
            source,
            kind,
        })
    }
}

/// The distinct steps so far.
struct Patterns(Vec<Pattern>);

impl Patterns {
    /// The number of a step; `None` if there are too many.
    fn number(&mut self, step: Pattern) -> Option<u8> {
        let known = self.0.iter().position(|known| *known == step);
        let number = known.unwrap_or(self.0.len());
        if number >= PATTERN_LIMIT {
            return None;
        }
        if known.is_none() {
            self.0.push(step);
        }
        u8::try_from(number).ok()
    }
}
