//! `UpdateResource`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::{HandlerContext, Path, Properties, Schema};
use serde_json::Value;

use super::CloudControl;
use super::errors::{error, of_handler};
use super::fields::{CLIENT_TOKEN, Fields, IDENTIFIER, PATCH_DOCUMENT, TYPE_NAME};
use super::request::Change;
use super::run::{self, Submission};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    type_name: String,
    identifier: String,
    patch_document: String,
    client_token: Option<String>,
}

impl Input {
    pub(super) fn read(fields: &mut Fields) -> Result<Self, ServiceError> {
        let input = Self {
            type_name: fields.required(&TYPE_NAME)?,
            identifier: fields.required(&IDENTIFIER)?,
            patch_document: fields.required(&PATCH_DOCUMENT)?,
            client_token: fields.optional(&CLIENT_TOKEN)?,
        };
        fields.end_of_type_request()?;
        Ok(input)
    }
}

/// Updates a resource to its patched model.
pub(super) async fn run(
    service: &CloudControl,
    context: HandlerContext,
    input: Input,
) -> Result<Value, ServiceError> {
    let resource_type = service.resource_type(&input.type_name)?;
    let (type_name, token) = (&*input.type_name, input.client_token);
    let members = [
        "update",
        type_name,
        &input.identifier,
        &input.patch_document,
    ];
    let mut submission = Submission::new(service, &context, type_name, token, &members)?;
    if let Some(reply) = submission.repeated()? {
        return Ok(reply);
    }
    submission.occupy(&input.identifier)?;
    let present = resource_type.read(&context, &input.identifier).await;
    let present = present.map_err(of_handler)?.properties;
    let schema = resource_type.schema();
    let desired = patched(&present, &input.patch_document)?;
    check_changes(schema, &present, &desired)?;
    let previous = run::writable(&*resource_type, present);
    let desired = run::writable(&*resource_type, desired);
    run::validate(schema, &desired)?;
    let identifier = Some(input.identifier.clone());
    let handler = async move {
        let updated = resource_type.update(&context, &input.identifier, &previous, desired);
        updated.await.map(Some)
    };
    submission.run(Change::Update, identifier, handler).await
}

/// A model with a JSON patch applied.
fn patched(model: &Properties, patch: &str) -> Result<Properties, ServiceError> {
    let patch = serde_json::from_str::<json_patch::Patch>(patch);
    let patch = patch.map_err(|error| {
        run::invalid(format!(
            "PatchDocument must be a JSON patch (RFC 6902): {error}"
        ))
    })?;
    let mut document = Value::Object(model.clone());
    json_patch::patch(&mut document, &patch)
        .map_err(|error| run::invalid(format!("The patch cannot be applied: {error}")))?;
    match document {
        Value::Object(properties) => Ok(properties),
        _ => Err(run::invalid("The patch leaves no JSON object".to_owned())),
    }
}

/// Refuses changes of properties that cannot be changed.
fn check_changes(
    schema: &Schema,
    present: &Properties,
    desired: &Properties,
) -> Result<(), ServiceError> {
    let refuse = |kind: &str, paths: &[Path]| {
        let changed = paths
            .iter()
            .filter(|path| path.find(present) != path.find(desired));
        let changed: Vec<String> = changed
            .map(|path| format!("/properties/{}", path.names().join("/")))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let changed = changed.join(", ");
        let message = format!("Invalid patch update: {kind} [{changed}] cannot be updated");
        Err(error("NotUpdatableException", message))
    };
    refuse("readOnlyProperties", schema.read_only())?;
    refuse("createOnlyProperties", schema.create_only())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::patched;

    #[test]
    fn patches_are_applied_or_refused() {
        let model = json!({"A": [1, 2, 3], "B": {"C": "d"}});
        let Value::Object(model) = model else {
            unreachable!("an object")
        };
        for (patch, expected) in [
            (json!([]), Some(json!({"A": [1, 2, 3], "B": {"C": "d"}}))),
            (
                json!([{"op": "remove", "path": "/A/2"}, {"op": "remove", "path": "/A/0"}]),
                Some(json!({"A": [2], "B": {"C": "d"}})),
            ),
            (
                json!([{"op": "replace", "path": "/B/C", "value": 1}, {"op": "add", "path": "/D", "value": []}]),
                Some(json!({"A": [1, 2, 3], "B": {"C": 1}, "D": []})),
            ),
            (json!([{"op": "replace", "path": "/X", "value": 1}]), None),
            (json!([{"op": "test", "path": "/B/C", "value": "e"}]), None),
            (json!([{"op": "replace", "path": "", "value": 1}]), None),
            (json!([{"op": "drop", "path": "/A"}]), None),
            (json!({"op": "remove"}), None),
        ] {
            let found = patched(&model, &patch.to_string()).ok().map(Value::Object);
            assert_eq!(found, expected, "{patch}");
        }
    }
}
