//! Profiles, transformers, capabilities and partnerships.

use b2bi_local_dispatcher::{CallerIdentity, Reply};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::document::Document;
use super::error::InitError;
use super::names::Names;
use crate::app::App;

/// A kind of resource: how it is created and listed, and where it refers to others.
pub(super) struct Kind {
    key: &'static str,
    singular: &'static str,
    create: &'static str,
    list: &'static str,
    id: &'static str,
    /// The other kind and the path of members to its name.
    references: &'static [(&'static str, &'static [&'static str])],
}

/// Every kind, after the kinds that it refers to.
pub(super) const KINDS: [Kind; 4] = [
    Kind {
        key: "profiles",
        singular: "profile",
        create: "CreateProfile",
        list: "ListProfiles",
        id: "profileId",
        references: &[],
    },
    Kind {
        key: "transformers",
        singular: "transformer",
        create: "CreateTransformer",
        list: "ListTransformers",
        id: "transformerId",
        references: &[],
    },
    Kind {
        key: "capabilities",
        singular: "capability",
        create: "CreateCapability",
        list: "ListCapabilities",
        id: "capabilityId",
        references: &[("transformers", &["configuration", "edi", "transformerId"])],
    },
    Kind {
        key: "partnerships",
        singular: "partnership",
        create: "CreatePartnership",
        list: "ListPartnerships",
        id: "partnershipId",
        references: &[
            ("profiles", &["profileId"]),
            ("capabilities", &["capabilities"]),
        ],
    },
];

/// Creates the missing resources of a kind, by their names; returns their number.
///
/// # Errors
///
/// A resource refers to a missing one, or the service refuses it.
pub(super) async fn apply(app: &App, document: &Document, kind: &Kind) -> Result<usize, InitError> {
    let inputs = document.resources(kind.key);
    if inputs.is_empty() {
        return Ok(0);
    }
    let there = there(app, document, kind).await?;
    let mut others = Vec::new();
    for (key, path) in kind.references {
        if let Some(other) = KINDS.iter().find(|item| item.key == *key) {
            others.push((
                other.singular,
                *path,
                self::there(app, document, other).await?,
            ));
        }
    }
    let mut made = 0;
    for input in inputs {
        let name = input.get("name").and_then(Value::as_str).unwrap_or("");
        let placed = |error: InitError| error.at(format_args!("{} {name}", kind.singular));
        let mut input = input.clone();
        for (singular, path, names) in &others {
            names
                .resolve_at(singular, &mut input, path)
                .map_err(placed)?;
        }
        let known = there.id(name);
        let outcome = make(app, document, kind, input, known).await;
        made += usize::from(outcome.map_err(placed)?);
    }
    Ok(made)
}

/// Creates a resource unless it exists, and activates it if the file says so.
async fn make(
    app: &App,
    document: &Document,
    kind: &Kind,
    mut input: Map<String, Value>,
    known: Option<&str>,
) -> Result<bool, InitError> {
    // A new transformer is inactive; its status is set in a second step.
    let status = input.shift_remove("status");
    let id = if let Some(id) = known {
        id.to_owned()
    } else {
        let made = call(app, document, kind.create, &Value::Object(input)).await?;
        text(&made, kind.id)
    };
    let is_new = known.is_none();
    match status {
        Some(status) if is_new || status == "active" && !is_active(app, document, &id).await? => {
            let update = json!({"transformerId": id, "status": status});
            call(app, document, "UpdateTransformer", &update).await?;
        }
        _ => {}
    }
    Ok(is_new)
}

async fn is_active(app: &App, document: &Document, id: &str) -> Result<bool, InitError> {
    let found = call(
        app,
        document,
        "GetTransformer",
        &json!({"transformerId": id}),
    )
    .await?;
    Ok(text(&found, "status") == "active")
}

/// The existing resources of a kind.
async fn there(app: &App, document: &Document, kind: &Kind) -> Result<Names, InitError> {
    let mut names = Names::default();
    let mut input = json!({});
    loop {
        let page = call(app, document, kind.list, &input).await?;
        let items = page.get(kind.key).and_then(Value::as_array);
        let pairs = items.into_iter().flatten();
        names
            .0
            .extend(pairs.map(|pairs| (text(pairs, "name"), text(pairs, kind.id))));
        match page.get("nextToken") {
            Some(token) => input = json!({"nextToken": token}),
            None => return Ok(names),
        }
    }
}

fn text(value: &Value, member: &str) -> String {
    let found = value.get(member).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}

/// Calls an operation of the service as a client of the file's account would.
async fn call(
    app: &App,
    document: &Document,
    operation: &str,
    input: &Value,
) -> Result<Value, InitError> {
    let caller = CallerIdentity {
        account: app.account_or(document.account.as_deref()).into(),
        region: app.region_or(document.region.as_deref()).into(),
        access_key: None,
    };
    let body = Bytes::from(input.to_string());
    let endpoint = app.endpoints.first().ok_or(InitError::NoService)?;
    let operation = endpoint.descriptor().operation(operation)?;
    let pending = endpoint.decode(operation, &body)?;
    let reply = pending.call(caller.into()).await;
    match reply? {
        Reply::Json(body) if body.is_empty() => Ok(Value::Null),
        Reply::Json(body) => Ok(serde_json::from_slice(&body)?),
        Reply::Members(_) => Ok(Value::Null),
    }
}
