//! Settings about stacks.

use super::Setting;

/// The endpoint that creates resources of unknown types.
pub(super) const STACKS_ENDPOINT: Setting = Setting::new(
    "stacks-endpoint",
    "URL",
    "",
    "CloudFormation endpoint (moto, LocalStack or AWS) for resources of unknown types, with your AWS credentials if it is \
     https; default: the upstream's",
);
