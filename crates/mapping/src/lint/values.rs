//! What an expression can select, if the shape of the documents determines it.

use super::shape::{Kind, Shape};

/// What an expression can select.
#[derive(Clone, Debug)]
pub(super) struct Selected<'s> {
    /// The shapes of the selected values; empty if nothing is known.
    pub shapes: Vec<&'s Shape>,
    /// Whether it is known.
    pub is_known: bool,
    /// Whether it can be several values, and so a list.
    pub is_many: bool,
    /// Whether it can select nothing.
    pub is_optional: bool,
    /// The kinds of segments from which nothing has been selected yet, if there are several.
    pub mixed: Vec<String>,
}

impl<'s> Selected<'s> {
    /// A document.
    pub(super) fn document(shape: &'s Shape) -> Self {
        Self {
            shapes: vec![shape],
            is_known: true,
            ..Self::unknown()
        }
    }

    /// An unknown value.
    pub(super) const fn unknown() -> Self {
        Self {
            shapes: Vec::new(),
            is_known: false,
            is_many: false,
            is_optional: false,
            mixed: Vec::new(),
        }
    }

    /// A value that exists whenever another one does.
    pub(super) fn made_of(other: &Self) -> Self {
        Self {
            is_many: other.is_many,
            is_optional: other.is_optional,
            ..Self::unknown()
        }
    }

    /// One of its items.
    pub(super) fn item(&self) -> Self {
        self.with_any(&[]).single()
    }

    /// The same, if it always exists exactly once.
    pub(super) fn single(self) -> Self {
        Self {
            is_many: false,
            is_optional: false,
            mixed: Vec::new(),
            ..self
        }
    }

    /// The member with this name in each object, also in lists; `None` if no object has it.
    pub(super) fn member(&self, name: &str) -> Option<Self> {
        let mut found = Found::default();
        for shape in &self.shapes {
            found.look(shape, name, true, false);
        }
        if found.shapes.is_empty() {
            return None;
        }
        let mut selected = Self {
            is_many: self.is_many || found.most > 1,
            is_optional: self.is_optional || !found.is_required,
            shapes: found.shapes,
            is_known: true,
            mixed: Vec::new(),
        };
        let lists = selected.shapes.iter().filter(|shape| shape.kinds.len() > 1);
        selected.mixed = lists
            .flat_map(|shape| shape.kinds.keys().cloned())
            .collect();
        Some(selected)
    }

    /// Whether it is, or can be, several values if it is used unchanged.
    pub(super) fn is_several(&self) -> bool {
        let items = |shape: &&Shape| {
            let counts = shape.kinds.values().map(|kind| kind.most);
            counts.fold(0_usize, usize::saturating_add)
        };
        self.is_many || self.shapes.iter().any(|shape| items(shape) > 1)
    }

    /// The items of its lists that have one of the names.
    pub(super) fn with_any(&self, names: &[String]) -> Self {
        let mut shapes = Vec::new();
        let mut most = 0_usize;
        for shape in &self.shapes {
            if shape.kinds.is_empty() {
                shapes.push(*shape);
            }
            let kinds = shape.kinds.values();
            let has = |kind: &&Kind| {
                names.is_empty()
                    || names
                        .iter()
                        .any(|name| kind.shape.members.contains_key(name))
            };
            for kind in kinds.filter(has) {
                shapes.push(&kind.shape);
                most = most.saturating_add(kind.most);
            }
        }
        Self {
            is_many: self.is_many || most > 1,
            shapes,
            mixed: Vec::new(),
            ..*self
        }
    }

    /// The names of all members.
    pub(super) fn names(&self) -> Vec<&'s str> {
        let mut names = Vec::new();
        for shape in &self.shapes {
            collect(shape, &mut names);
        }
        names
    }
}

fn collect<'s>(shape: &'s Shape, names: &mut Vec<&'s str>) {
    names.extend(shape.members.keys().map(String::as_str));
    for kind in shape.kinds.values() {
        collect(&kind.shape, names);
    }
}

/// The members of a name that were found.
#[derive(Default)]
struct Found<'s> {
    shapes: Vec<&'s Shape>,
    most: usize,
    is_required: bool,
}

impl<'s> Found<'s> {
    /// `always`: whether the object itself is always there; `many`: whether there can be several.
    fn look(&mut self, shape: &'s Shape, name: &str, always: bool, many: bool) {
        if let Some(member) = shape.members.get(name) {
            self.shapes.push(&member.shape);
            self.most = self.most.saturating_add(if many { 2 } else { 1 });
            self.is_required |= always && member.is_required;
        }
        for Kind {
            shape,
            most,
            is_required,
        } in shape.kinds.values()
        {
            self.look(shape, name, always && *is_required, many || *most > 1);
        }
    }
}
