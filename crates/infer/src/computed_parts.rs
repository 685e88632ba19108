//! Texts with parts that are not copied from the input: the word for a code, a sum, a product.

use super::leaves::push;
use super::parts::Way;
use super::scalar::{Scalar, number_of};
use super::search::{Candidate, Case, LeafCases, Search, Target, cases_of};
use super::template::Expression;
use super::texts::{Composed, merged};

/// The maximum number of computed parts in a text.
const PARTS: usize = 3;
/// The maximum number of ways to produce a known part that are tried.
const WAYS: usize = 3;
/// The maximum number of combinations of these ways.
const COMBINATIONS: usize = 24;
/// The cost of a text with computed parts, and the share of the cost of these parts.
const COST: f64 = 1.8;
const SHARE: f64 = 0.2;
/// The minimum number of digits of a number that is searched in a single text.
const DIGITS: usize = 3;

/// A part of a text.
enum Part {
    /// A value of the input.
    Known(Vec<Way>),
    /// The same in all texts.
    Fixed(String),
    /// Unknown. It has this text in the example that is divided.
    Open(String),
}

impl Search<'_> {
    /// Texts in which some parts have explanations of their own.
    pub(super) fn computed_parts(
        &self,
        cases: &LeafCases<'_>,
        seed: &Case<'_, Scalar>,
        text: &str,
        found: &mut Vec<Candidate>,
    ) {
        if self.divides.get() || !found.iter().all(|found| has_number(&found.expression)) {
            return;
        }
        let composed = Composed::new(text, cases);
        let Some(chunks) = self.chunks(seed, &composed) else {
            return;
        };
        let parts = self.parted(cases, &composed, chunks);
        let open = parts.iter().filter(|part| matches!(part, Part::Open(_)));
        if !(1..=PARTS).contains(&open.count()) {
            return;
        }
        self.divides.set(true);
        for known in combinations(&parts) {
            if let Some((cost, concat)) = self.completed(cases, &parts, &known)
                && self.fits(&concat, cases)
            {
                found.clear();
                push(found, cost, concat);
                break;
            }
        }
        self.divides.set(false);
    }

    /// The parts of a text: a value that some text does not contain is open.
    fn parted(
        &self,
        cases: &LeafCases<'_>,
        composed: &Composed<'_>,
        chunks: Vec<Vec<Way>>,
    ) -> Vec<Part> {
        let alone = cases.len() < 2;
        let mut parts: Vec<Part> = Vec::new();
        for ways in chunks {
            let part = match ways.as_slice() {
                [(_, Expression::Constant(Scalar::Text(text)))] => {
                    let is_word = text.chars().any(char::is_alphanumeric);
                    let is_number = number_of(text).is_some();
                    let is_same = composed.is_everywhere(text) && !(alone && is_number);
                    if is_same || !is_word {
                        Part::Fixed(text.clone())
                    } else {
                        Part::Open(text.clone())
                    }
                }
                _ => self.known(cases, ways),
            };
            add(&mut parts, part);
        }
        parts
    }

    /// The ways whose value every text contains.
    fn known(&self, cases: &LeafCases<'_>, ways: Vec<Way>) -> Part {
        let is_in = |case: &Case<'_, Scalar>, way: &Expression| {
            let Some(wanted) = case.wanted else {
                return true;
            };
            let value = self.tree.evaluate(way, &case.context);
            value.is_some_and(|value| wanted.text().contains(&value.text()))
        };
        let shown = match ways.first() {
            Some((_, way)) => cases.iter().find_map(|case| {
                let value = self.tree.evaluate(way, &case.context)?;
                case.wanted.map(|_| value.text())
            }),
            None => None,
        };
        let fitting = ways
            .into_iter()
            .filter(|(_, way)| cases.iter().all(|case| is_in(case, way)));
        let fitting: Vec<Way> = fitting.take(WAYS).collect();
        if fitting.is_empty() {
            Part::Open(shown.unwrap_or_default())
        } else {
            Part::Known(fitting)
        }
    }

    /// The text with an explanation for each open part, and its cost.
    fn completed(
        &self,
        cases: &LeafCases<'_>,
        parts: &[Part],
        known: &[Expression],
    ) -> Option<(f64, Expression)> {
        let texts: Vec<Option<Vec<Scalar>>> = cases
            .iter()
            .map(|case| match case.wanted {
                Some(wanted) => self
                    .open_texts(case, &wanted.text(), parts, known)
                    .map(Some),
                None => Some(None),
            })
            .collect::<Option<_>>()?;
        let mut known = known.iter();
        let (mut all, mut cost, mut place) = (Vec::new(), COST, 0);
        for part in parts {
            all.push(match part {
                Part::Known(_) => known.next()?.clone(),
                Part::Fixed(text) => Expression::Constant(Scalar::Text(text.clone())),
                Part::Open(_) => {
                    let best = self.of_part(cases, &texts, place)?;
                    place += 1;
                    cost += SHARE * best.cost;
                    best.expression
                }
            });
        }
        Some((cost, Expression::Concat(merged(all))))
    }

    /// The explanation of one open part.
    fn of_part(
        &self,
        cases: &LeafCases<'_>,
        texts: &[Option<Vec<Scalar>>],
        place: usize,
    ) -> Option<Candidate> {
        let of_case = |(case, texts): (&Case<'_, Scalar>, &'_ Option<Vec<Scalar>>)| {
            let wanted = texts.as_ref().and_then(|texts| texts.get(place).cloned());
            (case.context.clone(), wanted)
        };
        let owned: Vec<_> = cases.iter().zip(texts).map(of_case).collect();
        let cases = cases_of(&owned);
        let digits = |text: String| text.bytes().filter(u8::is_ascii_digit).count();
        let first = cases.iter().find_map(|case| case.wanted)?;
        if cases.len() < 2 && digits(first.text()) < DIGITS {
            return None;
        }
        let target = Target {
            name: String::new(),
            element: None,
        };
        let candidates = self.candidates(&cases, &target);
        candidates.into_iter().find(|found| !found.unexplained)
    }

    /// The texts of the open parts in one text; `None` if the other parts do not fit it.
    fn open_texts(
        &self,
        case: &Case<'_, Scalar>,
        text: &str,
        parts: &[Part],
        known: &[Expression],
    ) -> Option<Vec<Scalar>> {
        let mut known = known.iter();
        let (mut rest, mut open, mut is_open) = (text, Vec::new(), false);
        let mut found = |part: &str| open.push(Scalar::Text(part.to_owned()));
        for part in parts {
            let fixed = match part {
                Part::Open(_) => {
                    is_open = true;
                    continue;
                }
                Part::Fixed(text) => text.clone(),
                Part::Known(_) => self.tree.evaluate(known.next()?, &case.context)?.text(),
            };
            rest = if is_open {
                let (before, after) = rest.split_once(fixed.as_str())?;
                found(before);
                after
            } else {
                rest.strip_prefix(fixed.as_str())?
            };
            is_open = false;
        }
        if is_open {
            found(rest);
        } else if !rest.is_empty() {
            return None;
        }
        Some(open)
    }
}

