//! Amazon Resource Names of the service's resources.

use crate::scope::Scope;

/// A kind of resource that has an ARN and tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResourceKind {
    Capability,
    Partnership,
    Profile,
    Transformer,
}

const KINDS: [ResourceKind; 4] = [
    ResourceKind::Capability,
    ResourceKind::Partnership,
    ResourceKind::Profile,
    ResourceKind::Transformer,
];

impl ResourceKind {
    /// The word in an ARN and in messages.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Capability => "capability",
            Self::Partnership => "partnership",
            Self::Profile => "profile",
            Self::Transformer => "transformer",
        }
    }
}

/// `arn:aws:b2bi:us-east-1:123456789012:profile/p-…`
pub(crate) fn format(scope: &Scope, kind: ResourceKind, id: &str) -> String {
    let Scope { account, region } = scope;
    let partition = partition(region);
    let kind = kind.as_str();
    format!("arn:{partition}:b2bi:{region}:{account}:{kind}/{id}")
}

/// The resource of an ARN, if it belongs to this caller.
pub(crate) fn parse<'a>(scope: &Scope, arn: &'a str) -> Option<(ResourceKind, &'a str)> {
    let (kind, id) = arn.rsplit_once(':')?.1.split_once('/')?;
    let kind = KINDS.into_iter().find(|item| item.as_str() == kind)?;
    (format(scope, kind, id) == arn).then_some((kind, id))
}

/// Whether a text has the form of an ARN of this service.
pub(crate) fn is_well_formed(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", _, "b2bi", _, _, resource] if resource.contains('/'))
}

fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
