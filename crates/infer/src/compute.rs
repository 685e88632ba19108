//! Explanations that count and calculate.

use super::evaluate::{Context, as_number};
use super::leaves::push;
use super::scalar::Scalar;
use super::search::{Candidate, Case, LeafCases, Search, Target};
use super::template::{Expression, Path, Select, Step};
use super::tree::{NodeId, SchemaId};

/// The maximum number of places that are tried for a count or a sum.
const PLACES: usize = 400;
/// The maximum number of numbers of a record that are tried in pairs.
const OPERANDS: usize = 24;
/// How much cheaper a count is if the value is named after the counted records.
const CALLED: f64 = 0.3;
/// The maximum cost of a count in a text. It is below the cost of counting records with another
/// name.
const COUNTED: f64 = 1.5;
/// The maximum number of numbers of a record that are tried in groups of three.
const FEW: usize = 10;
/// The minimum number of values that a calculation with three numbers must match.
const CASES: usize = 3;

impl Search<'_> {
    /// The position of the record in its loop.
    pub(super) fn positions(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        if cases
            .first()
            .is_none_or(|case| case.context.stack.len() < 2)
        {
            return;
        }
        let points = cases.iter().map(|case| {
            let position = i64::try_from(case.context.position).ok()?;
            Some((position, padded(case.wanted?)?))
        });
        let Some(points) = points.collect::<Option<Vec<(i64, i64)>>>() else {
            return;
        };
        let Some((first, step)) = line(&points) else {
            return;
        };
        // One or two numbers always make a sequence; it usually begins with its increment.
        let is_usual = (first == 0 || first == 1 || first == step) && step > 0;
        if points.len() == 2 && !is_usual {
            return;
        }
        let single = points.len() == 1;
        self.finish(Expression::Position(first, step), cases, &mut |item| {
            push(found, if single { 2.6 } else { 1.6 }, item);
        });
    }

    /// The number of hierarchical levels in the output, which is the value of CTT01 in a ship
    /// notice.
    pub(super) fn count_of_levels(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        let levels = self.levels.get().to_string();
        let wanted = Scalar::Text(levels);
        let [case] = cases else { return };
        if target.element.as_deref() == Some("CTT01") && case.wanted == Some(&wanted) {
            let count = Expression::Text(Box::new(Expression::Levels));
            push(found, 0.5, count);
        }
    }

    /// Explanations that count records.
    pub(super) fn counts(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        let Some(case) = most(cases) else {
            return;
        };
        let Some(count) = case.wanted.and_then(whole).filter(|wanted| *wanted > 0) else {
            return;
        };
        let named = is_count(target);
        for (odd, path) in self.record_paths(&case.context, target) {
            let records = self.tree.find(&path, &case.context).len();
            let fits = i64::try_from(records) == Ok(count);
            let schema = path.steps.last().map(|step| step.schema);
            let of_kind = schema.is_some_and(|schema| self.is_called(schema, target));
            let named = named || odd < 0.0 || (of_kind && cases.len() < 2 && is_plural(target));
            if !fits || (records < 2 && !named) {
                continue;
            }
            let cost = if named { 0.9 } else { 2.0 } + if records < 2 { 1.0 } else { 0.0 };
            let odd = match (of_kind, schema.is_some_and(|schema| self.has_words(schema))) {
                (true, _) => odd - CALLED,
                (false, true) if !named => odd + CALLED,
                _ => odd,
            };
            let few = cost + odd + 0.01 * as_number(path.steps.len());
            self.finish(Expression::Count(path), cases, &mut |item| {
                push(found, few, item);
            });
        }
    }

    /// Whether a value is named after records of a kind.
    fn is_called(&self, schema: SchemaId, target: &Target) -> bool {
        let words = super::names::words(&target.name);
        let segment = self.tree.schema(schema).label.code().unwrap_or_default();
        let mut known = super::standard::record_words(&segment).iter();
        known.any(|known| words.iter().any(|word| word.starts_with(known)))
    }

    /// Whether there are common words for records of a kind.
    fn has_words(&self, schema: SchemaId) -> bool {
        let segment = self.tree.schema(schema).label.code().unwrap_or_default();
        !super::standard::record_words(&segment).is_empty()
    }

    /// A number in a text before the word for the counted records: `4 lines`.
    pub(super) fn counted(
        &self,
        case: &Case<'_, Scalar>,
        part: &str,
        behind: &str,
    ) -> Vec<Expression> {
        let word = behind
            .trim_start()
            .split(|c: char| !c.is_alphabetic())
            .next();
        let digits = part.len() < 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        let Some(word) = word.filter(|word| digits && word.len() > 3) else {
            return Vec::new();
        };
        let wanted = Scalar::Text(part.to_owned());
        let case = Case {
            context: case.context.clone(),
            wanted: Some(&wanted),
        };
        let target = Target {
            name: word.to_lowercase(),
            element: None,
        };
        let mut found = Vec::new();
        self.counts(&[case], &target, &mut found);
        found.sort_by(|one, other| one.cost.total_cmp(&other.cost));
        let cheap = found.into_iter().filter(|found| found.cost < COUNTED);
        cheap.map(|found| found.expression).take(2).collect()
    }

    /// Explanations that count the distinct codes at a place.
    pub(super) fn distinct_counts(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = most(cases) else {
            return;
        };
        if case.wanted.and_then(whole).is_none_or(|wanted| wanted < 2) {
            return;
        }
        let (from, record, kinds) = self.scope(&case.context);
        for schema in kinds {
            let nodes = self.tree.within(record, schema);
            let is_leaf = nodes
                .iter()
                .all(|&node| self.tree.node(node).value.is_some());
            let measured = self.forms.is_measure(self.tree, schema);
            if nodes.len() < 3 || !is_leaf || measured || self.is_exhausted() {
                continue;
            }
            let path = with(&self.all(from, record, schema), Select::Unique(Vec::new()));
            if self.tree.find(&path, &case.context).len() < nodes.len() {
                let coded = if self.forms.is_code(self.tree, schema) {
                    0.0
                } else {
                    0.2
                };
                self.finish(Expression::Count(path), cases, &mut |item| {
                    push(found, 2.3 + coded, item);
                });
            }
        }
    }

    /// The records that can be counted in a context, with the cost: all of a kind, or those with
    /// one code.
    fn record_paths(&self, context: &Context, target: &Target) -> Vec<(f64, Path)> {
        let mut paths = Vec::new();
        let from = context.stack.len().saturating_sub(1);
        let record = context.innermost();
        let opens = |schema: SchemaId| {
            let code = |schema_id: SchemaId| self.tree.schema(schema_id).label.code();
            code(schema).is_some() && code(schema) == code(self.tree.schema(schema).parent)
        };
        let kinds = self
            .below(record)
            .filter(|(item, kind)| kind.listed && !opens(*item));
        for (schema, _) in kinds.take(PLACES) {
            let path = self.all(from, record, schema);
            for (cost, code) in self.codes_of(record, schema, target) {
                paths.push((cost, with(&path, code)));
            }
            for (cost, code) in self.inner_codes_of(record, schema, target) {
                paths.push((cost, with(&path, code)));
            }
            for (cost, field) in self.optional_fields(record, schema, target) {
                paths.push((cost, with(&path, Select::Exists(field))));
            }
            paths.push((0.0, path));
        }
        paths.extend(self.levels_below(context));
        paths.extend(self.remembered(context));
        paths
    }

    /// Products, sums and differences of two numbers of the innermost record.
    pub(super) fn arithmetic(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = cases.iter().find(|case| case.wanted.is_some()) else {
            return;
        };
        let Some(text) = case.wanted.filter(|wanted| wanted.number().is_some()) else {
            return;
        };
        let digits = text.text().bytes().filter(u8::is_ascii_digit).count();
        let alone = cases.len() < 2;
        if alone && digits < 5 {
            return;
        }
        let paths = self.numbers_of(cases, OPERANDS);
        let number =
            |path: &Path| Box::new(Expression::Number(Box::new(Expression::Path(path.clone()))));
        for (place, one) in paths.iter().enumerate() {
            for (index, other) in paths.iter().enumerate() {
                if index == place || self.is_exhausted() {
                    continue;
                }
                let (a, b) = (number(one), number(other));
                if index > place {
                    let product = Expression::Product(a.clone(), b.clone());
                    self.finish(product, cases, &mut |item| push(found, 2.4, item));
                    let plus = Expression::Plus(a.clone(), b.clone());
                    self.finish(plus, cases, &mut |item| push(found, 2.7, item));
                }
                self.finish(Expression::Minus(a, b), cases, &mut |item| {
                    push(found, 2.9, item);
                });
            }
        }
        if found.is_empty() && cases.len() >= CASES {
            self.rests(&paths, cases, found);
        }
    }

    /// The paths to the numbers of the innermost record, up to a limit.
    pub(super) fn numbers_of(&self, cases: &LeafCases<'_>, most: usize) -> Vec<Path> {
        let Some(case) = cases.iter().find(|case| case.wanted.is_some()) else {
            return Vec::new();
        };
        let record = case.context.innermost();
        let nodes = record..self.tree.node(record).end;
        let numbers = nodes.filter(|&node| {
            let value = self.tree.node(node).value.as_ref();
            let number = value
                .and_then(Scalar::number)
                .is_some_and(|value| value != 0.0);
            number && !self.is_envelope(node)
        });
        let path = |number| Some(self.paths(&case.context, number).into_iter().next()?.1);
        numbers.take(most).filter_map(path).collect()
    }

    /// Explanations that subtract two numbers of the innermost record from a third.
    fn rests(&self, paths: &[Path], cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let number =
            |path: &Path| Box::new(Expression::Number(Box::new(Expression::Path(path.clone()))));
        let paths = paths.get(..paths.len().min(FEW)).unwrap_or_default();
        for whole in paths {
            for (place, one) in paths.iter().enumerate() {
                for other in paths.iter().skip(place + 1) {
                    if one == whole || other == whole || self.is_exhausted() {
                        continue;
                    }
                    let first = Expression::Minus(number(whole), number(one));
                    let rest = Expression::Minus(Box::new(first), number(other));
                    self.finish(rest, cases, &mut |item| push(found, 3.2, item));
                }
            }
        }
    }

    /// The level of the innermost record, the record, and the kinds of nodes below it.
    pub(super) fn scope(&self, context: &Context) -> (usize, NodeId, Vec<SchemaId>) {
        let record = context.innermost();
        let kinds = self.below(record).take(PLACES).map(|(kind, _)| kind);
        let level = context.stack.len().saturating_sub(1);
        (level, record, kinds.collect())
    }

    /// The kinds of nodes below a node.
    pub(super) fn below(
        &self,
        record: NodeId,
    ) -> impl Iterator<Item = (SchemaId, &super::tree::Schema)> + use<'_> {
        let above = self.tree.node(record).schema;
        let strictly =
            move |&(item, _): &(SchemaId, _)| item != above && self.tree.is_below(item, above);
        let tree = self.tree;
        tree.schemas()
            .filter(strictly)
            .filter(move |(schema, _)| !tree.within(record, *schema).is_empty())
    }

    pub(super) fn is_number(&self, record: NodeId, schema: SchemaId) -> bool {
        let numeric = |&node_id: &NodeId| {
            let value = self.tree.node(node_id).value.as_ref();
            value.and_then(Scalar::number).is_some()
        };
        let nodes = self.tree.within(record, schema);
        !nodes.is_empty() && nodes.iter().all(numeric)
    }

    /// The path to all nodes of a kind below a record.
    pub(super) fn all(&self, from: usize, record: NodeId, schema: SchemaId) -> Path {
        let above = self.tree.node(record).schema;
        let steps = self
            .tree
            .chain(above, schema)
            .into_iter()
            .map(|schema| Step {
                schema,
                select: Vec::new(),
            });
        Path {
            from,
            steps: steps.collect(),
        }
    }
}

