//! `AWS::CloudFormation::WaitCondition` and its handle, and `AWS::CDK::Metadata`: they exist, and
//! wait for nothing.
//!
//! Source: Assumption A-308.

use serde_json::json;

use super::stored::StoredType;
use crate::environment::Environment;
use crate::schema::Schema;

/// A wait condition, which is complete immediately.
pub(crate) fn wait_condition(environment: &Environment, schema: Schema) -> StoredType {
    StoredType::new(environment, schema, |context, model, generated| {
        let id = context.arn("cloudformation", &format!("stack/{generated}"));
        model.insert("Id".to_owned(), id.into());
        model.insert("Data".to_owned(), json!({}));
    })
}

/// The handle of a wait condition: an address in the form of AWS's, which does nothing.
pub(crate) fn wait_condition_handle(environment: &Environment, schema: Schema) -> StoredType {
    StoredType::new(environment, schema, |context, model, generated| {
        let region = &context.scope.region;
        let url =
            format!("https://cloudformation-waitcondition-{region}.s3.amazonaws.com/{generated}");
        model.insert("Id".to_owned(), url.into());
    })
}

/// CDK's list of the constructs of a stack.
pub(crate) fn cdk_metadata(environment: &Environment, schema: Schema) -> StoredType {
    StoredType::new(environment, schema, |_, model, generated| {
        model.insert("Id".to_owned(), generated.into());
    })
}
