//! Prints the result of each expression of a table, one JSON document per line: `{"value": TEXT}`,
//! `{"error": CODE}`, or `{}` if nothing is selected.
//!
//! Usage: `jsonata_results INPUTS EXPRESSIONS`: a JSON object of documents by their names, and lines of
//! a group, a document's name and an expression, with tabs between. `scripts/jsonata-differential`
//! compares the lines with those of jsonata-js.

use std::error::Error;
use std::{env, fs};

use b2bi_local_mapping::{Engine, Jsonata, Limits, Run};
use serde_json::{Value, json};

/// No expression of the table uses the time or random numbers.
const NOW: i64 = 0;
const SEED: u64 = 1;

#[expect(clippy::print_stdout, reason = "the lines are what the program is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: INPUTS EXPRESSIONS");
    let inputs: Value = serde_json::from_str(&fs::read_to_string(next()?)?)?;
    for line in fs::read_to_string(next()?)?.lines() {
        let mut columns = line.splitn(3, '\t').skip(1);
        let (Some(name), Some(expression)) = (columns.next(), columns.next()) else {
            return Err(format!("three columns are wanted: {line}").into());
        };
        let input = inputs.get(name).ok_or_else(|| format!("no input {name}"))?;
        println!("{}", result(expression, &input.to_string()));
    }
    Ok(())
}

fn result(expression: &str, input: &str) -> Value {
    let run = Run::new(NOW, SEED, Limits::standard());
    let evaluated = Jsonata
        .compile(expression)
        .and_then(|template| template.evaluate(input, &run));
    match evaluated {
        Ok(Some(text)) => json!({ "value": text }),
        Ok(None) => json!({}),
        Err(problem) => json!({ "error": problem.code }),
    }
}
