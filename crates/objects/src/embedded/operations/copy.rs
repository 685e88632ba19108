//! Copies objects, whole or as a part of an upload.

use http::header::{HeaderMap, IF_MATCH, IF_NONE_MATCH};
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopyPartResult, CopySource, ETagCondition,
    MetadataDirective, Range, TaggingDirective, UploadPartCopyInput, UploadPartCopyOutput,
};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::{multipart, tagging, write};
use crate::embedded::acl::given_acl;
use crate::embedded::checksum::{self, Algorithm};
use crate::embedded::conditions::{self, ReadConditions};
use crate::embedded::content::Content;
use crate::embedded::customer_key;
use crate::embedded::digests::{self, Digests};
use crate::embedded::fields::{
    Headers, customer_key, headers_of, write_checksum, write_encryption,
};
use crate::embedded::lock::requested_lock;
use crate::embedded::state::{self, NewObject, Object, Store};
use crate::embedded::versions::Found;
use crate::event::ObjectChange;

/// The error message for an archived source.
///
/// Source: Assumption A-288.
const ARCHIVED: &str = "Operation is not valid for the source object's storage class";

/// Finds the source of a copy.
fn source(memory: &Store, account: &str, source: &CopySource) -> S3Result<Found> {
    let CopySource::Bucket {
        bucket,
        key,
        version_id,
    } = source
    else {
        return Err(s3_error!(
            NotImplemented,
            "Copying from an access point is not implemented"
        ));
    };
    memory.read(account, |buckets| {
        let found = state::bucket(buckets, bucket)?.find(key, version_id.as_deref());
        found.map_err(|error| match error.code() {
            S3ErrorCode::MethodNotAllowed => s3_error!(
                InvalidRequest,
                "The source of a copy request may not specifically refer to a delete marker by version id."
            ),
            _ => error,
        })
    })
}

/// Whether an object is copied onto itself. An older version may be, which restores it.
fn is_source(source: &CopySource, bucket_name: &str, object_key: &str) -> bool {
    matches!(source, CopySource::Bucket { bucket, key, version_id: None } if **bucket == *bucket_name && **key == *object_key)
}

/// Copies an object. The copy is made in one piece, so its `ETag` may differ from the source's.
pub(crate) fn object(
    memory: &Store,
    account: &str,
    headers: &HeaderMap,
    mut input: CopyObjectInput,
) -> S3Result<CopyObjectOutput> {
    let found = source(memory, account, &input.copy_source)?;
    let original = found.object;
    check_source(&original, &mut input)?;
    original.headers.check_readable(memory.now(), ARCHIVED)?;
    let metadata = input.metadata_directive.as_ref();
    let replaces = replaces_all(metadata.map(MetadataDirective::as_str), "metadata")?;
    let tagging = input.tagging_directive.as_ref();
    let replaces_tags = replaces_all(tagging.map(TaggingDirective::as_str), "tagging")?;
    let asked = Headers {
        lock: requested_lock!(input, memory.now())?,
        acl: given_acl!(input).of_upload(memory, account, &input.bucket)?,
        ..headers_of!(input)
    };
    let is_onto_itself = is_source(&input.copy_source, &input.bucket, &input.key);
    if is_onto_itself && !replaces && changes_nothing(&asked) {
        return Err(copies_onto_itself());
    }
    let wanted = input.checksum_algorithm.as_ref();
    let wanted = wanted.map(|name| Algorithm::named(name.as_str()));
    let algorithm = wanted.transpose()?.unwrap_or(original.checksum.algorithm);
    let mut copy = write::whole(
        memory,
        original.content.clone(),
        merged(&original, asked, replaces),
        digests_of(&original, algorithm)?,
    )?;
    copy.tags = tags(&original, &input, replaces_tags)?;
    let matches = condition(headers, &IF_MATCH)?;
    let none_matches = condition(headers, &IF_NONE_MATCH)?;
    let new = NewObject {
        object: copy,
        change: ObjectChange::Copy,
    };
    let placed = memory.insert(account, &input.bucket, &input.key, new, |current| {
        conditions::check_write(current, matches.as_ref(), none_matches.as_ref())
    })?;
    Ok(CopyObjectOutput {
        version_id: placed.version_id,
        expiration: placed.expiration,
        copy_source_version_id: found.version_id,
        ..copy_output(&placed.object)
    })
}

/// Whether a directive says that the request's values replace those of the source.
fn replaces_all(directive: Option<&str>, what: &str) -> S3Result<bool> {
    match directive {
        None | Some(MetadataDirective::COPY) => Ok(false),
        Some(MetadataDirective::REPLACE) => Ok(true),
        Some(_) => Err(s3_error!(InvalidArgument, "Unknown {what} directive.")),
    }
}

/// The tags of a copy: the source's, unless the request replaces them.
fn tags(
    original: &Object,
    input: &CopyObjectInput,
    are_replaced: bool,
) -> S3Result<Vec<(String, String)>> {
    if are_replaced {
        tagging::from_header(input.tagging.as_deref())
    } else {
        Ok(original.tags.clone())
    }
}

/// Checks the source's customer key and conditions.
fn check_source(original: &Object, input: &mut CopyObjectInput) -> S3Result<()> {
    let given = customer_key::checked(
        input.copy_source_sse_customer_algorithm.as_deref(),
        input.copy_source_sse_customer_key.as_deref(),
        input.copy_source_sse_customer_key_md5.as_deref(),
    )?;
    customer_key::check(
        original.headers.customer_key_md5.as_deref(),
        given.as_deref(),
    )?;
    source_conditions(input).check_source(original)
}

