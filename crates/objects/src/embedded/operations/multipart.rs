//! Begins and aborts multipart uploads, and stores their parts.

use std::time::SystemTime;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumType,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, Timestamp, UploadPartInput,
    UploadPartOutput,
};
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, s3_error};

use super::tagging;
use crate::embedded::acl::given_acl;
use crate::embedded::body;
use crate::embedded::change::Change;
use crate::embedded::checksum::{self, Algorithm, ClaimedChecksum};
use crate::embedded::content::Content;
use crate::embedded::customer_key;
use crate::embedded::digests::Digests;
use crate::embedded::fields::{
    Headers, claims_of, customer_key, headers_of, write_checksum, write_encryption,
};
use crate::embedded::lock::requested_lock;
use crate::embedded::state::{Bucket, Buckets, Store, Upload, UploadedPart, bucket, bucket_mut};

/// The greatest number of a part.
const MAX_PART: i32 = 10_000;

/// The maximum number of uploads in progress per account. They are easily forgotten, because S3
/// shows them only in a list of their own.
const MAX_UPLOADS: usize = 10_000;

/// Where a part belongs.
pub(crate) struct Place<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) upload_id: &'a str,
    pub(crate) number: i32,
}

/// The upload with this id, which is valid only for its key.
///
/// # Errors
/// `NoSuchUpload`.
pub(crate) fn find<'a>(bucket: &'a Bucket, key: &str, upload_id: &str) -> S3Result<&'a Upload> {
    let upload = bucket.uploads.get(&(key.to_owned(), upload_id.to_owned()));
    upload.ok_or_else(|| S3ErrorCode::NoSuchUpload.into())
}

/// Begins an upload.
pub(crate) fn create(
    memory: &Store,
    account: &str,
    mut input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    let wish = input
        .checksum_algorithm
        .as_ref()
        .map(|name| Algorithm::named(name.as_str()))
        .transpose()?;
    let algorithm = wish.unwrap_or(Algorithm::Crc64Nvme);
    let composite = composite(algorithm, input.checksum_type.as_ref())?;
    let lock = requested_lock!(input, memory.now())?;
    let headers = Headers {
        lock,
        acl: given_acl!(input).of_upload(memory, account, &input.bucket)?,
        ..headers_of!(input)
    };
    let mut upload = Upload {
        initiated: memory.now(),
        headers: headers.flushed()?,
        tags: tagging::from_header(input.tagging.as_deref())?,
        algorithm,
        chosen: wish.is_some(),
        composite,
        parts: std::collections::BTreeMap::new(),
    };
    let mut output = CreateMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(memory.id()),
        checksum_algorithm: wish.map(Algorithm::dto),
        checksum_type: wish.map(|_| checksum::checksum_type(composite)),
        ..Default::default()
    };
    let id = output.upload_id.clone().unwrap_or_default();
    memory.write(account, |buckets| {
        check_room(buckets)?;
        let bucket = bucket_mut(buckets, &input.bucket)?;
        // The default retention starts at the completion.
        lock.in_bucket(bucket, memory.now())?;
        upload.headers.encrypt_in(bucket);
        write_encryption!(output, &upload.headers);
        (output.abort_date, output.abort_rule_id) = abortion(bucket, &input.key, upload.initiated);
        memory.keep_upload(account, &input.bucket, (&input.key, &id), &upload)?;
        bucket.uploads.insert((input.key, id), upload);
        Ok(output)
    })
}

/// When and by which lifecycle rule an upload is aborted.
pub(crate) fn abortion(
    bucket: &Bucket,
    key: &str,
    initiated: SystemTime,
) -> (Option<Timestamp>, Option<String>) {
    let end = bucket.abortion(key, initiated);
    let end = end.map(|(date, rule)| (date.into(), rule));
    end.unzip()
}

/// Refuses another upload if the account has reached its limit.
///
/// Source: Assumption A-197.
fn check_room(buckets: &Buckets) -> S3Result<()> {
    let under_way: usize = buckets.values().map(|bucket| bucket.uploads.len()).sum();
    if under_way < MAX_UPLOADS {
        return Ok(());
    }
    Err(s3_error!(
        SlowDown,
        "{MAX_UPLOADS} multipart uploads are under way: complete or abort some"
    ))
}

/// Chooses the type of the object's checksum; not every algorithm has both.
fn composite(algorithm: Algorithm, wish: Option<&ChecksumType>) -> S3Result<bool> {
    let composite = match wish.map(ChecksumType::as_str) {
        None => return Ok(algorithm.composite_by_default()),
        Some(wish) => wish == ChecksumType::COMPOSITE,
    };
    let digests_only = matches!(algorithm, Algorithm::Sha1 | Algorithm::Sha256);
    if (composite && algorithm == Algorithm::Crc64Nvme) || (!composite && digests_only) {
        let (wish, name) = (
            checksum::checksum_type(composite),
            algorithm.name().to_ascii_lowercase(),
        );
        return Err(s3_error!(
            InvalidRequest,
            "The {} checksum type cannot be used with the {name} checksum algorithm.",
            wish.as_str()
        ));
    }
    Ok(composite)
}

