//! Rules between the elements of a segment, such as `P0304`.

use std::fmt;

/// A rule between elements, by their positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What the rule requires.
    pub relation: Relation,
    /// The positions of the elements, the first being 1.
    pub positions: Vec<u8>,
}

/// The requirement of a rule between elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// All or none (`P`).
    Paired,
    /// At least one (`R`).
    Required,
    /// At most one (`E`).
    Exclusion,
    /// If the first is present, all the others (`C`).
    Conditional,
    /// If the first is present, at least one of the others (`L`).
    ListConditional,
}

/// Reads rules separated by spaces; text that is not a rule is left out.
pub(crate) fn notes(text: &str) -> Vec<Note> {
    text.split(' ').filter_map(note).collect()
}

fn note(text: &str) -> Option<Note> {
    let relation = match text.get(..1)? {
        "P" => Relation::Paired,
        "R" => Relation::Required,
        "E" => Relation::Exclusion,
        "C" => Relation::Conditional,
        "L" => Relation::ListConditional,
        _ => return None,
    };
    let digits = text.get(1..)?.as_bytes().chunks(2);
    let positions = digits.map(|pair| std::str::from_utf8(pair).ok()?.parse().ok());
    Some(Note {
        relation,
        positions: positions.collect::<Option<_>>()?,
    })
}

impl Note {
    /// The position of the element that violates the rule, given which elements are present.
    pub(crate) fn broken_at(&self, is_present: impl Fn(u8) -> bool) -> Option<u8> {
        let present = |position: &&u8| is_present(**position);
        let absent = |position: &&u8| !is_present(**position);
        let (first, others) = self.positions.split_first()?;
        match self.relation {
            Relation::Paired if self.positions.iter().any(|at| is_present(*at)) => {
                self.positions.iter().find(absent).copied()
            }
            Relation::Required => {
                (!self.positions.iter().any(|at| is_present(*at))).then_some(*first)
            }
            Relation::Exclusion => self.positions.iter().filter(present).nth(1).copied(),
            Relation::Conditional if is_present(*first) => others.iter().find(absent).copied(),
            Relation::ListConditional if is_present(*first) => {
                let any = others.iter().any(|at| is_present(*at));
                others.first().filter(|_| !any).copied()
            }
            _ => None,
        }
    }

    /// The position of the element that triggers the rule, in a segment that violates it.
    pub(crate) fn trigger(&self, is_present: impl Fn(u8) -> bool) -> Option<u8> {
        self.positions.iter().find(|at| is_present(**at)).copied()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.relation {
            Relation::Paired => "P",
            Relation::Required => "R",
            Relation::Exclusion => "E",
            Relation::Conditional => "C",
            Relation::ListConditional => "L",
        })?;
        self.positions
            .iter()
            .try_for_each(|position| write!(f, "{position:02}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: &str, present: &[u8], broken_at: Option<u8>) {
        let note = note(rule).unwrap();
        assert_eq!(note.to_string(), rule);
        assert_eq!(
            note.broken_at(|at| present.contains(&at)),
            broken_at,
            "{rule} {present:?}"
        );
    }

    #[test]
    fn rules_between_elements() {
        check("P0304", &[], None);
        check("P0304", &[3, 4], None);
        check("P0304", &[4], Some(3));
        check("R0203", &[], Some(2));
        check("R0203", &[3], None);
        check("E0102", &[1], None);
        check("E0102", &[1, 2], Some(2));
        check("C0304", &[4], None);
        check("C0304", &[3], Some(4));
        check("L030405", &[3], Some(4));
        check("L030405", &[3, 5], None);
    }

    #[test]
    fn the_element_that_a_rule_starts_from() {
        for (rule, present, trigger) in [
            ("P0304", &[4][..], Some(4)),
            ("P030405", &[4, 5], Some(4)),
            ("R0203", &[], None),
            ("E0102", &[1, 2], Some(1)),
            ("C0304", &[3], Some(3)),
            ("L030405", &[3], Some(3)),
        ] {
            let note = note(rule).unwrap();
            assert_eq!(note.trigger(|at| present.contains(&at)), trigger, "{rule}");
        }
    }
}
