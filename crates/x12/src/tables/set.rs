//! The table of one transaction set.

use std::borrow::Cow;

use super::index::SegmentIndex;
use super::names::Conditional;
use super::version::Version;
use crate::Segment;

/// A transaction set: its loops, and the places of each segment.
#[derive(Clone)]
pub struct Set {
    pub(super) version: Version,
    pub(super) id: &'static str,
    pub(super) group: &'static str,
    pub(super) loops: Vec<Loop>,
    pub(super) members: Vec<Member>,
    pub(super) index: SegmentIndex,
    pub(super) moves: Vec<Slot>,
    /// The item of the transaction that opens its HL loops.
    pub(super) hierarchy: Option<u16>,
}

/// A loop; the first of a set represents the transaction itself.
#[derive(Clone, Debug)]
pub struct Loop {
    pub(super) name: Cow<'static, str>,
    pub(super) path: String,
    pub(super) parent: u16,
    pub(super) items: Vec<Item>,
    pub(super) conditional: Vec<Conditional>,
    pub(super) letter: Letter,
    pub(super) opener: &'static str,
}

/// One place in a loop: a segment, or a loop with the segment that opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The number of the segment among the set's members.
    pub member: u16,
    /// The minimum number of occurrences.
    pub min: u32,
    /// The maximum number of occurrences; `u32::MAX` means without limit.
    pub max: u32,
    /// The number of the loop that the segment opens.
    pub opens: Option<u16>,
    /// Whether the segment is the LE that ends a loop which an LS opened.
    pub ends: bool,
}

/// A segment that a set uses.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The segment's identifier.
    pub id: &'static str,
    /// Bit n is set if the element at position n is a composite.
    pub(crate) composites: u64,
}

/// The suffix letter of a loop's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letter {
    /// None.
    No,
    /// The letter of the depth of its HL loop.
    Level,
    /// The letter of its occurrence in its parent.
    Occurrence,
}

impl Letter {
    /// The character that represents the suffix in a name.
    pub(super) fn of(name: &str) -> Self {
        match name.as_bytes().last() {
            Some(b'$') => Self::Level,
            Some(b'%') => Self::Occurrence,
            _ => Self::No,
        }
    }
}

/// How often a loop lists a segment: never, once, or more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Slot {
    #[default]
    Nowhere,
    /// As the item with this number.
    Once(u16),
    /// As several items; this is the first that opens a loop, or else the first.
    Often(u16),
}

impl Set {
    /// The set's identifier, such as `850`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The version of the standard.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The GS01 value of groups with this set.
    #[must_use]
    pub fn group(&self) -> &'static str {
        self.group
    }

    /// The set's loops; the first is the transaction.
    #[must_use]
    pub fn loops(&self) -> &[Loop] {
        &self.loops
    }

    /// The segments that the set uses.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The number of a segment among the set's members.
    #[inline]
    pub(crate) fn member(&self, id: &[u8]) -> Option<u16> {
        self.index.get(id)
    }

    #[inline]
    pub(crate) fn slot(&self, in_loop: u16, member: u16) -> Slot {
        let at = usize::from(in_loop) * self.members.len() + usize::from(member);
        self.moves.get(at).copied().unwrap_or_default()
    }

    /// The number of the loop that contains a loop.
    #[inline]
    pub(crate) fn parent_of(&self, number: u16) -> u16 {
        self.loops
            .get(usize::from(number))
            .map_or(0, |found| found.parent)
    }

    /// Whether the transaction lists an item before its HL loops.
    #[inline]
    pub(crate) fn is_before_hierarchy(&self, item: u16) -> bool {
        self.hierarchy.is_some_and(|hierarchy| item < hierarchy)
    }

    /// Whether a loop, or one within it, lists a segment.
    pub(crate) fn lists_within(&self, number: u16, member: u16) -> bool {
        let within = |item: &Item| {
            item.member == member
                || item.opens.is_some_and(|inner| {
                    // A loop comes after the one that contains it.
                    inner > number && self.lists_within(inner, member)
                })
        };
        let found = self.loops.get(usize::from(number));
        found.is_some_and(|found| found.items.iter().any(within))
    }

    /// The identifier of an item's segment.
    pub(crate) fn id_of(&self, item: &Item) -> &'static str {
        self.members
            .get(usize::from(item.member))
            .map_or("", |member| member.id)
    }

    /// The item of a loop.
    #[inline]
    pub(crate) fn item(&self, in_loop: u16, item: u16) -> Option<&Item> {
        self.loops
            .get(usize::from(in_loop))?
            .items
            .get(usize::from(item))
    }
}

impl std::fmt::Debug for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Set")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Loop {
    /// The loop's name, such as `N1-4000`, without a suffix letter.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The identifier of the segment that opens the loop; empty for the transaction.
    #[must_use]
    pub(crate) fn opener(&self) -> &'static str {
        self.opener
    }

    /// The number of the loop that contains this one.
    #[must_use]
    pub fn parent(&self) -> u16 {
        self.parent
    }

    /// The items of the loop, in order, without the segment that opens it.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    pub(crate) fn letter(&self) -> Letter {
        self.letter
    }

    /// Whether the loop is an HL loop whose occurrences are nested by their parents.
    pub(crate) fn nests(&self) -> bool {
        self.letter == Letter::Level && self.opener == "HL"
    }

    /// The opening segments on the path to the loop, such as `HL/CLM/NM1`; `#2` marks a later
    /// sibling that opens with the same segment.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name of an occurrence; conditional names take precedence.
    #[inline]
    pub(crate) fn name_for(&self, opening: &Segment<'_>) -> &str {
        let applies = |name: &&Conditional| {
            let value = opening.value(name.element);
            name.values.iter().any(|wanted| wanted.as_bytes() == value)
        };
        let conditional = self.conditional.iter().find(applies);
        conditional.map_or(&self.name, |conditional| &conditional.name)
    }
}
