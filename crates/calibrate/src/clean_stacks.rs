//! Deletes the stacks that runs have created.

use serde_json::json;

use crate::build::{TAG, query_request};
use crate::clean::elements;
use crate::endpoint::{Endpoint, EndpointError, Response};
use crate::retry::send;

/// The maximum number of pages of the list of stacks.
const PAGES: usize = 1_000;

/// What became of the stacks.
#[derive(Debug, Default)]
pub(crate) struct CleanedStacks {
    pub(crate) deleted: usize,
    /// What could not be done, each with its reason.
    pub(crate) problems: Vec<String>,
}

/// Deletes stacks with this name prefix that have the tag of a run, the latest first, because one
/// may use others.
pub(crate) async fn clean_stacks<E: Endpoint + ?Sized>(
    endpoint: &E,
    prefix: &str,
) -> CleanedStacks {
    let mut cleaned = CleanedStacks::default();
    let names = match names(endpoint, prefix).await {
        Ok(names) => names,
        Err(error) => {
            cleaned.problems.push(format!("DescribeStacks: {error}"));
            return cleaned;
        }
    };
    for name in names {
        let input = json!({ "StackName": name });
        let described = call(endpoint, "DescribeStacks", &input).await;
        let tag = format!("<Key>{TAG}</Key>");
        let is_tagged = described.is_ok_and(|stack| stack.text().contains(&tag));
        if !is_tagged {
            continue;
        }
        match call(endpoint, "DeleteStack", &input).await {
            Ok(response) if response.status < 400 => {
                cleaned.deleted = cleaned.deleted.saturating_add(1);
            }
            Ok(response) => {
                let error = response.error_type().unwrap_or_default();
                let problem = format!("DeleteStack {name}: {} {error}", response.status);
                cleaned.problems.push(problem);
            }
            Err(error) => cleaned
                .problems
                .push(format!("DeleteStack {name}: {error}")),
        }
    }
    cleaned
}

/// The names of stacks with a prefix. A caller that may not list stacks has created none.
async fn names<E: Endpoint + ?Sized>(
    endpoint: &E,
    prefix: &str,
) -> Result<Vec<String>, EndpointError> {
    const FORBIDDEN: u16 = 403;
    let mut names = Vec::new();
    let mut input = json!({});
    for _ in 0..PAGES {
        let listed = call(endpoint, "DescribeStacks", &input).await?;
        if listed.status == FORBIDDEN {
            break;
        }
        if listed.status >= 400 {
            let error = listed.error_type().unwrap_or_default();
            return Err(EndpointError::message(format!("{} {error}", listed.status)));
        }
        let text = listed.text();
        names.extend(elements(&text, "StackName"));
        match elements(&text, "NextToken").into_iter().next() {
            Some(token) => input = json!({ "NextToken": token }),
            None => break,
        }
    }
    names.retain(|name| name.starts_with(prefix));
    Ok(names)
}

async fn call<E: Endpoint + ?Sized>(
    endpoint: &E,
    action: &str,
    input: &serde_json::Value,
) -> Result<Response, EndpointError> {
    send(endpoint, &query_request("cloudformation", action, input)).await
}
