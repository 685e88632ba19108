//! The explanations of one scalar of the output.

use super::convert::conversions;
use super::index::sought;
use super::paths::is_code_name;
use super::scalar::Scalar;
use super::search::{Candidate, Case, LeafCases, Search, Target};
use super::standard;
use super::sums::is_named;
use super::template::{Aggregate, Expression, Select, Support};
use super::tree::NodeId;

/// The maximum number of leaves in one context that are tried as the source of a value.
const HITS: usize = 12;
/// The cost of a constant: more than a path from a nearby context, less than an unlikely sum.
const CONSTANT: f64 = 3.0;
/// The number of visited nodes that each scalar adds to the limit of the search.
const LOOK: usize = 100;
/// How much cheaper a value of the greatest record is if its name says so.
const EXTREME: f64 = 1.2;
/// The extra cost of a low number that comes from a counter.
const COUNTER: f64 = 1.7;
/// The extra cost of a single place as the source of a value that several records share.
const ELSEWHERE: f64 = 1.5;
/// The maximum number of explanations that are compared.
const CANDIDATES: usize = 12;

impl Search<'_> {
    /// The explanations of a scalar, the cheapest first; there is at least one.
    pub(super) fn candidates(&self, cases: &LeafCases<'_>, target: &Target) -> Vec<Candidate> {
        let mut found = Vec::new();
        self.tree.look(LOOK);
        if let Some(seed) = seed(cases).filter(|_| !self.is_exhausted()) {
            self.explain(cases, target, seed, &mut found);
        }
        self.judge(cases, target, &mut found);
        found.extend(constant(cases, found.is_empty()));
        found.sort_by(|one, other| one.cost.total_cmp(&other.cost));
        found.truncate(CANDIDATES);
        let support = Support {
            seen: cases.iter().filter(|case| case.wanted.is_some()).count(),
            places: cases.len(),
        };
        for candidate in &mut found {
            candidate.support = support;
        }
        found
    }

    /// The explanations of a value. Less likely kinds are tried only if the kinds before have found
    /// nothing, or only coincidences.
    fn explain(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        seed: &Case<'_, Scalar>,
        found: &mut Vec<Candidate>,
    ) {
        self.moves(cases, seed, found);
        self.positions(cases, found);
        self.count_of_levels(cases, target, found);
        self.counts(cases, target, found);
        self.distinct_counts(cases, found);
        self.aggregates(cases, target, found);
        self.aggregates_of_sums(cases, target, found);
        // A value at some position may be the only one with its code.
        let by_place =
            !found.is_empty() && found.iter().all(|found| is_by_place(&found.expression));
        if by_place || Self::is_of_code(target) {
            self.filtered_sums(cases, target, found);
        }
        if by_place {
            self.level_sums(cases, found);
        }
        if found.is_empty() {
            self.sums(cases, target, found);
            self.arithmetic(cases, found);
        }
        if found.is_empty() {
            self.outer_sums(cases, found);
        }
        // A value that is missing in some cases is less likely to be a coincidence than the
        // remainder of three numbers.
        if !found.is_empty() && found.iter().all(|found| is_rest(&found.expression)) {
            self.defaults(cases, target, found);
        }
        if found.is_empty() {
            self.running(cases, found);
            self.signed(cases, target, found);
        }
        if found.is_empty() {
            self.explain_further(cases, target, seed, found);
        }
    }

    /// The less likely kinds of explanations; each is tried only if those before have found
    /// nothing.
    fn explain_further(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        seed: &Case<'_, Scalar>,
        found: &mut Vec<Candidate>,
    ) {
        self.magnitudes(cases, found);
        if found.is_empty() {
            self.referred_products(cases, found);
        }
        if found.is_empty() {
            self.sums_at_two_levels(cases, found);
        }
        if found.is_empty() {
            self.sums_of_sums(cases, found);
        }
        if found.is_empty() {
            self.ratios(cases, found);
        }
        if found.is_empty() {
            self.texts(cases, seed, found);
        }
        if found.is_empty() {
            self.named_flags(cases, target, found);
        }
        if found.is_empty() {
            self.presence(cases, target, found);
        }
        if !found.is_empty() {
            return;
        }
        self.joined_extremes(cases, found);
        if !found.is_empty() {
            return;
        }
        self.tables(cases, target, found);
        self.signs_of(cases, found);
        if found.is_empty() {
            self.comparisons(cases, found);
            self.thresholds(cases, found);
            self.classes(cases, found);
        }
        self.defaults(cases, target, found);
    }

    /// Values that are copied, possibly in another format.
    fn moves(&self, cases: &LeafCases<'_>, seed: &Case<'_, Scalar>, found: &mut Vec<Candidate>) {
        let Some(wanted) = seed.wanted else { return };
        for leaf in self.hits(seed, wanted) {
            let Some(source) = &self.tree.node(leaf).value else {
                continue;
            };
            let is_number = matches!(wanted, Scalar::Number(_));
            if is_number && self.forms.is_code(self.tree, self.tree.node(leaf).schema) {
                continue;
            }
            let counter = self.counter_cost(leaf, wanted, cases.len());
            for (cost, conversion) in conversions(source, wanted) {
                for (way, path) in self.paths(&seed.context, leaf) {
                    let expression = conversion.wrap(Expression::Path(path));
                    if self.fits(&expression, cases) {
                        push(found, way + cost + counter, expression);
                    }
                }
                self.pairs(cases, seed, leaf, conversion, found);
            }
        }
    }

    /// The extra cost of a number that comes from a counter: low numbers match counters by chance.
    fn counter_cost(&self, leaf: NodeId, wanted: &Scalar, cases: usize) -> f64 {
        let low = wanted.number().is_some_and(|number| number.abs() < 100.0);
        let label = &self.tree.schema(self.tree.node(leaf).schema).label;
        let counts = label.code().is_some_and(|code| standard::is_counter(&code));
        match wanted {
            Scalar::Number(_) if low && counts && cases < 2 => COUNTER,
            _ => 0.0,
        }
    }

    /// The possible source leaves of a value, those of the innermost context first.
    pub(super) fn hits(&self, seed: &Case<'_, Scalar>, wanted: &Scalar) -> Vec<NodeId> {
        let mut hits = Vec::new();
        let mut inner: Option<(NodeId, NodeId)> = None;
        for &record in seed.context.stack.iter().rev() {
            let end = self.tree.node(record).end;
            let before = hits.len();
            for key in sought(wanted).iter().flatten() {
                let room = HITS.saturating_sub(hits.len() - before);
                let parts = match inner {
                    Some((from, to)) => [(record, from), (to, end)],
                    None => [(record, end), (end, end)],
                };
                let nodes = parts
                    .iter()
                    .flat_map(|&(from, to)| self.index.within(key, from, to));
                let fresh: Vec<NodeId> = nodes
                    .copied()
                    .filter(|node| !hits.contains(node))
                    .take(room)
                    .collect();
                hits.extend(fresh);
            }
            inner = Some((record, end));
        }
        hits
    }

    /// Whether an expression is a value of a user's own document that occurs once and has a name
    /// like a code. It is then more than a constant of the standard.
    fn is_own_code(&self, expression: &Expression) -> bool {
        let Expression::Path(path) = expression else {
            return false;
        };
        let last = path.steps.last().map(|step| self.tree.schema(step.schema));
        last.is_some_and(|last| {
            self.forms.is_empty() && last.instances.len() == 1 && is_code_name(&last.label.field)
        })
    }

    /// Raises the cost of explanations that are probably coincidences.
    fn judge(&self, cases: &LeafCases<'_>, target: &Target, found: &mut [Candidate]) {
        let first = cases.iter().find_map(|case| case.wanted);
        let varies = cases
            .iter()
            .any(|case| case.wanted.is_some() && case.wanted != first);
        let length = first.map_or(0, |first| first.text().chars().count());
        let fixed = target.element.as_deref().is_some_and(standard::is_fixed);
        for candidate in found.iter_mut() {
            if fixed
                && !varies
                && (length < 6 || !is_move(&candidate.expression))
                && !self.is_own_code(&candidate.expression)
            {
                candidate.cost += 5.0;
            }
            // A single place that has the value of all records is probably not its source.
            if !varies && cases.len() > 1 && is_by_place(&candidate.expression) {
                candidate.cost += ELSEWHERE;
            }
            candidate.cost -= self.kinship(&candidate.expression, target);
            if is_extreme(&candidate.expression, target) {
                candidate.cost -= EXTREME;
            }
        }
    }
}

