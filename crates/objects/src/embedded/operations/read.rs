//! Reads objects: their bytes, headers and attributes.

use std::ops::Range;

use http::{HeaderName, HeaderValue, StatusCode};
use s3s::dto::{
    ChecksumMode, GetObjectAttributesInput, GetObjectAttributesOutput, GetObjectAttributesParts,
    GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, ObjectAttributes,
    ObjectPart, StorageClass,
};
use s3s::{S3ErrorCode, S3Response, S3Result, s3_error};

use crate::embedded::archive;
use crate::embedded::checksum::Checksum;
use crate::embedded::conditions::ReadConditions;
use crate::embedded::customer_key;
use crate::embedded::error_details::Detail;
use crate::embedded::fields::{customer_key, describe, size, write_checksum, write_encryption};
use crate::embedded::lock::write_lock;
use crate::embedded::state::{Object, Store};

const TAG_COUNT: HeaderName = HeaderName::from_static("x-amz-tagging-count");

/// The part of an object that a read requests.
struct View {
    range: Range<u64>,
    whole: u64,
    /// Whether a range or a part was requested, even one that is the whole object.
    partial: bool,
    /// The object's number of parts, for requests for one part.
    parts_count: Option<i32>,
    /// The checksum of the bytes that are sent, if there is one.
    checksum: Option<Checksum>,
}

impl View {
    fn of(object: &Object, range: Option<s3s::dto::Range>, part: Option<i32>) -> S3Result<Self> {
        let whole = object.content.size();
        let all = Self {
            range: 0..whole,
            whole,
            partial: false,
            parts_count: None,
            checksum: Some(object.checksum.clone()),
        };
        match (range, part) {
            (None, None) => Ok(all),
            (Some(range), None) => {
                let range = range.check(whole).map_err(|_| no_such_range(whole))?;
                Ok(Self {
                    range,
                    partial: true,
                    checksum: None,
                    ..all
                })
            }
            (None, Some(number)) => Self::part(object, number, all),
            (Some(_), Some(_)) => Err(s3_error!(
                InvalidRequest,
                "Cannot specify both Range header and partNumber query parameter"
            )),
        }
    }

    fn part(object: &Object, number: i32, all: Self) -> S3Result<Self> {
        if object.parts.is_empty() && number == 1 {
            return Ok(Self {
                partial: all.whole > 0,
                ..all
            });
        }
        let no_such_part = || no_such_part(object.parts.len());
        let at = object.parts.iter().position(|part| part.number == number);
        let (before, part) = at
            .and_then(|at| object.parts.split_at_checked(at))
            .ok_or_else(no_such_part)?;
        let part = part.first().ok_or_else(no_such_part)?;
        let start = before.iter().map(|part| part.size).sum();
        Ok(Self {
            range: start..start + part.size,
            partial: true,
            parts_count: i32::try_from(object.parts.len()).ok(),
            checksum: Some(part.checksum.clone()),
            ..all
        })
    }

    fn content_range(&self) -> Option<String> {
        let last = self.range.end.checked_sub(1)?;
        self.partial
            .then(|| format!("bytes {}-{last}/{}", self.range.start, self.whole))
    }
}

fn no_such_range(size: u64) -> s3s::S3Error {
    Detail::ObjectSize.add(s3_error!(InvalidRange), &size.to_string())
}

fn no_such_part(parts: usize) -> s3s::S3Error {
    let mut error = s3_error!(InvalidRange, "The requested partnumber is not satisfiable");
    error.set_code(S3ErrorCode::Custom("InvalidPartNumber".into()));
    error.set_status_code(StatusCode::RANGE_NOT_SATISFIABLE);
    // An object that was uploaded in one request has one part.
    Detail::PartCount.add(error, &parts.max(1).to_string())
}

fn wants_checksum(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED)
}

