//! Parameters of Systems Manager.
//!
//! Source: the service model of Systems Manager, `2014-11-06`.

mod delete;
mod describe;
mod get;
mod put;
mod tags;

use std::sync::Arc;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::{
    Caller, Descriptor, Operation, Protocol, Reply, Service, ServiceError,
};
use b2bi_local_registry::{Parameter, ParameterError, Parameters};
use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::scope_of;

static DESCRIPTOR: Descriptor = Descriptor {
    signing_name: "ssm",
    protocol: Protocol::Json {
        target_prefix: "AmazonSSM",
    },
    operations: &[
        "AddTagsToResource",
        "DeleteParameter",
        "DeleteParameters",
        "DescribeParameters",
        "GetParameter",
        "GetParameters",
        "GetParametersByPath",
        "ListTagsForResource",
        "PutParameter",
        "RemoveTagsFromResource",
    ],
};

/// The codes of the errors that the operations declare.
pub(crate) const ERRORS: &[&str] = &[
    "HierarchyLevelLimitExceededException",
    "InvalidAllowedPatternException",
    "InvalidFilterKey",
    "InvalidFilterOption",
    "InvalidNextToken",
    "InvalidResourceId",
    "InvalidResourceType",
    "ParameterAlreadyExists",
    "ParameterLimitExceeded",
    "ParameterNotFound",
    "ParameterPatternMismatchException",
    "ParameterVersionNotFound",
    "UnsupportedParameterType",
];

/// Systems Manager, the parameter store.
pub(crate) struct Ssm {
    pub(crate) parameters: Arc<Parameters>,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    AddTags(tags::AddInput),
    Delete(delete::Input),
    DeleteSeveral(get::NamesInput),
    Describe(describe::Input),
    Get(get::Input),
    GetSeveral(get::NamesInput),
    GetByPath(get::PathInput),
    ListTags(tags::ListInput),
    Put(put::Input),
    RemoveTags(tags::RemoveInput),
}

impl Service for Ssm {
    type Input = Input;

    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn decode(&self, operation: Operation, body: &Bytes) -> Result<Input, ServiceError> {
        match operation.name {
            "AddTagsToResource" => read(body).map(Input::AddTags),
            "DeleteParameter" => read(body).map(Input::Delete),
            "DeleteParameters" => read(body).map(Input::DeleteSeveral),
            "DescribeParameters" => read(body).map(Input::Describe),
            "GetParameter" => read(body).map(Input::Get),
            "GetParameters" => read(body).map(Input::GetSeveral),
            "GetParametersByPath" => read(body).map(Input::GetByPath),
            "ListTagsForResource" => read(body).map(Input::ListTags),
            "PutParameter" => read(body).map(Input::Put),
            "RemoveTagsFromResource" => read(body).map(Input::RemoveTags),
            other => Err(ServiceError::unknown_operation(
                DESCRIPTOR.signing_name,
                other,
            )),
        }
    }

    async fn call(
        &self,
        caller: Caller,
        _operation: Operation,
        input: Input,
    ) -> Result<Reply, ServiceError> {
        let scope = scope_of(&caller);
        let reply = match input {
            Input::AddTags(input) => tags::add(self, &scope, input).await,
            Input::Delete(input) => delete::one(self, &scope, &input).await,
            Input::DeleteSeveral(input) => delete::several(self, &scope, &input).await,
            Input::Describe(input) => describe::run(self, &scope, &input),
            Input::Get(input) => get::one(self, &scope, &input),
            Input::GetSeveral(input) => get::several(self, &scope, &input),
            Input::GetByPath(input) => get::by_path(self, &scope, &input),
            Input::ListTags(input) => tags::list(self, &scope, &input),
            Input::Put(input) => put::run(self, &scope, input).await,
            Input::RemoveTags(input) => tags::remove(self, &scope, &input).await,
        }?;
        Ok(Reply::Json(reply.to_string().into()))
    }
}

/// A parameter as replies have it.
fn shown(scope: &Scope, parameter: &Parameter) -> Value {
    json!({
        "Name": parameter.name,
        "Type": parameter.kind,
        "Value": parameter.value,
        "Version": parameter.version,
        "LastModifiedDate": seconds(parameter.modified),
        "ARN": arn(scope, &parameter.name),
        "DataType": parameter.data_type,
    })
}

