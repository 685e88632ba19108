//! Lists over the numbered elements of one segment: the codes of an HI, the lines of an N3, the
//! components of an element.

use super::draft::{Draft, DraftPart};
use super::index::sought;
use super::records::ListCase;
use super::scalar::Scalar;
use super::search::{Candidate, Search};
use super::standard::{repeated_components, repeated_composite};
use super::template::{Expression, Path, Step, Support};
use super::tree::{Label, SchemaId, Tree};
use super::wanted::Wanted;

/// The maximum number of leaves in which the first item of a list is searched.
const HITS: usize = 40;
/// The possible distances between the items.
const STRIDES: [u32; 3] = [1, 2, 3];

impl Search<'_> {
    /// The parts of a list of scalars whose items are at the numbered elements of a segment, in all
    /// its contexts.
    pub(super) fn numbered(&self, lists: &[ListCase<'_>]) -> Option<Vec<DraftPart>> {
        let all_leaves = |list: &ListCase<'_>| list.items.iter().all(|item| leaf(item).is_some());
        let longest = lists.iter().max_by_key(|list| list.items.len())?;
        let first = longest.items.first().and_then(|item| leaf(item))?;
        if longest.items.len() < 2 || !lists.iter().all(all_leaves) {
            return None;
        }
        let mut schemas = self.first_leaves(longest, first);
        schemas.dedup();
        schemas
            .into_iter()
            .flat_map(|schema| self.sequences(longest, schema))
            .find_map(|paths| self.numbered_parts(lists, &paths))
    }

    /// The kinds of leaves that have a value in a context.
    fn first_leaves(&self, list: &ListCase<'_>, value: &Scalar) -> Vec<SchemaId> {
        let keys = sought(value).into_iter().next().unwrap_or_default();
        let mut found = Vec::new();
        for &record in list.context.stack.iter().rev() {
            let end = self.tree.node(record).end;
            for key in &keys {
                let hits = self.index.within(key, record, end).iter().take(HITS);
                found.extend(hits.map(|&node| self.tree.node(node).schema));
            }
        }
        self.tree.look(found.len());
        found
    }

    /// The paths of the numbered elements from a leaf on.
    fn sequences(&self, list: &ListCase<'_>, leaf: SchemaId) -> Vec<Vec<Path>> {
        let parent = self.tree.schema(leaf).parent;
        let mut found = Vec::new();
        for numbered in [leaf, parent] {
            let Some(start) = Number::of(&self.tree.schema(numbered).label) else {
                continue;
            };
            for stride in STRIDES {
                let places = self.tree.numbered(numbered, leaf, &start, stride);
                if places.len() > 1 {
                    found.push(
                        places
                            .into_iter()
                            .map(|place| self.path(list, place))
                            .collect(),
                    );
                }
            }
        }
        found
    }

    /// The path to a place from the innermost context above it.
    fn path(&self, list: &ListCase<'_>, place: SchemaId) -> Path {
        let stack = &list.context.stack;
        let is_above = |&record: &usize| self.tree.is_below(place, self.tree.node(record).schema);
        let from = stack.iter().rposition(is_above).unwrap_or(0);
        let above = self.tree.node(list.context.record(from)).schema;
        let step = |schema| Step {
            schema,
            select: Vec::new(),
        };
        Path {
            from,
            steps: self
                .tree
                .chain(above, place)
                .into_iter()
                .map(step)
                .collect(),
        }
    }

    /// The parts, if the paths find exactly the items of all lists.
    fn numbered_parts(&self, lists: &[ListCase<'_>], paths: &[Path]) -> Option<Vec<DraftPart>> {
        let texts = paths.iter().cloned().map(Expression::Path);
        let numbers = paths.iter().map(|path| {
            let path = Expression::Path(path.clone());
            Expression::Number(Box::new(path))
        });
        let (texts, numbers): (Vec<_>, Vec<_>) = (texts.collect(), numbers.collect());
        [texts, numbers]
            .into_iter()
            .find(|expressions| lists.iter().all(|list| self.makes(expressions, list)))
            .map(|expressions| {
                let part = |expression| self.part_of(lists, expression);
                expressions.into_iter().map(part).collect()
            })
    }

    fn makes(&self, expressions: &[Expression], list: &ListCase<'_>) -> bool {
        let made = expressions.iter();
        let made = made.filter_map(|expression| self.tree.evaluate(expression, &list.context));
        let wanted = list.items.iter().filter_map(|item| leaf(item)).cloned();
        !self.is_exhausted() && made.eq(wanted)
    }

    fn part_of(&self, lists: &[ListCase<'_>], expression: Expression) -> DraftPart {
        let has_one = |list: &&ListCase<'_>| {
            let found = self.tree.evaluate(&expression, &list.context);
            found.is_some()
        };
        let support = Support {
            seen: lists.iter().filter(has_one).count(),
            places: lists.len(),
        };
        DraftPart {
            each: Vec::new(),
            draft: Draft::Leaf(vec![Candidate {
                cost: 0.0,
                expression,
                unexplained: false,
                support,
            }]),
        }
    }
}

fn leaf(item: &Wanted) -> Option<&Scalar> {
    match item {
        Wanted::Leaf(scalar) => Some(scalar),
        _ => None,
    }
}

/// The number in a label, and the text before it.
struct Number {
    stem: String,
    number: u32,
}

impl Number {
    /// The number of `HI_02` or `HI_02_03`: the last part.
    fn of(label: &Label) -> Option<Self> {
        let (stem, digits) = label.field.rsplit_once('_')?;
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        Some(Self {
            stem: stem.to_owned(),
            number: is_number.then(|| digits.parse().ok()).flatten()?,
        })
    }

    fn field(&self, number: u32) -> String {
        format!("{}_{number:02}", self.stem)
    }
}

/// Sibling elements of one kind, and the number of the last.
enum Row {
    Composites(&'static str, u32),
    Components(u32),
}

impl Tree {
    /// The leaf at a numbered element and those after it that the input has, or that the standard
    /// allows.
    fn numbered(
        &self,
        numbered: SchemaId,
        leaf: SchemaId,
        start: &Number,
        stride: u32,
    ) -> Vec<SchemaId> {
        let above = self.schema(numbered).parent;
        let below = self.chain(numbered, leaf);
        let first = &self.schema(numbered).label.field;
        let place = |number| {
            let field = start.field(number);
            let mut schema = self.child_by_field(above, &field)?;
            for &step in &below {
                let inner = self.schema(step).label.field.strip_prefix(first.as_str())?;
                schema = self.child_by_field(schema, &format!("{field}{inner}"))?;
            }
            Some(schema)
        };
        let step = usize::try_from(stride).unwrap_or(1);
        (start.number..=99)
            .step_by(step)
            .filter_map(place)
            .collect()
    }

    /// Adds the elements that the standard allows beyond those in the input, so that a template
    /// reads them too.
    pub(super) fn add_numbered_places(&mut self) {
        let rows: Vec<(SchemaId, Row)> = self
            .schemas()
            .filter(|(_, schema)| !schema.children.is_empty())
            .filter_map(|(id, schema)| {
                let code = schema.label.code()?;
                let composites = repeated_composite(&code);
                let composites = composites.map(|(name, last)| Row::Composites(name, last));
                let components = || Some(Row::Components(repeated_components(&code)?));
                Some((id, composites.or_else(components)?))
            })
            .collect();
        for (id, row) in rows {
            match row {
                Row::Composites(name, last) => self.add_composites(id, name, last),
                Row::Components(last) => self.add_components(id, last),
            }
        }
    }

    fn add_components(&mut self, element: SchemaId, last: u32) {
        let field = self.schema(element).label.field.clone();
        for number in 1..=last {
            self.place(element, format!("{field}_{number:02}"));
        }
    }

    fn add_composites(&mut self, segment: SchemaId, name: &str, last: u32) {
        let fields: Vec<String> = (1..=last)
            .map(|number| format!("{name}_{number:02}"))
            .collect();
        let mut components: Vec<String> = Vec::new();
        for field in &fields {
            let Some(composite) = self.child_by_field(segment, field) else {
                continue;
            };
            for &child in &self.schema(composite).children {
                let inner = self.schema(child).label.field.strip_prefix(field.as_str());
                if let Some(inner) =
                    inner.filter(|inner| !components.iter().any(|known| known == inner))
                {
                    components.push(inner.to_owned());
                }
            }
        }
        if components.is_empty() {
            return;
        }
        for field in fields {
            let composite = self.place(segment, field.clone());
            for inner in &components {
                self.place(composite, format!("{field}{inner}"));
            }
        }
    }
}
