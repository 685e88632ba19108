//! Writes objects in one request.

use s3s::dto::{PutObjectInput, PutObjectOutput};
use s3s::{S3Request, S3Result, s3_error};

use super::tagging;
use crate::embedded::acl::given_acl;
use crate::embedded::body;
use crate::embedded::checksum::{self, Algorithm, ClaimedChecksum};
use crate::embedded::conditions;
use crate::embedded::content::Content;
use crate::embedded::digests::Digests;
use crate::embedded::fields::{Headers, claims_of, headers_of, write_checksum, write_encryption};
use crate::embedded::lock::{ObjectLock, requested_lock};
use crate::embedded::state::{NewObject, Object, Store};
use crate::embedded::versions::VersionId;
use crate::event::ObjectChange;

/// Writes an object, and sends its event.
pub(crate) async fn put(
    memory: &Store,
    account: &str,
    mut request: S3Request<PutObjectInput>,
    change: ObjectChange,
) -> S3Result<PutObjectOutput> {
    let claims = claims_of!(request.input);
    let algorithm = checksum::likely_algorithm(&claims, request.input.checksum_algorithm.as_ref());
    let (content, digests) = body::receive(memory, request.input.body.take(), algorithm).await?;
    let claims = checksum::with_trailers(claims, &request)?;
    let mut input = request.input;
    let acl = given_acl!(input).of_upload(memory, account, &input.bucket)?;
    let wish = input
        .checksum_algorithm
        .as_ref()
        .map(|name| Algorithm::named(name.as_str()))
        .transpose()?;
    let lock = requested_lock!(input, memory.now())?;
    check_sum_given(&input, &claims, lock, change)?;
    let headers = Headers {
        acl,
        lock,
        ..headers_of!(input)
    };
    let digests = checksum::verify(&content, digests, &claims, wish)?;
    let mut object = whole(memory, content, headers, digests)?;
    checksum::check_md5(input.content_md5.as_deref(), &object.entity_tag)?;
    object.tags = tagging::from_header(input.tagging.as_deref())?;
    let new = NewObject { object, change };
    let placed = memory.insert(account, &input.bucket, &input.key, new, |current| {
        conditions::check_write(
            current,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
        )
    })?;
    let object = placed.object;
    let mut output = PutObjectOutput {
        version_id: placed.version_id,
        expiration: placed.expiration,
        e_tag: Some(object.etag()),
        checksum_type: Some(object.checksum.dto_type()),
        ..Default::default()
    };
    write_encryption!(output, &object.headers);
    write_checksum!(output, &object.checksum);
    Ok(output)
}

/// Refuses to lock bytes without a checksum. Forms need none.
///
/// Source: docs `API_PutObject`, 2026-11.
fn check_sum_given(
    input: &PutObjectInput,
    claims: &[ClaimedChecksum],
    lock: ObjectLock,
    change: ObjectChange,
) -> S3Result<()> {
    let is_given = input.content_md5.is_some() || !claims.is_empty();
    if lock.is_unset() || is_given || change != ObjectChange::Put {
        return Ok(());
    }
    Err(s3_error!(
        InvalidRequest,
        "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters"
    ))
}

/// Creates an object from bytes uploaded in one request, without tags.
///
/// # Errors
/// The headers are refused.
pub(crate) fn whole(
    memory: &Store,
    content: Content,
    headers: Headers,
    digests: Digests,
) -> S3Result<Object> {
    Ok(Object {
        entity_tag: checksum::hex(&digests.md5),
        content,
        last_modified: memory.now(),
        headers: headers.flushed()?,
        checksum: digests.checksum,
        parts: Vec::new(),
        tags: Vec::new(),
        version: VersionId::default(),
        upload_id: None,
    })
}