fn arn(scope: &Scope, name: &str) -> String {
    let Scope { account, region } = scope;
    let name = name.trim_start_matches('/');
    format!("arn:aws:ssm:{region}:{account}:parameter/{name}")
}

/// A time as AWS JSON writes it: seconds with a fraction.
fn seconds(millis: i64) -> Value {
    let (whole, fraction) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let text = format!("{whole}.{fraction:03}");
    text.parse::<f64>().map_or(Value::Null, Value::from)
}

/// The parameter with a name or an ARN, with a version after a colon if one is requested.
fn named(ssm: &Ssm, scope: &Scope, named: &str) -> Result<Parameter, ServiceError> {
    let text = match named.split_once(":parameter") {
        Some((arn, name)) if arn.starts_with("arn:") => name,
        _ => named,
    };
    let (name, version) = match text.split_once(':') {
        Some((name, version)) => (name, Some(version)),
        None => (text, None),
    };
    let found = ssm.parameters.get(scope, name);
    // An ARN does not show whether a name of one level begins with a slash.
    let found = found.or_else(|| ssm.parameters.get(scope, name.strip_prefix('/')?));
    let found = found.ok_or_else(missing)?;
    match version {
        Some(version) if version != found.version.to_string() => Err(failure(
            "ParameterVersionNotFound",
            format!(
                "Systems Manager could not find version {version} of {name}. Only the latest version is kept here."
            ),
        )),
        _ => Ok(found),
    }
}

/// A page of a list; the token has its start.
fn page(
    mut all: Vec<Value>,
    token: Option<&str>,
    size: Option<usize>,
    most: usize,
) -> Result<(Vec<Value>, Option<String>), ServiceError> {
    let size = size.unwrap_or(most);
    if size == 0 || size > most {
        return Err(invalid(format!(
            "MaxResults must be between 1 and {most}, not {size}"
        )));
    }
    let start = token.map_or(Ok(0), |token| {
        let start = token
            .parse::<usize>()
            .ok()
            .filter(|start| *start <= all.len());
        start.ok_or_else(|| failure("InvalidNextToken", "The specified token isn't valid."))
    })?;
    let mut rest = all.split_off(start);
    let next = (rest.len() > size).then(|| start.saturating_add(size).to_string());
    rest.truncate(size);
    Ok((rest, next))
}

/// A list with the token of the next page, if there is one.
fn listed(items: Vec<Value>, next: Option<String>) -> Value {
    match next {
        None => json!({"Parameters": items}),
        Some(next) => json!({"Parameters": items, "NextToken": next}),
    }
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ServiceError> {
    let body = if body.is_empty() { b"{}" } else { &body[..] };
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        // A member that is missing breaks a constraint; all else is not what the types demand.
        serde_json::error::Category::Data if error.to_string().starts_with("missing field") => {
            invalid(format!("1 validation error detected: {error}"))
        }
        _ => ServiceError::serialization(error.to_string()),
    })
}

fn failure(code: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError::front(StatusCode::BAD_REQUEST, code, message)
}

fn invalid(message: impl Into<String>) -> ServiceError {
    failure("ValidationException", message)
}

fn missing() -> ServiceError {
    failure("ParameterNotFound", "")
}

fn refused(error: &ParameterError) -> ServiceError {
    let code = match error {
        ParameterError::AlreadyExists => "ParameterAlreadyExists",
        ParameterError::NotFound => return missing(),
        ParameterError::AccessDenied(_) => "AccessDeniedException",
        ParameterError::TooDeep => "HierarchyLevelLimitExceededException",
        ParameterError::LimitExceeded => "ParameterLimitExceeded",
        ParameterError::UnsupportedType(_) => "UnsupportedParameterType",
        ParameterError::InvalidPattern(_) => "InvalidAllowedPatternException",
        ParameterError::PatternMismatch(_) => "ParameterPatternMismatchException",
        ParameterError::Invalid(_) => "ValidationException",
        ParameterError::Disk(_) => return ServiceError::internal(error.to_string()),
    };
    failure(code, error.to_string())
}
