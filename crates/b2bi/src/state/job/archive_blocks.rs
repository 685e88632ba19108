//! An index of archived jobs, in rows of many jobs each: a start reads these instead of the jobs'
//! rows.
//!
//! A block has the jobs at 1,024 consecutive places. Jobs that it lacks are read from their own
//! rows, so it is written only after several changes.

use std::collections::{BTreeMap, BTreeSet};

use super::archive::ArchivedJob;

/// The number of places in a block.
const PLACES: u64 = 1024;
/// The number of changes after which a block is written.
const CHANGES: u32 = 64;

/// The blocks on disk, and those that have changed since.
#[derive(Clone, Debug, Default)]
pub(crate) struct ArchiveBlocks {
    is_tracked: bool,
    stored: BTreeSet<u64>,
    changed: BTreeMap<u64, u32>,
    /// The blocks that have changed often enough.
    due: BTreeSet<u64>,
}

impl ArchiveBlocks {
    /// From now on, remembers changes.
    pub(super) fn track(&mut self) {
        self.is_tracked = true;
    }

    /// Records that a job at this place was archived or dropped.
    pub(super) fn note(&mut self, place: u64) {
        if !self.is_tracked {
            return;
        }
        let block = block_of(place);
        let changes = self.changed.entry(block).or_default();
        *changes = changes.saturating_add(1);
        if *changes >= CHANGES {
            self.due.insert(block);
        }
    }

    /// Records that all jobs were dropped.
    pub(super) fn clear(&mut self) {
        self.changed.clear();
        self.due.clone_from(&self.stored);
    }

    /// Records a block that was read from the disk.
    pub(super) fn read(&mut self, block: u64) {
        self.stored.insert(block);
    }

    /// Records a block on the disk that does not match the rows of its jobs.
    pub(super) fn disagrees(&mut self, block: u64) {
        self.stored.insert(block);
        self.due.insert(block);
    }

    /// The blocks to write or, if they have no jobs, to remove; `jobs` returns the archived ones
    /// from a place on.
    pub(super) fn take_due<'a, I: Iterator<Item = &'a ArchivedJob>>(
        &mut self,
        jobs: impl Fn(u64) -> I,
    ) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut rows = Vec::with_capacity(self.due.len());
        for block in std::mem::take(&mut self.due) {
            self.changed.remove(&block);
            let jobs = jobs(block.saturating_mul(PLACES));
            let bytes = encode(jobs.take_while(|job| block_of(job.place) == block));
            if bytes.is_empty() {
                self.stored.remove(&block);
                rows.push((block, None));
            } else {
                self.stored.insert(block);
                rows.push((block, Some(bytes)));
            }
        }
        rows
    }
}

fn block_of(place: u64) -> u64 {
    place / PLACES
}

fn encode<'a>(jobs: impl Iterator<Item = &'a ArchivedJob>) -> Vec<u8> {
    jobs.flat_map(|job| job.to_bytes()).collect()
}

/// The jobs of a block; `None` if its row is not one.
pub(crate) fn decode(row: &[u8]) -> Option<Vec<ArchivedJob>> {
    let (jobs, rest) = row.as_chunks();
    let jobs: Vec<_> = jobs.iter().map(ArchivedJob::from_bytes).collect();
    let is_sorted = jobs.is_sorted_by(|a, b| a.place < b.place);
    (rest.is_empty() && is_sorted && !jobs.is_empty()).then_some(jobs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ArchiveBlocks, ArchivedJob, decode};

    fn due(blocks: &mut ArchiveBlocks, jobs: &[ArchivedJob]) -> Vec<(u64, Option<usize>)> {
        let from = |place| jobs.iter().filter(move |job| job.place >= place);
        let due = blocks.take_due(from).into_iter();
        due.map(|(block, row)| (block, row.map(|row| decode(&row).unwrap().len())))
            .collect()
    }

    fn jobs(places: std::ops::Range<u64>) -> Vec<ArchivedJob> {
        let job = |place: u64| {
            ArchivedJob::from_bytes(&{
                let mut bytes = [1; ArchivedJob::BYTES];
                bytes[..8].copy_from_slice(&place.to_le_bytes());
                bytes
            })
        };
        places.map(job).collect()
    }

    #[test]
    fn a_block_is_written_after_several_changes_and_removed_with_its_last_job() {
        let mut blocks = ArchiveBlocks::default();
        blocks.note(0);
        blocks.track();
        for place in 1000..1063 {
            blocks.note(place);
        }
        assert_eq!(due(&mut blocks, &jobs(1000..1063)), []);
        for place in 960..1000 {
            blocks.note(place);
        }
        assert_eq!(due(&mut blocks, &jobs(960..1063)), [(0, Some(64))]);
        assert_eq!(due(&mut blocks, &jobs(960..1063)), []);
        blocks.clear();
        assert_eq!(due(&mut blocks, &[]), [(0, None)]);
        assert_eq!(due(&mut blocks, &[]), []);
    }

    proptest! {
        #[test]
        fn a_job_reads_as_it_was_written(bytes in any::<[u8; ArchivedJob::BYTES]>()) {
            let job = ArchivedJob::from_bytes(&bytes);
            prop_assert_eq!(job.to_bytes(), bytes);
            prop_assert_eq!(decode(&bytes), Some(vec![job]));
        }

        #[test]
        fn no_row_is_read_as_jobs_out_of_order(row in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Some(jobs) = decode(&row) {
                prop_assert!(jobs.is_sorted_by(|a, b| a.place < b.place));
                prop_assert_eq!(jobs.len() * ArchivedJob::BYTES, row.len());
            }
        }
    }
}
