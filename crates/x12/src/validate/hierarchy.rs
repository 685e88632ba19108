//! The hierarchy of HL segments: identifiers, parents, levels, and whether children follow (assumption
//!

use std::collections::HashSet;

use super::Notes;
use crate::tables::Guide;
use crate::text::decode;
use crate::{HierarchyFault, Position, ProblemKind, Segment};

/// The maximum number of ended HL segments that wait for announced children.
const MOST_WAITING: usize = 1024;
/// The maximum number of identifiers that a message lists.
const MOST_LISTED: usize = 8;

/// The HL segments of a transaction so far.
#[derive(Clone, Default)]
pub(super) struct Hierarchy {
    count: u64,
    /// The latest identifier as a number.
    latest: u64,
    /// Identifiers that differ from their ordinal, and ordinals that are not used as identifiers.
    unusual: HashSet<Box<[u8]>>,
    unused: HashSet<u64>,
    open: Vec<Level>,
    /// HL segments that have ended without the children that they announce.
    waiting: Vec<Level>,
}

/// An HL segment.
#[derive(Clone)]
struct Level {
    id: Box<[u8]>,
    /// The right number for its identifier, which has been reported as wrong.
    meant: Option<u64>,
    code: Box<[u8]>,
    position: Position,
    claim: Claim,
}

/// The parent of an HL segment.
#[derive(Clone, Copy)]
enum Parent {
    None,
    /// The one at this index among the open ones.
    Open(usize),
    Wrong,
}

/// What HL04 says about children, until it is confirmed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    None,
    Children,
    NoChildren,
}

impl Hierarchy {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Checks an HL segment; `explained` says that one before it may be mistyped.
    pub(super) fn segment(
        &mut self,
        hl: &Segment<'_>,
        guide: Option<&Guide>,
        explained: bool,
        position: &Position,
        notes: &mut Notes,
    ) {
        let mut site = Site {
            hl,
            position,
            notes,
        };
        let levels = guide.map_or(&[][..], |guide| &guide.levels);
        let expected = self.latest.saturating_add(1);
        let is_right = self.number(hl, !levels.is_empty() && !explained, &mut site);
        let parent = self.parent(hl, explained, levels, &mut site);
        match parent {
            Parent::None => site.level(levels, None),
            Parent::Open(at) => {
                let code = self.open.get(at).map_or(&[][..], |level| &level.code);
                site.level(levels, Some(code));
            }
            Parent::Wrong => {}
        }
        self.enter(hl, parent, position, site.notes);
        if let Some(level) = self.open.last_mut().filter(|_| !is_right) {
            // Those below it may refer to another one.
            level.claim = Claim::None;
            level.meant = Some(expected);
        }
        self.count = self.count.saturating_add(1);
        self.latest = any_number(hl.value(1)).unwrap_or(expected);
    }

    /// Whether the identifier of an HL segment skips one number, which is that of its parent.
    #[cold]
    pub(super) fn skips_parent(&self, hl: &Segment<'_>) -> bool {
        let skipped = self.latest.saturating_add(1);
        plain_number(hl.value(2)) == Some(skipped)
            && plain_number(hl.value(1)) == skipped.checked_add(1)
    }

    /// Handles a segment whose identifier resembles HL; returns whether its elements are those of
    /// an HL segment, so that later ones may refer to it.
    #[cold]
    pub(super) fn mistyped(
        &mut self,
        hl: &Segment<'_>,
        position: &Position,
        notes: &mut Notes,
    ) -> bool {
        let (id, above) = (hl.value(1), hl.value(2));
        let has_form = hl.len() <= 4
            && (1..=2).contains(&hl.value(3).len())
            && matches!(hl.value(4), b"" | b"0" | b"1")
            && (above.is_empty() || self.knows(above));
        if !has_form || !is_identifier(id) || self.knows(id) {
            return false;
        }
        let parent = match self.open_with(above) {
            Some(at) => Parent::Open(at),
            None if above.is_empty() => Parent::None,
            None => Parent::Wrong,
        };
        self.remember(id);
        self.enter(hl, parent, position, notes);
        self.count = self.count.saturating_add(1);
        self.latest = any_number(id).unwrap_or(self.latest);
        true
    }

