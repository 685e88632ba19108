//! A processor of the user's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use b2bi_local_mapping::{Cause, Limits, MappingError};
use b2bi_local_xslt::{Command, Settings, Xslt};

use super::{generous, map, run, settings, stylesheet};

/// A folder of the test's own, for the command's files.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn hooked(name: &str, command: &str) -> Xslt {
    Xslt::new(Settings {
        command: Some(Command::parse(command, folder(name)).unwrap()),
        ..settings()
    })
}

fn newer(name: &str, command: &str, limits: Limits) -> Result<String, MappingError> {
    let template = stylesheet("").replace("1.0", "2.0");
    let mapped = map(&hooked(name, command), &template, "<a>é</a>", &run(limits));
    // Its files are removed with it.
    assert_eq!(fs::read_dir(folder(name)).unwrap().count(), 0);
    mapped
}

#[test]
fn the_command_gets_files_and_writes_the_output() {
    let output = newer("both", "cat", generous()).unwrap();
    assert!(
        output.contains("version=\"2.0\"") && output.ends_with("<a>é</a>"),
        "{output}"
    );
    assert_eq!(newer("one", "cat {input}", generous()).unwrap(), "<a>é</a>");
    let output = newer("named", "sh -c 'echo $1' sh -s:{input}", generous()).unwrap();
    assert!(
        output.starts_with("-s:/") && output.ends_with("/input.xml\n"),
        "{output}"
    );
}

#[test]
fn templates_in_1_0_are_not_its_business() {
    let template = stylesheet("<xsl:template match=\"/\"><ok/></xsl:template>");
    let mapped = map(
        &hooked("older", "false"),
        &template,
        "<a/>",
        &run(generous()),
    )
    .unwrap();
    assert!(mapped.contains("<ok/>"), "{mapped}");
}

#[test]
fn without_a_worker_all_templates_are_its_business() {
    let xslt = Xslt::new(Settings {
        worker: None,
        command: Some(Command::parse("cat {input}", folder("all")).unwrap()),
        ..Settings::standard()
    });
    assert_eq!(
        map(&xslt, "<t/>", "<a/>", &run(generous())).unwrap(),
        "<a/>"
    );
}

#[test]
fn a_command_that_fails_says_why() {
    let reason = |name, command| newer(name, command, generous()).unwrap_err().reason;
    assert_eq!(
        reason("fails", "sh -c 'echo half; echo bad XPath >&2; exit 2'"),
        "The XSLT command failed (exit status: 2): bad XPath"
    );
    assert!(
        reason("missing", "/no/such/program")
            .starts_with("The command /no/such/program cannot be run: ")
    );
    assert!(
        reason("bytes", "printf '\\377'")
            .starts_with("The output of the XSLT command is not UTF-8")
    );
    // Its output may be long.
    assert!(reason("chatty", "sh -c 'yes wrong | head -c 1000000 >&2; exit 1'").contains("wrong"));
}

#[test]
fn a_command_has_the_limits_of_time_and_output() {
    let limits = Limits {
        time: Duration::from_secs(1),
        output_bytes: 1_000,
        ..Limits::standard()
    };
    let begun = Instant::now();
    for command in [
        "sh -c 'sleep 100'",
        "sh -c 'sleep 100 & sleep 100'",
        "sh -c 'exec >&-; exec 2>&-; sleep 100'",
    ] {
        let problem = newer("late", command, limits).unwrap_err();
        assert_eq!(
            (problem.cause, problem.reason.as_str()),
            (Cause::Limit, "It took longer than 1000 ms")
        );
    }
    let long = newer(
        "long",
        "sh -c 'head -c 1001 /dev/zero'",
        Limits {
            time: generous().time,
            ..limits
        },
    );
    assert_eq!(
        long.unwrap_err().reason,
        "The output is longer than 1000 bytes"
    );
    assert!(begun.elapsed() < Duration::from_mins(1));
}
