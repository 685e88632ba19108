//! The tags in a request that creates a bucket, which the library does not read.
//!
//! Source: docs `API_CreateBucketConfiguration`, 2026-11.

use http::Request;
use http::header::CONTENT_LENGTH;
use s3s::{Body, S3Result};

use super::body;
use super::configuration::{Configurations, FromService, of_new_tags};
use crate::xml::Element;

/// The maximum number of bytes of the document: 50 tags with the longest keys and values are
/// shorter.
const MAX_BYTES: u64 = 128 << 10;

/// Marks a request that creates a bucket, as its extension.
#[derive(Clone, Copy)]
pub(crate) struct CreatesBucket;

/// The configurations in the body of a request for the new bucket, as an extension of it.
#[derive(Clone, Default)]
pub(crate) struct NewBucket(pub(crate) Configurations);

/// Moves the tags from the body of a request to its extensions.
///
/// # Errors
/// `MalformedXML`, `InvalidTag`, and the errors of reading the body.
pub(crate) async fn take_tags(request: Request<Body>) -> S3Result<Request<Body>> {
    let (mut head, sent) = request.into_parts();
    let bytes = body::collect(Some(sent.into()), MAX_BYTES).await?;
    let document = Element::read(&bytes);
    let has_tags = |document: &Element| document.child("Tags").is_some();
    let Some(mut document) = document.filter(has_tags) else {
        return Ok(Request::from_parts(head, bytes.into()));
    };
    let (tags, others): (Vec<_>, Vec<_>) = std::mem::take(&mut document.children)
        .into_iter()
        .partition(|child| child.name == "Tags");
    document.children = others;
    let tags = tags.into_iter().flat_map(|tags| tags.children).collect();
    let is_from_service = head.extensions.get::<FromService>().is_some();
    let configurations = of_new_tags(tags, is_from_service)?;
    head.extensions.insert(NewBucket(configurations));
    let mut text = String::new();
    if !document.children.is_empty() {
        document.write(&mut text);
    }
    head.headers.insert(CONTENT_LENGTH, text.len().into());
    Ok(Request::from_parts(head, Body::from(text)))
}