    /// Ends the transaction, and with it all HL segments. `lost` is the number of HL segments that
    /// were reported as missing: those that announce them are right. An unknown segment at the
    /// position `odd` may have been meant as one.
    pub(super) fn end(&mut self, lost: usize, odd: Option<u32>, notes: &mut Notes) {
        self.close_to(0, notes);
        let announces = |level: &Level| odd.is_some_and(|odd| odd > level.position.segment);
        if lost == 0
            && let Some(at) = self.waiting.iter().rposition(announces)
        {
            self.waiting.remove(at);
        }
        for level in std::mem::take(&mut self.waiting).into_iter().skip(lost) {
            level.report(HierarchyFault::ChildrenMissing, notes);
        }
        self.clear();
    }

    /// Whether an identifier has occurred.
    pub(super) fn knows(&self, id: &[u8]) -> bool {
        let is_ordinal =
            |number: u64| (1..=self.count).contains(&number) && !self.unused.contains(&number);
        plain_number(id).is_some_and(is_ordinal) || self.unusual.contains(id)
    }

    /// Checks HL01 and returns whether it is right.
    fn number(&mut self, hl: &Segment<'_>, counts: bool, site: &mut Site<'_>) -> bool {
        let id = hl.value(1);
        let ordinal = self.count.saturating_add(1);
        let number = any_number(id);
        let expected = self.latest.saturating_add(1);
        let fault = if self.knows(id) {
            Some(HierarchyFault::IdRepeated)
        } else if counts && number != Some(ordinal) && number != Some(expected) {
            Some(HierarchyFault::IdOutOfSequence { expected })
        } else {
            None
        };
        let is_right = fault.is_none() && is_identifier(id);
        // The check of elements reports a missing one.
        if let Some(fault) = fault.filter(|_| !id.is_empty()) {
            site.report(1, fault);
        }
        self.remember(id);
        is_right
    }

    /// Remembers the identifier of the next HL segment.
    fn remember(&mut self, id: &[u8]) {
        let ordinal = self.count.saturating_add(1);
        if plain_number(id) != Some(ordinal) {
            self.unused.insert(ordinal);
            match plain_number(id) {
                Some(number) if self.unused.remove(&number) => {}
                _ => drop(self.unusual.insert(id.into())),
            }
        }
    }

    /// Checks HL02.
    fn parent(
        &mut self,
        hl: &Segment<'_>,
        explained: bool,
        levels: &[(Option<&'static str>, &'static str)],
        site: &mut Site<'_>,
    ) -> Parent {
        let id = hl.value(2);
        if id.is_empty() {
            let code = hl.value(3);
            let mut here = levels.iter().filter(|(_, level)| level.as_bytes() == code);
            if here.clone().next().is_none() || here.any(|(above, _)| above.is_none()) {
                return Parent::None;
            }
            site.add(2, ProblemKind::ElementMissing);
            return Parent::Wrong;
        }
        if let Some(at) = self.open_with(id) {
            return Parent::Open(at);
        }
        let parent = decode(id).into();
        let is_itself = id == hl.value(1);
        if !is_itself && self.knows(id) {
            self.waiting.retain(|level| *level.id != *id);
            let open = self.open.iter().rev().take(MOST_LISTED).rev();
            let open = open.map(|level| decode(&level.id).into()).collect();
            site.report(2, HierarchyFault::ParentEnded { parent, open });
        } else if !explained {
            site.report(2, HierarchyFault::ParentUnknown { parent });
        }
        Parent::Wrong
    }

    /// The open HL segment with the identifier in HL02.
    fn open_with(&self, id: &[u8]) -> Option<usize> {
        // The first one, because a second one with the same identifier is wrong.
        let named = self.open.iter().position(|level| *level.id == *id);
        let number = plain_number(id);
        let is_meant = |level: &Level| level.meant.is_some() && level.meant == number;
        named.or_else(|| self.open.iter().rposition(is_meant))
    }

