//! The amount of freed memory that the C library's allocator keeps.
//!
//! The allocator of the GNU C library raises its thresholds to the largest freed block: after one
//! buffer of 8 MB each arena keeps up to 16 MB unused, and there are eight arenas for each core. It
//! reads its settings from the environment when the process starts, so the server starts itself
//! again with them. Other C libraries do not need this.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::{env, os::unix::process::CommandExt as _, process::Command};

/// The variable that the library reads.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const VARIABLE: &str = "GLIBC_TUNABLES";

/// Two arenas; blocks of a megabyte and more are returned as soon as they are freed, and an arena
/// keeps at most a megabyte.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SETTINGS: &str = "glibc.malloc.arena_max=2:glibc.malloc.mmap_threshold=1048576:\
                        glibc.malloc.trim_threshold=1048576";

/// Replaces this process by the same program with the settings, unless the environment has some.
///
/// The process keeps its id, its arguments and its open files. If it cannot be replaced, it
/// continues unchanged, which only costs memory. Call it before threads are started and output is
/// written.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn apply_settings() {
    let mut arguments = env::args_os();
    let (Some(name), Ok(program), None) =
        (arguments.next(), env::current_exe(), env::var_os(VARIABLE))
    else {
        return;
    };
    let mut again = Command::new(program);
    again.arg0(name).args(arguments).env(VARIABLE, SETTINGS);
    let _failed = again.exec();
}

/// There is nothing to do for this C library.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn apply_settings() {}
