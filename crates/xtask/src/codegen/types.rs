//! Emits structures, unions and enums as Rust types.

use std::fmt::Write as _;

use super::model::{Member, Model, Shape};
use super::names;

const USES: &str =
    "use serde::{Deserialize, Serialize};\n\nuse crate::{Rendered, Sensitive, Timestamp};\n\n";

/// The summaries and replies that are views of what `Get…` returns.
const VIEWS: &[(&str, &[&str])] = &[
    (
        "GetCapabilityResponse",
        &[
            "CreateCapabilityResponse",
            "UpdateCapabilityResponse",
            "CapabilitySummary",
        ],
    ),
    (
        "GetPartnershipResponse",
        &[
            "CreatePartnershipResponse",
            "UpdatePartnershipResponse",
            "PartnershipSummary",
        ],
    ),
    (
        "GetProfileResponse",
        &[
            "CreateProfileResponse",
            "UpdateProfileResponse",
            "ProfileSummary",
        ],
    ),
    (
        "GetTransformerResponse",
        &[
            "CreateTransformerResponse",
            "UpdateTransformerResponse",
            "TransformerSummary",
        ],
    ),
];

/// The text of `types.rs`.
pub fn emit(model: &Model) -> String {
    let mut out = USES.to_owned();
    for shape in model.shapes() {
        match shape.kind() {
            "structure" if shape.has("union") => union(&mut out, model, shape),
            "structure" => structure(&mut out, model, shape),
            "string" if !shape.values().is_empty() => enumeration(&mut out, shape),
            _ => {}
        }
    }
    for (source, targets) in VIEWS {
        for target in *targets {
            view(&mut out, model, source, target);
        }
    }
    out
}

/// The Rust type of a shape.
pub fn rust_type(model: &Model, shape: Shape<'_>) -> String {
    match shape.kind() {
        "structure" => shape.name.to_owned(),
        "list" if is_listing(model, shape) => "Vec<Rendered>".to_owned(),
        "list" => format!("Vec<{}>", rust_type(model, model.element(shape))),
        "string" if !shape.values().is_empty() => shape.name.to_owned(),
        "string" if shape.has("sensitive") => "Sensitive".to_owned(),
        "string" => "String".to_owned(),
        "integer" => "i32".to_owned(),
        "float" => "f64".to_owned(),
        "boolean" => "bool".to_owned(),
        "timestamp" => "Timestamp".to_owned(),
        other => panic!(
            "{} is a {other}, which the generator does not know",
            shape.name
        ),
    }
}

/// Whether a list is the result of a `List…` operation; its rows are written in advance.
fn is_listing(model: &Model, list: Shape<'_>) -> bool {
    model.element(list).name.ends_with("Summary")
}

fn structure(out: &mut String, model: &Model, shape: Shape<'_>) {
    let derives = "Clone, Debug, PartialEq, Serialize, Deserialize";
    let _ = writeln!(out, "/// `{}` of the service model.", shape.name);
    let _ = writeln!(out, "#[derive({derives})]\npub struct {} {{", shape.name);
    for member in model.members(shape) {
        structure_field(out, model, &member);
    }
    out.push_str("}\n\n");
}

fn structure_field(out: &mut String, model: &Model, member: &Member<'_>) {
    let inner = rust_type(model, member.shape);
    let name = member.name;
    let (attributes, full) = if member.required {
        (format!("rename = \"{name}\""), inner)
    } else {
        let skip = "default, skip_serializing_if = \"Option::is_none\"";
        (
            format!("rename = \"{name}\", {skip}"),
            format!("Option<{inner}>"),
        )
    };
    let _ = writeln!(out, "    /// `{name}`.\n    #[serde({attributes})]");
    let _ = writeln!(out, "    pub {}: {full},", names::field(name));
}

fn union(out: &mut String, model: &Model, shape: Shape<'_>) {
    let _ = writeln!(
        out,
        "/// `{}` of the service model: exactly one member is set.",
        shape.name
    );
    let _ = writeln!(
        out,
        "#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]"
    );
    let _ = writeln!(out, "pub enum {} {{", shape.name);
    for member in model.members(shape) {
        let inner = rust_type(model, member.shape);
        let variant = first_upper(member.name);
        let _ = writeln!(
            out,
            "    /// `{0}`.\n    #[serde(rename = \"{0}\")]",
            member.name
        );
        let _ = writeln!(out, "    {variant}({inner}),");
    }
    out.push_str("}\n\n");
}

fn enumeration(out: &mut String, shape: Shape<'_>) {
    let name = shape.name;
    let _ = writeln!(out, "/// `{name}` of the service model.");
    let _ = writeln!(
        out,
        "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]"
    );
    let _ = writeln!(out, "pub enum {name} {{");
    for value in shape.values() {
        let variant = names::variant(value);
        let _ = writeln!(
            out,
            "    /// `{value}`.\n    #[serde(rename = \"{value}\")]\n    {variant},"
        );
    }
    out.push_str("}\n\n");
    let all: String = shape
        .values()
        .iter()
        .map(|value| format!("Self::{},", names::variant(value)))
        .collect();
    let _ = writeln!(
        out,
        "impl {name} {{\n    /// Every value, in the model's order."
    );
    let _ = writeln!(out, "    pub const ALL: &'static [Self] = &[{all}];\n");
    let _ = writeln!(out, "    /// The value on the wire.\n    #[must_use]");
    let _ = writeln!(
        out,
        "    pub fn as_str(self) -> &'static str {{\n        match self {{"
    );
    for value in shape.values() {
        let _ = writeln!(
            out,
            "            Self::{} => \"{value}\",",
            names::variant(value)
        );
    }
    out.push_str("        }\n    }\n}\n\n");
}

/// A conversion from a source that has every member of the target; a required member that is
/// optional in the source cannot be filled, and such a pair is written by hand.
fn view(out: &mut String, model: &Model, source: &str, target: &str) {
    let from = model.members(model.shape(source));
    let fields: Option<Vec<String>> = model
        .members(model.shape(target))
        .iter()
        .map(|member| view_field(&from, member))
        .collect();
    let Some(fields) = fields else { return };
    let _ = writeln!(out, "impl From<&{source}> for {target} {{");
    let _ = writeln!(
        out,
        "    fn from(source: &{source}) -> Self {{\n        Self {{"
    );
    for field in fields {
        let _ = writeln!(out, "            {field},");
    }
    out.push_str("        }\n    }\n}\n\n");
}

fn view_field(from: &[Member<'_>], member: &Member<'_>) -> Option<String> {
    let source = from.iter().find(|item| item.name == member.name)?;
    let field = names::field(member.name);
    let copy = matches!(member.shape.kind(), "timestamp") || !member.shape.values().is_empty();
    let value = if copy {
        String::new()
    } else {
        ".clone()".to_owned()
    };
    match (source.required, member.required) {
        (true, false) => Some(format!("{field}: Some(source.{field}{value})")),
        (false, true) => None,
        _ => Some(format!("{field}: source.{field}{value}")),
    }
}

fn first_upper(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}
