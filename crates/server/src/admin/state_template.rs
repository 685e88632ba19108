//! `/_b2bi/state?format=cloudformation`: what no stack owns, as a template.

use b2bi_local_b2bi::Scope;
use http::StatusCode;
use serde_json::Value;

use super::call::{AdminError, Call, HandlerResult};
use super::{reply, state};
use crate::app::App;
use crate::query::Params;

/// The maximum number of accounts and regions in a message.
const MOST_NAMED: usize = 5;

/// The resources of one account and region as a template.
pub(super) async fn export(app: &App, call: &Call) -> HandlerResult {
    if call.params.get(state::OBJECTS).is_some() {
        let message = "a template has no objects: leave out `objects` or `format`";
        return Err(AdminError::bad_request(message));
    }
    let scope = scope(app, &call.params)?;
    let template = app.stacks.export(&scope).await;
    let template = template.map_err(|error| AdminError::internal(error.message))?;
    Ok(reply(StatusCode::OK, &template))
}

/// The account and region that the query names, or the only ones with resources.
fn scope(app: &App, params: &Params) -> Result<Scope, AdminError> {
    if let (Some(account), Some(region)) = (params.get("account"), params.get("region")) {
        return Ok(of(account, region));
    }
    let state = state::described(app, params)?;
    let scopes = state.get("scopes").and_then(Value::as_array);
    let named = scopes.into_iter().flatten().filter_map(|scope| {
        let member = |name| scope.get(name).and_then(Value::as_str);
        Some((member("account")?, member("region")?))
    });
    let named: Vec<(&str, &str)> = named.collect();
    match named.as_slice() {
        [(account, region)] => Ok(of(account, region)),
        [] => Err(AdminError::bad_request(
            "a template is of one account and region: add `account` and `region`",
        )),
        many => {
            let shown = many.iter().take(MOST_NAMED);
            let shown: Vec<String> = shown
                .map(|(account, region)| format!("account={account}&region={region}"))
                .collect();
            Err(AdminError::bad_request(format!(
                "a template is of one account and region, and {} have resources: add {}",
                many.len(),
                shown.join(" or ")
            )))
        }
    }
}

fn of(account: &str, region: &str) -> Scope {
    Scope {
        account: account.into(),
        region: region.into(),
    }
}
