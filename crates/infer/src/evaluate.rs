//! Evaluates a mapping on the input, to try it before it is printed.

use super::dates::DateFormat;
use super::scalar::{Scalar, number_of, round};
use super::template::{Expression, Path, Select};
use super::tree::{NodeId, SchemaId, Tree};

/// The punctuation of telephone numbers, postal codes and other numbers.
pub(super) const MARKS: &str = "-() ./";

/// Where an expression is evaluated: the records of the enclosing loops, the root first.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) stack: Vec<NodeId>,
    /// The position of the innermost record in its loop, from 0.
    pub(super) position: usize,
}

impl Context {
    /// The record of a loop.
    pub(super) fn record(&self, level: usize) -> NodeId {
        self.stack.get(level).copied().unwrap_or(Tree::ROOT)
    }

    pub(super) fn innermost(&self) -> NodeId {
        self.stack.last().copied().unwrap_or(Tree::ROOT)
    }
}

impl Tree {
    /// The nodes that a path finds.
    pub(super) fn find(&self, path: &Path, context: &Context) -> Vec<NodeId> {
        let mut found = vec![context.record(path.from)];
        for step in &path.steps {
            let mut next = Vec::new();
            let is_unique = |select: &Select| matches!(select, Select::Unique(_));
            let has_unique = step.select.iter().any(is_unique);
            let of_all = |select: &Select| has_unique && (is_unique(select) || select.is_order());
            for &node in &found {
                let children = self.children(node, step.schema);
                let mut chosen = children.to_vec();
                self.look(1 + chosen.len() * (1 + step.select.len()));
                for select in &step.select {
                    if !of_all(select) {
                        self.select(&mut chosen, select, context);
                    }
                }
                next.append(&mut chosen);
            }
            // Selecting the first record of each value applies to all nodes of the path, and so
            // does sorting.
            for select in &step.select {
                if of_all(select) {
                    self.select(&mut next, select, context);
                }
            }
            found = next;
        }
        found
    }

    /// Counts visited nodes.
    pub(super) fn look(&self, nodes: usize) {
        let nodes = u64::try_from(nodes).unwrap_or(u64::MAX);
        self.visited.set(self.visited.get().saturating_add(nodes));
    }

    fn select(&self, nodes: &mut Vec<NodeId>, select: &Select, context: &Context) {
        let holds = |node, field: &[SchemaId], value: &str| {
            self.below(node, field).iter().any(|item| item == value)
        };
        match select {
            Select::Equals(field, value) | Select::Contains(field, value) => {
                nodes.retain(|&node| holds(node, field, value));
            }
            Select::Differs(field, value) => nodes.retain(|&node| !holds(node, field, value)),
            Select::OneOf(field, values) => {
                nodes.retain(|&node| values.iter().any(|value| holds(node, field, value)));
            }
            Select::Exists(field) => nodes.retain(|&node| !self.below(node, field).is_empty()),
            Select::Missing(field) => nodes.retain(|&node| self.below(node, field).is_empty()),
            Select::Joins(field, path) => {
                let values = self.texts(path, context);
                nodes.retain(|&node| values.iter().any(|value| holds(node, field, value)));
            }
            Select::Unique(field) => self.keep_first_of_each(nodes, field),
            Select::Sorted(field, numeric, descending) => {
                self.sort(nodes, field, *numeric, *descending);
            }
            Select::Reversed => nodes.reverse(),
            Select::Extreme(field, greatest) => {
                self.sort(nodes, field, true, *greatest);
                nodes.truncate(1);
            }
            Select::Beyond(field, bound) => nodes.retain(|&node| {
                let found = self.below(node, field);
                let number = found.first().and_then(|text| number_of(text));
                number.is_some_and(|number| bound.has(number))
            }),
            Select::Related(one, relation, other) => nodes.retain(|&node| {
                let number = |field: &[SchemaId]| number_of(self.below(node, field).first()?);
                let numbers = number(one).zip(number(other));
                numbers.is_some_and(|(one, other)| relation.holds(one, other))
            }),
            Select::ProductBeyond(one, other, bound) => nodes.retain(|&node| {
                let number = self.product(node, (one, other));
                number.is_some_and(|number| bound.has(number))
            }),
            Select::SortedByProduct(one, other, descending) => {
                self.sort_by_product(nodes, (one, other), *descending);
            }
            Select::UpTo => nodes.retain(|&node| node <= context.innermost()),
            Select::First => nodes.truncate(1),
            Select::Last => *nodes = nodes.last().copied().into_iter().collect(),
            Select::At(index) => *nodes = nodes.get(*index).copied().into_iter().collect(),
        }
    }

