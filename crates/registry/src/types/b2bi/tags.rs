//! Tags between models and the API.

use serde_json::{Value, json};

use crate::context::{HandlerContext, Tags};
use crate::resource_type::Properties;

/// The property for tags in all types of B2BI.
pub(super) const PROPERTY: &str = "Tags";

/// A model's own tags.
pub(super) fn own(model: &Properties) -> Tags {
    let tags = model.get(PROPERTY).and_then(Value::as_array);
    let pairs = tags.into_iter().flatten().filter_map(|tag| {
        let key = tag.get("Key")?.as_str()?;
        let value = tag.get("Value")?.as_str()?;
        Some((key.to_owned(), value.to_owned()))
    });
    pairs.collect()
}

/// Tags as the API takes them; its `Tag` has capitals.
pub(super) fn listed(tags: &Tags) -> Value {
    let tag = |(key, value): (&String, &String)| json!({"Key": key, "Value": value});
    tags.iter().map(tag).collect()
}

/// The tags of a reply that are not AWS's own; `None` if there are none.
///
/// Source: Assumption A-302.
pub(super) fn of_users(reply: &Properties) -> Option<Value> {
    let is_users = |tag: &&Value| {
        let key = tag.get("Key").and_then(Value::as_str);
        key.is_some_and(|key| !key.starts_with("aws:"))
    };
    let tags = reply.get(PROPERTY)?.as_array()?;
    let tags: Vec<Value> = tags.iter().filter(is_users).cloned().collect();
    (!tags.is_empty()).then(|| tags.into())
}

/// The changes of tags in an update.
pub(super) struct TagChange {
    /// The keys to remove.
    pub(super) removed: Vec<String>,
    /// The tags that are new or have another value.
    pub(super) set: Tags,
}

impl TagChange {
    /// The change from one model to another, with the tags of the stack before and after.
    pub(super) fn between(
        context: &HandlerContext,
        previous: &Properties,
        desired: &Properties,
    ) -> Self {
        let before = context.previous_merged_tags(own(previous));
        let after = context.merged_tags(own(desired));
        let removed = before.keys().filter(|key| !after.contains_key(*key));
        let is_new = |(key, value): &(&String, &String)| before.get(*key) != Some(value);
        let set = after.iter().filter(is_new);
        Self {
            removed: removed.cloned().collect(),
            set: set
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        }
    }
}