/// The digests of a copy; existing digests of the original are reused.
fn digests_of(original: &Object, algorithm: Algorithm) -> S3Result<Digests> {
    match checksum::decode_hex(&original.entity_tag) {
        // An object made from parts has a different entity tag from its copy.
        None => Digests::of(algorithm, &original.content),
        Some(md5) if original.checksum.composite => Ok(Digests {
            md5,
            checksum: digests::checksum(algorithm, &original.content)?,
        }),
        Some(md5) => {
            let checksum = original.checksum.clone();
            Digests { md5, checksum }.with_algorithm(algorithm, &original.content)
        }
    }
}

/// The conditions on the replaced object; the library does not read them for copies.
fn condition(headers: &HeaderMap, name: &http::HeaderName) -> S3Result<Option<ETagCondition>> {
    let parse = |value: &http::HeaderValue| ETagCondition::parse_http_header(value.as_bytes());
    headers
        .get(name)
        .map(parse)
        .transpose()
        .map_err(|_| S3ErrorCode::InvalidArgument.into())
}

fn source_conditions(input: &mut CopyObjectInput) -> ReadConditions {
    ReadConditions {
        matches: input.copy_source_if_match.take(),
        none_matches: input.copy_source_if_none_match.take(),
        modified_since: input.copy_source_if_modified_since.take(),
        unmodified_since: input.copy_source_if_unmodified_since.take(),
    }
}

fn copies_onto_itself() -> S3Error {
    s3_error!(
        InvalidRequest,
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
    )
}

fn changes_nothing(asked: &Headers) -> bool {
    asked.storage_class.is_none()
        && asked.server_side_encryption.is_none()
        && asked.customer_key_md5.is_none()
        && asked.website_redirect_location.is_none()
}

/// The copy's headers: the source's, unless the request replaces them. How the copy is stored
/// always comes from the request.
fn merged(original: &Object, asked: Headers, replaces: bool) -> Headers {
    if replaces {
        return asked;
    }
    Headers {
        server_side_encryption: asked.server_side_encryption,
        ssekms_key_id: asked.ssekms_key_id,
        storage_class: asked.storage_class,
        customer_key_md5: asked.customer_key_md5,
        acl: asked.acl,
        lock: asked.lock,
        bucket_key_enabled: asked.bucket_key_enabled,
        website_redirect_location: asked.website_redirect_location,
        restored: None,
        ..original.headers.clone()
    }
}

fn copy_output(copy: &Object) -> CopyObjectOutput {
    let mut result = CopyObjectResult {
        checksum_type: Some(copy.checksum.dto_type()),
        e_tag: Some(copy.etag()),
        last_modified: Some(copy.last_modified.into()),
        ..Default::default()
    };
    write_checksum!(result, &copy.checksum);
    let mut output = CopyObjectOutput {
        copy_object_result: Some(result),
        ..Default::default()
    };
    write_encryption!(output, &copy.headers);
    output
}

/// Copies an object, or a range of it, into a part of an upload.
pub(crate) fn part(
    memory: &Store,
    account: &str,
    input: UploadPartCopyInput,
) -> S3Result<UploadPartCopyOutput> {
    let found = source(memory, account, &input.copy_source)?;
    let original = found.object;
    let given = customer_key::checked(
        input.copy_source_sse_customer_algorithm.as_deref(),
        input.copy_source_sse_customer_key.as_deref(),
        input.copy_source_sse_customer_key_md5.as_deref(),
    )?;
    customer_key::check(
        original.headers.customer_key_md5.as_deref(),
        given.as_deref(),
    )?;
    conditions_of_part(&input).check_source(&original)?;
    original.headers.check_readable(memory.now(), ARCHIVED)?;
    let content = match &input.copy_source_range {
        Some(range) => ranged(&original, range)?,
        None => original.content.clone(),
    };
    let place = multipart::Place {
        bucket: &input.bucket,
        key: &input.key,
        upload_id: &input.upload_id,
        number: input.part_number,
    };
    let given = customer_key!(input)?;
    let headers = multipart::headers(memory, account, &place, given.as_deref(), |_| Ok(()))?;
    let digests = Digests::of(Algorithm::Crc64Nvme, &content)?;
    let part = multipart::store(memory, account, &place, (content, digests), &[])?;
    let mut result = CopyPartResult {
        e_tag: Some(multipart::etag(&part)),
        last_modified: Some(part.last_modified.into()),
        ..Default::default()
    };
    write_checksum!(result, &part.checksum);
    let mut output = UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id: found.version_id,
        ..Default::default()
    };
    write_encryption!(output, &headers);
    Ok(output)
}

/// The conditions on the source of a part.
fn conditions_of_part(input: &UploadPartCopyInput) -> ReadConditions {
    ReadConditions {
        matches: input.copy_source_if_match.clone(),
        none_matches: input.copy_source_if_none_match.clone(),
        modified_since: input.copy_source_if_modified_since.clone(),
        unmodified_since: input.copy_source_if_unmodified_since.clone(),
    }
}

/// Cuts out the range; unlike in a read, it must lie within the object.
fn ranged(original: &Object, header: &str) -> S3Result<Content> {
    let malformed = || {
        s3_error!(
            InvalidArgument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy"
        )
    };
    match Range::parse(header).map_err(|_| malformed())? {
        Range::Int {
            first,
            last: Some(last),
        } if last < original.content.size() => Ok(original.content.slice(first..last + 1)),
        Range::Int { last: Some(_), .. } => {
            let size = original.content.size();
            Err(s3_error!(
                InvalidArgument,
                "Range specified is not valid for source object of size: {size}"
            ))
        }
        _ => Err(malformed()),
    }
}