/// Reads an object, a range or a part of it.
pub(crate) fn get(
    memory: &Store,
    account: &str,
    input: GetObjectInput,
) -> S3Result<GetObjectOutput> {
    let given = customer_key!(input)?;
    let version_id = input.version_id.as_deref();
    let found = memory.find(account, &input.bucket, &input.key, version_id)?;
    let object = found.object;
    customer_key::check(object.headers.customer_key_md5.as_deref(), given.as_deref())?;
    let conditions = ReadConditions {
        matches: input.if_match,
        none_matches: input.if_none_match,
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.check(&object)?;
    object
        .headers
        .check_readable(memory.now(), archive::NOT_READABLE)?;
    let view = View::of(&object, input.range, input.part_number)?;
    let mut output = describe!(GetObjectOutput, object, view);
    write_encryption!(output, &object.headers);
    write_lock!(output, &object.headers.lock);
    output.version_id = found.version_id;
    output.expiration = found.expiration;
    output.restore = object.headers.restore_header(memory.now());
    if wants_checksum(input.checksum_mode.as_ref())
        && let Some(checksum) = &view.checksum
    {
        write_checksum!(output, checksum);
        output.checksum_type = Some(object.checksum.dto_type());
    }
    output.tag_count = i32::try_from(object.tags.len())
        .ok()
        .filter(|count| *count > 0);
    output.body = Some(object.content.slice(view.range).into_blob());
    Ok(output)
}

/// The attributes of an object, without its bytes.
pub(crate) fn head(
    memory: &Store,
    account: &str,
    input: HeadObjectInput,
) -> S3Result<S3Response<HeadObjectOutput>> {
    let given = customer_key!(input)?;
    let version_id = input.version_id.as_deref();
    let found = memory.find(account, &input.bucket, &input.key, version_id)?;
    let object = found.object;
    customer_key::check(object.headers.customer_key_md5.as_deref(), given.as_deref())?;
    let conditions = ReadConditions {
        matches: input.if_match,
        none_matches: input.if_none_match,
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.check(&object)?;
    let view = View::of(&object, input.range, input.part_number)?;
    let mut output = describe!(HeadObjectOutput, object, view);
    write_encryption!(output, &object.headers);
    write_lock!(output, &object.headers.lock);
    output.version_id = found.version_id;
    output.expiration = found.expiration;
    output.restore = object.headers.restore_header(memory.now());
    if wants_checksum(input.checksum_mode.as_ref())
        && let Some(checksum) = &view.checksum
    {
        write_checksum!(output, checksum);
        output.checksum_type = Some(object.checksum.dto_type());
    }
    let mut answer = S3Response::new(output);
    // The library does not know that S3 returns it here too.
    if !object.tags.is_empty() {
        let count = HeaderValue::from(object.tags.len());
        answer.headers.insert(TAG_COUNT, count);
    }
    Ok(answer)
}

/// The attributes that are requested by name.
pub(crate) fn attributes(
    memory: &Store,
    account: &str,
    input: GetObjectAttributesInput,
) -> S3Result<GetObjectAttributesOutput> {
    let version_id = input.version_id.as_deref();
    let found = memory.find(account, &input.bucket, &input.key, version_id)?;
    let object = found.object;
    // Clients write the names into one header, which the library does not split.
    let names = || {
        input
            .object_attributes
            .iter()
            .flat_map(|names| names.as_str().split(','))
            .map(str::trim)
    };
    let asked = |name: &str| names().any(|asked| asked == name);
    let class = || StorageClass::from(object.headers.storage_class_listed().to_owned());
    Ok(GetObjectAttributesOutput {
        checksum: asked(ObjectAttributes::CHECKSUM).then(|| checksum_output(&object.checksum)),
        e_tag: asked(ObjectAttributes::ETAG).then(|| object.etag()),
        last_modified: Some(object.last_modified.into()),
        object_parts: (asked(ObjectAttributes::OBJECT_PARTS) && !object.parts.is_empty())
            .then(|| parts(&object, &input)),
        object_size: asked(ObjectAttributes::OBJECT_SIZE).then(|| size(object.content.size())),
        storage_class: asked(ObjectAttributes::STORAGE_CLASS).then(class),
        version_id: found.version_id,
        ..Default::default()
    })
}

/// The checksum in attributes: a composite one without the number of parts.
///
/// Source: moto's tests that were verified against AWS, `test_copy_key_with_args__using_multipart`.
fn checksum_output(checksum: &Checksum) -> s3s::dto::Checksum {
    let (value, _) = checksum
        .value
        .split_once('-')
        .unwrap_or((&checksum.value, ""));
    let checksum = &Checksum {
        value: value.to_owned(),
        ..checksum.clone()
    };
    let mut output = s3s::dto::Checksum {
        checksum_type: Some(checksum.dto_type()),
        ..Default::default()
    };
    write_checksum!(output, checksum);
    output
}

fn parts(object: &Object, input: &GetObjectAttributesInput) -> GetObjectAttributesParts {
    let marker = input.part_number_marker.unwrap_or_default();
    let limit = input.max_parts.unwrap_or(1000).clamp(0, 1000);
    let rest: Vec<_> = object
        .parts
        .iter()
        .filter(|part| part.number > marker)
        .collect();
    let parts = rest
        .iter()
        .take(usize::try_from(limit).unwrap_or_default())
        .map(|part| {
            let mut output = ObjectPart {
                part_number: Some(part.number),
                size: Some(size(part.size)),
                ..Default::default()
            };
            write_checksum!(output, &part.checksum);
            output
        });
    let parts: Vec<ObjectPart> = parts.collect();
    GetObjectAttributesParts {
        is_truncated: Some(parts.len() < rest.len()),
        max_parts: Some(limit),
        next_part_number_marker: parts.last().and_then(|part| part.part_number),
        part_number_marker: Some(marker),
        total_parts_count: i32::try_from(object.parts.len()).ok(),
        parts: Some(parts),
    }
}
