//! The constraints of the model on a value, as data.

use std::sync::OnceLock;

use crate::pattern::Form;

/// The constraints of one shape.
#[derive(Debug)]
pub enum Shape {
    /// A structure or a union.
    Structure(Structure),
    /// A list.
    List(List),
    /// A string or an enum.
    Text(Text),
    /// A 32-bit whole number.
    Integer(Number),
    /// A boolean.
    Boolean,
}

/// A structure; of a union exactly one member is set.
#[derive(Debug)]
pub struct Structure {
    /// The members in the model's order.
    pub members: &'static [Member],
    /// Whether exactly one member must be set.
    pub union: bool,
}

/// A member of a structure.
#[derive(Debug)]
pub struct Member {
    /// The name on the wire.
    pub name: &'static str,
    /// The shape of its value.
    pub shape: &'static Shape,
    /// Whether it must be present.
    pub required: bool,
}

/// A list and how many elements it may have.
#[derive(Debug)]
pub struct List {
    /// The shape of an element.
    pub element: &'static Shape,
    /// The minimum number of elements.
    pub min: Option<usize>,
    /// The maximum number of elements.
    pub max: Option<usize>,
}

/// A string; lengths count Unicode characters.
#[derive(Debug)]
pub struct Text {
    /// The minimum number of characters.
    pub min: Option<usize>,
    /// The maximum number of characters.
    pub max: Option<usize>,
    /// The form of the whole string.
    pub pattern: Option<Pattern>,
    /// The values of an enum; empty for a free string.
    pub values: &'static [&'static str],
    /// Whether messages and logs must hide the value.
    pub sensitive: bool,
}

/// The range of a number.
#[derive(Debug)]
pub struct Number {
    /// The smallest value.
    pub min: Option<i64>,
    /// The largest value.
    pub max: Option<i64>,
}

/// A regular expression of the model, compiled when it is first needed.
#[derive(Debug)]
pub struct Pattern {
    source: &'static str,
    form: OnceLock<Form>,
}

impl Pattern {
    /// A pattern as the model writes it, without anchors.
    #[must_use]
    pub const fn new(source: &'static str) -> Self {
        Self {
            source,
            form: OnceLock::new(),
        }
    }

    /// The pattern as the model writes it.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// Whether the whole text has this form. `\w` and `\d` are ASCII, as in Java.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let form = self.form.get_or_init(|| Form::of(self.source));
        form.fits(text)
    }
}
