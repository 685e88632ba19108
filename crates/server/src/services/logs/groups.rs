//! `DescribeLogGroups`.

use std::collections::BTreeMap;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use serde::Deserialize;
use serde_json::{Value, json};

use b2bi_local_registry::LOG_GROUPS;

use super::{Logs, invalid, page, with_next};

/// The maximum number of groups in a reply.
const MOST: usize = 50;
/// The reply of [`describe`] if there are none.
const NO_GROUPS: &[u8] = br#"{"logGroups":[]}"#;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    limit: Option<usize>,
    next_token: Option<String>,
}

/// A log group.
pub(super) struct LogGroup {
    pub(super) name: String,
    /// In milliseconds since 1970.
    created: i64,
    bytes: usize,
}

/// Lists log groups by name.
pub(super) fn describe(logs: &Logs, scope: &Scope, input: &Input) -> Result<Value, ServiceError> {
    let (prefix, pattern) = (&input.log_group_name_prefix, &input.log_group_name_pattern);
    if prefix.is_some() && pattern.is_some() {
        let message = "Name either logGroupNamePrefix or logGroupNamePattern, not both";
        return Err(invalid(message));
    }
    let mut groups = of(logs, scope);
    groups.retain(|group| {
        prefix
            .as_ref()
            .is_none_or(|prefix| group.name.starts_with(prefix))
            && pattern
                .as_ref()
                .is_none_or(|part| group.name.contains(part))
    });
    let page = page(&groups, input.next_token.as_deref(), input.limit, MOST)?;
    let found: Vec<Value> = page
        .items
        .iter()
        .map(|item| item.described(scope))
        .collect();
    Ok(with_next(json!({"logGroups": found}), page.next))
}

/// The groups of the service's own resources, those created by stacks, and those that have records,
/// sorted by name.
pub(super) fn of(logs: &Logs, scope: &Scope) -> Vec<LogGroup> {
    let mut groups = BTreeMap::new();
    for (name, created) in logs.service.log_groups(scope) {
        groups.insert(name, (created.as_millis(), 0));
    }
    for (name, model) in logs.documents.list(scope, LOG_GROUPS) {
        let created = model.get("Created").and_then(Value::as_i64);
        groups
            .entry(name)
            .or_insert((created.unwrap_or_default(), 0));
    }
    for record in logs.records(scope, |_| true) {
        let record = record.entry;
        let since = record.timestamp.as_millis();
        let (created, bytes) = groups.entry(record.group.to_string()).or_insert((since, 0));
        *created = since.min(*created);
        *bytes += record.text().len();
    }
    let group = |(name, (created, bytes))| LogGroup {
        name,
        created,
        bytes,
    };
    groups.into_iter().map(group).collect()
}

/// Whether an answer of [`describe`] lists no groups.
pub(super) fn is_empty(answer: &[u8]) -> bool {
    answer == NO_GROUPS
}

impl LogGroup {
    fn described(&self, scope: &Scope) -> Value {
        let arn = arn(scope, &self.name);
        json!({
            "logGroupName": self.name,
            "creationTime": self.created,
            "metricFilterCount": 0,
            "arn": format!("{arn}:*"),
            "storedBytes": self.bytes,
            "logGroupClass": "STANDARD",
            "logGroupArn": arn,
        })
    }
}

/// `arn:aws:logs:us-east-1:111122223333:log-group:/aws/vendedlogs/b2bi/default`
pub(super) fn arn(scope: &Scope, name: &str) -> String {
    let Scope { account, region } = scope;
    format!("arn:aws:logs:{region}:{account}:log-group:{name}")
}
