//! `--init stack.yaml`: the initial stack of a server.

use std::path::{Path, PathBuf};

use b2bi_local_b2bi::{JobDuration, Scope};
use b2bi_local_stacks::{
    CreateRequest, DefinitionRequest, ParameterRequest, Status, UpdateRequest,
};
use serde::Deserialize;

use super::error::InitError;
use crate::app::App;

/// The error of an update without changes.
const NO_UPDATES: &str = "No updates are to be performed.";

/// A parameter, as the AWS CLI takes it from a file.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Parameter {
    parameter_key: String,
    parameter_value: String,
}

/// Creates the stack of a template, or updates it; its name is that of the file.
///
/// # Errors
///
/// The files cannot be read, or the stack cannot be created.
pub(super) async fn apply(app: &App, file: &Path) -> Result<(), InitError> {
    let accounts = &app.config.accounts;
    let scope = Scope {
        account: accounts.default_account.as_str().into(),
        region: accounts.default_region.as_str().into(),
    };
    let name = stack_name(file)?;
    let definition = definition(file)?;
    let deployed = if app.stacks.live(&scope, &name).is_ok() {
        let request = UpdateRequest {
            name: name.clone(),
            definition,
            ..UpdateRequest::default()
        };
        app.stacks.update(&scope, request).await
    } else {
        let request = CreateRequest {
            name: name.clone(),
            definition,
            ..CreateRequest::default()
        };
        app.stacks.create(&scope, request).await
    };
    match deployed {
        Err(error) if error.message == NO_UPDATES => return Ok(()),
        begun => begun.map_err(InitError::Stack)?,
    };
    check(app, &scope, &name)
}

/// The stack has been created, unless it takes time.
fn check(app: &App, scope: &Scope, name: &str) -> Result<(), InitError> {
    let stack = app.stacks.get(scope, name);
    let stack = stack.map_err(InitError::Stack)?;
    let is_up = matches!(
        stack.status,
        Status::CreateComplete | Status::UpdateComplete
    );
    if is_up || app.config.stack_duration != JobDuration::Immediate {
        return Ok(());
    }
    let events = app.stacks.events(scope, name).unwrap_or_default();
    let failed = events
        .iter()
        .rev()
        .find(|event| event.status.as_str().ends_with("_FAILED"));
    let failed = failed.map_or_else(String::new, |event| {
        let reason = event.reason.as_deref().unwrap_or_default();
        format!(": {}: {reason}", event.logical_id)
    });
    Err(InitError::StackStatus {
        name: name.to_owned(),
        status: stack.status,
        reason: failed,
    })
}

/// The name of the file without its extensions, if that can be the name of a stack.
fn stack_name(file: &Path) -> Result<String, InitError> {
    let name = file.file_stem().and_then(|stem| stem.to_str());
    let name = name.unwrap_or_default();
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_name {
        return Ok(name.to_owned());
    }
    Err(InitError::StackName(name.to_owned()))
}

/// The template, and the parameters of the file `NAME.parameters.json` next to it.
fn definition(file: &Path) -> Result<DefinitionRequest, InitError> {
    let template = std::fs::read_to_string(file)?;
    let beside: PathBuf = file.with_extension("parameters.json");
    let parameters = if beside.exists() {
        let read = std::fs::read_to_string(&beside)?;
        let read = serde_json::from_str::<Vec<Parameter>>(&read);
        read.map_err(|error| InitError::from(error).at(beside.display()))?
    } else {
        Vec::new()
    };
    let parameters = parameters.into_iter().map(|parameter| ParameterRequest {
        key: parameter.parameter_key,
        value: Some(parameter.parameter_value),
        use_previous_value: false,
    });
    let capabilities = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"];
    Ok(DefinitionRequest {
        template: Some(template),
        parameters: parameters.collect(),
        capabilities: capabilities.map(str::to_owned).to_vec(),
        ..DefinitionRequest::default()
    })
}
