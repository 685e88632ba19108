//! `AWS::B2BI::Capability`.

use super::api::Names;

pub(super) static NAMES: Names = Names {
    noun: "Capability",
    plural: "Capabilities",
    list: "capabilities",
    id: "capabilityId",
    arn: "CapabilityArn",
    created: &["Name", "Type", "Configuration", "InstructionsDocuments"],
    updated: &["Name", "Configuration", "InstructionsDocuments"],
};
