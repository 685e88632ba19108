//! Tags of objects.

use std::collections::BTreeSet;

use http::StatusCode;
use percent_encoding::percent_decode_str;
use s3s::dto::{
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetObjectTaggingInput,
    GetObjectTaggingOutput, PutObjectTaggingInput, PutObjectTaggingOutput, Tag,
};
use s3s::{S3ErrorCode, S3Result, s3_error};

use super::amend;
use crate::embedded::state::Store;
use crate::event::ObjectChange;

/// The limits of S3. Source: docs object-tagging, 2026-11.
const MAX_TAGS: usize = 10;
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

type Tags = Vec<(String, String)>;

/// Reads the tags of an `x-amz-tagging` header, which has the syntax of a query.
///
/// # Errors
/// `InvalidTag` and related errors.
pub(crate) fn from_header(header: Option<&str>) -> S3Result<Tags> {
    let pairs = header
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty());
    let decode = |text: &str| {
        Some(
            percent_decode_str(&text.replace('+', " "))
                .decode_utf8()
                .ok()?
                .into_owned(),
        )
    };
    let parse = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decode(key)?, decode(value)?))
    };
    let tags: Option<Tags> = pairs.map(parse).collect();
    of_object(tags.ok_or_else(|| {
        s3_error!(InvalidArgument, "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
    })?)
}

/// Checks tags for an object: names reserved for AWS are refused.
///
/// # Errors
/// `InvalidTag`; `BadRequest` if there are too many.
fn of_object(tags: Tags) -> S3Result<Tags> {
    if tags.len() > MAX_TAGS {
        let mut error = s3_error!(InvalidTag, "Object tags cannot be greater than {MAX_TAGS}");
        error.set_code(S3ErrorCode::Custom("BadRequest".into()));
        error.set_status_code(StatusCode::BAD_REQUEST);
        return Err(error);
    }
    if tags.iter().any(|(key, _)| key.starts_with("aws:")) {
        return Err(s3_error!(
            InvalidTag,
            "Your TagKey cannot be prefixed with aws:"
        ));
    }
    checked(tags, MAX_TAGS)
}

/// Checks tags and their number.
///
/// # Errors
/// `InvalidTag`.
pub(crate) fn checked(tags: Tags, most: usize) -> S3Result<Tags> {
    if tags.len() > most {
        return Err(s3_error!(
            InvalidTag,
            "Object tags cannot be greater than {most}"
        ));
    }
    if tags
        .iter()
        .any(|(key, _)| key.is_empty() || key.chars().count() > MAX_KEY)
    {
        return Err(s3_error!(
            InvalidTag,
            "The TagKey you have provided is invalid"
        ));
    }
    if tags
        .iter()
        .any(|(_, value)| value.chars().count() > MAX_VALUE)
    {
        return Err(s3_error!(
            InvalidTag,
            "The TagValue you have provided is invalid"
        ));
    }
    let names: BTreeSet<&str> = tags.iter().map(|(key, _)| key.as_str()).collect();
    if names.len() < tags.len() {
        return Err(s3_error!(
            InvalidTag,
            "Cannot provide multiple Tags with the same key"
        ));
    }
    Ok(tags)
}

/// Replaces an object's tags.
pub(crate) fn put(
    memory: &Store,
    account: &str,
    input: PutObjectTaggingInput,
) -> S3Result<PutObjectTaggingOutput> {
    let pair = |tag: Tag| Some((tag.key?, tag.value?));
    let tags: Option<Tags> = input.tagging.tag_set.into_iter().map(pair).collect();
    let tags = of_object(tags.ok_or(S3ErrorCode::MalformedXML)?)?;
    let (bucket, key) = (&input.bucket, &input.key);
    let version_id = input.version_id.as_deref();
    Ok(PutObjectTaggingOutput {
        version_id: amend(
            memory,
            account,
            bucket,
            (key, version_id),
            &[ObjectChange::TagsPut],
            |_, object| {
                object.tags = tags;
                Ok(true)
            },
        )?,
    })
}

/// The tags of an object.
pub(crate) fn get(
    memory: &Store,
    account: &str,
    input: GetObjectTaggingInput,
) -> S3Result<GetObjectTaggingOutput> {
    let version_id = input.version_id.as_deref();
    let found = memory.find(account, &input.bucket, &input.key, version_id)?;
    let tag = |(key, value): &(String, String)| Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    };
    Ok(GetObjectTaggingOutput {
        tag_set: found.object.tags.iter().map(tag).collect(),
        version_id: found.version_id,
    })
}

/// Removes an object's tags.
pub(crate) fn delete(
    memory: &Store,
    account: &str,
    input: DeleteObjectTaggingInput,
) -> S3Result<DeleteObjectTaggingOutput> {
    let (bucket, key) = (&input.bucket, &input.key);
    let version_id = input.version_id.as_deref();
    Ok(DeleteObjectTaggingOutput {
        version_id: amend(
            memory,
            account,
            bucket,
            (key, version_id),
            &[ObjectChange::TagsDeleted],
            |_, object| {
                object.tags.clear();
                Ok(true)
            },
        )?,
    })
}
