//! Inputs generated from the tables, for tests: every loop and segment of a set, once.

use crate::tables::{Version, guides, sets};
use crate::{Outline, OutlineSegment};

/// An input with one transaction that has each segment of each loop of a set.
fn interchange(outline: &Outline) -> String {
    let segments: Vec<String> = outline.segments.iter().map(text).collect();
    outline.enveloped(&segments)
}

/// Every set of every version, by the standard and by its guides.
fn every_outline() -> impl Iterator<Item = Outline> {
    let sets = Version::ALL
        .into_iter()
        .flat_map(|version| sets(version).map(move |set| (version, set, None)));
    let guides = guides().map(|(set, guide)| (Version::V5010, set, Some(guide)));
    sets.chain(guides)
        .map(|(version, set, guide)| Outline::new(version, set, guide).unwrap())
}

/// A segment; binary data contains every delimiter.
fn text(segment: &OutlineSegment) -> String {
    let text = segment.to_string();
    if !matches!(segment.id, "BIN" | "BDS") {
        return text;
    }
    let data = "a~b*c:d\n";
    let counted = text.rsplitn(3, '*').last().unwrap();
    format!("{counted}*{}*{data}", data.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Layout, Strictness, Validator, WriteOptions, read, to_json, write_json};

    #[test]
    fn every_set_is_written_as_it_was_read() {
        for outline in every_outline() {
            let first = to_json(interchange(&outline).as_bytes(), Layout::Compact);
            let written = write_json(&first.text, &WriteOptions::standard()).unwrap();
            assert_eq!(
                to_json(&written, Layout::Compact).text,
                first.text,
                "{} {}",
                outline.group_version,
                outline.set
            );
        }
    }

    #[test]
    fn odd_segments_are_written_back_as_they_were_read() {
        const ODD: [&str; 8] = [
            "ZZZ*1",
            "n3*x",
            "",
            "*IC*X",
            "BEG*00",
            "N3",
            "HL*7*3*20",
            "REF**",
        ];
        for (nth, outline) in every_outline().enumerate() {
            let segments = outline.segments.iter().map(text);
            let odd = ODD.iter().cycle().skip(nth).step_by(3);
            let with: Vec<String> = segments
                .zip(odd)
                .flat_map(|(segment, odd)| [segment, (*odd).to_owned()])
                .collect();
            let first = to_json(outline.enveloped(&with).as_bytes(), Layout::Compact);
            let written = write_json(&first.text, &WriteOptions::standard()).unwrap();
            let again = to_json(&written, Layout::Compact);
            assert_eq!(again.text, first.text, "{}", outline.set);
        }
    }

    #[test]
    fn every_loop_and_segment_of_every_set_is_valid() {
        let mut failures = Vec::new();
        let mut count = 0;
        for outline in every_outline() {
            count += 1;
            let input = interchange(&outline);
            let validator = Validator::new(Strictness::Inferred, None).guided();
            let (validator, reading) = read(input.as_bytes(), validator);
            let validation = validator.finish();
            let name = format!("{} {}", outline.group_version, outline.set);
            assert!(
                reading.problems.is_empty(),
                "{name}: {:?}",
                reading.problems
            );
            if validation.total() > 0 {
                let report = validation.report();
                let first: Vec<&str> = report.lines().take(8).collect();
                failures.push(format!(
                    "{name} ({}):\n{}",
                    validation.total(),
                    first.join("\n")
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
