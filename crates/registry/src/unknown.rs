//! How resources of unknown types are handled.

use std::collections::BTreeMap;
use std::str::FromStr;

/// How a resource of an unknown type is handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownType {
    /// It is refused.
    Refuse,
    /// Its model is recorded.
    #[default]
    Record,
    /// It is created in the upstream.
    Upstream,
}

/// How resources of unknown types are handled: the default, and by type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownResources {
    default: UnknownType,
    by_type: BTreeMap<String, UnknownType>,
}

impl UnknownResources {
    /// The default: resources are created in the upstream, or recorded if there is none.
    #[must_use]
    pub fn by_default(has_upstream: bool) -> Self {
        let default = if has_upstream {
            UnknownType::Upstream
        } else {
            UnknownType::Record
        };
        Self {
            default,
            ..Self::default()
        }
    }

    /// Whether some are handed to the upstream.
    #[must_use]
    pub fn needs_upstream(&self) -> bool {
        let mut all = self.by_type.values().chain([&self.default]);
        all.any(|what| *what == UnknownType::Upstream)
    }

    /// Whether a type is named to be handed to the upstream, though it may be here.
    pub(crate) fn is_named_upstream(&self, type_name: &str) -> bool {
        self.by_type.get(type_name) == Some(&UnknownType::Upstream)
    }

    /// How resources of this type are handled. An unknown type of B2BI or of CloudFormation is
    /// refused, because no other service could have it.
    #[must_use]
    pub fn of(&self, type_name: &str) -> UnknownType {
        let service = type_name
            .rsplit_once("::")
            .map_or("", |(service, _)| service);
        match self.by_type.get(type_name) {
            Some(named) => *named,
            None if ["AWS::B2BI", "AWS::CloudFormation"].contains(&service) => UnknownType::Refuse,
            None => self.default,
        }
    }
}

impl FromStr for UnknownResources {
    type Err = UnknownResourcesError;

    /// Reads `record`, `refuse`, `upstream`, or one of these with types: `record,AWS::SQS::Queue=refuse`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut read = Self::default();
        for part in text.split(',').map(str::trim) {
            match part.split_once('=') {
                Some((name, what)) if name.contains("::") => {
                    read.by_type.insert(name.trim().to_owned(), choice(what)?);
                }
                Some((name, _)) => return Err(UnknownResourcesError(name.to_owned())),
                None => read.default = choice(part)?,
            }
        }
        Ok(read)
    }
}

fn choice(text: &str) -> Result<UnknownType, UnknownResourcesError> {
    match text.trim() {
        "record" => Ok(UnknownType::Record),
        "refuse" => Ok(UnknownType::Refuse),
        "upstream" => Ok(UnknownType::Upstream),
        other => Err(UnknownResourcesError(other.to_owned())),
    }
}

/// An unknown value for unknown resources.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be record, refuse or upstream, also by type as in record,AWS::SQS::Queue=refuse, not '{0}'"
)]
pub struct UnknownResourcesError(String);

#[cfg(test)]
mod tests {
    use super::{UnknownResources, UnknownType};

    #[test]
    fn types_may_be_named() {
        let read = |text: &str| text.parse::<UnknownResources>();
        let queue = "AWS::SQS::Queue";
        for (text, expected) in [
            ("record", UnknownType::Record),
            ("refuse", UnknownType::Refuse),
            ("record, AWS::SQS::Queue=refuse", UnknownType::Refuse),
            ("AWS::SQS::Queue=record,refuse", UnknownType::Record),
            ("refuse,AWS::SNS::Topic=record", UnknownType::Refuse),
            ("upstream", UnknownType::Upstream),
            ("AWS::SQS::Queue=upstream", UnknownType::Upstream),
            ("upstream,AWS::SQS::Queue=record", UnknownType::Record),
        ] {
            assert_eq!(read(text).unwrap().of(queue), expected, "{text}");
        }
        for text in ["", "keep", "queue=record", "AWS::SQS::Queue=keep"] {
            assert!(read(text).is_err(), "{text}");
        }
        let all = UnknownResources::default();
        assert_eq!(all.of("AWS::B2BI::Nothing"), UnknownType::Refuse);
        assert_eq!(all.of("AWS::IAM::Role"), UnknownType::Record);
    }
}
