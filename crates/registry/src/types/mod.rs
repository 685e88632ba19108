//! The implemented resource types, one file each.

mod b2bi;
mod cloudformation;
mod logs_log_group;
mod recorded;
mod s3;
mod ssm_parameter;
mod stored;
mod upstream;

use std::sync::Arc;

use crate::environment::Environment;
use crate::resource_type::ResourceType;
use crate::schema::{Schema, SchemaError};

pub use self::logs_log_group::LOG_GROUPS;
pub(crate) use self::recorded::{Forms, Recorded, forms};
pub(crate) use self::upstream::Upstream;

/// The schema in a file of this name. A test checks its regular expressions.
macro_rules! schema {
    ($name:literal) => {
        Schema::parse_trusted(include_str!(concat!("../../schemas/", $name, ".json")))?
    };
}

/// All types that are here.
pub(crate) fn all(environment: &Environment) -> Result<Vec<Arc<dyn ResourceType>>, SchemaError> {
    Ok(vec![
        Arc::new(b2bi::Simple::profile(environment, schema!("b2bi_profile"))),
        Arc::new(b2bi::Transformer::new(
            environment,
            schema!("b2bi_transformer"),
        )),
        Arc::new(b2bi::Simple::capability(
            environment,
            schema!("b2bi_capability"),
        )),
        Arc::new(b2bi::Simple::partnership(
            environment,
            schema!("b2bi_partnership"),
        )),
        Arc::new(s3::Bucket::new(environment, schema!("s3_bucket"))),
        Arc::new(s3::BucketPolicy::new(
            environment,
            schema!("s3_bucket_policy"),
        )),
        Arc::new(logs_log_group::log_group(
            environment,
            schema!("logs_log_group"),
        )),
        Arc::new(ssm_parameter::SsmParameter::new(
            environment,
            schema!("ssm_parameter"),
        )),
        Arc::new(cloudformation::wait_condition(
            environment,
            schema!("cloudformation_wait_condition"),
        )),
        Arc::new(cloudformation::wait_condition_handle(
            environment,
            schema!("cloudformation_wait_condition_handle"),
        )),
        Arc::new(cloudformation::cdk_metadata(
            environment,
            schema!("cdk_metadata"),
        )),
    ])
}
