//! Decodes the bytes of a request into an input.

use crate::json::Json;
use crate::operation::OperationShape;
use crate::validate::{self, TypeMismatch, Violation};
use crate::{Error, Input, types};

/// An input that satisfies the model.
#[derive(Debug)]
pub struct Decoded {
    /// The request.
    pub input: Input,
    /// Members of the body that are not in the model, which were left out.
    pub unknown: Vec<String>,
}

/// Why a body is not a valid input.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// It is not JSON, or nested too deep.
    #[error("The request body is not valid JSON: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A value has the wrong JSON type.
    #[error("{0}")]
    WrongType(TypeMismatch),
    /// It breaks constraints of the model.
    #[error("{}", validate::summary(.0))]
    Invalid(Vec<Violation>),
}

/// Reads a request body; no bytes count as an empty object.
///
/// # Errors
///
/// In AWS's order: malformed JSON, then a wrong JSON type, then all violated constraints together.
pub fn decode(operation: &OperationShape, body: &[u8]) -> Result<Decoded, DecodeError> {
    let body = if body.is_empty() { b"{}" } else { body };
    let mut value: Json<'_> = serde_json::from_slice(body)?;
    let findings = validate::check(operation.input, &mut value).map_err(DecodeError::WrongType)?;
    if !findings.violations.is_empty() {
        return Err(DecodeError::Invalid(findings.violations));
    }
    let input = Input::read(operation.operation, value)?;
    Ok(Decoded {
        input,
        unknown: findings.unknown,
    })
}

impl DecodeError {
    /// The modelled error, if the model has one for this; a serialisation error has none.
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
