//! The service with a clock that the tests move; no test sleeps.

#![expect(
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod agreement;
mod archived_jobs;
mod bench;
mod cancelling;
mod clock;
mod disk_full;
mod lagging;
mod large;
mod mapped;
mod persistence;
mod pipelines;
mod references;
mod retention;
mod stages;
mod watching;
