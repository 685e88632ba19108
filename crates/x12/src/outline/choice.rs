//! A part of an outline: the required parts, some segments, or the usual ones.

use super::{Outline, OutlineSegment};
use std::fmt;

/// Codes in most documents, and the values that go with them: the segment, the element, and the
/// value.
const CODES: &[(&str, usize, &str)] = &[
    ("BEG", 1, "00"),
    ("BEG", 2, "SA"),
    ("BAK", 1, "00"),
    ("BAK", 2, "AC"),
    ("BSN", 1, "00"),
    ("PO1", 2, "1"),
    ("PO1", 3, "EA"),
    ("PO1", 4, "1"),
    ("PO1", 6, "UP"),
    ("PO1", 7, "AAA"),
    ("IT1", 2, "1"),
    ("IT1", 3, "EA"),
    ("IT1", 4, "1"),
    ("IT1", 6, "UP"),
    ("IT1", 7, "AAA"),
    ("LIN", 2, "UP"),
    ("LIN", 3, "AAA"),
    ("SN1", 3, "EA"),
    ("MAN", 1, "GM"),
    ("TD5", 2, "2"),
    ("TD5", 3, "AAAA"),
];
/// The sets with two parties in the header, and the codes of both.
const PARTIES: &[(&str, [&str; 2])] = &[
    ("810", ["ST", "BT"]),
    ("850", ["ST", "BT"]),
    ("855", ["ST", "BT"]),
    ("856", ["ST", "SF"]),
    ("860", ["ST", "BT"]),
];
/// The levels of a ship notice, and the usual segments of each.
const LEVELS: [(&str, &[&str]); 4] = [
    ("S", &["TD5", "REF", "DTM", "N1", "N3", "N4"]),
    ("O", &["PRF"]),
    ("P", &["MAN"]),
    ("I", &["LIN", "SN1"]),
];

/// A transaction set has no segment with this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSegmentError {
    /// The name.
    pub id: String,
}

impl fmt::Display for UnknownSegmentError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the set has no segment {}", self.id)
    }
}

impl std::error::Error for UnknownSegmentError {}

impl Outline {
    /// Removes optional segments and optional loops, except those that [`Self::set_usual`] chose.
    pub fn keep_required(&mut self) {
        self.keep(&[]);
    }

    /// Removes everything except some segments, the loops that contain them, and required parts.
    /// The segments are in the order of the document: if one has several places, the place after
    /// the segment named before it is used.
    ///
    /// # Errors
    ///
    /// The set has no segment with one of these names.
    pub fn keep_segments(&mut self, ids: &[String]) -> Result<(), UnknownSegmentError> {
        let has = |id: &str| self.segments.iter().any(|segment| segment.id == id);
        if let Some(unknown) = ids.iter().find(|id| !has(id)) {
            return Err(UnknownSegmentError {
                id: unknown.clone(),
            });
        }
        self.keep(ids);
        Ok(())
    }

    fn keep(&mut self, ids: &[String]) {
        let above = self.loops();
        let listed = self.places_of(ids);
        let mut kept: Vec<bool> = self
            .segments
            .iter()
            .enumerate()
            .map(|(at, segment)| segment.usual || listed.contains(&at))
            .collect();
        // A segment is within its loops, which precede it.
        for at in (0..kept.len()).rev() {
            let is_kept = kept.get(at) == Some(&true);
            if let Some(Some(outer)) = above.get(at)
                && is_kept
                && let Some(outer) = kept.get_mut(*outer)
            {
                *outer = true;
            }
        }
        for (at, segment) in self.segments.iter().enumerate() {
            let outer = above.get(at).copied().flatten();
            let inside = outer.is_none_or(|outer| kept.get(outer) == Some(&true));
            if let Some(kept) = kept.get_mut(at) {
                *kept |= segment.required && inside;
            }
        }
        let mut kept = kept.into_iter();
        self.segments.retain(|_| kept.next() == Some(true));
    }

    /// The places of segments, each after the one before it if there is such a place.
    fn places_of(&self, ids: &[String]) -> Vec<usize> {
        let mut places: Vec<usize> = Vec::new();
        for id in ids {
            let after = places.last().copied();
            let all = self.segments.iter().enumerate();
            let mut all = all
                .filter(|(_, segment)| segment.id == id)
                .map(|(at, _)| at);
            let first = all.next();
            let next = first
                .into_iter()
                .chain(all)
                .find(|&at| after.is_none_or(|after| at > after));
            places.extend(next.or(first));
        }
        places
    }

    /// For each segment, the place of the segment that opens the enclosing loop.
    fn loops(&self) -> Vec<Option<usize>> {
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut above = Vec::new();
        for (at, segment) in self.segments.iter().enumerate() {
            let inside = segment.depth.saturating_sub(usize::from(segment.opens));
            while open.last().is_some_and(|(depth, _)| *depth > inside) {
                open.pop();
            }
            above.push(open.last().map(|(_, opener)| *opener));
            if segment.opens {
                open.push((segment.depth, at));
            }
        }
        above
    }

    /// Sets the codes of most documents, writes the parties of the header for both of their usual
    /// roles, and the levels of a ship notice with their usual segments.
    pub fn set_usual(&mut self) {
        for (id, element, code) in CODES {
            let alike = self.segments.iter_mut().filter(|segment| segment.id == *id);
            alike.for_each(|segment| segment.set(*element, *code));
        }
        if self.set == "856" {
            self.set_levels();
        }
        let parties = PARTIES.iter().find(|(set, _)| *set == self.set);
        if let Some((_, roles)) = parties {
            self.set_parties(roles);
        }
    }

