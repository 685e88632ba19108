//! Facts about the values of expressions.

use std::collections::{BTreeMap, BTreeSet};

use super::Keep;

/// The maximum number of names for an expression; one with more names can select any part of the
/// input.
const MOST: usize = 256;

/// The members whose values an expression can select.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Origins {
    pub names: BTreeSet<String>,
    /// Whether it can select any part of the input.
    pub anywhere: bool,
}

impl Origins {
    pub(super) fn anywhere() -> Self {
        Self {
            names: BTreeSet::new(),
            anywhere: true,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.names.extend(other.names);
        self.anywhere |= other.anywhere;
        if self.names.len() > MOST {
            *self = Self::anywhere();
        }
    }
}

/// The facts found so far; they only grow.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Found {
    pub kept: BTreeMap<String, Keep>,
    pub variables: BTreeMap<String, Origins>,
    /// The parameters of the functions to which variables are set.
    pub functions: BTreeMap<String, Vec<String>>,
    /// Variables that can be something other than one function.
    pub unclear: BTreeSet<String>,
    /// Those variables that can be a function which uses the context.
    pub contextual: BTreeSet<String>,
    pub sees_all: bool,
}

impl Found {
    /// The facts about functions.
    pub(super) fn functions_only(&self) -> Self {
        Self {
            functions: self.functions.clone(),
            unclear: self.unclear.clone(),
            contextual: self.contextual.clone(),
            ..Self::default()
        }
    }
}