/// Whether an expression finds its value by position.
pub(super) fn is_by_place(expression: &Expression) -> bool {
    let mut paths = Vec::new();
    expression.paths(&mut paths);
    let by_place = |select: &Select| {
        matches!(
            select,
            Select::First | Select::Last | Select::At(_) | Select::Extreme(..)
        )
    };
    let mut selects = paths
        .iter()
        .flat_map(|path| &path.steps)
        .flat_map(|path| &path.select);
    selects.any(by_place)
}

/// Whether a value comes from the greatest or least record, and its name says so.
fn is_extreme(expression: &Expression, target: &Target) -> bool {
    let mut paths = Vec::new();
    expression.paths(&mut paths);
    let steps = paths.iter().flat_map(|path| &path.steps);
    let mut selects = steps.flat_map(|step| &step.select);
    selects.any(|select| match select {
        Select::Extreme(_, true) => is_named(Aggregate::Max, target),
        Select::Extreme(_, false) => is_named(Aggregate::Min, target),
        _ => false,
    })
}

/// Whether an expression subtracts two numbers from a third.
fn is_rest(expression: &Expression) -> bool {
    match expression {
        Expression::Minus(one, _) => matches!(**one, Expression::Minus(..)),
        Expression::Round(of, _) | Expression::Text(of) | Expression::Fixed(of, _) => is_rest(of),
        _ => false,
    }
}

