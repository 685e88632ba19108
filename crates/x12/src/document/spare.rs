//! Documents of transactions that are written on several threads.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{JsonWriter, Layout, XmlWriter};
use crate::ParallelSink;

/// The maximum number of bytes that are kept for reuse. Without a limit, buffers that once
/// contained a long transaction would accumulate.
const MAX_SPARE_BYTES: usize = 32 << 20;

/// Memory that one thread has emptied and another reuses, at most 32 MiB.
///
/// Without it, each transaction would allocate pages from the operating system and return them.
#[derive(Clone, Default)]
pub(super) struct SpareBuffers(Arc<Mutex<Spare>>);

#[derive(Default)]
struct Spare {
    buffers: Vec<Vec<u8>>,
    /// The total capacity of all buffers.
    bytes: usize,
}

impl SpareBuffers {
    fn lock(&self) -> MutexGuard<'_, Spare> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Vec<u8> {
        let mut spare = self.lock();
        let buffer = spare.buffers.pop().unwrap_or_default();
        spare.bytes = spare.bytes.saturating_sub(buffer.capacity());
        buffer
    }

    fn put(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut spare = self.lock();
        let bytes = spare.bytes.saturating_add(buffer.capacity());
        if bytes <= MAX_SPARE_BYTES {
            spare.bytes = bytes;
            spare.buffers.push(buffer);
        }
    }

    /// Appends the output of another thread to `out`.
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

    fn workers(&self) -> impl Fn() -> Self + Send + Sync + use<> {
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

    fn workers(&self) -> impl Fn() -> Self + Send + Sync + use<> {
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

#[cfg(test)]
mod tests {
    use super::{MAX_SPARE_BYTES, SpareBuffers};

    #[test]
    fn spare_memory_is_used_again_and_bounded() {
        let spare = SpareBuffers::default();
        for _ in 0..40 {
            spare.put(Vec::with_capacity(1 << 20));
        }
        let kept = spare.lock().buffers.len();
        assert!((1..=MAX_SPARE_BYTES >> 20).contains(&kept), "{kept}");
        for _ in 0..kept {
            assert!(spare.take().capacity() >= 1 << 20);
        }
        assert_eq!((spare.take().capacity(), spare.lock().bytes), (0, 0));
    }
}
