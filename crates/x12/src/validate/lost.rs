//! Loops without their first segment, although other segments of them are in the input.
//!
//! A missing first segment is one problem: the segments after it are not reported one by one.

use super::Notes;
use super::odd::UnknownSegments;
use crate::Problem;

/// The maximum number of places with missing first segments that are remembered.
const MOST: usize = 64;

/// The loops of a transaction that are assumed to lack their first segment. Frames are numbers of
/// open loops, the outermost first.
#[derive(Clone, Default)]
pub(super) struct LostLoops {
    /// The loops to which the latest segments may belong.
    loops: Vec<usize>,
    openers: Vec<Opener>,
}

/// A required first segment whose absence has been reported, or is explained by another segment.
#[derive(Clone)]
struct Opener {
    place: OpenerPlace,
    /// What to report instead of the segment that revealed the absence.
    missing: Option<Reported>,
}

/// Where a loop opens: the frame, and the item or place in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenerPlace {
    pub(super) frame: usize,
    pub(super) item: usize,
}

/// A loop that could be open now: where it opens, and its number.
pub(super) struct Candidate {
    pub(super) place: OpenerPlace,
    pub(super) number: usize,
}

/// The loops that could be open now. `kinds` are tried in order, and for each the open loops from the
/// innermost outwards.
pub(super) fn candidates(
    frames: usize,
    kinds: [&dyn Fn(usize) -> bool; 3],
    openable: impl Fn(usize, &dyn Fn(usize) -> bool) -> Vec<Candidate>,
) -> Vec<Candidate> {
    let innermost = |is_of_kind| {
        let mut found = (0..frames).rev().map(|at| openable(at, is_of_kind));
        found.find(|found| !found.is_empty())
    };
    kinds.into_iter().find_map(innermost).unwrap_or_default()
}

/// A problem that replaces those of a segment, which begin at `from`.
#[derive(Clone)]
pub(super) struct Reported {
    pub(super) from: usize,
    pub(super) problem: Problem,
}

impl LostLoops {
    pub(super) fn clear(&mut self) {
        self.loops.clear();
        self.openers.clear();
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.loops.is_empty()
    }

    pub(super) fn loops(&self) -> &[usize] {
        &self.loops
    }

    /// Keeps the loops that list a segment, and returns whether there are any.
    pub(super) fn narrow(&mut self, lists: impl Fn(usize) -> bool) -> bool {
        if self.loops.iter().any(|number| lists(*number)) {
            self.loops.retain(|number| lists(*number));
            return true;
        }
        false
    }

    /// Handles a segment in its place, which excludes the loops that do not list it.
    #[cold]
    pub(super) fn pass(&mut self, opened: Option<usize>, lists: impl Fn(usize) -> bool) {
        let is_found = opened.is_some_and(|opened| self.loops.contains(&opened));
        self.loops.retain(|number| !is_found && lists(*number));
    }

    pub(super) fn assume(&mut self, candidates: &[Candidate]) {
        self.loops = candidates
            .iter()
            .map(|candidate| candidate.number)
            .collect();
    }

    /// Whether an unknown segment after the position `since` may have been meant to open one of the
    /// loops.
    pub(super) fn explain(
        &mut self,
        candidates: &[Candidate],
        odd: &mut UnknownSegments,
        since: u32,
    ) -> bool {
        // The segment after the stray one may be in its place, in an inner loop.
        if candidates.is_empty() || !odd.take_after(since.saturating_sub(2)) {
            return false;
        }
        for candidate in candidates {
            self.assume_opener(candidate.place, None);
        }
        self.assume(candidates);
        true
    }

    pub(super) fn assume_opener(&mut self, place: OpenerPlace, missing: Option<Reported>) {
        let is_known = self.openers.iter().any(|opener| opener.place == place);
        if !is_known && self.openers.len() < MOST {
            self.openers.push(Opener { place, missing });
        }
    }

    /// Whether the absence of a first segment is known; the problem that revealed it now names that
    /// segment.
    pub(super) fn take_opener(&mut self, place: OpenerPlace, notes: &mut Notes) -> bool {
        let found = self
            .openers
            .iter()
            .position(|opener| opener.place == place)
            .map(|at| self.openers.swap_remove(at));
        let is_known = found.is_some();
        if let Some(Reported { from, problem }) = found.and_then(|opener| opener.missing) {
            notes.replace_misplaced(from, &problem);
        }
        is_known
    }

    /// Records that an open loop closes.
    pub(super) fn closed(&mut self, frame: usize) {
        self.openers.retain(|opener| opener.place.frame < frame);
    }
}
