//! The tables for a transaction: the tables of its version, changed by custom rules.

use std::borrow::Cow;
use std::sync::Arc;

use super::Rules;
use super::periods::{FORMAT, PERIOD};
use crate::ProblemKind;
use crate::tables::{CodeList, Definition, Dictionary, Set, Simple, Version, codes};

/// The definitions and code lists for checking a transaction.
#[derive(Default)]
pub(super) struct Context {
    set: Option<Arc<Set>>,
    elements: Cow<'static, [Simple]>,
    codes: Cow<'static, [CodeList]>,
    /// By the numbers of the set's members.
    definitions: Vec<Option<Cow<'static, Definition>>>,
    /// The numbers of the elements that name a format, and that have a value in it.
    format: Option<u16>,
    period: Option<u16>,
}

impl Context {
    /// Prepares for transactions of `set`, if the previous ones were of another set.
    pub(super) fn enter(&mut self, set: Option<&Arc<Set>>, rules: Option<&Rules>) {
        let same = match (&self.set, set) {
            (Some(known), Some(set)) => Arc::ptr_eq(known, set),
            _ => false,
        };
        if !same {
            *self = set
                .and_then(|set| Self::prepare(set, rules))
                .unwrap_or_default();
        }
    }

    /// The tables of a version, for the segments outside of sets.
    pub(super) fn of_version(version: Version) -> Self {
        let elements = Dictionary::of(version).map_or(&[][..], Dictionary::elements);
        Self {
            elements: Cow::Borrowed(elements),
            codes: Cow::Borrowed(codes(version)),
            ..Self::default()
        }
    }

    fn prepare(set: &Arc<Set>, rules: Option<&Rules>) -> Option<Self> {
        let dictionary = Dictionary::of(set.version())?;
        let rules = rules.filter(|rules| rules.are_for(set.version(), set.id()));
        let definition = |id| {
            let definition = dictionary.segment(id)?;
            Some(rules.map_or(Cow::Borrowed(definition), |rules| {
                rules.definition(id, definition)
            }))
        };
        let listed = codes(set.version());
        Some(Self {
            set: Some(Arc::clone(set)),
            format: dictionary.number(FORMAT),
            period: dictionary.number(PERIOD),
            elements: rules.map_or(Cow::Borrowed(dictionary.elements()), |rules| {
                rules.elements(dictionary)
            }),
            codes: rules.map_or(Cow::Borrowed(listed), |rules| rules.codes(listed)),
            definitions: set
                .members()
                .iter()
                .map(|member| definition(member.id))
                .collect(),
        })
    }

    pub(super) fn version(&self) -> Option<Version> {
        self.set.as_ref().map(|set| set.version())
    }

    #[inline]
    pub(super) fn is_format(&self, element: u16) -> bool {
        self.format == Some(element)
    }

    #[inline]
    pub(super) fn is_period(&self, element: u16) -> bool {
        self.period == Some(element)
    }

    pub(super) fn elements(&self) -> &[Simple] {
        &self.elements
    }

    pub(super) fn codes(&self) -> &[CodeList] {
        &self.codes
    }

    #[inline]
    pub(super) fn definition(&self, member: u16) -> Option<&Definition> {
        self.definitions.get(usize::from(member))?.as_deref()
    }

    /// The number of an element, or of a component if `component` is not 0.
    pub(super) fn reference(&self, member: u16, element: u16, component: u16) -> &'static str {
        let index = |position: u16| usize::from(position).wrapping_sub(1);
        let cells = self.definition(member).map(|definition| &definition.cells);
        let cell = cells.and_then(|cells| cells.get(index(element)));
        let cell = match component {
            0 => cell,
            _ => cell.and_then(|cell| cell.components.get(index(component))),
        };
        let number = cell.and_then(|cell| cell.element).map(usize::from);
        let simple = number.and_then(|number| self.elements.get(number));
        simple.map_or("", |simple| simple.number)
    }

    /// The kind of problem for a segment that is not in the set.
    pub(super) fn unknown(&self, id: &str) -> ProblemKind {
        let dictionary = self.version().and_then(Dictionary::of);
        match dictionary.and_then(|dictionary| dictionary.segment(id)) {
            Some(_) => ProblemKind::SegmentNotInSet,
            None => ProblemKind::SegmentUnknown,
        }
    }
}
