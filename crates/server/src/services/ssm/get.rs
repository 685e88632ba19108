//! `GetParameter`, `GetParameters` and `GetParametersByPath`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ssm, invalid, listed, named, page, shown};

/// The maximum number of names in a request, and of parameters in a page.
const MOST: usize = 10;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NamesInput {
    names: Vec<String>,
}

impl NamesInput {
    /// The names: at least one and at most ten.
    pub(super) fn checked(&self) -> Result<&[String], ServiceError> {
        if self.names.is_empty() || self.names.len() > MOST {
            let count = self.names.len();
            return Err(invalid(format!(
                "Names must have 1 to {MOST} items, not {count}"
            )));
        }
        Ok(&self.names)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PathInput {
    path: String,
    #[serde(default)]
    recursive: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A parameter.
pub(super) fn one(ssm: &Ssm, scope: &Scope, input: &Input) -> Result<Value, ServiceError> {
    let parameter = named(ssm, scope, &input.name)?;
    let mut shown = shown(scope, &parameter);
    if let (Some((_, version)), Some(members)) =
        (input.name.rsplit_once(':'), shown.as_object_mut())
        && version.bytes().all(|byte| byte.is_ascii_digit())
    {
        members.insert("Selector".to_owned(), format!(":{version}").into());
    }
    Ok(json!({"Parameter": shown}))
}

/// Several parameters, as far as they exist.
pub(super) fn several(ssm: &Ssm, scope: &Scope, input: &NamesInput) -> Result<Value, ServiceError> {
    let (mut found, mut invalid) = (Vec::new(), Vec::new());
    for name in input.checked()? {
        match named(ssm, scope, name) {
            Ok(parameter) => found.push(shown(scope, &parameter)),
            Err(_) => invalid.push(name.as_str()),
        }
    }
    Ok(json!({"Parameters": found, "InvalidParameters": invalid}))
}

/// A page of the parameters below a path.
pub(super) fn by_path(ssm: &Ssm, scope: &Scope, input: &PathInput) -> Result<Value, ServiceError> {
    if !input.path.starts_with('/') {
        return Err(invalid("The parameter path must begin with a slash."));
    }
    let folder = format!("{}/", input.path.trim_end_matches('/'));
    let mut all = ssm.parameters.list(scope);
    all.retain(|parameter| {
        let below = parameter.name.strip_prefix(&folder);
        below.is_some_and(|below| input.recursive || !below.contains('/'))
    });
    let all = all
        .iter()
        .map(|parameter| shown(scope, parameter))
        .collect();
    let (found, next) = page(all, input.next_token.as_deref(), input.max_results, MOST)?;
    Ok(listed(found, next))
}
