//! The partitions of a rule's counters.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::bucket::Bucket;
use crate::criteria::header_name;
use crate::facts::Facts;
use crate::read::{RuleReadError, text, unknown};

const NAMES: [&str; 8] = [
    "account",
    "region",
    "operation",
    "resource",
    "accessKey",
    "appId",
    "invocation",
    "header:NAME",
];
/// The maximum number of partitions: beyond it, the oldest is dropped, and would start again.
const CAPACITY: usize = 16_384;

/// A property of requests that has separate counters, draws and buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Per {
    /// The account.
    Account,
    /// The region.
    Region,
    /// The operation.
    Operation,
    /// The id of the resource.
    Resource,
    /// The access key.
    AccessKey,
    /// The application id of the SDK.
    AppId,
    /// The SDK's id of the call.
    Invocation,
    /// A header, by name.
    Header(String),
}

impl Per {
    /// The partition of throttling, unless the rule sets another.
    pub(crate) const THROTTLE: [Self; 3] = [Self::Account, Self::Region, Self::Operation];

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let name = text(value)?;
        Ok(match name.as_str() {
            "account" => Self::Account,
            "region" => Self::Region,
            "operation" => Self::Operation,
            "resource" => Self::Resource,
            "accessKey" => Self::AccessKey,
            "appId" => Self::AppId,
            "invocation" => Self::Invocation,
            _ => match name.strip_prefix("header:") {
                Some(header) => header_name(header).map(|()| Self::Header(header.to_owned()))?,
                None => return Err(RuleReadError::new(unknown("partition", &name, &NAMES))),
            },
        })
    }

    /// The name as rules have it, in two parts: only a header has the second.
    fn names(&self) -> (&'static str, &str) {
        match self {
            Self::Account => ("account", ""),
            Self::Region => ("region", ""),
            Self::Operation => ("operation", ""),
            Self::Resource => ("resource", ""),
            Self::AccessKey => ("accessKey", ""),
            Self::AppId => ("appId", ""),
            Self::Invocation => ("invocation", ""),
            Self::Header(name) => ("header:", name),
        }
    }

    fn of<'a>(&self, facts: &Facts<'a>) -> Option<&'a str> {
        match self {
            Self::Account => Some(facts.account),
            Self::Region => Some(facts.region),
            Self::Operation => Some(facts.operation),
            Self::Resource => facts.resources.first().copied(),
            Self::AccessKey => facts.access_key,
            Self::AppId => facts.app_id,
            Self::Invocation => facts.invocation,
            Self::Header(name) => (facts.header)(name),
        }
    }
}

impl Serialize for Per {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, header) = self.names();
        serializer.collect_str(&format_args!("{name}{header}"))
    }
}

/// Names the partition of a request: `account=123456789012,region=eu-west-1`.
///
/// Parts that the request does not have are left out, so all requests without them share a
/// partition.
pub(crate) fn key(per: &[Per], facts: &Facts<'_>) -> String {
    let mut key = String::new();
    for (part, value) in per.iter().filter_map(|part| Some((part, part.of(facts)?))) {
        let joint = if key.is_empty() { "" } else { "," };
        let (name, header) = part.names();
        key.extend([joint, name, header, "=", value]);
    }
    key
}

/// The counters of one partition.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    /// Matching requests.
    pub(crate) matched: u64,
    /// Requests on which the rule acted.
    pub(crate) fired: u64,
    /// Turns of the steps that were used.
    pub(crate) turns: u64,
    pub(crate) bucket: Bucket,
}

/// The partitions of one rule, bounded in number.
#[derive(Debug, Default)]
pub(crate) struct Partitions {
    counters: BTreeMap<Arc<str>, Counters>,
    ages: VecDeque<Arc<str>>,
}

impl Partitions {
    /// The counters of the partition, and its stored name; new counters are zero.
    pub(crate) fn entry(&mut self, key: &str) -> (Arc<str>, &mut Counters) {
        let name = match self.counters.get_key_value(key) {
            Some((name, _)) => Arc::clone(name),
            None => self.admit(key),
        };
        let counters = self.counters.entry(Arc::clone(&name)).or_default();
        (name, counters)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Counters> {
        self.counters.values()
    }

    fn admit(&mut self, key: &str) -> Arc<str> {
        if self.ages.len() >= CAPACITY {
            self.ages
                .pop_front()
                .map(|oldest| self.counters.remove(&oldest));
        }
        let name: Arc<str> = key.into();
        self.ages.push_back(Arc::clone(&name));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, Partitions, Per, key};
    use crate::facts::Facts;

    #[test]
    fn partitions_are_named_by_what_they_share() {
        let facts = Facts {
            account: "123456789012",
            region: "eu-west-1",
            header: &|name| (name == "x-test").then_some("a"),
            ..Facts::default()
        };
        for (per, expected) in [
            (vec![], ""),
            (vec![Per::Account], "account=123456789012"),
            (
                vec![Per::Account, Per::Region],
                "account=123456789012,region=eu-west-1",
            ),
            (vec![Per::AppId], ""),
            (vec![Per::Header("x-test".to_owned())], "header:x-test=a"),
            (
                vec![Per::Header("x-other".to_owned()), Per::Region],
                "region=eu-west-1",
            ),
        ] {
            assert_eq!(key(&per, &facts), expected);
        }
    }

    #[test]
    fn no_more_partitions_are_kept_than_fit() {
        let mut partitions = Partitions::default();
        for number in 0..CAPACITY + 10 {
            partitions.entry(&number.to_string()).1.matched += 1;
        }
        assert_eq!(partitions.all().count(), CAPACITY);
        assert_eq!(partitions.entry("10").1.matched, 1);
        assert_eq!(partitions.entry("9").1.matched, 0);
    }
}