/// A path whose last step selects.
pub(super) fn with(path: &Path, select: Select) -> Path {
    let mut path = path.clone();
    if let Some(last) = path.steps.last_mut() {
        last.select.push(select);
    }
    path
}

/// The first case with the greatest number, which is the most informative for a count.
fn most<'c, 'a>(cases: &'c LeafCases<'a>) -> Option<&'c Case<'a, Scalar>> {
    let known = cases.iter().rev().filter(|case| case.wanted.is_some());
    known.max_by_key(|case| case.wanted.and_then(whole))
}

/// Whether a name is a plural.
fn is_plural(target: &Target) -> bool {
    target.name.ends_with('s')
}

fn is_count(target: &Target) -> bool {
    let words = super::names::words(&target.name);
    let counting = ["count", "lines", "items", "entries"];
    let of = words.windows(2).any(|pair| pair == ["number", "of"]);
    of || words.iter().any(|word| counting.contains(&word.as_str()))
        || target.element.as_deref() == Some("CTT01")
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a whole number of that size is exact"
)]
fn whole(value: &Scalar) -> Option<i64> {
    let number = value.number()?;
    let plain = number.fract() == 0.0 && number.abs() < 1e12;
    (plain && !value.text().starts_with("00")).then_some(number as i64)
}

/// A whole number, with or without leading zeros.
fn padded(value: &Scalar) -> Option<i64> {
    match value {
        Scalar::Text(text) if text.len() < 9 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().ok()
        }
        value => whole(value),
    }
}

/// The line through points with whole coordinates: its start and its slope.
fn line(points: &[(i64, i64)]) -> Option<(i64, i64)> {
    let (x, y) = *points.first()?;
    let other = points.iter().find(|point| point.0 != x);
    let Some(&(further, value)) = other else {
        // A single point is accepted only for a count that starts at 1.
        return (points.len() == 1 && y == x + 1).then_some((1, 1));
    };
    let step = (value - y).checked_div(further - x)?;
    // There is a line through any two points.
    if points.len() < 3 && step != 1 {
        return None;
    }
    let first = y - step * x;
    let fits = points.iter().all(|(x, y)| first + step * x == *y);
    (fits && step > 0).then_some((first, step))
}
