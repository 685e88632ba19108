//! `AWS::B2BI::Profile`.

use super::api::Names;

pub(super) static NAMES: Names = Names {
    noun: "Profile",
    plural: "Profiles",
    list: "profiles",
    id: "profileId",
    arn: "ProfileArn",
    created: &["Name", "Email", "Phone", "BusinessName", "Logging"],
    updated: &["Name", "Email", "Phone", "BusinessName"],
};
