//! The limits of the operating system for a worker.

use std::{fs, io, thread};

use b2bi_local_mapping::DIVIDED;
use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::unistd::{SysconfVar, alarm, sysconf};

/// How much longer than its computing time a worker may live, in seconds. Its server kills it long
/// before that, unless the server is gone.
const GRACE: u64 = 2;

/// The addresses that a thread reserves for its stack and its memory, in bytes.
const THREAD: u64 = 80 << 20;

/// The limits of this process.
pub(crate) struct Limits {
    /// The address space before the first request, in bytes.
    before: u64,
    /// The number of threads that compute at a time.
    cores: u64,
}

/// Drops the right to open files, sockets and core dumps permanently: open files stay open, nothing
/// else can be opened, and no file can grow.
///
/// # Errors
///
/// The system refuses.
pub(crate) fn enter() -> io::Result<Limits> {
    let before = address_space();
    // This may read files.
    let cores = thread::available_parallelism().map_or(1, usize::from) as u64;
    for resource in [
        Resource::RLIMIT_NOFILE,
        Resource::RLIMIT_FSIZE,
        Resource::RLIMIT_CORE,
    ] {
        setrlimit(resource, 0, 0)?;
    }
    Ok(Limits { before, cores })
}

impl Limits {
    /// Limits the next evaluation, of an input with this many bytes.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub(crate) fn begin(&self, seconds: u64, memory_bytes: u64, input: usize) -> io::Result<()> {
        let computing = seconds.saturating_mul(self.cores);
        limit(Resource::RLIMIT_CPU, computed()?.saturating_add(computing))?;
        let threads = match input {
            ..DIVIDED => 0,
            _ => self.cores.saturating_mul(THREAD),
        };
        limit_memory(self.before, memory_bytes.saturating_add(threads))?;
        let alive = seconds.saturating_add(GRACE);
        // The signal has no handler, so it ends the process.
        alarm::set(u32::try_from(alive).unwrap_or(u32::MAX));
        Ok(())
    }
}

/// Removes the time limit while the process waits for the next request.
pub(crate) fn rest() {
    alarm::cancel();
}

#[cfg(target_os = "linux")]
fn limit_memory(before: u64, bytes: u64) -> io::Result<()> {
    limit(Resource::RLIMIT_AS, before.saturating_add(bytes))
}

/// Other kernels accept the limit of the address space and do not enforce it, or refuse it.
#[cfg(not(target_os = "linux"))]
fn limit_memory(_before: u64, bytes: u64) -> io::Result<()> {
    resident::watch(bytes);
    Ok(())
}

/// Sets a limit until it is set again.
fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let (_, hard) = getrlimit(resource)?;
    setrlimit(resource, most.min(hard), hard)?;
    Ok(())
}

/// The address space of the process, in bytes; 0 if the system does not report it.
fn address_space() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    let page = sysconf(SysconfVar::PAGE_SIZE).ok().flatten();
    pages.unwrap_or_default()
        * page
            .and_then(|page| u64::try_from(page).ok())
            .unwrap_or(4096)
}

/// How long the process has computed, in seconds, rounded up.
fn computed() -> io::Result<u64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let seconds = usage.user_time().tv_sec() + usage.system_time().tv_sec();
    Ok(u64::try_from(seconds).unwrap_or_default() + 2)
}

/// Memory, limited by the worker itself if the kernel does not do it.
#[cfg(any(not(target_os = "linux"), test))]
mod resident {
    use std::sync::Once;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;
    use std::time::Duration;

    use nix::sys::resource::{UsageWho, getrusage};

    use crate::worker::OUT_OF_MEMORY;

    /// How often the worker checks its memory.
    const PAUSE: Duration = Duration::from_millis(10);
    /// What `getrusage` counts in, in bytes.
    const UNIT: u64 = if cfg!(target_vendor = "apple") {
        1
    } else {
        1024
    };

    /// The maximum resident memory that the process may ever have had, in bytes.
    static MOST: AtomicU64 = AtomicU64::new(u64::MAX);
    static STARTED: Once = Once::new();

    /// Ends the process soon after it has allocated this much more than its maximum so far.
    #[cfg_attr(test, expect(dead_code, reason = "for systems that are not Linux"))]
    pub(super) fn watch(bytes: u64) {
        MOST.store(peak().saturating_add(bytes), Ordering::Relaxed);
        STARTED.call_once(|| {
            thread::spawn(|| {
                loop {
                    if peak() > MOST.load(Ordering::Relaxed) {
                        std::process::exit(OUT_OF_MEMORY);
                    }
                    thread::sleep(PAUSE);
                }
            });
        });
    }

    /// The peak resident memory of the process, in bytes; 0 if the system does not report it.
    pub(super) fn peak() -> u64 {
        let peak = getrusage(UsageWho::RUSAGE_SELF).map(|getrusage| getrusage.max_rss());
        peak.ok()
            .and_then(|peak| u64::try_from(peak).ok())
            .unwrap_or_default()
            .saturating_mul(UNIT)
    }
}

#[cfg(test)]
mod tests {
    use super::resident::peak;

    #[test]
    fn what_is_touched_is_resident() {
        // A process begins with the peak of the one that started it.
        let before = peak();
        let touched = vec![1_u8; usize::try_from(before).unwrap() + (64 << 20)];
        let grown = peak() - before;
        assert!(grown > 32 << 20, "{grown} of {}", touched.len());
    }
}
