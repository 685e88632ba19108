//! When workers start, are replaced, and end.

use std::thread;
use std::time::{Duration, Instant};

use b2bi_local_mapping::{Cause, Limits};
use b2bi_local_sandbox::{Sandbox, Settings};
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::{map, probe, run};

fn worker(sandbox: &Sandbox) -> u32 {
    let [id] = sandbox.idle_workers()[..] else {
        unreachable!("one request leaves one worker")
    };
    id
}

/// Waits until a process has ended.
fn gone(id: u32) {
    let pid = Pid::from_raw(id.try_into().unwrap());
    until(|| kill(pid, None) == Err(Errno::ESRCH));
}

fn until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !condition() {
        assert!(Instant::now() < deadline, "it does not happen");
        thread::yield_now();
    }
}

#[test]
fn the_standard_numbers_are_those_of_the_documents() {
    let settings = probe();
    let found = (settings.uses, settings.large, settings.idle);
    assert_eq!(found, (500, 4 << 20, Duration::from_mins(1)));
    assert!(settings.most >= 4);
}

#[test]
fn a_worker_is_replaced_after_so_many_uses() {
    let sandbox = Sandbox::new(Settings { uses: 3, ..probe() });
    let mut workers: Vec<u32> = (0..6)
        .map(|_| {
            map(&sandbox, "echo", "").unwrap();
            worker(&sandbox)
        })
        .collect();
    // The third use is the last: what waits after it is a new worker.
    let last = workers.pop();
    let uses: Vec<usize> = workers.chunk_by(|a, b| a == b).map(<[u32]>::len).collect();
    assert_eq!(uses, [2, 3]);
    assert!(!workers.contains(&last.unwrap()));
    gone(*workers.first().unwrap());
}

#[test]
fn a_worker_is_replaced_after_much_data() {
    let sandbox = Sandbox::new(Settings {
        large: 10,
        ..probe()
    });
    for (template, input, is_replaced) in [
        ("echo", "0123456789", false),
        ("twice", "01234", false),
        ("echo", "0123456789a", true),
        ("twice", "012345", true),
    ] {
        map(&sandbox, "echo", "").unwrap();
        let before = worker(&sandbox);
        map(&sandbox, template, input).unwrap();
        assert_eq!(
            worker(&sandbox) != before,
            is_replaced,
            "{template} {input}"
        );
        if is_replaced {
            gone(before);
        }
    }
}

#[test]
fn workers_without_work_end() {
    let sandbox = Sandbox::new(Settings {
        idle: Duration::from_millis(1),
        ..probe()
    });
    for _ in 0..3 {
        map(&sandbox, "echo", "").unwrap();
        until(|| sandbox.idle_workers().is_empty());
    }
    let kept = Sandbox::new(probe());
    map(&kept, "echo", "").unwrap();
    let id = worker(&kept);
    map(&kept, "echo", "").unwrap();
    assert_eq!(worker(&kept), id);
    drop(kept);
    gone(id);
}

#[test]
fn there_are_never_more_than_the_most() {
    let sandbox = Sandbox::new(Settings { most: 2, ..probe() });
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| map(&sandbox, "work", "").unwrap());
        }
    });
    let idle = sandbox.idle_workers().len();
    assert!((1..=2).contains(&idle), "{idle}");
}

#[test]
fn the_time_of_a_run_begins_with_its_worker() {
    let sandbox = Sandbox::new(Settings { most: 1, ..probe() });
    let limits = |millis| Limits {
        time: Duration::from_millis(millis),
        ..Limits::standard()
    };
    // Each takes most of its time, and the last waits for all the others.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let found = sandbox.map("spin", "", &run(limits(2_000))).unwrap_err();
                assert_eq!(found.cause, Cause::Limit, "{found}");
            });
        }
        let echoed = sandbox.map("echo", "a", &run(limits(1_500)));
        assert_eq!(echoed, Ok(Some("a".to_owned())));
    });
}
