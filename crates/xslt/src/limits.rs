//! The limits that the operating system holds a worker to.

#![allow(unsafe_code, reason = "limits are set by system calls")]

use std::{fs, io, mem};

/// How much longer than its computation may take a worker may live, in seconds; its server ends it
/// long before that, unless the server is gone.
const GRACE: u64 = 2;

/// The limits of this process.
pub(crate) struct Limits {
    /// The address space before the first request, in bytes.
    before: u64,
}

/// Has all threads take their memory from one place, so that an unused one reserves none.
pub(crate) fn one_arena() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: a setting of the allocator, which may be called at any time.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Gives up files, sockets and dumps for good: what is open stays open, nothing else can be opened
/// and no file can grow.
///
/// # Errors
///
/// The system refuses.
pub(crate) fn enter() -> io::Result<Limits> {
    let before = address_space();
    for resource in [libc::RLIMIT_NOFILE, libc::RLIMIT_FSIZE, libc::RLIMIT_CORE] {
        limit(resource, 0, true)?;
    }
    Ok(Limits { before })
}

impl Limits {
    /// Limits the next transformation.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub(crate) fn begin(&self, seconds: u64, memory_bytes: u64) -> io::Result<()> {
        let used = computed()?;
        limit(libc::RLIMIT_CPU, used.saturating_add(seconds), false)?;
        limit(
            libc::RLIMIT_AS,
            self.before.saturating_add(memory_bytes),
            false,
        )?;
        alarm(seconds.saturating_add(GRACE));
        Ok(())
    }
}

/// Lets the process wait for the next transformation for as long as it takes.
pub(crate) fn rest() {
    alarm(0);
}

/// Ends the process after this many seconds; 0 calls it off.
fn alarm(seconds: u64) {
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    // SAFETY: nobody handles the signal, so it ends the process, which is what it is for.
    unsafe { libc::alarm(seconds) };
}

/// The pages that the process has addresses for, in bytes; nothing where the system does not say.
fn address_space() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|it| it.split(' ').next()?.parse::<u64>().ok());
    // SAFETY: asks for a constant of the system.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    pages.unwrap_or_default() * u64::try_from(page).unwrap_or(4096)
}

/// How long the process has computed, in seconds, rounded up.
fn computed() -> io::Result<u64> {
    // SAFETY: zeros are a valid value of the structure, which the call fills.
    let usage = unsafe {
        let mut usage: libc::rusage = mem::zeroed();
        if libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) != 0 {
            return Err(io::Error::last_os_error());
        }
        usage
    };
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec;
    Ok(u64::try_from(seconds).unwrap_or_default() + 2)
}

/// The type of a limit's name, which libraries of C do not agree on.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
type Resource = libc::c_int;

/// Sets a limit, for good or until it is set again.
fn limit(resource: Resource, most: u64, for_good: bool) -> io::Result<()> {
    // SAFETY: the structure is a valid one, and lives while the calls run.
    unsafe {
        let mut present: libc::rlimit = mem::zeroed();
        if libc::getrlimit(resource, &raw mut present) != 0 {
            return Err(io::Error::last_os_error());
        }
        present.rlim_cur = most.min(present.rlim_max);
        if for_good {
            present.rlim_max = present.rlim_cur;
        }
        if libc::setrlimit(resource, &raw const present) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}
