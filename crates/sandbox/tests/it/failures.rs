//! Whatever a template does to its worker is a problem of that template.

use std::thread;
use std::time::Duration;

use b2bi_local_mapping::{Cause, Engine as _, Limits};
use b2bi_local_sandbox::{Sandbox, Settings, WorkerCommand};

use super::{generous, map, probe, run};

#[test]
fn a_result_is_that_of_the_engine() {
    let sandbox = Sandbox::new(probe());
    assert!(sandbox.idle_workers().is_empty());
    let input = "é".repeat(100_000);
    assert_eq!(map(&sandbox, "echo", &input), Ok(Some(input.clone())));
    assert_eq!(map(&sandbox, "nothing", ""), Ok(None));
    assert_eq!(map(&sandbox, "fail", ""), Err(super::probe::failed()));
    let run = run(generous());
    let expected = format!("{} {} {:?}", run.now, run.seed, run.limits);
    assert_eq!(map(&sandbox, "run", ""), Ok(Some(expected)));
    assert_eq!(map(&sandbox, "open", ""), Ok(Some("false".to_owned())));
    assert_eq!(sandbox.idle_workers().len(), 1);
}

#[test]
fn a_worker_that_fails_is_a_problem_of_its_template() {
    let sandbox = Sandbox::new(probe());
    let late = Limits {
        time: Duration::from_millis(300),
        ..Limits::standard()
    };
    let short = Limits {
        output_bytes: 1,
        string_bytes: 1,
        ..generous()
    };
    let mut lost = 0;
    let memory = "It took more than 268435456 bytes of memory";
    for (template, limits, cause, reason) in [
        (
            "panic",
            generous(),
            Cause::Evaluation,
            "The template reaches a defect of the engine, which panicked",
        ),
        ("overflow", generous(), Cause::Limit, memory),
        ("allocate", generous(), Cause::Limit, memory),
        (
            "recurse",
            generous(),
            Cause::Limit,
            "It nests deeper than a stack of 67108864 bytes allows",
        ),
        ("spin", late, Cause::Limit, "It took longer than 300 ms"),
        ("sleep", late, Cause::Limit, "It took longer than 300 ms"),
        (
            "exit",
            generous(),
            Cause::Evaluation,
            "The probe worker ended without a reply (exit status: 3)",
        ),
        (
            "abort",
            generous(),
            Cause::Evaluation,
            "The probe worker ended without a reply (signal: 6 (SIGABRT) (core dumped))",
        ),
        (
            "long",
            short,
            Cause::Evaluation,
            "The probe worker gave no reply: 1048577 bytes are too many",
        ),
    ] {
        let template = sandbox.compile(template).map(|sandbox| (template, sandbox));
        let (name, template) = template.unwrap();
        let found = template.evaluate("", &run(limits)).unwrap_err();
        assert_eq!(found.cause, cause, "{name}: {found}");
        let wanted = reason.trim_end_matches(" (core dumped))");
        assert!(found.to_string().starts_with(wanted), "{name}: {found}");
        assert!(!found.to_string().contains('/'), "{name}: {found}");
        let is_unexplained = reason.starts_with("The probe worker");
        lost += u64::from(is_unexplained);
        assert_eq!(sandbox.lost_workers(), lost, "{name}");
        // The next request finds a worker.
        assert_eq!(
            map(&sandbox, "echo", "after"),
            Ok(Some("after".to_owned())),
            "{name}"
        );
    }
}

#[test]
fn a_program_that_is_no_worker_is_reported() {
    for (path, words) in [
        ("/no/such/program", "No probe worker can be started"),
        (
            "/bin/false",
            "The probe worker ended without a reply (exit status: 1)",
        ),
    ] {
        let program = WorkerCommand {
            path: path.into(),
            arguments: Vec::new(),
        };
        let sandbox = Sandbox::new(Settings::new("probe", program));
        let found = map(&sandbox, "echo", "").unwrap_err();
        assert!(found.reason.starts_with(words), "{found}");
    }
}

#[test]
fn a_run_can_be_cancelled_while_it_works_and_while_it_waits() {
    let sandbox = Sandbox::new(Settings { most: 1, ..probe() });
    let running: Vec<_> = (0..2)
        .map(|_| {
            let run = run(generous());
            let cancel = run.cancel.clone();
            let sandbox = sandbox.clone();
            let spin = move || sandbox.map("spin", "", &run).unwrap_err();
            (thread::spawn(spin), cancel)
        })
        .collect();
    for (thread, cancel) in running.into_iter().rev() {
        cancel.cancel();
        assert_eq!(thread.join().unwrap().cause, Cause::Cancelled);
    }
    assert_eq!(map(&sandbox, "echo", "a"), Ok(Some("a".to_owned())));
}