/// Adds a part; open parts that only a space or a decimal point separates are one part.
fn add(parts: &mut Vec<Part>, part: Part) {
    let Part::Open(text) = part else {
        parts.push(part);
        return;
    };
    match parts.as_mut_slice() {
        [.., Part::Open(before)] => before.push_str(&text),
        [.., Part::Open(before), Part::Fixed(between)] if between == " " || between == "." => {
            let joined = format!("{before}{between}{text}");
            parts.truncate(parts.len() - 2);
            parts.push(Part::Open(joined));
        }
        _ => parts.push(Part::Open(text)),
    }
}

/// The combinations of the ways to produce the known parts.
fn combinations(parts: &[Part]) -> Vec<Vec<Expression>> {
    let known = parts.iter().filter_map(|part| match part {
        Part::Known(ways) => Some(ways.clone()),
        _ => None,
    });
    let ways = super::texts::combined(known.collect());
    let ways = ways.into_iter().map(|(_, way)| way);
    ways.take(COMBINATIONS).collect()
}

/// Whether a text contains a constant number, which may be a computed one.
fn has_number(expression: &Expression) -> bool {
    let Expression::Concat(parts) = expression else {
        return false;
    };
    let is_number = |part: &Expression| match part {
        Expression::Constant(Scalar::Text(text)) => {
            text.bytes().filter(u8::is_ascii_digit).count() >= DIGITS
        }
        _ => false,
    };
    parts.iter().any(is_number)
}
