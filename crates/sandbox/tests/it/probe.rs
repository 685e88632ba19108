//! An engine that does to its process what a template may do.

use std::process::{abort, exit};
use std::time::{Duration, Instant};

use b2bi_local_mapping::{Cause, Engine, MappingError, Position, Run, Template};

pub(crate) struct Probe;

struct Action(String);

impl Engine for Probe {
    fn compile(&self, template: &str) -> Result<Box<dyn Template>, MappingError> {
        Ok(Box::new(Action(template.to_owned())))
    }
}

impl Template for Action {
    fn evaluate(&self, input: &str, run: &Run) -> Result<Option<String>, MappingError> {
        match self.0.as_str() {
            "echo" => {}
            "nothing" => return Ok(None),
            "run" => return Ok(Some(format!("{} {} {:?}", run.now, run.seed, run.limits))),
            "fail" => return Err(failed()),
            "panic" => panic!("at {}", "/home/somebody"),
            "overflow" => drop(Vec::<u8>::with_capacity(usize::MAX)),
            "allocate" => hoard(),
            "recurse" => return Ok(Some(deep(1).to_string())),
            "spin" => spin(Duration::MAX),
            "work" => spin(Duration::from_millis(50)),
            "sleep" => std::thread::sleep(Duration::MAX),
            "exit" => exit(3),
            "abort" => abort(),
            "open" => return Ok(Some(std::fs::read("/etc/passwd").is_ok().to_string())),
            "long" => return Ok(Some("x".repeat(run.limits.output_bytes + (1 << 20)))),
            "twice" => return Ok(Some(input.repeat(2))),
            other => unreachable!("{other}"),
        }
        Ok(Some(input.to_owned()))
    }
}

pub(crate) fn failed() -> MappingError {
    MappingError {
        cause: Cause::Evaluation,
        code: Some("T2001".to_owned()),
        position: Some(Position {
            line: 3,
            column: None,
        }),
        reason: "no ship-to".to_owned(),
    }
}

fn hoard() {
    let mut all = Vec::new();
    loop {
        all.push(vec![1_u8; 1 << 20]);
    }
}

#[expect(unconditional_recursion, reason = "that is what it is for")]
fn deep(level: u64) -> u64 {
    let frame = std::hint::black_box([level; 64]);
    deep(level + 1) + frame.iter().sum::<u64>()
}

fn spin(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::hint::spin_loop();
    }
}
