//! Lists incomplete uploads, and the parts of an upload.

use s3s::S3Result;
use s3s::dto::{
    Initiator, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput,
    ListPartsOutput, MultipartUpload, Part, StorageClass,
};

use super::{multipart, owner};
use crate::embedded::checksum::checksum_type;
use crate::embedded::fields::{size, write_checksum};
use crate::embedded::listing::{self, KeyEncoding};
use crate::embedded::state::{Bucket, Store, Upload, UploadedPart, bucket};

/// Lists uploads in progress, by key and then by id.
pub(crate) fn uploads(
    memory: &Store,
    account: &str,
    input: ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    let encoding = KeyEncoding::of(input.encoding_type.as_ref())?;
    let max_uploads = listing::limit(input.max_uploads)?;
    memory.read(account, |buckets| {
        let found = walk(
            bucket(buckets, &input.bucket)?,
            &input,
            usize::try_from(max_uploads).unwrap_or_default(),
        );
        let output = found.uploads.iter().map(|(key, id, upload)| {
            listed_upload(&encoding.write(key), id, upload, memory.owner(account))
        });
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket.clone()),
            prefix: encoding.write_option(input.prefix.as_deref()),
            delimiter: encoding.write_option(input.delimiter.as_deref()),
            key_marker: Some(encoding.write(input.key_marker.as_deref().unwrap_or_default())),
            upload_id_marker: Some(input.upload_id_marker.clone().unwrap_or_default()),
            max_uploads: Some(max_uploads),
            uploads: Some(output.collect()),
            common_prefixes: encoding.prefixes(&found.prefixes),
            is_truncated: Some(found.more),
            next_key_marker: encoding
                .write_option(found.last.filter(|_| found.more).map(|(key, _)| key)),
            next_upload_id_marker: found
                .last
                .filter(|_| found.more)
                .map(|(_, id)| id.to_owned()),
            encoding_type: encoding.as_s3(),
            ..Default::default()
        })
    })
}

/// The uploads and common prefixes of one page.
#[derive(Default)]
struct Found<'a> {
    uploads: Vec<(&'a str, &'a str, &'a Upload)>,
    prefixes: Vec<&'a str>,
    /// The last key or prefix of the page, and its upload id if it is a key.
    last: Option<(&'a str, &'a str)>,
    more: bool,
}

fn walk<'a>(bucket: &'a Bucket, input: &ListMultipartUploadsInput, limit: usize) -> Found<'a> {
    let mut found = Found::default();
    for ((key, id), upload) in bucket
        .uploads
        .iter()
        .filter(|((key, id), _)| is_after(key, id, input))
    {
        let Some(rest) = key.strip_prefix(input.prefix.as_deref().unwrap_or_default()) else {
            continue;
        };
        let common = common_prefix(key, rest, input.delimiter.as_deref());
        if common.is_some_and(|prefix| {
            found.prefixes.last() == Some(&prefix) || input.key_marker.as_deref() == Some(prefix)
        }) {
            continue;
        }
        if found.uploads.len() + found.prefixes.len() == limit {
            found.more = limit > 0;
            break;
        }
        match common {
            Some(prefix) => found.prefixes.push(prefix),
            None => found.uploads.push((key, id, upload)),
        }
        found.last = Some(common.map_or((key, id), |prefix| (prefix, "")));
    }
    found
}

fn is_after(key: &str, id: &str, input: &ListMultipartUploadsInput) -> bool {
    match (
        input.key_marker.as_deref().unwrap_or_default(),
        input.upload_id_marker.as_deref().unwrap_or_default(),
    ) {
        ("", _) => true,
        (marker, "") => key > marker,
        (marker, id_marker) => (key, id) > (marker, id_marker),
    }
}

fn common_prefix<'a>(key: &'a str, rest: &str, delimiter: Option<&str>) -> Option<&'a str> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    key.get(..key.len() - rest.len() + rest.find(delimiter)? + delimiter.len())
}

fn listed_upload(key: &str, id: &str, upload: &Upload, account: &str) -> MultipartUpload {
    MultipartUpload {
        key: Some(key.to_owned()),
        upload_id: Some(id.to_owned()),
        initiated: Some(upload.initiated.into()),
        initiator: Some(initiator(account)),
        owner: Some(owner(account)),
        storage_class: Some(class(upload)),
        checksum_algorithm: upload.chosen.then(|| upload.algorithm.dto()),
        checksum_type: upload.chosen.then(|| checksum_type(upload.composite)),
    }
}

fn initiator(account: &str) -> Initiator {
    Initiator {
        id: Some(account.to_owned()),
        display_name: None,
    }
}

fn class(upload: &Upload) -> StorageClass {
    StorageClass::from(upload.headers.storage_class_listed().to_owned())
}

/// Lists the parts of an upload, by number.
pub(crate) fn parts(
    memory: &Store,
    account: &str,
    input: ListPartsInput,
) -> S3Result<ListPartsOutput> {
    let max_parts = listing::limit(input.max_parts)?;
    let marker = input.part_number_marker.unwrap_or_default();
    memory.read(account, |buckets| {
        let bucket = bucket(buckets, &input.bucket)?;
        let upload = multipart::find(bucket, &input.key, &input.upload_id)?;
        let (abort_date, abort_rule_id) = multipart::abortion(bucket, &input.key, upload.initiated);
        let rest = || upload.parts.range(marker.saturating_add(1)..);
        let output: Vec<Part> = rest()
            .take(usize::try_from(max_parts).unwrap_or_default())
            .map(listed_part)
            .collect();
        Ok(ListPartsOutput {
            bucket: Some(input.bucket.clone()),
            key: Some(input.key.clone()),
            upload_id: Some(input.upload_id.clone()),
            part_number_marker: Some(marker),
            next_part_number_marker: Some(
                output
                    .last()
                    .and_then(|part| part.part_number)
                    .unwrap_or_default(),
            ),
            max_parts: Some(max_parts),
            is_truncated: Some(output.len() < rest().count()),
            initiator: Some(initiator(memory.owner(account))),
            owner: Some(owner(memory.owner(account))),
            storage_class: Some(class(upload)),
            checksum_algorithm: upload.chosen.then(|| upload.algorithm.dto()),
            checksum_type: upload.chosen.then(|| checksum_type(upload.composite)),
            parts: Some(output),
            abort_date,
            abort_rule_id,
            ..Default::default()
        })
    })
}

fn listed_part((number, part): (&i32, &UploadedPart)) -> Part {
    let mut output = Part {
        part_number: Some(*number),
        e_tag: Some(multipart::etag(part)),
        last_modified: Some(part.last_modified.into()),
        size: Some(size(part.content.size())),
        ..Default::default()
    };
    write_checksum!(output, &part.checksum);
    output
}
