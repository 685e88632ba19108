//! State that all parts of the search share.

use std::cell::{Cell, RefCell};

use super::evaluate::Context;
use super::forms::Forms;
use super::index::Index;
use super::scalar::Scalar;
use super::template::{Expression, Path, Support};
use super::tree::Tree;
use super::wanted::Wanted;
use b2bi_local_mapping::Cancel;

/// The maximum number of nodes that the search visits before it stops explaining.
const WORK: u64 = 5_000_000;

/// The search for a mapping.
#[derive(Debug)]
pub(super) struct Search<'a> {
    pub(super) tree: &'a Tree,
    pub(super) index: Index,
    pub(super) forms: Forms,
    /// The number of levels in the output, if it is one document with numbered levels.
    pub(super) levels: Cell<usize>,
    /// Whether it explains a part of a text, which is not divided further.
    pub(super) divides: Cell<bool>,
    /// Whether the output writes amounts with two decimals, also if the last one is zero.
    pub(super) fixed: Cell<bool>,
    /// The selections of records that lists of the output have, which counts and sums beside them
    /// may use too.
    pub(super) subsets: RefCell<Vec<Path>>,
    cancel: &'a Cancel,
}

/// A place of the output in one of its contexts, and the wanted value.
#[derive(Clone, Debug)]
pub(super) struct Case<'a, T> {
    pub(super) context: Context,
    pub(super) wanted: Option<&'a T>,
}

/// A part of the output in all its contexts.
pub(super) type Cases<'a> = [Case<'a, Wanted>];
/// A scalar of the output in all its contexts.
pub(super) type LeafCases<'a> = [Case<'a, Scalar>];

/// The cases with these wanted values.
pub(super) fn cases_of(owned: &[(Context, Option<Scalar>)]) -> Vec<Case<'_, Scalar>> {
    let owned = owned.iter();
    owned
        .map(|(context, wanted)| Case {
            context: context.clone(),
            wanted: wanted.as_ref(),
        })
        .collect()
}

/// The value of the first case with a known value, if that is a number.
pub(super) fn first_number<'c, 'a>(cases: &'c LeafCases<'a>) -> Option<&'c Case<'a, Scalar>> {
    let case = cases.iter().find(|case| case.wanted.is_some())?;
    case.wanted.and_then(Scalar::number).map(|_| case)
}

/// The name of a scalar of the output.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) name: String,
    /// The X12 element, such as `BEG03`, if the output is a service-defined document.
    pub(super) element: Option<String>,
}

/// An explanation of a scalar; a lower cost is better.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) cost: f64,
    pub(super) expression: Expression,
    pub(super) unexplained: bool,
    pub(super) support: Support,
}

impl<'a> Search<'a> {
    pub(super) fn new(tree: &'a Tree, cancel: &'a Cancel) -> Self {
        Self {
            tree,
            index: Index::of(tree),
            forms: Forms::of(tree),
            levels: Cell::new(0),
            divides: Cell::new(false),
            fixed: Cell::new(false),
            subsets: RefCell::new(Vec::new()),
            cancel,
        }
    }

    /// Whether the search has reached its limit or was cancelled.
    pub(super) fn is_exhausted(&self) -> bool {
        self.tree.visited.get() > WORK || self.cancel.is_cancelled()
    }

    /// Whether an expression gives the wanted value in every context, and none if none is wanted.
    pub(super) fn fits(&self, expression: &Expression, cases: &LeafCases<'_>) -> bool {
        !self.is_exhausted()
            && cases.iter().all(|case| {
                let found = self.tree.evaluate(expression, &case.context);
                found.as_ref() == case.wanted
            })
    }
}
