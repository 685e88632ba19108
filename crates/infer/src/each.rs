//! Values that are computed for each record: lists of them, and the greatest, the least and the
//! average of sums.

use super::draft::target_of;
use super::evaluate::Context;
use super::leaves::{is_by_place, push};
use super::records::{Alignment, ListCase, Loops};
use super::scalar::Scalar;
use super::search::{Candidate, Case, LeafCases, Search, Target, cases_of, first_number};
use super::sums::is_named;
use super::template::{Aggregate, Expression};
use super::texts::SEPARATORS;
use super::tree::{NodeId, SchemaId};
use super::walk::uses_place;
use super::wanted::Wanted;

/// The maximum number of kinds of records that are tried.
const KINDS: usize = 12;
/// The cost of joined texts, and the share of the cost of one of them.
const JOIN: f64 = 1.8;
const SHARE: f64 = 0.2;
/// The cost of an aggregate of sums.
const COST: f64 = 1.6;

impl Search<'_> {
    /// The loops for a list of numbers, one for each record of a kind, none of which is in the
    /// input.
    pub(super) fn computed_list<'a>(&self, lists: &[ListCase<'a>]) -> Option<Loops<'a>> {
        let is_number = |item: &&Wanted| match item {
            Wanted::Leaf(scalar) => scalar.number().is_some(),
            _ => false,
        };
        let are_numbers = lists.iter().all(|list| list.items.iter().all(is_number));
        let most = lists.iter().map(|list| list.items.len()).max()?;
        if !are_numbers || most < 2 || self.is_exhausted() {
            return None;
        }
        let context = &lists.first()?.context;
        let mut kinds: Vec<SchemaId> = self.listed_below(context.innermost());
        kinds.sort_by_key(|&kind| self.tree.schema(kind).depth);
        kinds.truncate(KINDS);
        kinds.into_iter().find_map(|schema| {
            let records = |list: &ListCase<'_>| {
                let all = self.tree.within(list.context.innermost(), schema);
                (all.len() == list.items.len()).then(|| all.to_vec())
            };
            let found = Alignment {
                schema,
                level: context.stack.len().saturating_sub(1),
                records: lists.iter().map(records).collect::<Option<Vec<_>>>()?,
                selects: Vec::new(),
                coverage: 1.0,
                distinct: true,
            };
            let loops = self.nested(lists, &found);
            self.explains(&loops).then_some(loops)
        })
    }

    /// Whether the items of loops are computed from their records.
    fn explains(&self, loops: &Loops<'_>) -> bool {
        let leaf = |case: &Case<'_, Wanted>| match case.wanted {
            Some(Wanted::Leaf(scalar)) => Some(scalar.clone()),
            _ => None,
        };
        let scalars: Vec<Option<Scalar>> = loops.cases.iter().map(leaf).collect();
        let of_case = |(case, wanted): (&Case<'_, Wanted>, &'_ Option<Scalar>)| {
            (case.context.clone(), wanted.clone())
        };
        let owned: Vec<_> = loops.cases.iter().zip(&scalars).map(of_case).collect();
        let cases = cases_of(&owned);
        let best = self.candidates(&cases, &target_of("")).into_iter().next();
        best.is_some_and(|best| {
            let is_computed = matches!(
                best.expression,
                Expression::Round(..)
                    | Expression::Product(..)
                    | Expression::SumOfProducts(..)
                    | Expression::Sum(_)
                    | Expression::Count(_)
                    | Expression::Scale(..)
                    | Expression::Plus(..)
                    | Expression::Minus(..)
                    | Expression::Text(_)
                    | Expression::Fixed(..)
            );
            is_computed && !best.unexplained && !is_by_place(&best.expression)
        })
    }

    /// Texts that are composed for each record of a kind, joined by a separator.
    pub(super) fn joined_texts(
        &self,
        cases: &LeafCases<'_>,
        text: &str,
        found: &mut Vec<Candidate>,
    ) {
        let Some(case) = cases
            .first()
            .filter(|_| found.is_empty() && !self.divides.get())
        else {
            return;
        };
        let from = case.context.stack.len().saturating_sub(1);
        let longest = cases
            .iter()
            .find(|case| case.wanted.is_some_and(|wanted| wanted.text() == text));
        let record = longest.unwrap_or(case).context.innermost();
        self.divides.set(true);
        for separator in SEPARATORS.iter().filter(|sign| text.contains(**sign)) {
            for schema in self.listed_below(record).into_iter().take(KINDS) {
                if let Some((cost, each)) = self.text_of_each(cases, schema, separator, from) {
                    let path = self.all(from, record, schema);
                    let join =
                        Expression::JoinOfEach(path, Box::new(each), (*separator).to_owned());
                    if self.fits(&join, cases) {
                        push(found, JOIN + SHARE * cost, join);
                    }
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        self.divides.set(false);
    }

    /// The explanation of the parts of texts, one for each record of a kind.
    fn text_of_each(
        &self,
        cases: &LeafCases<'_>,
        schema: SchemaId,
        separator: &str,
        from: usize,
    ) -> Option<(f64, Expression)> {
        let mut owned = Vec::new();
        for case in cases {
            let records = self.tree.within(case.context.innermost(), schema);
            let text = case.wanted.map(Scalar::text);
            let parts: Vec<&str> = match &text {
                Some(text) => text.split(separator).collect(),
                None => Vec::new(),
            };
            if parts.len() != records.len() {
                return None;
            }
            for (position, (&record, part)) in records.iter().zip(parts).enumerate() {
                let mut stack = case.context.stack.clone();
                stack.push(record);
                let context = Context { stack, position };
                owned.push((context, Some(Scalar::Text(part.to_owned()))));
            }
        }
        let parts = cases_of(&owned);
        let candidates = self.candidates(&parts, &target_of("")).into_iter();
        let is_own = |found: &Candidate| {
            let mut paths = Vec::new();
            found.expression.paths(&mut paths);
            let own = paths.iter().all(|path| path.from == from + 1);
            let guessed = found.unexplained || is_by_place(&found.expression);
            own && !guessed && !uses_place(&found.expression)
        };
        let best = candidates.into_iter().find(is_own)?;
        Some((best.cost, best.expression))
    }

    /// The greatest, the least and the average of the sums and counts of several records, if the
    /// member's name says so.
    pub(super) fn aggregates_of_sums(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        let named = Aggregate::ALL
            .into_iter()
            .find(|&what| is_named(what, target));
        let (Some(what), Some(case), true) = (named, first_number(cases), found.is_empty()) else {
            return;
        };
        let from = case.context.stack.len().saturating_sub(1);
        let record = case.context.innermost();
        let kinds = self.listed_below(record);
        for &schema in kinds.iter().take(KINDS) {
            let path = self.all(from, record, schema);
            for each in self.sums_of_each(record, schema, from + 1) {
                let of = Expression::AggregateOfEach(what, path.clone(), Box::new(each));
                self.finish(of, cases, &mut |item| push(found, COST, item));
            }
        }
    }

    /// The sums and counts over the records within each record of a kind.
    fn sums_of_each(&self, record: NodeId, schema: SchemaId, level: usize) -> Vec<Expression> {
        let records = self.tree.within(record, schema);
        let Some(&first) = records.first() else {
            return Vec::new();
        };
        let kinds = self.below(first);
        let inner: Vec<SchemaId> = kinds
            .filter(|(_, kind)| kind.listed && kind.instances.len() > records.len())
            .map(|(kind, _)| kind)
            .take(KINDS)
            .collect();
        let mut found = Vec::new();
        for kind in inner {
            let sums = self.sums_over(level, first, kind);
            found.extend(sums.into_iter().map(|(_, sum)| sum));
            found.push(Expression::Count(self.all(level, first, kind)));
        }
        found
    }
}
