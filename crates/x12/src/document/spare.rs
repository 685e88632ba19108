//! Documents of transactions that are written on several threads.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use super::{JsonWriter, Layout, XmlWriter};
use crate::ParallelSink;

/// Memory that one thread has emptied and another writes to.
///
/// Without it each transaction would take pages from the operating system and give them back.
#[derive(Clone, Default)]
pub(super) struct SpareBuffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl SpareBuffers {
    fn take(&self) -> Vec<u8> {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spare.pop().unwrap_or_default()
    }

    fn put(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spare.push(buffer);
    }

    /// Appends what another thread has written to `out`.
    fn append(&self, out: &mut Vec<u8>, made: Vec<u8>) {
        if out.is_empty() {
            self.put(mem::replace(out, made));
        } else {
            out.extend_from_slice(&made);
            self.put(made);
        }
    }
}

impl ParallelSink for JsonWriter {
    type Worker = Self;
    type Made = Vec<u8>;

    fn workers(&self) -> impl Fn() -> Self + Sync + use<> {
        let layout = if self.pretty {
            Layout::Pretty
        } else {
            Layout::Compact
        };
        let spare = self.spare.clone();
        move || {
            let mut worker = Self::new(layout, 0);
            worker.spare = spare.clone();
            worker
        }
    }

    fn begin(worker: &mut Self) {
        worker.out.clear();
    }

    fn made(worker: &mut Self) -> Vec<u8> {
        mem::replace(&mut worker.out, worker.spare.take())
    }

    fn problems(_: &Self) -> usize {
        0
    }

    fn accept(&mut self, made: Vec<u8>) {
        self.follows |= !made.is_empty();
        self.spare.append(&mut self.out, made);
    }
}

impl ParallelSink for XmlWriter {
    type Worker = Self;
    type Made = Vec<u8>;

    fn workers(&self) -> impl Fn() -> Self + Sync + use<> {
        let spare = self.spare.clone();
        move || {
            let mut worker = Self::new(0);
            worker.spare = spare.clone();
            worker
        }
    }

    fn begin(worker: &mut Self) {
        worker.out.clear();
    }

    fn made(worker: &mut Self) -> Vec<u8> {
        mem::replace(&mut worker.out, worker.spare.take())
    }

    fn problems(_: &Self) -> usize {
        0
    }

    fn accept(&mut self, made: Vec<u8>) {
        self.spare.append(&mut self.out, made);
    }
}
