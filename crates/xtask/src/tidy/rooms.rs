//! Checks which modules of the crate `b2bi` a module uses: only modules below it.

use super::File;

const SOURCES: &str = "crates/b2bi/src/";

/// The modules, lowest first: each may use those before it.
const ROOMS: &[&str] = &[
    "scope",
    "arn",
    "errors",
    "location",
    "log_groups",
    "polls",
    "stages",
    "event_sink",
    "environment",
    "ids",
    "wording",
    "edi",
    "state",
    "config",
    "context",
    "files",
    "jobs",
    "pipelines",
    "resources",
    "service",
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    files.iter().flat_map(upward_arrows).collect()
}

fn upward_arrows(file: &File) -> Vec<String> {
    let Some(path) = file.path.strip_prefix(SOURCES) else {
        return Vec::new();
    };
    let room = path.split(['/', '.']).next().unwrap_or(path);
    if room == "lib" {
        return Vec::new();
    }
    let Some(place) = place(room) else {
        return vec![format!(
            "{}: {room} is not in the table of rooms",
            file.path
        )];
    };
    let mut problems = Vec::new();
    for (line, text) in file.text.lines().enumerate() {
        for used in used(text).filter(|used| !ROOMS[..=place].contains(used)) {
            let line = line + 1;
            problems.push(format!("{}:{line}: {room} must not use {used}", file.path));
        }
    }
    problems
}

fn place(room: &str) -> Option<usize> {
    ROOMS.iter().position(|name| *name == room)
}

/// The name after `crate::` in a line.
fn used(line: &str) -> impl Iterator<Item = &str> {
    let after = line.split("crate::").skip(1);
    after.filter_map(|rest| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
    })
}

#[cfg(test)]
mod tests {
    use super::{File, check};

    fn problems(path: &str, text: &str) -> Vec<String> {
        check(&[File {
            path: format!("crates/{path}"),
            text: text.to_owned(),
        }])
    }

    #[test]
    fn arrows_between_rooms_only_go_down() {
        assert_eq!(
            problems("b2bi/src/jobs/run.rs", "use crate::state::State;"),
            [""; 0]
        );
        assert_eq!(
            problems("x12/src/a.rs", "use crate::service::B2bi;"),
            [""; 0]
        );
        assert_eq!(
            problems("b2bi/src/state/table.rs", "\nuse crate::jobs::{self};"),
            ["crates/b2bi/src/state/table.rs:2: state must not use jobs"]
        );
        assert_eq!(
            problems("b2bi/src/scope.rs", "type A = crate::B2bi;"),
            ["crates/b2bi/src/scope.rs:1: scope must not use B2bi"]
        );
        assert_eq!(
            problems("b2bi/src/new.rs", ""),
            ["crates/b2bi/src/new.rs: new is not in the table of rooms"]
        );
    }
}
