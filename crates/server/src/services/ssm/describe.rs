//! `DescribeParameters`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::Parameter;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ssm, arn, failure, listed, page, seconds};

/// The maximum number of parameters in a page.
const MOST: usize = 50;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(default)]
    parameter_filters: Vec<Filter>,
    #[serde(default)]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// What parameters have to be.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    key: String,
    option: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

/// A page of the metadata of parameters.
pub(super) fn run(ssm: &Ssm, scope: &Scope, input: &Input) -> Result<Value, ServiceError> {
    let filters: Vec<&Filter> = input
        .filters
        .iter()
        .chain(&input.parameter_filters)
        .collect();
    let mut found = Vec::new();
    for parameter in ssm.parameters.list(scope) {
        let mut fits = true;
        for filter in &filters {
            fits &= filter.fits(&parameter)?;
        }
        if fits {
            found.push(described(scope, &parameter));
        }
    }
    for filter in filters {
        filter.check()?;
    }
    let (found, next) = page(found, input.next_token.as_deref(), input.max_results, MOST)?;
    Ok(listed(found, next))
}

impl Filter {
    fn check(&self) -> Result<(), ServiceError> {
        match (self.key.as_str(), self.option.as_deref()) {
            (
                "Name" | "Type" | "Tier" | "DataType" | "KeyId" | "Path",
                None | Some("Equals" | "BeginsWith"),
            )
            | ("Name", Some("Contains"))
            | ("Path", Some("OneLevel" | "Recursive")) => Ok(()),
            (key, _) if key.starts_with("tag:") => Ok(()),
            ("Name" | "Type" | "Tier" | "DataType" | "KeyId" | "Path", Some(option)) => {
                Err(failure(
                    "InvalidFilterOption",
                    format!("The filter option {option} is not valid for {}", self.key),
                ))
            }
            (key, _) => Err(failure(
                "InvalidFilterKey",
                format!(
                    "The filter key {key} is not valid. Use Name, Type, Tier, DataType, KeyId, Path or tag:…"
                ),
            )),
        }
    }

    fn fits(&self, parameter: &Parameter) -> Result<bool, ServiceError> {
        self.check()?;
        let found = match self.key.as_str() {
            "Name" | "Path" => Some(&parameter.name),
            "Type" => Some(&parameter.kind),
            "Tier" => Some(&parameter.tier),
            "DataType" => Some(&parameter.data_type),
            "KeyId" => parameter.key_id.as_ref(),
            key => parameter.tags.get(key.trim_start_matches("tag:")),
        };
        let Some(found) = found else { return Ok(false) };
        let option = self.option.as_deref();
        let fits = |wanted: &String| match (self.key.as_str(), option) {
            ("Path", option) => {
                let folder = format!("{}/", wanted.trim_end_matches('/'));
                let below = found.strip_prefix(&folder);
                below.is_some_and(|below| option == Some("Recursive") || !below.contains('/'))
            }
            (_, Some("BeginsWith")) => found.starts_with(wanted),
            (_, Some("Contains")) => found.contains(wanted),
            _ => found == wanted,
        };
        Ok(self.values.is_empty() && self.key.starts_with("tag:") || self.values.iter().any(fits))
    }
}

fn described(scope: &Scope, parameter: &Parameter) -> Value {
    let mut described = json!({
        "Name": parameter.name,
        "ARN": arn(scope, &parameter.name),
        "Type": parameter.kind,
        "LastModifiedDate": seconds(parameter.modified),
        "LastModifiedUser": format!("arn:aws:iam::{}:root", scope.account),
        "Version": parameter.version,
        "Tier": parameter.tier,
        "Policies": [],
        "DataType": parameter.data_type,
    });
    for (name, value) in [
        ("Description", &parameter.description),
        ("AllowedPattern", &parameter.allowed_pattern),
        ("KeyId", &parameter.key_id),
    ] {
        if let (Some(members), Some(value)) = (described.as_object_mut(), value) {
            members.insert(name.to_owned(), value.as_str().into());
        }
    }
    described
}
