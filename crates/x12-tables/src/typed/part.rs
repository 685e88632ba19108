//! A segment that selectors read, and whether a step matches it.

use b2bi_local_x12::{Element, Isa, Segment};

use crate::spec::Pattern;

/// A segment of the input, ISA among them.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    Isa(&'a Isa),
    Segment(&'a Segment<'a>),
}

impl<'a> Part<'a> {
    pub(super) fn id(self) -> &'a [u8] {
        match self {
            Self::Isa(_) => b"ISA",
            Self::Segment(segment) => segment.id(),
        }
    }

    /// A value; the whole element if the component is 0.
    pub(super) fn value(self, element: usize, component: usize) -> &'a [u8] {
        match self {
            Self::Isa(isa) => isa.field(element).trim_ascii(),
            Self::Segment(segment) => match component.checked_sub(1) {
                None => segment.value(element),
                Some(index) => {
                    let element = segment.element(element);
                    let repetition = element.and_then(|element| element.repetitions().next());
                    let component = repetition.and_then(|first| first.components().nth(index));
                    component.as_ref().map_or(&[][..], Element::value)
                }
            },
        }
    }
}

impl Pattern {
    pub(super) fn matches(&self, part: Part<'_>, in_loop: &str) -> bool {
        *self.segment.as_bytes() == *part.id()
            && (self.in_loop.is_empty() || is_loop(in_loop, &self.in_loop))
            && self.conditions.iter().all(|condition| {
                let value = part.value(condition.element, condition.component);
                let mut values = condition.values.iter();
                values.any(|wanted| wanted.as_bytes() == value) != condition.is_not
            })
    }
}

/// Whether a loop such as `CLP-2100` is the one of a number.
fn is_loop(name: &str, number: &str) -> bool {
    name.split_once('-').map_or(name, |(_, number)| number) == number
}
