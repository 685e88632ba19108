//! How many files and sockets the process may have open.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// What the process opens in addition to connections: files, sinks, workers and upstreams.
const OTHERS: u64 = 512;

/// Raises the limit of the process to what this many connections need. Systems start processes with
/// 1,024, or 256, and allow them to raise it.
pub(crate) fn allow(connections: usize) {
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX);
    let wanted = wanted.saturating_add(OTHERS);
    if let Err(error) = raise(wanted) {
        tracing::warn!(%error, wanted, "the limit of open files cannot be raised");
    }
}

fn raise(wanted: u64) -> nix::Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft >= wanted {
        return Ok(());
    }
    if hard < wanted {
        tracing::warn!(
            hard,
            wanted,
            "the system allows fewer open files than max-connections needs: raise `ulimit -Hn`"
        );
    }
    setrlimit(Resource::RLIMIT_NOFILE, wanted.min(hard), hard)
}

#[cfg(test)]
mod tests {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    use super::raise;

    #[test]
    fn the_limit_is_raised_as_far_as_the_system_allows_and_never_lowered() {
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        let check = |soft: u64, wanted: u64, expected: u64| {
            setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
            raise(wanted).unwrap();
            let limits = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
            assert_eq!(limits, (expected, hard), "{soft} {wanted}");
        };
        check(1000, 1050, 1050);
        check(1050, 1000, 1050);
        check(1050, u64::MAX, hard);
    }
}
