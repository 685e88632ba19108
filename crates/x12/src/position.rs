//! Positions in the input.

/// A place in the input; ordinals begin at 1, and 0 means that the place is not within such a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The byte where the segment begins, or the element if one is named; the first is 0. In a file
    /// that is wrapped at a length, the line breaks are not counted.
    pub byte: u64,
    /// The line where the segment begins, the first being 1; 0 in a file that is wrapped at a
    /// length.
    pub line: u32,
    /// The interchange in the file.
    pub interchange: u32,
    /// The functional group in its interchange.
    pub group: u32,
    /// The transaction in its group.
    pub transaction: u32,
    /// The segment in its transaction, ST being 1.
    pub segment: u32,
    /// The segment in its interchange, ISA being 1.
    pub segment_in_interchange: u32,
    /// The element in its segment.
    pub element: u16,
    /// The component in its element.
    pub component: u16,
    /// The repetition of its element, if the element repeats.
    pub repetition: u16,
}

impl Position {
    /// The sort key: a segment as a whole comes before its elements.
    #[must_use]
    pub fn order(&self) -> impl Ord + use<> {
        let Self {
            interchange,
            segment_in_interchange,
            element,
            repetition,
            component,
            ..
        } = *self;
        (
            interchange,
            segment_in_interchange,
            element,
            repetition,
            component,
        )
    }
}
