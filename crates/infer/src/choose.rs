//! Chooses one of the explanations of each scalar.
//!
//! Each explanation has a cost. An explanation costs less if it shares a record with the
//! explanations of the scalars beside it: the city of the ship-to is in the loop with its name
//! and street, even if another loop has the same city.

use std::collections::HashMap;

use super::draft::{Draft, DraftPart};
use super::search::Candidate;
use super::template::{Expression, Part, Path, Step, Support, Template, Value};

/// How much cheaper an explanation gets if all neighbouring scalars share its record.
const KIN: f64 = 1.2;
/// The factor by which the scalars of each enclosing object count less.
const FADE: f64 = 0.6;
/// Explanations that cost more than the best one by more than this do not vote.
const MARGIN: f64 = 1.5;

/// The beginning of a path.
type Prefix = (usize, Vec<Step>);

/// The number of scalars in a part of the output that could come from each record.
#[derive(Debug, Default)]
struct Tally {
    votes: HashMap<Prefix, f64>,
    leaves: f64,
}

/// Turns a draft into a template.
pub(super) fn choose(draft: Draft) -> Template {
    template(draft, &mut Vec::new())
}

fn template(draft: Draft, scopes: &mut Vec<Tally>) -> Template {
    let mut tally = Tally::default();
    count(&draft, &mut tally);
    scopes.push(tally);
    let made = match draft {
        Draft::Object(members) => {
            let member = |(key, draft)| (key, template(draft, scopes));
            Template::Object(members.into_iter().map(member).collect())
        }
        Draft::List(parts) => Template::List(list(parts, scopes)),
        Draft::Keyed { each, key, value } => {
            let entry = Template::Entry(leaf(*key, scopes), Box::new(template(*value, scopes)));
            Template::Keyed(each, Box::new(entry))
        }
        Draft::Levels(name, tree) => Template::Levels(name, Box::new(template(*tree, scopes))),
        Draft::Leaf(candidates) => Template::Value(value(candidates, scopes)),
        Draft::Element {
            name,
            attributes,
            body,
            text,
        } => Template::Element {
            name,
            attributes: attributes
                .into_iter()
                .map(|(name, draft)| (name, leaf(draft, scopes)))
                .collect(),
            body: list(body, scopes),
            text: text.map(|draft| leaf(*draft, scopes)),
        },
    };
    scopes.pop();
    made
}

fn list(parts: Vec<DraftPart>, scopes: &mut Vec<Tally>) -> Vec<Part> {
    let part = |part: DraftPart| Part {
        template: template(part.draft, scopes),
        each: part.each,
    };
    parts.into_iter().map(part).collect()
}

fn leaf(draft: Draft, scopes: &[Tally]) -> Value {
    match draft {
        Draft::Leaf(candidates) => value(candidates, scopes),
        // An attribute and a text are always leaves.
        _ => value(Vec::new(), scopes),
    }
}

/// Chooses the cheapest explanation, taking neighbouring scalars into account.
fn value(candidates: Vec<Candidate>, scopes: &[Tally]) -> Value {
    let own = weight(&candidates);
    let deepest = candidates
        .iter()
        .map(|candidate| {
            prefixes(&candidate.expression)
                .iter()
                .map(|prefix| prefix.1)
                .sum()
        })
        .fold(1.0, f64::max);
    let cost = |candidate: &Candidate| {
        candidate.cost - KIN * support(&candidate.expression, own, scopes) / deepest
    };
    let mut best: Option<(f64, Candidate)> = None;
    for candidate in candidates {
        let cost = cost(&candidate);
        if best.as_ref().is_none_or(|(known, _)| cost < *known) {
            best = Some((cost, candidate));
        }
    }
    match best {
        Some((_, best)) => Value {
            expression: best.expression,
            unexplained: best.unexplained,
            support: best.support,
        },
        None => Value {
            expression: Expression::Constant(super::scalar::Scalar::Null),
            unexplained: true,
            support: Support::default(),
        },
    }
}

