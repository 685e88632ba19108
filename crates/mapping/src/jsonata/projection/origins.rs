//! What is known of the values of expressions.

use std::collections::{BTreeMap, BTreeSet};

use super::Keep;

/// The most names of an expression; one with more of them can select any part of the input.
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

/// What was found so far; it only grows.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Found {
    pub kept: BTreeMap<String, Keep>,
    pub variables: BTreeMap<String, Origins>,
    /// The parameters of the functions that variables are set to.
    pub functions: BTreeMap<String, Vec<String>>,
    /// Variables that can be something else than one function.
    pub unclear: BTreeSet<String>,
    /// Those of them that can be a function which takes the context.
    pub contextual: BTreeSet<String>,
    pub sees_all: bool,
}

impl Found {
    /// What is known of functions.
    pub(super) fn functions_only(&self) -> Self {
        Self {
            functions: self.functions.clone(),
            unclear: self.unclear.clone(),
            contextual: self.contextual.clone(),
            ..Self::default()
        }
    }
}