    /// The segments of the first loop that a segment opens, and the place of the first one.
    fn first_loop(&self, id: &str) -> Option<(usize, Vec<OutlineSegment>)> {
        let is_it = |segment: &OutlineSegment| segment.opens && segment.id == id;
        let start = self.segments.iter().position(is_it)?;
        let opener = self.segments.get(start)?;
        let rest = self.segments.get(start + 1..)?;
        let is_inside = |segment: &&OutlineSegment| {
            segment.depth > opener.depth || (segment.depth == opener.depth && !segment.opens)
        };
        let inside = rest.iter().take_while(is_inside);
        Some((
            start,
            std::iter::once(opener).chain(inside).cloned().collect(),
        ))
    }

    fn set_parties(&mut self, roles: &[&str; 2]) {
        let Some((start, party)) = self.first_loop("N1") else {
            return;
        };
        let in_role = |role: &&str| {
            let mut party = party.clone();
            for segment in &mut party {
                segment.usual = matches!(segment.id, "N1" | "N3" | "N4");
            }
            if let Some(first) = party.first_mut() {
                first.set(1, *role);
                first.set(3, "92");
                first.set(4, "AAA");
            }
            party
        };
        let parties: Vec<OutlineSegment> = roles.iter().flat_map(in_role).collect();
        self.segments.splice(start..start + party.len(), parties);
    }

    fn set_levels(&mut self) {
        let Some((start, level)) = self.first_loop("HL") else {
            return;
        };
        let mut levels = Vec::new();
        for (place, (code, usual)) in LEVELS.iter().enumerate() {
            for (at, segment) in level.iter().enumerate() {
                if at > 0 && !is_of_level(&level, at, usual) {
                    continue;
                }
                let mut segment = segment.clone();
                if at == 0 {
                    segment.set(1, (place + 1).to_string());
                    segment.set(3, *code);
                    if place > 0 {
                        segment.set(2, place.to_string());
                    }
                }
                segment.usual = true;
                levels.push(segment);
            }
        }
        self.segments.splice(start..start + level.len(), levels);
    }
}

/// Whether a segment of a level is a usual one: directly in the level, or in the loop of a party.
/// Segments of other loops may have the same names.
fn is_of_level(level: &[OutlineSegment], at: usize, usual: &[&str]) -> bool {
    let (Some(top), Some(segment)) = (level.first(), level.get(at)) else {
        return false;
    };
    let before = level.iter().take(at + 1);
    let opener = before.rev().find(|segment| segment.opens);
    let is_direct = segment.depth == top.depth;
    let is_party = segment.depth == top.depth + 1
        && opener.is_some_and(|opener| opener.id == "N1")
        && matches!(segment.id, "N1" | "N3" | "N4");
    (is_direct || is_party) && usual.contains(&segment.id)
}

#[cfg(test)]
mod tests {
    use super::Outline;
    use crate::{Strictness, Version, validate};

    fn outline(set: &str) -> Outline {
        let version = Version::of_group(b"004010").unwrap();
        Outline::new(version, set, None).unwrap()
    }

    fn ids(outline: &Outline) -> String {
        let ids: Vec<&str> = outline.segments.iter().map(|segment| segment.id).collect();
        ids.join(" ")
    }

    fn is_valid(outline: &Outline) {
        let (validation, _) = validate(outline.to_x12().as_bytes(), Strictness::Attested, None);
        assert!(validation.problems.is_empty(), "{:?}", validation.problems);
    }

    #[test]
    fn what_is_required_is_kept() {
        for (set, wanted) in [("850", "BEG PO1"), ("856", "BSN HL"), ("810", "BIG TDS")] {
            let mut outline = outline(set);
            outline.keep_required();
            assert_eq!(ids(&outline), wanted);
            is_valid(&outline);
        }
    }

    #[test]
    fn segments_are_kept_with_their_loops() {
        let mut order = outline("850");
        let listed = ["REF", "N4", "PID"].map(str::to_owned);
        assert_eq!(order.keep_segments(&listed), Ok(()));
        assert_eq!(ids(&order), "BEG REF N1 N4 PO1 PID");
        is_valid(&order);
        let unknown = outline("850").keep_segments(&["CLM".to_owned()]);
        assert_eq!(unknown.unwrap_err().id, "CLM");
    }

    #[test]
    fn usual_parties_and_levels_are_written() {
        let mut order = outline("850");
        order.set_usual();
        order.keep_required();
        let text = order.to_x12();
        assert!(text.contains("BEG*00*SA*"), "{text}");
        assert!(text.contains("N1*ST*") && text.contains("N1*BT*"), "{text}");
        is_valid(&order);
        let mut notice = outline("856");
        notice.set_usual();
        assert_eq!(
            ids(&notice),
            "BSN DTM HL TD5 REF DTM N1 N3 N4 N1 N3 N4 HL PRF HL MAN HL LIN SN1 CTT"
        );
        is_valid(&notice);
        notice.keep_required();
        let text = notice.to_x12();
        for level in ["HL*1**S~", "HL*2*1*O~", "HL*3*2*P~", "HL*4*3*I~"] {
            assert!(text.contains(level), "{level} is not in {text}");
        }
        assert!(text.contains("PRF*") && text.contains("MAN*GM*"), "{text}");
        is_valid(&notice);
    }
}
