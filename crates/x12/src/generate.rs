//! Inputs made from the tables, for tests: every loop and segment of a set, once.

use std::sync::Arc;

use crate::tables::{Cell, Definition, Dictionary, Form, Item, Set, Version, codes, set, sets};

/// An input with one transaction that has each segment of each loop of a set.
pub(crate) fn interchange(version: Version, set_id: &str) -> String {
    let set = set(version, set_id).unwrap();
    let segments = segments(&set);
    envelope(&set, &segments)
}

/// Wraps the segments of a transaction, without ST and SE, in an envelope.
pub(crate) fn envelope(set: &Set, segments: &[String]) -> String {
    let (digits, kind, id) = (set.version().digits(), set.group(), set.id());
    let (isa11, isa12) = if digits == "4010" {
        ("U", "00401")
    } else {
        ("^", "00501")
    };
    let body = segments.join("~\n");
    format!(
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260301*0930*{isa11}*{isa12}*000000001*0*T*>~\n\
         GS*{kind}*SENDER*RECEIVER*20260301*0930*1*X*00{digits}~\nST*{id}*0001~\n{body}~\nSE*{}*0001~\nGE*1*1~\nIEA*1*000000001~\n",
        segments.len() + 2
    )
}

/// Every segment of every loop, in order, without ST and SE.
pub(crate) fn segments(set: &Arc<Set>) -> Vec<String> {
    let mut generator = Generator {
        set,
        dictionary: Dictionary::of(set.version()).unwrap(),
        levels: 0,
    };
    let mut out = Vec::new();
    generator.items(set.loops()[0].items(), &mut out);
    out
}

/// Every set of every version.
pub(crate) fn every_set() -> impl Iterator<Item = (Version, &'static str)> {
    Version::ALL
        .into_iter()
        .flat_map(|version| sets(version).map(move |set| (version, set)))
}

struct Generator<'a> {
    set: &'a Set,
    dictionary: &'static Dictionary,
    levels: usize,
}

impl Generator<'_> {
    fn items(&mut self, items: &[Item], out: &mut Vec<String>) {
        for item in items {
            for _ in 0..item.min.max(1) {
                out.push(self.segment(self.set.id_of(item)));
                if let Some(number) = item.opens {
                    let inner = self.set.loops()[usize::from(number)].items().to_vec();
                    self.items(&inner, out);
                }
            }
        }
    }

    fn segment(&mut self, id: &str) -> String {
        if id == "HL" {
            self.levels += 1;
            return format!("HL*{}**20", self.levels);
        }
        let definition = self
            .dictionary
            .segment(id)
            .unwrap_or_else(|| panic!("{id} has no definition"));
        self.filled(id, definition)
    }

    fn filled(&self, id: &str, definition: &Definition) -> String {
        let mut present: Vec<bool> = definition.cells.iter().map(|cell| cell.mandatory).collect();
        if !present.contains(&true) {
            // A segment without data could not be written again: a document does not name it.
            present[0] = true;
        }
        while let Some(at) = definition
            .notes
            .iter()
            .chain(&definition.unconfirmed)
            .find_map(|note| note.broken_at(|at| present[usize::from(at) - 1]))
        {
            assert!(
                !present[usize::from(at) - 1],
                "{id} cannot satisfy its rules"
            );
            present[usize::from(at) - 1] = true;
        }
        let values: Vec<String> = (definition.cells.iter().zip(&present))
            .map(|(cell, present)| {
                if *present {
                    self.value(cell)
                } else {
                    String::new()
                }
            })
            .collect();
        if id == "BIN" || id == "BDS" {
            return binary(id, &values);
        }
        format!("{id}*{}", values.join("*"))
            .trim_end_matches('*')
            .to_owned()
    }

    fn value(&self, cell: &Cell) -> String {
        let Some(element) = cell.element else {
            let parts = cell.components.iter().enumerate().map(|(at, part)| {
                if part.mandatory || at == 0 {
                    self.value(part)
                } else {
                    String::new()
                }
            });
            return parts
                .collect::<Vec<_>>()
                .join(">")
                .trim_end_matches('>')
                .to_owned();
        };
        let simple = self.dictionary.elements()[usize::from(element)];
        let (min, max) = (simple.min as usize, simple.max as usize);
        let list = &codes(self.set.version())[usize::from(element)];
        match simple.form {
            Form::Code if list.is_known() => list.sample(min, max).unwrap_or_else(|| {
                panic!("no code of {} has a length of {min}..{max}", simple.number)
            }),
            Form::Date => if max >= 8 { "20260301" } else { "260301" }.to_owned(),
            Form::Time => "12305999"
                .get(..if max >= 4 { min.clamp(4, 8) } else { max })
                .unwrap()
                .to_owned(),
            Form::Decimal | Form::Integer => "1".repeat(min.max(1)),
            Form::Text | Form::Code | Form::Binary => "A".repeat(min.max(1)),
        }
    }
}

/// A binary segment whose data has every delimiter in it.
fn binary(id: &str, values: &[String]) -> String {
    let data = "a~b*c>d\n";
    let before = if id == "BDS" {
        format!("*{}", values[0])
    } else {
        String::new()
    };
    format!("{id}{before}*{}*{data}", data.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Layout, Strictness, Writing, to_json, validate, write_json};

    #[test]
    fn every_set_is_written_as_it_was_read() {
        let mut writing = Writing::standard();
        writing.delimiters.component = b'>';
        for (version, set) in every_set() {
            let first = to_json(interchange(version, set).as_bytes(), Layout::Compact);
            let written = write_json(&first.text, &writing).unwrap();
            assert_eq!(
                to_json(&written, Layout::Compact).text,
                first.text,
                "{version:?} {set}"
            );
        }
    }

    #[test]
    fn every_loop_and_segment_of_every_set_is_valid() {
        let mut failures = Vec::new();
        let mut count = 0;
        for (version, set) in every_set() {
            count += 1;
            let input = interchange(version, set);
            let (validation, reading) = validate(input.as_bytes(), Strictness::Inferred, None);
            assert!(
                reading.problems.is_empty(),
                "{version:?} {set}: {:?}",
                reading.problems
            );
            if validation.total() > 0 {
                let first = validation
                    .report()
                    .lines()
                    .take(5)
                    .collect::<Vec<_>>()
                    .join("\n");
                failures.push(format!(
                    "{version:?} {set} ({}):\n{first}",
                    validation.total()
                ));
            }
        }
        assert!(
            failures.is_empty(),
            "{} of {count}\n{}",
            failures.len(),
            failures.join("\n")
        );
    }
}
