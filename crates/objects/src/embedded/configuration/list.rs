//! Lists of configurations that have ids.

use std::ops::Bound;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Response;
use s3s::{Body, S3Result, s3_error};

use super::table::Row;
use super::{document_answer, query_value};
use crate::embedded::state::{Store, bucket};
use crate::xml::Element;

/// The number of configurations in one reply. Source: docs of the list operations, 2026-11.
const PAGE: usize = 100;

/// The names of the root elements, which follow no rule.
const ROOTS: [(&str, &str); 4] = [
    ("analytics", "ListBucketAnalyticsConfigurationResult"),
    (
        "intelligent-tiering",
        "ListBucketIntelligentTieringConfigurationsOutput",
    ),
    ("inventory", "ListInventoryConfigurationsResult"),
    ("metrics", "ListMetricsConfigurationsResult"),
];

/// Lists the configurations of the row, sorted by id.
pub(super) fn answer(
    memory: &Store,
    account: &str,
    bucket_name: &str,
    row: &Row,
    query: &str,
) -> S3Result<Response<Body>> {
    let prefix = format!("{}/", row.name);
    let token = query_value(query, "continuation-token").filter(|token| !token.is_empty());
    let after = token.as_deref().map(decoded).transpose()?;
    let start = format!("{prefix}{}", after.as_deref().unwrap_or_default());
    let range = (Bound::Excluded(start), Bound::Unbounded);
    let mut found: Vec<(String, String)> = memory.read(account, |buckets| {
        let configurations = &bucket(buckets, bucket_name)?.configurations;
        let here = configurations
            .range::<String, _>(range)
            .take_while(|(name, _)| name.starts_with(&prefix))
            .filter_map(|(name, document)| Some((name.clone(), document.clone()?)));
        Ok::<_, s3s::S3Error>(here.take(PAGE + 1).collect())
    })?;
    let is_truncated = found.len() > PAGE;
    found.truncate(PAGE);
    let mut children = vec![Element::with_text("IsTruncated", is_truncated.to_string())];
    children.extend(token.map(|token| Element::with_text("ContinuationToken", token)));
    if let Some((name, _)) = found.last().filter(|_| is_truncated) {
        let id = name.strip_prefix(&prefix).unwrap_or_default();
        let token = BASE64_URL_SAFE_NO_PAD.encode(id);
        children.push(Element::with_text("NextContinuationToken", token));
    }
    let documents = found.iter();
    children.extend(documents.filter_map(|(_, document)| Element::read(document.as_bytes())));
    let root = ROOTS.iter().find(|(name, _)| *name == row.name);
    let root = root.map_or(row.root, |(_, root)| root);
    let mut text = String::new();
    Element::with_children(root, children).write(&mut text);
    Ok(document_answer(text))
}

fn decoded(token: &str) -> S3Result<String> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
    let id = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    id.ok_or_else(|| {
        s3_error!(
            InvalidArgument,
            "The continuation token provided is incorrect"
        )
    })
}