fn is_move(expression: &Expression) -> bool {
    matches!(expression, Expression::Path(_))
}

/// Adds an explanation unless it exists.
pub(super) fn push(found: &mut Vec<Candidate>, cost: f64, expression: Expression) {
    match found
        .iter_mut()
        .find(|found| found.expression == expression)
    {
        Some(known) => known.cost = known.cost.min(cost),
        None => found.push(Candidate {
            cost,
            expression,
            unexplained: false,
            support: Support::default(),
        }),
    }
}

/// The case with the most informative value: the longest.
pub(super) fn seed<'a, 'c>(cases: &'a LeafCases<'c>) -> Option<&'a Case<'c, Scalar>> {
    let length = |case: &&Case<'_, Scalar>| case.wanted.map_or(0, |wanted| wanted.text().len());
    let is_informative = |case: &&Case<'_, Scalar>| {
        case.wanted
            .is_some_and(|wanted| *wanted != Scalar::Null && !wanted.text().is_empty())
    };
    // `max_by_key` would return the last of the longest; the first is wanted.
    cases.iter().rev().filter(is_informative).max_by_key(length)
}

/// The most frequent wanted value, as a constant.
fn constant(cases: &LeafCases<'_>, alone: bool) -> Option<Candidate> {
    let present: Vec<&Scalar> = cases.iter().filter_map(|case| case.wanted).collect();
    let first = *present.first()?;
    let everywhere =
        present.len() == cases.len() && present.iter().all(|present| *present == first);
    let often = |value: &Scalar| present.iter().filter(|present| **present == value).count();
    let value = if everywhere {
        first
    } else {
        let most = present
            .iter()
            .map(|present| often(present))
            .max()
            .unwrap_or(0);
        present.iter().find(|present| often(present) == most)?
    };
    (everywhere || alone).then(|| Candidate {
        cost: if everywhere { CONSTANT } else { 50.0 },
        expression: Expression::Constant(value.clone()),
        unexplained: true,
        support: Support::default(),
    })
}
