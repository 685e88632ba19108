//! The four kinds of resources, and their lists.

use serde_json::{Map, Value, json};

use crate::build::b2bi_request;
use crate::endpoint::{Endpoint, EndpointError, Response};
use crate::retry::send;

/// A kind of resource, by the names that the API has for it.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) create: &'static str,
    pub(crate) get: &'static str,
    pub(crate) delete: &'static str,
    pub(crate) list: &'static str,
    /// The member of lists.
    pub(crate) items: &'static str,
    pub(crate) id: &'static str,
    pub(crate) arn: &'static str,
}

/// The kinds; one that uses another comes before it.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        create: "CreatePartnership",
        get: "GetPartnership",
        delete: "DeletePartnership",
        list: "ListPartnerships",
        items: "partnerships",
        id: "partnershipId",
        arn: "partnershipArn",
    },
    Kind {
        create: "CreateCapability",
        get: "GetCapability",
        delete: "DeleteCapability",
        list: "ListCapabilities",
        items: "capabilities",
        id: "capabilityId",
        arn: "capabilityArn",
    },
    Kind {
        create: "CreateTransformer",
        get: "GetTransformer",
        delete: "DeleteTransformer",
        list: "ListTransformers",
        items: "transformers",
        id: "transformerId",
        arn: "transformerArn",
    },
    Kind {
        create: "CreateProfile",
        get: "GetProfile",
        delete: "DeleteProfile",
        list: "ListProfiles",
        items: "profiles",
        id: "profileId",
        arn: "profileArn",
    },
];

/// The sort order of the items, if it is by id. Fewer items could be sorted by chance.
pub(crate) fn sorted_by_id(kind: &Kind, items: &[Value]) -> Option<&'static str> {
    const LEAST: usize = 3;
    let ids = items.iter();
    let ids: Option<Vec<&str>> = ids.map(|item| item.get(kind.id)?.as_str()).collect();
    let ids = ids.filter(|ids| ids.len() >= LEAST)?;
    if ids.is_sorted() {
        Some(BY_ID)
    } else if ids.iter().rev().is_sorted() {
        Some(BY_ID_REVERSED)
    } else {
        None
    }
}

/// The meaning of `sortedBy` in an answer, for a list in the order of ids.
pub(crate) const BY_ID: &str = "id";
/// The same of the reverse order.
pub(crate) const BY_ID_REVERSED: &str = "id reversed";

/// The maximum number of pages that are read from a list.
const PAGES: usize = 1_000;

/// An item of a list.
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// All items of a kind, of this run or not.
///
/// # Errors
///
/// A page cannot be read.
pub(crate) async fn all_items<E: Endpoint + ?Sized>(
    endpoint: &E,
    kind: &Kind,
) -> Result<Vec<Item>, EndpointError> {
    let listed = pages(endpoint, kind, &json!({}), None).await?;
    if listed.last.status >= 400 {
        let name = listed.last.error_type().unwrap_or_default();
        return Err(EndpointError::message(format!(
            "{} {name}",
            listed.last.status
        )));
    }
    let text = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let items = listed.items.iter().filter_map(|item| {
        Some(Item {
            id: text(item, kind.id)?,
            name: text(item, "name").unwrap_or_default(),
        })
    });
    Ok(items.collect())
}

/// The pages of a list, one after the other.
pub(crate) struct Pages {
    pub(crate) items: Vec<Value>,
    /// How many items the first page had, if others followed.
    pub(crate) page_size: Option<usize>,
    pub(crate) last: Response,
}

/// Reads a list to its end, or to the first error.
///
/// # Errors
///
/// There is no reply, or a page of it is not JSON.
pub(crate) async fn pages<E: Endpoint + ?Sized>(
    endpoint: &E,
    kind: &Kind,
    input: &Value,
    first: Option<Response>,
) -> Result<Pages, EndpointError> {
    let mut input = input.as_object().cloned().unwrap_or_default();
    let mut found = Pages {
        items: Vec::new(),
        page_size: None,
        last: match first {
            Some(first) => first,
            None => page(endpoint, kind, &input).await?,
        },
    };
    for _ in 0..PAGES {
        if found.last.status >= 400 {
            break;
        }
        let body: Value = serde_json::from_slice(&found.last.body)
            .map_err(|error| EndpointError::new("a page of a list is not JSON", error))?;
        let items = body.get(kind.items).and_then(Value::as_array);
        found.items.extend(items.into_iter().flatten().cloned());
        let Some(token) = body.get("nextToken").and_then(Value::as_str) else {
            break;
        };
        found.page_size = found.page_size.or(Some(found.items.len()));
        input.insert("nextToken".to_owned(), token.into());
        found.last = page(endpoint, kind, &input).await?;
    }
    Ok(found)
}

async fn page<E: Endpoint + ?Sized>(
    endpoint: &E,
    kind: &Kind,
    input: &Map<String, Value>,
) -> Result<Response, EndpointError> {
    let request = b2bi_request(kind.list, &Value::Object(input.clone()));
    send(endpoint, &request).await
}
