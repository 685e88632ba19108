//! The parts of replies of the upstream's CloudFormation that are read.

use serde::Deserialize;

/// The members of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Members<T> {
    #[serde(default = "Vec::new")]
    pub(super) member: Vec<T>,
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self { member: Vec::new() }
    }
}

/// A reply of which nothing is needed.
#[derive(Debug, Deserialize)]
pub(super) struct Accepted {}

#[derive(Debug, Deserialize)]
pub(super) struct DescribeStacks {
    #[serde(rename = "DescribeStacksResult")]
    pub(super) result: DescribeStacksResult,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeStacksResult {
    #[serde(default)]
    pub(super) stacks: Members<Stack>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Stack {
    #[serde(rename = "StackStatus")]
    pub(super) status: String,
    #[serde(default, rename = "StackStatusReason")]
    pub(super) reason: Option<String>,
    #[serde(default, rename = "Outputs")]
    pub(super) outputs: Members<Output>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    #[serde(default)]
    pub(super) output_value: String,
    #[serde(default)]
    pub(super) description: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct DescribeStackResources {
    #[serde(rename = "DescribeStackResourcesResult")]
    pub(super) result: DescribeStackResourcesResult,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeStackResourcesResult {
    #[serde(default)]
    pub(super) stack_resources: Members<StackResource>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StackResource {
    #[serde(default)]
    pub(super) physical_resource_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DescribeStackEvents {
    #[serde(rename = "DescribeStackEventsResult")]
    pub(super) result: DescribeStackEventsResult,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeStackEventsResult {
    #[serde(default)]
    pub(super) stack_events: Members<StackEvent>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StackEvent {
    #[serde(default)]
    pub(super) resource_status: String,
    #[serde(default)]
    pub(super) resource_status_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct GetTemplate {
    #[serde(rename = "GetTemplateResult")]
    pub(super) result: GetTemplateResult,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetTemplateResult {
    #[serde(default)]
    pub(super) template_body: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ErrorResponse {
    pub(super) error: ErrorDetail,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ErrorDetail {
    #[serde(default)]
    pub(super) code: String,
    #[serde(default)]
    pub(super) message: String,
}

#[cfg(test)]
mod tests {
    use super::{DescribeStackResources, DescribeStacks};

    #[test]
    fn lists_may_be_empty_or_absent() {
        let read = |inner: &str| {
            let text = format!(
                "<DescribeStacksResponse><DescribeStacksResult><Stacks>{inner}</Stacks>\
                 </DescribeStacksResult></DescribeStacksResponse>"
            );
            quick_xml::de::from_str::<DescribeStacks>(&text).unwrap()
        };
        assert!(read("").result.stacks.member.is_empty());
        let stack = "<member><StackId>a</StackId><StackStatus>CREATE_COMPLETE</StackStatus>\
                     <Outputs><member><OutputKey>A</OutputKey><OutputValue>v</OutputValue>\
                     <Description>Arn</Description></member></Outputs></member>";
        let found = read(stack).result.stacks.member;
        assert_eq!(found[0].status, "CREATE_COMPLETE");
        assert_eq!(found[0].outputs.member[0].description, "Arn");
        let without = "<member><StackStatus>X</StackStatus><Outputs/></member>";
        assert!(
            read(without).result.stacks.member[0]
                .outputs
                .member
                .is_empty()
        );
        let text = "<A><DescribeStackResourcesResult><StackResources><member/></StackResources>\
                    </DescribeStackResourcesResult></A>";
        let read = quick_xml::de::from_str::<DescribeStackResources>(text).unwrap();
        assert_eq!(
            read.result.stack_resources.member[0].physical_resource_id,
            None
        );
    }
}
