//! The caller of a change, and its tags.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use b2bi_local_b2bi::Scope;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// The context of a call of a resource type.
#[derive(Clone, Debug)]
pub struct HandlerContext {
    /// The account and region that the resource is in.
    pub scope: Scope,
    /// The partition of its ARN, such as `aws`.
    pub partition: Arc<str>,
    /// The tags of the stack. A tag of the resource with the same key wins.
    pub stack_tags: Tags,
    /// The tags of the stack before an update; the same as `stack_tags` otherwise.
    pub previous_stack_tags: Tags,
    /// The tags that AWS itself adds, such as `aws:cloudformation:stack-name`.
    pub system_tags: Tags,
    /// The name of the resource in its template; `None` for Cloud Control.
    pub logical_id: Option<String>,
    /// The name of the stack; `None` for Cloud Control.
    pub stack_name: Option<String>,
    /// The attributes that the template asks for with `Fn::GetAtt`. They are known only for resources
    /// in the upstream.
    pub attributes: BTreeSet<String>,
}

impl HandlerContext {
    /// The context of a request outside of stacks.
    #[must_use]
    pub fn new(scope: Scope, partition: impl Into<Arc<str>>) -> Self {
        Self {
            scope,
            partition: partition.into(),
            stack_tags: Tags::new(),
            previous_stack_tags: Tags::new(),
            system_tags: Tags::new(),
            logical_id: None,
            stack_name: None,
            attributes: BTreeSet::new(),
        }
    }

    /// The ARN of something in this account and region.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let Scope { account, region } = &self.scope;
        format!(
            "arn:{}:{service}:{region}:{account}:{resource}",
            self.partition
        )
    }

    /// The tags of a resource: those of the stack, of AWS, and its own; later ones take precedence.
    #[must_use]
    pub(crate) fn merged_tags(&self, own: Tags) -> Tags {
        merged(&self.stack_tags, &self.system_tags, own)
    }

    /// The tags that a resource had before an update, merged as [`merged_tags`](Self::merged_tags).
    #[must_use]
    pub(crate) fn previous_merged_tags(&self, own: Tags) -> Tags {
        merged(&self.previous_stack_tags, &self.system_tags, own)
    }
}

fn merged(stack: &Tags, system: &Tags, own: Tags) -> Tags {
    let mut all = stack.clone();
    all.extend(system.clone());
    all.extend(own);
    all
}
