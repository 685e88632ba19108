//! From the bytes of a request to an input.

use std::fmt;

use crate::json::Json;
use crate::operation::OperationShape;
use crate::validate::{self, TypeMismatch, Violation};
use crate::{Error, Input, types};

/// An input that satisfies the model.
#[derive(Debug)]
pub struct Decoded {
    /// The request.
    pub input: Input,
    /// Members of the body that the model does not have, which were left out.
    pub unknown: Vec<String>,
}

/// Why a body is not an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// It is not JSON, or nested too deep; with the parser's words.
    Malformed(String),
    /// A value has the wrong JSON type.
    WrongType(TypeMismatch),
    /// It breaks constraints of the model.
    Invalid(Vec<Violation>),
}

/// Reads a request body; no bytes at all stand for an empty object.
///
/// # Errors
///
/// In AWS's order: malformed JSON, then a wrong JSON type, then every broken constraint at once.
pub fn decode(operation: &OperationShape, body: &[u8]) -> Result<Decoded, DecodeError> {
    let body = if body.is_empty() { b"{}" } else { body };
    let mut value: Json<'_> = serde_json::from_slice(body).map_err(malformed)?;
    let findings = validate::check(operation.input, &mut value).map_err(DecodeError::WrongType)?;
    if !findings.violations.is_empty() {
        return Err(DecodeError::Invalid(findings.violations));
    }
    let input = Input::read(operation.operation, value).map_err(malformed)?;
    Ok(Decoded {
        input,
        unknown: findings.unknown,
    })
}

fn malformed(error: serde_json::Error) -> DecodeError {
    DecodeError::Malformed(error.to_string())
}

impl DecodeError {
    /// The modelled error, where the model has one for this; a serialisation error has none.
    #[must_use]
    pub fn modelled(&self) -> Option<Error> {
        match self {
            Self::Invalid(violations) => Some(Error::Validation(types::ValidationException {
                message: validate::summary(violations),
            })),
            Self::Malformed(_) | Self::WrongType(_) => None,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(reason) => write!(out, "The request body is not valid JSON: {reason}"),
            Self::WrongType(TypeMismatch {
                path,
                found,
                expected,
            }) if path.is_empty() => {
                write!(out, "{found} can not be converted to a {expected}")
            }
            Self::WrongType(mismatch) => write!(
                out,
                "{} can not be converted to a {} at '{}'",
                mismatch.found, mismatch.expected, mismatch.path
            ),
            Self::Invalid(violations) => out.write_str(&validate::summary(violations)),
        }
    }
}
