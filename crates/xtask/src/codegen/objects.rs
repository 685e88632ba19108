//! Emits the table of S3's operations: what distinguishes each from the others, and what each accepts.

use anyhow::Context as _;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

const USES: &str = "use crate::operation::row::{Level, Mark, Row};\n\n";

/// An operation in the table.
struct Operation {
    name: String,
    method: String,
    level: &'static str,
    sub_resource: bool,
    marks: Vec<String>,
    query: BTreeSet<String>,
    headers: BTreeSet<String>,
}

/// The text of the table, from the service model of S3.
///
/// # Errors
/// The model has no operations, or one that is not like S3's.
pub fn emit(model: &str) -> anyhow::Result<String> {
    let model: Value = serde_json::from_str(model)?;
    let operations = model["operations"].as_object();
    let operations = operations.context("the model of S3 has no operations")?;
    // Operations that are deprecated have successors with the same method and URI.
    let current = operations
        .iter()
        .filter(|(_, operation)| operation["deprecated"] != true);
    let read = current.map(|(name, operation)| read(&model, name, operation));
    let mut read = read.collect::<anyhow::Result<Vec<Operation>>>()?;
    read.sort_by_key(|operation| {
        let marks = (
            Reverse(operation.sub_resource),
            Reverse(operation.marks.len()),
        );
        let name = operation.name.clone();
        (operation.method.clone(), operation.level, marks, name)
    });
    let rows: String = read.iter().map(row).collect();
    Ok(format!(
        "{USES}/// Of several rows that fit, the first counts.\n\
         pub(in crate::operation) static ROWS: &[Row] = &[{rows}];\n"
    ))
}

fn read(model: &Value, name: &str, operation: &Value) -> anyhow::Result<Operation> {
    let text = |value: &Value| {
        let text = value.as_str().map(str::to_owned);
        text.with_context(|| format!("{name} is not like an operation of S3"))
    };
    let uri = text(&operation["http"]["requestUri"])?;
    let (path, query) = uri.split_once('?').unwrap_or((&uri, ""));
    let mut marks = marks_of_query(name, query);
    let input = operation["input"]["shape"].as_str().unwrap_or_default();
    let input = &model["shapes"][input];
    let none = Map::new();
    let members = input["members"].as_object().unwrap_or(&none);
    let at = |place: &str| -> BTreeSet<String> {
        let found = members
            .values()
            .filter(|member| member["location"] == place);
        let names = found.filter_map(|member| member["locationName"].as_str());
        names.map(str::to_owned).collect()
    };
    let required = input["required"].as_array().into_iter().flatten();
    let required = required.filter_map(|name| members.get(name.as_str()?));
    marks.extend(required.filter_map(|member| mark_of_member(member, !query.is_empty())));
    Ok(Operation {
        name: name.to_owned(),
        method: text(&operation["http"]["method"])?,
        level: level(name, path),
        sub_resource: marks
            .iter()
            .any(|mark| mark.starts_with("Mark::SubResource")),
        marks,
        query: at("querystring"),
        headers: at("header")
            .iter()
            .map(|name| name.to_lowercase())
            .collect(),
    })
}

/// The marks in the query of an operation's URI.
fn marks_of_query(name: &str, query: &str) -> Vec<String> {
    let marks = query.split('&').filter(|mark| !mark.is_empty());
    let mut marks: Vec<String> = marks
        .map(|mark| match mark.split_once('=') {
            Some((key, value)) => format!("Mark::Pair({key:?}, {value:?})"),
            None => format!("Mark::SubResource({mark:?})"),
        })
        .collect();
    // AWS distinguishes these two by the host.
    if name == "ListDirectoryBuckets" {
        marks.push("Mark::Express".to_owned());
    }
    marks
}

/// The mark of a required member.
fn mark_of_member(member: &Value, has_sub_resource: bool) -> Option<String> {
    let key = member["locationName"].as_str().unwrap_or_default();
    match member["location"].as_str() {
        Some("querystring") => Some(format!("Mark::Key({key:?})")),
        Some("header") if !has_sub_resource => Some(format!("Mark::Header({key:?})")),
        _ => None,
    }
}

fn level(name: &str, path: &str) -> &'static str {
    match (path.contains("{Bucket}"), path.contains("{Key+}")) {
        (_, true) => "Object",
        (true, false) => "Bucket",
        // WriteGetObjectResponse's route is in the host.
        (false, false) if name == "WriteGetObjectResponse" => "Bucket",
        (false, false) => "Service",
    }
}

fn row(operation: &Operation) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "Row {{ name: {:?}, method: {:?}, level: Level::{}, marks: &[{}], query: &[{}], headers: &[{}] }},",
        operation.name,
        operation.method,
        operation.level,
        operation.marks.join(", "),
        quoted(&operation.query),
        quoted(&operation.headers),
    );
    out
}

fn quoted(names: &BTreeSet<String>) -> String {
    let quoted = names.iter().map(|name| format!("{name:?}"));
    quoted.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::emit;

    #[test]
    fn operations_are_read_from_the_model() {
        let model = r#"{
            "operations": {
                "GetThing": {"http": {"method": "GET", "requestUri": "/{Bucket}?thing"}, "input": {"shape": "In"}},
                "GetThingOld": {"http": {"method": "GET", "requestUri": "/{Bucket}?thing"}, "deprecated": true}
            },
            "shapes": {"In": {"required": ["Id"], "members": {
                "Id": {"location": "querystring", "locationName": "id"},
                "Mode": {"location": "header", "locationName": "X-Mode"}
            }}}
        }"#;
        let text = emit(model).unwrap();
        let row = "Row { name: \"GetThing\", method: \"GET\", level: Level::Bucket, \
                   marks: &[Mark::SubResource(\"thing\"), Mark::Key(\"id\")], \
                   query: &[\"id\"], headers: &[\"x-mode\"] },";
        assert!(
            text.contains(row) && !text.contains("GetThingOld"),
            "{text}"
        );
        assert!(emit("{}").is_err());
    }
}
