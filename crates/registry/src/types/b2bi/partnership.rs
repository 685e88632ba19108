//! `AWS::B2BI::Partnership`.

use super::api::Names;

pub(super) static NAMES: Names = Names {
    noun: "Partnership",
    plural: "Partnerships",
    list: "partnerships",
    id: "partnershipId",
    arn: "PartnershipArn",
    created: &[
        "ProfileId",
        "Name",
        "Email",
        "Phone",
        "Capabilities",
        "CapabilityOptions",
    ],
    updated: &["Name", "Capabilities", "CapabilityOptions"],
};
