//! Reads X12 in memory on all cores.

use std::convert::Infallible;
use std::thread;

use b2bi_local_x12::{ParallelReader, ParallelSink, ReadReport, Reader};

/// Reads a whole input. A core reads `window` bytes at a time.
pub(super) fn read_on_all_cores<S: ParallelSink>(
    reader: Reader<S>,
    input: &[u8],
    window: usize,
) -> (S, ReadReport) {
    let Ok(read) = thread::scope(|scope| {
        let mut reader = ParallelReader::on_all_cores(scope, reader, window);
        reader.push(input, |_| Ok::<(), Infallible>(()))?;
        reader.finish(|_| Ok::<(), Infallible>(()))
    });
    read
}
