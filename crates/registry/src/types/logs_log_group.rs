//! `AWS::Logs::LogGroup`: a group that `DescribeLogGroups` lists.

use std::sync::Arc;

use serde_json::Value;

use super::stored::StoredType;
use crate::context::HandlerContext;
use crate::environment::Environment;
use crate::resource_type::Properties;
use crate::schema::Schema;

/// The collection of the groups that were created as resources, by name.
pub const LOG_GROUPS: &str = "resources AWS::Logs::LogGroup";

/// The type, whose models are stored.
pub(crate) fn log_group(environment: &Environment, schema: Schema) -> StoredType {
    let clock = Arc::clone(&environment.clock);
    StoredType::new(environment, schema, move |context, model, generated| {
        complete(context, model, generated);
        model.insert(CREATED.to_owned(), clock.now().as_millis().into());
    })
    .hiding(CREATED)
}

/// The member of a stored model with the creation time of the group, in milliseconds since 1970.
const CREATED: &str = "Created";

fn complete(context: &HandlerContext, model: &mut Properties, generated: &str) {
    let name = model
        .entry("LogGroupName")
        .or_insert_with(|| generated.into());
    let name = name.as_str().unwrap_or_default();
    let arn = context.arn("logs", &format!("log-group:{name}:*"));
    model.insert("Arn".to_owned(), Value::String(arn));
    model
        .entry("LogGroupClass")
        .or_insert_with(|| "STANDARD".into());
}
