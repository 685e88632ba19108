//! `/_b2bi/console/access`: whether the policy of a bucket allows the service.

use http::StatusCode;
use serde_json::json;

use super::call::{AdminError, Call, HandlerResult};
use super::console::is_on;
use super::reply;
use super::routes::Keys;
use crate::app::App;
use crate::objects::Objects;
use crate::query::Params;
use crate::strict::{INPUT_ACTIONS, OUTPUT_ACTIONS, refused_actions};

pub(super) const QUERY: Keys = &["account", "bucket", "key", "side", "capabilityArn"];

/// Returns the actions that the policy refuses, evaluated as by `--strict-aws`.
pub(super) fn show(app: &App, call: &Call) -> HandlerResult {
    is_on(app)?;
    let Objects::Embedded(s3) = &app.objects else {
        let message = "the buckets are of another S3, and this server does not read their policies";
        return Err(AdminError::not_found(message));
    };
    let params = &call.params;
    let actions: &[&str] = match needed(params, "side")? {
        "input" => &INPUT_ACTIONS,
        "output" => &OUTPUT_ACTIONS,
        other => {
            let message = format!("`side` must be input or output; found `{other}`");
            return Err(AdminError::bad_request(message));
        }
    };
    let object = (needed(params, "bucket")?, needed(params, "key")?);
    let account = needed(params, "account")?;
    let arn = needed(params, "capabilityArn")?;
    let refused = refused_actions(s3, account, object, actions, arn);
    Ok(reply(StatusCode::OK, &json!({"refused": refused})))
}

fn needed<'a>(params: &'a Params, key: &str) -> Result<&'a str, AdminError> {
    let value = params.get(key).filter(|value| !value.is_empty());
    value.ok_or_else(|| AdminError::bad_request(format!("the query key {key} is needed")))
}