/// Stores a part.
pub(crate) async fn upload_part(
    memory: &Store,
    account: &str,
    mut request: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let claims = claims_of!(request.input);
    let algorithm = checksum::likely_algorithm(&claims, request.input.checksum_algorithm.as_ref());
    let received = body::receive(memory, request.input.body.take(), algorithm).await?;
    let claims = checksum::with_trailers(claims, &request)?;
    let input = request.input;
    check_number(input.part_number)?;
    let given = customer_key!(input)?;
    let place = Place {
        bucket: &input.bucket,
        key: &input.key,
        upload_id: &input.upload_id,
        number: input.part_number,
    };
    let headers = headers(memory, account, &place, given.as_deref(), |upload| {
        check_claimed(upload, &claims)
    })?;
    checksum::check_md5(
        input.content_md5.as_deref(),
        &checksum::hex(&received.1.md5),
    )?;
    let part = store(memory, account, &place, received, &claims)?;
    let mut output = UploadPartOutput {
        e_tag: Some(etag(&part)),
        ..Default::default()
    };
    write_encryption!(output, &headers);
    write_checksum!(output, &part.checksum);
    Ok(output)
}

/// The headers of a part's upload, if the part may be added.
///
/// # Errors
/// `NoSuchBucket`, `NoSuchUpload`, a customer key other than the upload's, or the error of the
/// check.
pub(crate) fn headers(
    memory: &Store,
    account: &str,
    place: &Place<'_>,
    customer_key: Option<&str>,
    check: impl FnOnce(&Upload) -> S3Result<()>,
) -> S3Result<Headers> {
    memory.read(account, |buckets| {
        let upload = find(bucket(buckets, place.bucket)?, place.key, place.upload_id)?;
        customer_key::check(upload.headers.customer_key_md5.as_deref(), customer_key)?;
        check(upload)?;
        Ok(upload.headers.clone())
    })
}

/// Adds a part to its upload, and replaces any with the same number.
///
/// # Errors
/// There is no such upload, the number is out of range, or a claim is wrong.
pub(crate) fn store(
    memory: &Store,
    account: &str,
    place: &Place<'_>,
    (content, digests): (Content, Digests),
    claims: &[ClaimedChecksum],
) -> S3Result<UploadedPart> {
    check_number(place.number)?;
    let look = |buckets: &Buckets| -> S3Result<_> {
        let upload = find(bucket(buckets, place.bucket)?, place.key, place.upload_id)?;
        Ok((upload.algorithm, upload.chosen))
    };
    let (algorithm, chosen) = memory.read(account, look)?;
    check_algorithm(algorithm, chosen, claims)?;
    let digests = checksum::verify(&content, digests, claims, Some(algorithm))?;
    let Digests { md5, checksum } = digests.with_algorithm(algorithm, &content)?;
    let part = UploadedPart {
        md5,
        content,
        checksum,
        last_modified: memory.now(),
    };
    memory.write(account, |buckets| {
        let uploads = &mut bucket_mut(buckets, place.bucket)?.uploads;
        let upload = uploads.get_mut(&(place.key.to_owned(), place.upload_id.to_owned()));
        let upload = upload.ok_or(S3ErrorCode::NoSuchUpload)?;
        let before = upload.parts.get(&place.number).cloned();
        memory.keep_part(account, place, before, &part)?;
        upload.parts.insert(place.number, part.clone());
        Ok(part)
    })
}

fn check_number(number: i32) -> S3Result<()> {
    if (1..=MAX_PART).contains(&number) {
        return Ok(());
    }
    Err(s3_error!(
        InvalidArgument,
        "Part number must be an integer between 1 and {MAX_PART}, inclusive"
    ))
}

/// Refuses a part without a checksum if the object's checksum is computed from those of its parts.
///
/// Source: Assumption A-282.
fn check_claimed(upload: &Upload, claims: &[ClaimedChecksum]) -> S3Result<()> {
    if !claims.is_empty() || !upload.wants_part_checksums() {
        return Ok(());
    }
    Err(mismatch(upload.algorithm, "null"))
}

fn mismatch(expected: Algorithm, actual: &str) -> S3Error {
    let expected = expected.name().to_ascii_lowercase();
    s3_error!(
        InvalidRequest,
        "Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {actual}"
    )
}

fn check_algorithm(algorithm: Algorithm, chosen: bool, claims: &[ClaimedChecksum]) -> S3Result<()> {
    let Some((other, _)) = claims
        .iter()
        .find(|(claimed, _)| chosen && *claimed != algorithm)
    else {
        return Ok(());
    };
    Err(mismatch(algorithm, &other.name().to_ascii_lowercase()))
}

/// The `ETag` of a part.
pub(crate) fn etag(part: &UploadedPart) -> ETag {
    ETag::Strong(checksum::hex(&part.md5))
}

/// Removes an upload and its parts.
pub(crate) fn abort(
    memory: &Store,
    account: &str,
    input: AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    memory.write(account, |buckets| {
        let bucket = bucket_mut(buckets, &input.bucket)?;
        find(bucket, &input.key, &input.upload_id)?;
        let gone = Change::UploadGone((input.key, input.upload_id));
        memory.change(account, &input.bucket, bucket, vec![gone], Vec::new())?;
        Ok(AbortMultipartUploadOutput::default())
    })
}
