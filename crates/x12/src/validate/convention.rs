//! The implementation guide that a transaction follows.

use std::sync::Arc;

use super::{Strictness, Validator};
use crate::tables::{self, Dictionary, Guide, Usage, Version, guide_name};
use crate::text::decode;
use crate::{Position, ProblemKind, Segment};

impl Validator<'_> {
    /// The guide in ST03, or else in GS08 (assumption A-61), if it is known. If they differ, the
    /// transaction is validated with neither, because either may be meant.
    pub(super) fn guide_for(
        &mut self,
        st: &Segment<'_>,
        position: &Position,
    ) -> Option<Arc<Guide>> {
        let group: Box<str> = self.notes.group.version().into();
        if !self.guided || Version::of_group(group.as_bytes()) != Some(Version::V5010) {
            return None;
        }
        let (set, own) = (decode(st.value(1)), decode(st.value(3)));
        let named = if own.is_empty() { &*group } else { &*own };
        if let (Some(guide), Some(other)) = (guide_name(&own), guide_name(&group))
            && guide != other
        {
            let kind = ProblemKind::GuideDiffers {
                guide: own.as_ref().into(),
                group: group.clone(),
            };
            self.add_of_st(kind, position);
            return None;
        }
        let Some(guide) = tables::guide(&set, named) else {
            if is_of_another_set(named, &set) {
                let kind = ProblemKind::GuideUnsupported {
                    guide: named.into(),
                    set: set.as_ref().into(),
                };
                self.add_of_st(kind, position);
            }
            return None;
        };
        if !guide.is_attested && self.strictness != Strictness::Inferred {
            return None;
        }
        // Sources differ for one guide; X12 requires ST03 in all of them.
        if own.is_empty() && guide.st03() != Usage::NotUsed {
            self.notes.is_of_guide = true;
            self.add_of_st(ProblemKind::ElementMissing, position);
            self.notes.is_of_guide = false;
        }
        Some(guide)
    }

    fn add_of_st(&mut self, kind: ProblemKind, position: &Position) {
        let position = Position {
            element: 3,
            ..*position
        };
        let number = Dictionary::of(Version::V5010).and_then(|all| all.number("1705"));
        let reference = if number.is_some() { "1705" } else { "" };
        self.notes.add_of_element(kind, position, "ST", reference);
    }
}

/// Whether a version names a known guide that is for another set.
fn is_of_another_set(version: &str, set: &str) -> bool {
    let Some(name) = guide_name(version) else {
        return false;
    };
    let mut known = tables::guides()
        .filter(|(_, guide)| *guide == name)
        .peekable();
    known.peek().is_some() && known.all(|(other, _)| other != set)
}
