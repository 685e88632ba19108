//! Emits the constraint table of every shape that an input can contain.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::model::{Model, Shape};
use super::names;

const USES: &str = "use crate::shape::{List, Member, Number, Pattern, Shape, Structure, Text};\n\n";

/// The text of `tables.rs`.
pub fn emit(model: &Model) -> String {
    let mut reached = BTreeSet::new();
    for operation in model.operations() {
        reach(model, operation.input, &mut reached);
    }
    let mut out = USES.to_owned();
    for name in reached {
        let shape = model.shape(name);
        let _ = writeln!(out, "/// The constraints of `{name}`.");
        let body = body(model, shape);
        let _ = writeln!(
            out,
            "pub(crate) static {}: Shape = {body};\n",
            names::constant(name)
        );
    }
    out
}

fn reach<'a>(model: &'a Model, shape: Shape<'a>, reached: &mut BTreeSet<&'a str>) {
    if !reached.insert(shape.name) {
        return;
    }
    match shape.kind() {
        "structure" => {
            for member in model.members(shape) {
                reach(model, member.shape, reached);
            }
        }
        "list" => reach(model, model.element(shape), reached),
        _ => {}
    }
}

fn body(model: &Model, shape: Shape<'_>) -> String {
    match shape.kind() {
        "structure" => structure(model, shape),
        "list" => format!(
            "Shape::List(List {{ element: &{}, min: {}, max: {} }})",
            names::constant(model.element(shape).name),
            bound(shape, "min"),
            bound(shape, "max"),
        ),
        "string" => text(shape),
        "integer" => format!(
            "Shape::Integer(Number {{ min: {}, max: {} }})",
            bound(shape, "min"),
            bound(shape, "max"),
        ),
        "boolean" => "Shape::Boolean".to_owned(),
        other => panic!("{} is a {other}, which no input has had so far", shape.name),
    }
}

fn structure(model: &Model, shape: Shape<'_>) -> String {
    let members: String = model
        .members(shape)
        .iter()
        .map(|member| {
            format!(
                "Member {{ name: \"{}\", shape: &{}, required: {} }},",
                member.name,
                names::constant(member.shape.name),
                member.required,
            )
        })
        .collect();
    let union = shape.has("union");
    format!("Shape::Structure(Structure {{ members: &[{members}], union: {union} }})")
}

fn text(shape: Shape<'_>) -> String {
    let pattern = shape.pattern().map_or_else(
        || "None".to_owned(),
        |pattern| format!("Some(Pattern::new({pattern:?}))"),
    );
    let values: String = shape
        .values()
        .iter()
        .map(|value| format!("\"{value}\","))
        .collect();
    format!(
        "Shape::Text(Text {{ min: {}, max: {}, pattern: {pattern}, values: &[{values}], sensitive: {} }})",
        bound(shape, "min"),
        bound(shape, "max"),
        shape.has("sensitive"),
    )
}

fn bound(shape: Shape<'_>, name: &str) -> String {
    shape
        .bound(name)
        .map_or_else(|| "None".to_owned(), |bound| format!("Some({bound})"))
}