    /// Opens an HL segment below its parent, or where its level suggests.
    fn enter(&mut self, hl: &Segment<'_>, parent: Parent, position: &Position, notes: &mut Notes) {
        let code = hl.value(3);
        if let Parent::Open(at) = parent
            && let Some(parent) = self.open.get_mut(at)
        {
            if parent.claim == Claim::NoChildren {
                let child = decode(hl.value(1)).into();
                parent.report(HierarchyFault::ChildUndeclared { child }, notes);
            }
            parent.claim = Claim::None;
        }
        let same = self.open.iter().position(|level| *level.code == *code);
        let keep = match parent {
            Parent::Open(at) => at.saturating_add(1),
            Parent::None => 0,
            Parent::Wrong => same.unwrap_or(self.open.len()),
        };
        self.close_to(keep, notes);
        if let (Parent::Wrong, Some(last)) = (parent, self.open.last_mut()) {
            // It is below the last one, which may be its parent: one problem is enough.
            last.claim = Claim::None;
        }
        self.open.push(Level {
            id: hl.value(1).into(),
            meant: None,
            code: code.into(),
            position: at_element(hl, 4, position),
            claim: match hl.value(4) {
                b"0" => Claim::NoChildren,
                b"1" => Claim::Children,
                _ => Claim::None,
            },
        });
    }

    fn close_to(&mut self, keep: usize, notes: &mut Notes) {
        for level in self.open.drain(keep.min(self.open.len())..) {
            if level.claim != Claim::Children {
                continue;
            }
            if self.waiting.len() < MOST_WAITING {
                self.waiting.push(level);
            } else {
                level.report(HierarchyFault::ChildrenMissing, notes);
            }
        }
    }
}

impl Level {
    #[cold]
    fn report(&self, fault: HierarchyFault, notes: &mut Notes) {
        let value = if matches!(fault, HierarchyFault::ChildrenMissing) {
            "1"
        } else {
            "0"
        };
        let value = value.into();
        let kind = ProblemKind::HierarchyWrong { value, fault };
        notes.add_of_element(kind, self.position, "HL", reference(4));
    }
}

struct Site<'a> {
    hl: &'a Segment<'a>,
    position: &'a Position,
    notes: &'a mut Notes,
}

impl Site<'_> {
    /// Checks HL03 against the levels that a guide allows below that of the parent.
    fn level(&mut self, levels: &[(Option<&'static str>, &'static str)], parent: Option<&[u8]>) {
        if levels.is_empty() {
            return;
        }
        let code = self.hl.value(3);
        let is_below = |(above, _): &&(Option<&str>, &str)| above.map(str::as_bytes) == parent;
        let mut allowed = levels.iter().filter(is_below).map(|(_, code)| *code);
        let is_allowed = allowed.any(|allowed| allowed.as_bytes() == code);
        // The guide does not say what is allowed below an unknown level.
        let is_known = |parent: &[u8]| levels.iter().any(|(_, code)| code.as_bytes() == parent);
        if is_allowed || code.is_empty() || parent.is_some_and(|parent| !is_known(parent)) {
            return;
        }
        let mut expected: Vec<&'static str> = levels
            .iter()
            .filter(is_below)
            .map(|(_, code)| *code)
            .collect();
        expected.sort_unstable();
        expected.dedup();
        let parent = parent.map(|parent| decode(parent).into());
        self.report(3, HierarchyFault::LevelUnexpected { parent, expected });
    }

    #[cold]
    fn report(&mut self, element: usize, fault: HierarchyFault) {
        let value = decode(self.hl.value(element)).into();
        self.add(element, ProblemKind::HierarchyWrong { value, fault });
    }

    fn add(&mut self, element: usize, kind: ProblemKind) {
        let position = at_element(self.hl, element, self.position);
        self.notes
            .add_of_element(kind, position, "HL", reference(element));
    }
}

fn at_element(hl: &Segment<'_>, element: usize, position: &Position) -> Position {
    let offset = hl.element(element).map_or(0, |element| element.offset());
    Position {
        byte: position.byte.saturating_add(u64::from(offset)),
        element: u16::try_from(element).unwrap_or(u16::MAX),
        ..*position
    }
}

/// The standard's number of an element of HL.
fn reference(element: usize) -> &'static str {
    match element {
        1 => "628",
        2 => "734",
        3 => "735",
        _ => "736",
    }
}

/// Whether a value is a valid HL01; the check of elements reports an invalid one.
fn is_identifier(id: &[u8]) -> bool {
    (1..=12).contains(&id.len()) && !id.iter().any(u8::is_ascii_control)
}

/// An identifier as a number, if it has no leading zeros.
fn plain_number(id: &[u8]) -> Option<u64> {
    any_number(id).filter(|_| id.first() != Some(&b'0'))
}

fn any_number(id: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(id).ok()?;
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}