    /// Keeps the first node of each value.
    fn keep_first_of_each(&self, nodes: &mut Vec<NodeId>, field: &[SchemaId]) {
        let mut seen = Vec::new();
        nodes.retain(|&node| {
            let values = self.below(node, field);
            let is_new = !seen.contains(&values);
            seen.push(values);
            is_new
        });
    }

    /// Sorts nodes by the product of two numbers below them.
    fn sort_by_product(
        &self,
        nodes: &mut [NodeId],
        factors: (&[SchemaId], &[SchemaId]),
        descending: bool,
    ) {
        let product = |&node: &NodeId| self.product(node, factors).unwrap_or(f64::NAN);
        nodes.sort_by(|one, other| {
            let order = product(one).total_cmp(&product(other));
            if descending { order.reverse() } else { order }
        });
    }

    /// The product of two numbers below a node.
    fn product(&self, node: NodeId, factors: (&[SchemaId], &[SchemaId])) -> Option<f64> {
        let number = |field: &[SchemaId]| number_of(self.below(node, field).first()?);
        Some(number(factors.0)? * number(factors.1)?)
    }

    /// Sorts nodes by a value below them; equal nodes keep their order.
    fn sort(&self, nodes: &mut [NodeId], field: &[SchemaId], numeric: bool, descending: bool) {
        let key = |&node: &NodeId| {
            self.below(node, field)
                .into_iter()
                .next()
                .unwrap_or_default()
        };
        nodes.sort_by(|one, other| {
            let (one, other) = (key(one), key(other));
            let order = match (numeric, number_of(&one), number_of(&other)) {
                (true, Some(one), Some(other)) => one.total_cmp(&other),
                _ => one.cmp(&other),
            };
            if descending { order.reverse() } else { order }
        });
    }

    /// The texts at a place below a node.
    pub(super) fn below(&self, node: NodeId, field: &[SchemaId]) -> Vec<String> {
        let mut found = vec![node];
        for &schema in field {
            found = found
                .iter()
                .flat_map(|&found| self.children(found, schema).iter().copied())
                .collect();
        }
        found
            .iter()
            .filter_map(|&found| Some(self.node(found).value.as_ref()?.text()))
            .collect()
    }

    /// The value of an expression; `None` if there is no value, or more than one.
    pub(super) fn evaluate(&self, expression: &Expression, context: &Context) -> Option<Scalar> {
        let text = |of: &Expression| Some(self.evaluate(of, context)?.text());
        let number = |of: &Expression| self.evaluate(of, context)?.number();
        Some(match expression {
            Expression::Constant(value) => value.clone(),
            Expression::Path(path) => self.single(path, context)?,
            Expression::Number(of) => Scalar::Number(number(of)?),
            Expression::Fixed(of, decimals) => {
                let places = usize::try_from(*decimals).unwrap_or(0);
                Scalar::Text(format!("{:.places$}", round(number(of)?, *decimals)))
            }
            Expression::Round(of, decimals) => Scalar::Number(round(number(of)?, *decimals)),
            Expression::Magnitude(of) => Scalar::Number(number(of)?.abs()),
            Expression::Scale(of, power) => Scalar::Number(scale(number(of)?, *power)),
            Expression::Table(of, entries) => entry(entries, &text(of)?)?.clone(),
            Expression::Is(of, value) => Scalar::Bool(text(of)? == *value),
            Expression::Otherwise(of, value) => {
                self.evaluate(of, context).unwrap_or_else(|| value.clone())
            }
            Expression::Signed(of, code, negative) => {
                let number = number(of)?;
                let is_negative = negative.contains(&text(code)?);
                Scalar::Number(if is_negative { -number } else { number })
            }
            Expression::Has(path) => Scalar::Bool(!self.find(path, context).is_empty()),
            Expression::Pair(path, places, qualifier) => {
                self.pair(path, places, qualifier, context)?
            }
            Expression::Text(_)
            | Expression::Trim(_)
            | Expression::Compact(_)
            | Expression::Upper(_)
            | Expression::Lower(_)
            | Expression::Title(_)
            | Expression::Capital(_)
            | Expression::Pad(..)
            | Expression::Reformat(..)
            | Expression::Slice(..)
            | Expression::Before(..)
            | Expression::After(..)
            | Expression::Piece(..)
            | Expression::Concat(_) => Scalar::Text(self.converted(expression, context)?),
            Expression::Beyond(..)
            | Expression::Compare(..)
            | Expression::Choose(..)
            | Expression::Classes(..) => self.conditional(expression, context)?,
            arithmetic => self.arithmetic(arithmetic, context)?,
        })
    }

