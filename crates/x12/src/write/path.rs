//! Places in a document, as in messages.

use std::fmt;

/// The members and items that lead from the root to a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path<'p>(Option<(&'p Path<'p>, Step<'p>)>);

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Member(&'p str),
    Item(usize),
}

impl Path<'_> {
    /// The whole document.
    pub(super) const ROOT: Path<'static> = Path(None);

    pub(super) fn member<'m>(&'m self, name: &'m str) -> Path<'m> {
        Path(Some((self, Step::Member(name))))
    }

    pub(super) fn item(&self, nth: usize) -> Path<'_> {
        Path(Some((self, Step::Item(nth))))
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((before, step)) = self.0 else {
            return Ok(());
        };
        before.fmt(f)?;
        match step {
            Step::Item(nth) => write!(f, "[{nth}]"),
            Step::Member(name) if before.0.is_none() => f.write_str(name),
            Step::Member(name) => write!(f, ".{name}"),
        }
    }
}
