//! Lists objects, in both versions of the operation.

use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use s3s::dto::{
    ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output,
    Object as S3Object, ObjectStorageClass, Owner,
};
use s3s::{S3Result, s3_error};

use super::owner;
use crate::embedded::fields::size;
use crate::embedded::listing::{self, KeyEncoding, Page, Query};
use crate::embedded::state::{Object, Store, bucket};

/// The prefix of the key in a continuation token; a token without it is invalid.
const TOKEN: &str = "1/";

/// Lists objects, the second version.
pub(crate) fn version_2(
    memory: &Store,
    account: &str,
    input: ListObjectsV2Input,
) -> S3Result<ListObjectsV2Output> {
    let encoding = KeyEncoding::of(input.encoding_type.as_ref())?;
    let max_keys = listing::limit(input.max_keys)?;
    let token = input
        .continuation_token
        .as_deref()
        .map(decode)
        .transpose()?;
    let query = Query {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref(),
        after: token
            .as_deref()
            .or(input.start_after.as_deref())
            .filter(|after| !after.is_empty()),
        limit: usize::try_from(max_keys).unwrap_or_default(),
    };
    let restored = listing::restored_at(memory, input.optional_object_attributes.as_ref());
    let wanted = input
        .fetch_owner
        .unwrap_or_default()
        .then(|| owner(memory.owner(account)));
    memory.read(account, |buckets| {
        let page = listing::page(&bucket(buckets, &input.bucket)?.objects, &query);
        Ok(ListObjectsV2Output {
            name: Some(input.bucket.clone()),
            prefix: Some(encoding.write(query.prefix)),
            delimiter: encoding.write_option(query.delimiter),
            start_after: encoding.write_option(input.start_after.as_deref()),
            max_keys: Some(max_keys),
            key_count: i32::try_from(page.items.len() + page.prefixes.len()).ok(),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.as_deref().map(encode),
            continuation_token: input.continuation_token.clone(),
            common_prefixes: encoding.prefixes(&page.prefixes),
            contents: contents(&page, encoding, wanted.as_ref(), restored),
            encoding_type: encoding.as_s3(),
            ..Default::default()
        })
    })
}

/// Lists objects, the first version.
pub(crate) fn version_1(
    memory: &Store,
    account: &str,
    input: ListObjectsInput,
) -> S3Result<ListObjectsOutput> {
    let encoding = KeyEncoding::of(input.encoding_type.as_ref())?;
    let max_keys = listing::limit(input.max_keys)?;
    let query = Query {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref(),
        after: input.marker.as_deref().filter(|marker| !marker.is_empty()),
        limit: usize::try_from(max_keys).unwrap_or_default(),
    };
    let restored = listing::restored_at(memory, input.optional_object_attributes.as_ref());
    let owner = owner(memory.owner(account));
    memory.read(account, |buckets| {
        let page = listing::page(&bucket(buckets, &input.bucket)?.objects, &query);
        // Without a delimiter the last key is the marker, and S3 omits it.
        let next_marker = page.next.as_deref().filter(|_| query.delimiter.is_some());
        Ok(ListObjectsOutput {
            name: Some(input.bucket.clone()),
            prefix: Some(encoding.write(query.prefix)),
            delimiter: encoding.write_option(query.delimiter),
            marker: Some(encoding.write(input.marker.as_deref().unwrap_or_default())),
            next_marker: encoding.write_option(next_marker),
            max_keys: Some(max_keys),
            is_truncated: Some(page.next.is_some()),
            common_prefixes: encoding.prefixes(&page.prefixes),
            contents: contents(&page, encoding, Some(&owner), restored),
            encoding_type: encoding.as_s3(),
            ..Default::default()
        })
    })
}

fn contents(
    page: &Page<'_, Arc<Object>>,
    encoding: KeyEncoding,
    owner: Option<&Owner>,
    restored: Option<SystemTime>,
) -> Option<Vec<S3Object>> {
    let objects = page.items.iter().map(|(key, object)| S3Object {
        key: Some(encoding.write(key)),
        e_tag: Some(object.etag()),
        last_modified: Some(object.last_modified.into()),
        size: Some(size(object.content.size())),
        storage_class: Some(ObjectStorageClass::from(
            object.headers.storage_class_listed().to_owned(),
        )),
        checksum_algorithm: Some(vec![object.checksum.algorithm.dto()]),
        checksum_type: Some(object.checksum.dto_type()),
        owner: owner.cloned(),
        restore_status: restored.and_then(|now| object.headers.restore_status(now)),
    });
    (!page.items.is_empty()).then(|| objects.collect())
}

fn encode(key: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{TOKEN}{key}"))
}

fn decode(token: &str) -> S3Result<String> {
    let text = BASE64_URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let key = text
        .as_deref()
        .and_then(|text| text.strip_prefix(TOKEN))
        .map(str::to_owned);
    key.ok_or_else(|| {
        s3_error!(
            InvalidArgument,
            "The continuation token provided is incorrect"
        )
    })
}