    /// A value that depends on a number.
    fn conditional(&self, expression: &Expression, context: &Context) -> Option<Scalar> {
        let number = |of: &Expression| self.evaluate(of, context)?.number();
        Some(match expression {
            Expression::Beyond(of, bound) => Scalar::Bool(bound.has(number(of)?)),
            Expression::Compare(one, relation, other) => {
                Scalar::Bool(relation.holds(number(one)?, number(other)?))
            }
            Expression::Choose(is, one, other) => match self.evaluate(is, context)? {
                Scalar::Bool(true) => one.clone(),
                _ => other.clone(),
            },
            Expression::Classes(of, classes, other) => class(classes, other, number(of)?).clone(),
            _ => return None,
        })
    }

    /// A text that is converted, cut from another one, or combined.
    fn converted(&self, expression: &Expression, context: &Context) -> Option<String> {
        let text = |of: &Expression| Some(self.evaluate(of, context)?.text());
        Some(match expression {
            Expression::Trim(of) => text(of)?.trim().to_owned(),
            Expression::Compact(of) => compact(&text(of)?),
            Expression::Upper(of) => text(of)?.to_uppercase(),
            Expression::Lower(of) => text(of)?.to_lowercase(),
            Expression::Title(of) => title(&text(of)?),
            Expression::Capital(of) => capital(&text(of)?),
            Expression::Pad(of, width, fill) => pad(&text(of)?, *width, *fill),
            Expression::Reformat(of, from, to) => reformat(&text(of)?, *from, *to)?,
            Expression::Slice(of, start, length) => slice(&text(of)?, *start, *length)?,
            Expression::Before(of, mark) => text(of)?.split_once(mark.as_str())?.0.to_owned(),
            Expression::After(of, mark) => text(of)?.split_once(mark.as_str())?.1.to_owned(),
            Expression::Piece(of, separator, index) => {
                text(of)?.split(separator.as_str()).nth(*index)?.to_owned()
            }
            Expression::Concat(parts) => parts.iter().map(text).collect::<Option<String>>()?,
            Expression::Text(of) => text(of)?,
            _ => return None,
        })
    }

    fn arithmetic(&self, expression: &Expression, context: &Context) -> Option<Scalar> {
        let number = |of: &Expression| match (self.evaluate(of, context), of) {
            (Some(found), _) => found.number(),
            // A sum over no records is zero in another sum.
            (None, Expression::Sum(_) | Expression::SumOfProducts(..)) => Some(0.0),
            (None, _) => None,
        };
        let result = match expression {
            Expression::Join(path, separator) => {
                let texts = self.texts(path, context);
                return (!texts.is_empty()).then(|| Scalar::Text(texts.join(separator)));
            }
            Expression::JoinOfEach(path, each, separator) => {
                let texts = self.of_each(path, each, context)?;
                let texts: Vec<String> = texts.iter().map(Scalar::text).collect();
                return (!texts.is_empty()).then(|| Scalar::Text(texts.join(separator)));
            }
            Expression::Count(path) => as_number(self.find(path, context).len()),
            Expression::Sum(path) => self.numbers(path, context)?.iter().sum(),
            Expression::Aggregate(what, path) => what.of(&self.numbers(path, context)?),
            Expression::SumOfProducts(path, one, other) => {
                self.products(path, one, other, context)?.iter().sum()
            }
            Expression::AggregateOfProducts(what, path, one, other) => {
                what.of(&self.products(path, one, other, context)?)
            }
            Expression::AggregateOfEach(what, path, each) => {
                let values = self.of_each(path, each, context)?;
                let numbers = values.iter().map(Scalar::number);
                let numbers = numbers.collect::<Option<Vec<f64>>>()?;
                (!numbers.is_empty()).then(|| what.of(&numbers))?
            }
            Expression::Quotient(one, other) => {
                let divisor = number(other)?;
                (divisor != 0.0).then_some(number(one)? / divisor)?
            }
            Expression::Product(one, other) => number(one)? * number(other)?,
            Expression::Plus(one, other) => number(one)? + number(other)?,
            Expression::Minus(one, other) => number(one)? - number(other)?,
            Expression::Position(first, step) => {
                let position = i64::try_from(context.position).ok()?;
                as_number(usize::try_from(first + step * position).ok()?)
            }
            _ => return None,
        };
        Some(Scalar::Number(result))
    }

    fn single(&self, path: &Path, context: &Context) -> Option<Scalar> {
        match self.find(path, context).as_slice() {
            [node] => self.node(*node).value.clone(),
            _ => None,
        }
    }

