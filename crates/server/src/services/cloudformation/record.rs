//! The members of replies.

use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_model::Timestamp;
use b2bi_local_registry::Tags;
use b2bi_local_stacks::{Definition, Drift, Stack, StackParameter, stack_drift_status};

/// The members of a reply.
pub(super) type Members = Vec<(&'static str, QueryValue)>;

/// Members that are put together one by one.
#[derive(Default)]
pub(super) struct Record(Members);

impl Record {
    pub(super) fn text(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.0.push((name, text.into().into()));
        self
    }

    pub(super) fn optional(self, name: &'static str, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    pub(super) fn flag(self, name: &'static str, is_set: bool) -> Self {
        self.text(name, if is_set { "true" } else { "false" })
    }

    pub(super) fn time(self, name: &'static str, millis: i64) -> Self {
        self.text(name, Timestamp::from_millis(millis).to_string())
    }

    pub(super) fn optional_time(self, name: &'static str, millis: Option<i64>) -> Self {
        match millis {
            Some(millis) => self.time(name, millis),
            None => self,
        }
    }

    pub(super) fn list(
        mut self,
        name: &'static str,
        items: impl IntoIterator<Item = QueryValue>,
    ) -> Self {
        let items = items.into_iter().collect();
        self.0.push((name, QueryValue::List(items)));
        self
    }

    /// A list that is left out if it is empty.
    pub(super) fn some(
        self,
        name: &'static str,
        items: impl IntoIterator<Item = QueryValue>,
    ) -> Self {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return self;
        }
        self.list(name, items)
    }

    pub(super) fn texts<'a>(
        self,
        name: &'static str,
        items: impl IntoIterator<Item = &'a String>,
    ) -> Self {
        self.list(name, items.into_iter().map(|item| item.as_str().into()))
    }

    pub(super) fn structure(mut self, name: &'static str, inner: Self) -> Self {
        self.0.push((name, inner.value()));
        self
    }

    pub(super) fn members(self) -> Members {
        self.0
    }

    pub(super) fn value(self) -> QueryValue {
        QueryValue::Structure(self.0)
    }
}

pub(super) fn parameters(parameters: &[StackParameter]) -> impl Iterator<Item = QueryValue> {
    parameters.iter().map(|parameter| {
        Record::default()
            .text("ParameterKey", parameter.key.as_str())
            .text("ParameterValue", parameter.shown())
            .optional("ResolvedValue", parameter.resolved.as_deref())
            .value()
    })
}

pub(super) fn tags(tags: &Tags) -> impl Iterator<Item = QueryValue> {
    tags.iter().map(|(key, value)| {
        Record::default()
            .text("Key", key.as_str())
            .text("Value", value.as_str())
            .value()
    })
}

/// `DriftInformation` of a stack.
pub(super) fn stack_drift(stack: &Stack) -> Record {
    let (status, time) = stack_drift_status(stack);
    Record::default()
        .text("StackDriftStatus", status)
        .optional_time("LastCheckTimestamp", time)
}

/// `DriftInformation` of a resource.
pub(super) fn resource_drift(drift: Option<&Drift>) -> Record {
    let status = drift.map_or("NOT_CHECKED", |drift| &drift.status);
    Record::default()
        .text("StackResourceDriftStatus", status)
        .optional_time("LastCheckTimestamp", drift.map(|drift| drift.time))
}

/// `RollbackConfiguration` of a definition.
pub(super) fn rollback_configuration(definition: &Definition) -> Record {
    let minutes = definition.monitoring_minutes;
    Record::default().optional(
        "MonitoringTimeInMinutes",
        minutes.map(|minutes| minutes.to_string()),
    )
}
