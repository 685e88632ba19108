//! Drift: resources that differ from what their stack has created.

use std::collections::BTreeMap;
use std::sync::Arc;

use b2bi_local_b2bi::Scope;
use b2bi_local_registry::{HandlerContext, HandlerErrorCode, Properties, Schema};
use serde_json::Value;

use crate::error::StackError;
use crate::stack::{Drift, Stack, StackResource};
use crate::stacks::Stacks;

/// A drift detection that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftDetection {
    /// The ARN of the stack.
    pub stack_id: String,
    /// `DRIFTED` or `IN_SYNC`.
    pub status: String,
    /// How many resources have drifted.
    pub drifted: usize,
    /// When, in milliseconds since 1970.
    pub time: i64,
}

/// The drift of a stack that detection has found last.
#[must_use]
pub fn stack_drift_status(stack: &Stack) -> (&'static str, Option<i64>) {
    let drifts = stack
        .resources
        .iter()
        .filter_map(|resource| resource.drift.as_ref());
    let drifts: Vec<&Drift> = drifts.collect();
    let time = drifts.iter().map(|drift| drift.time).max();
    let status = match time {
        None => "NOT_CHECKED",
        Some(_) if drifts.iter().any(|drift| drift.status != "IN_SYNC") => "DRIFTED",
        Some(_) => "IN_SYNC",
    };
    (status, time)
}

impl Stacks {
    /// Compares the resources of a stack with the results of their types' handlers; only the named
    /// ones, if any are named. Returns the id of the detection.
    ///
    /// # Errors
    ///
    /// The stack or a resource does not exist, or an operation on the stack is running.
    pub async fn detect_drift(
        self: &Arc<Self>,
        scope: &Scope,
        name: &str,
        logical_ids: &[String],
    ) -> Result<String, StackError> {
        let stack = self.live(scope, name)?;
        let _guard = self.occupy(&stack)?;
        let mut stack = self.live(scope, &stack.id)?;
        if let Some(missing) = logical_ids.iter().find(|id| stack.resource(id).is_none()) {
            let message = format!("Resource {missing} does not exist for stack {}", stack.name);
            return Err(StackError::validation(message));
        }
        let time = self.now();
        let context = HandlerContext::new(scope.clone(), "aws");
        for resource in &mut stack.resources {
            let is_wanted = logical_ids.is_empty() || logical_ids.contains(&resource.logical_id);
            if is_wanted && resource.exists() {
                resource.drift = self.drift(&context, resource, time).await;
            }
        }
        self.store.save(scope, &stack, &[]).await?;
        Ok(detection_id(&stack))
    }

    /// How a drift detection has ended.
    ///
    /// # Errors
    ///
    /// No detection has this id.
    pub fn drift_detection(&self, scope: &Scope, id: &str) -> Result<DriftDetection, StackError> {
        let mut all = self.all(scope).into_iter();
        let found = all.find(|stack| detection_id(stack) == id);
        let found = found.and_then(|stack| {
            let (status, time) = stack_drift_status(&stack);
            Some((stack, status, time?))
        });
        let (stack, status, time) = found.ok_or_else(|| {
            StackError::validation(format!("Drift detection {id} does not exist"))
        })?;
        let drifted = stack.resources.iter().filter(|resource| {
            let drift = resource.drift.as_ref();
            drift.is_some_and(|drift| drift.status != "IN_SYNC")
        });
        Ok(DriftDetection {
            status: status.to_owned(),
            drifted: drifted.count(),
            stack_id: stack.id,
            time,
        })
    }

    async fn drift(
        &self,
        context: &HandlerContext,
        resource: &StackResource,
        time: i64,
    ) -> Option<Drift> {
        let resource_type = resource.resource_type(&self.registry).ok()?;
        let read = resource_type
            .read(context, resource.identifier.as_deref()?)
            .await;
        let drift = |status: &str, actual, differences| Drift {
            status: status.to_owned(),
            time,
            actual,
            differences,
        };
        match read {
            Ok(found) => {
                let differences =
                    differences(resource_type.schema(), &resource.desired, &found.properties);
                let status = if differences.is_empty() {
                    "IN_SYNC"
                } else {
                    "MODIFIED"
                };
                Some(drift(status, found.properties, differences))
            }
            Err(error) if error.code == HandlerErrorCode::NotFound => {
                Some(drift("DELETED", Properties::new(), BTreeMap::new()))
            }
            Err(_) => None,
        }
    }
}

/// What identifies the last detection of a stack: the stack's own identifier.
fn detection_id(stack: &Stack) -> String {
    stack.id.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The properties of a template that a resource does not have. Tags are compared as sets; tags that
/// the template does not name are ignored.
fn differences(
    schema: &Schema,
    desired: &Properties,
    actual: &Properties,
) -> BTreeMap<String, (Value, Value)> {
    let write_only = |name: &str| {
        let mut paths = schema.write_only().iter();
        paths.any(|path| path.names().first().is_some_and(|first| first == name))
    };
    let is_tags = |name: &str| {
        let path = schema.tag_property();
        path.is_some_and(|path| path.names().first().is_some_and(|first| first == name))
    };
    let mut found = BTreeMap::new();
    for (name, expected) in desired {
        let is = actual.get(name).unwrap_or(&Value::Null);
        let is_same = if is_tags(name) {
            has_all(is, expected)
        } else {
            covers(is, expected)
        };
        if !is_same && !write_only(name) {
            found.insert(format!("/{name}"), (expected.clone(), is.clone()));
        }
    }
    found
}

/// Whether a list has all items of another, in any order.
fn has_all(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Array(actual), Value::Array(expected)) => {
            expected.iter().all(|item| actual.contains(item))
        }
        _ => actual == expected,
    }
}

/// Whether a value contains everything in another. Additions by a service are ignored.
fn covers(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => expected
            .iter()
            .all(|(name, value)| actual.get(name).is_some_and(|actual| covers(actual, value))),
        (Value::Array(actual), Value::Array(expected)) => {
            let mut pairs = actual.iter().zip(expected);
            actual.len() == expected.len()
                && pairs.all(|(actual, expected)| covers(actual, expected))
        }
        _ => actual == expected,
    }
}