    fn texts(&self, path: &Path, context: &Context) -> Vec<String> {
        let found = self.find(path, context);
        let text = |&node_id: &NodeId| Some(self.node(node_id).value.as_ref()?.text());
        found.iter().filter_map(text).collect()
    }

    fn numbers(&self, path: &Path, context: &Context) -> Option<Vec<f64>> {
        let found = self.find(path, context);
        let numbers = found
            .iter()
            .map(|&found| self.node(found).value.as_ref()?.number());
        let numbers = numbers.collect::<Option<Vec<f64>>>()?;
        (!numbers.is_empty()).then_some(numbers)
    }

    /// A value that is computed for each record.
    fn of_each(&self, path: &Path, each: &Expression, context: &Context) -> Option<Vec<Scalar>> {
        let value = |record: NodeId| {
            let mut inner = context.clone();
            inner.stack.truncate(path.from + 1);
            inner.stack.push(record);
            self.evaluate(each, &inner)
        };
        self.find(path, context).into_iter().map(value).collect()
    }

    /// The product of two values of each record.
    fn products(
        &self,
        path: &Path,
        one: &[SchemaId],
        other: &[SchemaId],
        context: &Context,
    ) -> Option<Vec<f64>> {
        let number = |node, field: &[SchemaId]| match self.below(node, field).as_slice() {
            [text] => super::scalar::number_of(text),
            _ => None,
        };
        let records = self.find(path, context);
        let products = records
            .iter()
            .map(|&record| Some(number(record, one)? * number(record, other)?));
        let products = products.collect::<Option<Vec<f64>>>()?;
        (!products.is_empty()).then_some(products)
    }

    fn pair(
        &self,
        path: &Path,
        places: &[(SchemaId, SchemaId)],
        qualifier: &str,
        context: &Context,
    ) -> Option<Scalar> {
        let [segment] = *self.find(path, context).as_slice() else {
            return None;
        };
        let (_, value) = places.iter().find(|(place, _)| {
            self.below(segment, std::slice::from_ref(place))
                .first()
                .map(String::as_str)
                == Some(qualifier)
        })?;
        let found = self.below(segment, std::slice::from_ref(value));
        found.into_iter().next().map(Scalar::Text)
    }
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "no document has 2^53 records")]
pub(super) fn as_number(count: usize) -> f64 {
    count as f64
}

/// A number times a power of ten, without binary rounding errors.
pub(super) fn scale(number: f64, power: i32) -> f64 {
    let factor = 10_f64.powi(power.abs());
    if power < 0 {
        number / factor
    } else {
        round(number * factor, 6)
    }
}

/// A text padded as by JSONata's `$pad`.
fn pad(text: &str, width: i32, fill: char) -> String {
    let length = usize::try_from(width.unsigned_abs()).unwrap_or(0);
    let missing = length.saturating_sub(text.chars().count());
    let filler: String = std::iter::repeat_n(fill, missing).collect();
    if width < 0 {
        filler + text
    } else {
        text.to_owned() + &filler
    }
}

/// A text without punctuation and spaces.
pub(super) fn compact(text: &str) -> String {
    text.chars().filter(|&sign| !MARKS.contains(sign)).collect()
}

/// A text in lower case with an initial capital.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    first + &letters.as_str().to_lowercase()
}

/// A text in which each word, separated by spaces, has an initial capital.
pub(super) fn title(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(capital).collect();
    words.join(" ")
}

fn reformat(text: &str, from: DateFormat, to: DateFormat) -> Option<String> {
    let read = DateFormat::read(text)
        .into_iter()
        .find(|(form, _)| *form == from)?;
    Some(read.1.write(to))
}

/// Characters from an index; a negative one counts from the end.
fn slice(text: &str, start: i32, length: Option<usize>) -> Option<String> {
    let count = text.chars().count();
    let start = if start < 0 {
        count.saturating_sub(usize::try_from(start.unsigned_abs()).ok()?)
    } else {
        usize::try_from(start).ok()?
    };
    let length = length.unwrap_or(count);
    Some(text.chars().skip(start).take(length).collect())
}

/// The value of the first lower bound that a number reaches.
fn class<'a>(classes: &'a [(f64, Scalar)], other: &'a Scalar, number: f64) -> &'a Scalar {
    let reached = classes.iter().find(|(bound, _)| number >= *bound);
    reached.map_or(other, |(_, value)| value)
}

/// The value of a code in a table.
fn entry<'e>(entries: &'e [(String, Scalar)], code: &str) -> Option<&'e Scalar> {
    let found = entries.iter().find(|(entry, _)| entry == code);
    found.map(|(_, value)| value)
}
