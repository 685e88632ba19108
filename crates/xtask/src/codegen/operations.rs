//! Emits the operation table, the inputs and outputs as one enum each, and the errors.

use std::fmt::Write as _;

use super::model::{Model, Operation, Shape};
use super::names;

const USES: &str = "use serde::{Deserialize, Deserializer, Serialize};\n\n\
    use crate::error::ErrorShape;\nuse crate::generated::{tables, types};\n\
    use crate::operation::OperationShape;\nuse crate::rendered::Rendered;\n\n";

/// The HTTP status of each error, which botocore's copy of the model drops.
///
/// Source: the service's Smithy model, trait `httpError`.
const STATUSES: &[(&str, u16)] = &[
    ("AccessDeniedException", 403),
    ("ConflictException", 409),
    ("InternalServerException", 500),
    ("ResourceNotFoundException", 404),
    ("ServiceQuotaExceededException", 402),
    ("ThrottlingException", 429),
    ("ValidationException", 400),
];

/// The text of `operations.rs`.
pub fn emit(model: &Model) -> String {
    let operations = model.operations();
    let mut out = USES.to_owned();
    operation_enum(&mut out, &operations);
    operation_table(&mut out, &operations);
    input_enum(&mut out, &operations);
    output_enum(&mut out, &operations);
    let errors: Vec<Shape<'_>> = model
        .shapes()
        .into_iter()
        .filter(|shape| shape.has("exception"))
        .collect();
    error_enum(&mut out, &errors);
    error_table(&mut out, model, &errors);
    out
}

fn operation_enum(out: &mut String, operations: &[Operation<'_>]) {
    out.push_str("/// An operation of the service.\n");
    out.push_str("#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]\npub enum Operation {\n");
    for operation in operations {
        let _ = writeln!(out, "    /// `{0}`.\n    {0},", operation.name);
    }
    out.push_str("}\n\n");
}

fn operation_table(out: &mut String, operations: &[Operation<'_>]) {
    let _ = writeln!(
        out,
        "/// Every operation, in the order of [`Operation`]'s variants.\n\
         pub static OPERATIONS: [OperationShape; {}] = [",
        operations.len()
    );
    for operation in operations {
        let errors: String = operation
            .errors
            .iter()
            .map(|error| format!("\"{error}\","))
            .collect();
        let _ = writeln!(
            out,
            "    OperationShape {{ operation: Operation::{0}, name: \"{0}\", input: &tables::{1}, errors: &[{errors}] }},",
            operation.name,
            names::constant(operation.input.name),
        );
    }
    out.push_str("];\n\n");
}

fn input_enum(out: &mut String, operations: &[Operation<'_>]) {
    out.push_str("/// A decoded request.\n#[derive(Clone, Debug, PartialEq)]\npub enum Input {\n");
    for operation in operations {
        let _ = writeln!(
            out,
            "    /// `{0}`.\n    {0}(Box<types::{1}>),",
            operation.name, operation.input.name
        );
    }
    out.push_str("}\n\nimpl Input {\n");
    out.push_str("    /// Reads a value that satisfies the operation's shape.\n    ///\n    /// # Errors\n    ///\n");
    out.push_str("    /// The value does not have the shape.\n");
    out.push_str("    pub fn read<'a, D: Deserializer<'a>>(operation: Operation, value: D) -> Result<Self, D::Error> {\n");
    out.push_str("        Ok(match operation {\n");
    for operation in operations {
        let _ = writeln!(
            out,
            "            Operation::{0} => Self::{0}(Box::deserialize(value)?),",
            operation.name
        );
    }
    out.push_str(
        "        })\n    }\n\n    /// The operation that the request is for.\n    #[must_use]\n",
    );
    out.push_str("    pub fn operation(&self) -> Operation {\n        match self {\n");
    for operation in operations {
        let _ = writeln!(
            out,
            "            Self::{0}(_) => Operation::{0},",
            operation.name
        );
    }
    out.push_str("        }\n    }\n}\n\n");
}

fn output_enum(out: &mut String, operations: &[Operation<'_>]) {
    out.push_str("/// A reply to be encoded; `Nothing` has an empty body.\n");
    out.push_str(
        "#[derive(Clone, Debug, PartialEq, Serialize)]\n#[serde(untagged)]\npub enum Output {\n",
    );
    out.push_str("    /// The operation returns no members.\n    Nothing,\n");
    out.push_str(
        "    /// A reply that is kept as the JSON that stands for it.\n    Written(Rendered),\n",
    );
    let replies = operations
        .iter()
        .filter_map(|operation| Some((operation.name, operation.output?.name)));
    for (name, output) in replies.clone() {
        let _ = writeln!(out, "    /// `{name}`.\n    {name}(Box<types::{output}>),");
    }
    out.push_str(
        "}\n\nimpl From<Rendered> for Output {\n    fn from(reply: Rendered) -> Self {\n        \
         Self::Written(reply)\n    }\n}\n\n",
    );
    for (name, output) in replies {
        let _ = writeln!(out, "impl From<types::{output}> for Output {{");
        let _ = writeln!(out, "    fn from(output: types::{output}) -> Self {{");
        let _ = writeln!(out, "        Self::{name}(Box::new(output))\n    }}\n}}\n");
    }
}

fn error_enum(out: &mut String, errors: &[Shape<'_>]) {
    out.push_str("/// An error that the service model declares.\n");
    out.push_str(
        "#[derive(Clone, Debug, PartialEq, Serialize)]\n#[serde(untagged)]\npub enum Error {\n",
    );
    for error in errors {
        let variant = variant(error.name);
        let _ = writeln!(
            out,
            "    /// `{0}`.\n    {variant}(types::{0}),",
            error.name
        );
    }
    out.push_str("}\n\nimpl Error {\n    /// The shape of this error.\n    #[must_use]\n");
    out.push_str("    pub fn shape(&self) -> &'static ErrorShape {\n        match self {\n");
    for error in errors {
        let _ = writeln!(
            out,
            "            Self::{}(_) => &{},",
            variant(error.name),
            names::constant(error.name)
        );
    }
    out.push_str("        }\n    }\n}\n\n");
}

fn error_table(out: &mut String, model: &Model, errors: &[Shape<'_>]) {
    for error in errors {
        let status = STATUSES
            .iter()
            .find(|(name, _)| *name == error.name)
            .map_or_else(
                || panic!("{} has no status in STATUSES", error.name),
                |find| find.1,
            );
        let members = model.members(*error);
        let list = |required: bool| -> String {
            members
                .iter()
                .filter(|member| member.required == required)
                .map(|member| format!("\"{}\",", member.name))
                .collect()
        };
        let _ = writeln!(
            out,
            "/// `{0}`.\npub static {1}: ErrorShape = ErrorShape {{ name: \"{0}\", status: {status}, \
             retryable: {2}, required: &[{3}], optional: &[{4}] }};\n",
            error.name,
            names::constant(error.name),
            error.is_retryable(),
            list(true),
            list(false),
        );
    }
    let all: String = errors
        .iter()
        .map(|error| format!("&{},", names::constant(error.name)))
        .collect();
    let _ = writeln!(
        out,
        "/// Every error of the service.\npub static ERRORS: [&ErrorShape; {}] = [{all}];",
        errors.len()
    );
}

fn variant(name: &str) -> &str {
    name.strip_suffix("Exception").unwrap_or(name)
}