/// How many of the neighbouring scalars share each record with an explanation, from 0 to the sum of
/// the records' weights.
fn support(expression: &Expression, own: f64, scopes: &[Tally]) -> f64 {
    let mut sum = 0.0;
    for (prefix, weight) in prefixes(expression) {
        let (mut support, mut all) = (0.0, 0.0);
        let mut strength = 1.0;
        for scope in scopes.iter().rev().skip_while(|scope| scope.leaves <= 1.0) {
            let votes = scope.votes.get(&prefix).copied().unwrap_or(0.0);
            let others = scope.leaves - 1.0;
            if others > 0.0 {
                support += strength * ((votes - own).max(0.0) / others).min(1.0);
                all += strength;
            }
            strength *= FADE;
        }
        if all > 0.0 {
            sum += weight * support / all;
        }
    }
    sum
}

fn count(draft: &Draft, tally: &mut Tally) {
    match draft {
        Draft::Object(members) => {
            for (_, member) in members {
                count(member, tally);
            }
        }
        Draft::List(parts) => {
            for part in parts {
                count_part(part, tally);
            }
        }
        Draft::Levels(_, tree) => count(tree, tally),
        Draft::Keyed { key, value, .. } => {
            count(key, tally);
            count(value, tally);
        }
        Draft::Leaf(candidates) => count_leaf(candidates, tally),
        Draft::Element {
            attributes,
            body,
            text,
            ..
        } => {
            for (_, attribute) in attributes {
                count(attribute, tally);
            }
            for part in body {
                count_part(part, tally);
            }
            if let Some(text) = text {
                count(text, tally);
            }
        }
    }
}

fn count_part(part: &DraftPart, tally: &mut Tally) {
    count(&part.draft, tally);
    for path in &part.each {
        *tally
            .votes
            .entry((path.from, path.steps.clone()))
            .or_default() += 1.0;
    }
}

fn count_leaf(candidates: &[Candidate], tally: &mut Tally) {
    let share = weight(candidates);
    if share <= 0.0 {
        return;
    }
    tally.leaves += 1.0;
    let mut seen: HashMap<Prefix, f64> = HashMap::new();
    for candidate in voters(candidates) {
        for (prefix, _) in prefixes(&candidate.expression) {
            *seen.entry(prefix).or_default() += share;
        }
    }
    for (prefix, votes) in seen {
        // Two paths into one record still come from one scalar.
        *tally.votes.entry(prefix).or_default() += votes.min(1.0);
    }
}

/// The explanations that vote on the source of neighbouring scalars.
fn voters(candidates: &[Candidate]) -> impl Iterator<Item = &Candidate> {
    let best = candidates
        .iter()
        .map(|candidate| candidate.cost)
        .fold(f64::MAX, f64::min);
    candidates
        .iter()
        .filter(move |candidate| !candidate.unexplained && candidate.cost <= best + MARGIN)
}

fn weight(candidates: &[Candidate]) -> f64 {
    let voters = u32::try_from(voters(candidates).count()).unwrap_or(u32::MAX);
    if voters == 0 {
        0.0
    } else {
        1.0 / f64::from(voters)
    }
}

/// The records on the paths of an expression; for each path, its innermost record counts double.
fn prefixes(expression: &Expression) -> Vec<(Prefix, f64)> {
    let mut paths: Vec<&Path> = Vec::new();
    expression.paths(&mut paths);
    let records = matches!(
        expression,
        Expression::Count(_)
            | Expression::SumOfProducts(..)
            | Expression::AggregateOfProducts(..)
            | Expression::Pair(..)
    );
    let mut prefixes: Vec<(Prefix, f64)> = Vec::new();
    for path in paths {
        let length = path.steps.len() + usize::from(records);
        let mut weight = 1.0;
        for end in 0..length {
            let steps = path.steps.get(..end).unwrap_or_default().to_vec();
            let prefix = (path.from, steps);
            if prefixes.iter().all(|(item, _)| *item != prefix) {
                prefixes.push((prefix, weight));
            }
            weight *= 2.0;
        }
    }
    prefixes
}
