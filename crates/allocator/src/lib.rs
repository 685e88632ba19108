//! How much freed memory stays with the process.
//!
//! The allocator of the GNU C library adapts its thresholds to the largest block that was freed: one
//! file of 8 MB, and each arena keeps up to 16 MB at its end for good. With as many arenas as threads
//! that held a file, a server would keep more than it uses.

/// From this size on, a block is mapped by itself and given back as soon as it is freed, in bytes.
#[cfg(target_env = "gnu")]
const OWN_MAPPING: libc::c_int = 1 << 20;

/// How much may be free at the end of an arena, in bytes.
#[cfg(target_env = "gnu")]
const KEPT_FREE: libc::c_int = 1 << 20;

/// The fewest arenas; with more cores there is one for each.
#[cfg(target_env = "gnu")]
const LEAST_ARENAS: usize = 2;

/// Has freed memory given back to the system, from now on and for the life of the process.
///
/// It is for processes that live long. Call it before threads are started. With another C library
/// than GNU's it does nothing.
pub fn give_memory_back() {
    #[cfg(target_env = "gnu")]
    {
        let cores = std::thread::available_parallelism().map_or(LEAST_ARENAS, usize::from);
        let arenas = libc::c_int::try_from(cores.max(LEAST_ARENAS)).unwrap_or(libc::c_int::MAX);
        set(libc::M_ARENA_MAX, arenas);
        set(libc::M_MMAP_THRESHOLD, OWN_MAPPING);
        set(libc::M_TRIM_THRESHOLD, KEPT_FREE);
    }
}

/// Sets a parameter. One that is refused stays as it was, which costs memory and nothing else.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "there is no safe way to call mallopt")]
fn set(parameter: libc::c_int, value: libc::c_int) {
    // SAFETY: mallopt takes two numbers, and may be called at any time from any thread.
    let _ = unsafe { libc::mallopt(parameter, value) };
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use std::fs;
    use std::thread;

    /// Kilobytes of memory that are resident.
    fn resident() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.unwrap().split_whitespace().next().unwrap();
        number.parse().unwrap()
    }

    /// Takes memory in large and small blocks, as reading a large file does, and lets go of it.
    fn work() {
        drop(vec![1_u8; 16 << 20]);
        let blocks: Vec<Vec<u8>> = (0..8000).map(|_| vec![1_u8; 2000]).collect();
        drop(blocks);
    }

    #[test]
    fn threads_that_are_done_keep_little() {
        super::give_memory_back();
        let before = resident();
        let threads: Vec<_> = (0..8).map(|_| thread::spawn(work)).collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let kept = resident().saturating_sub(before);
        assert!(kept < 24 << 10, "{kept} kB of freed memory are kept");
    }
}
