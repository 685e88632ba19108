//! `DeleteParameter` and `DeleteParameters`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::ParameterError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::get::NamesInput;
use super::{Ssm, refused};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    name: String,
}

/// Removes a parameter.
pub(super) async fn one(ssm: &Ssm, scope: &Scope, input: &Input) -> Result<Value, ServiceError> {
    let deleted = ssm.parameters.delete(scope, &input.name).await;
    deleted.map_err(|error| refused(&error))?;
    Ok(json!({}))
}

/// Removes several parameters, as far as they exist.
pub(super) async fn several(
    ssm: &Ssm,
    scope: &Scope,
    input: &NamesInput,
) -> Result<Value, ServiceError> {
    let (mut deleted, mut invalid) = (Vec::new(), Vec::new());
    for name in input.checked()? {
        match ssm.parameters.delete(scope, name).await {
            Ok(()) => deleted.push(name.as_str()),
            Err(ParameterError::NotFound) => invalid.push(name.as_str()),
            Err(error) => return Err(refused(&error)),
        }
    }
    Ok(json!({"DeletedParameters": deleted, "InvalidParameters": invalid}))
}
