//! Completes multipart uploads: the parts become an object.

use s3s::dto::{CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart};
use s3s::{S3ErrorCode, S3Result, s3_error};

use super::multipart;
use crate::embedded::change::Change;
use crate::embedded::checksum::{self, Algorithm, Checksum};
use crate::embedded::conditions;
use crate::embedded::content::Content;
use crate::embedded::digests;
use crate::embedded::fields::{Headers, claims_of, size, write_checksum};
use crate::embedded::location::Endpoint;
use crate::embedded::state::{
    Object, PartRecord, Placed, Store, Upload, UploadedPart, bucket, bucket_mut,
};
use crate::embedded::versions::{KeyEdit, VersionId};
use crate::event::ObjectChange;

/// The minimum size of a part that is not the last.
const MIN_PART: u64 = 5 << 20;

/// Creates the object from the named parts. Until then, nothing of it is visible.
pub(crate) fn complete(
    memory: &Store,
    account: &str,
    endpoint: Option<&Endpoint>,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let placed = match place(memory, account, &input) {
        Err(error) if *error.code() == S3ErrorCode::NoSuchUpload => {
            placed_before(memory, account, &input)?.ok_or(error)?
        }
        placed => placed?,
    };
    let Placed {
        object,
        version_id,
        expiration,
    } = placed;
    let mut output = CompleteMultipartUploadOutput {
        version_id,
        expiration,
        location: endpoint.map(|endpoint| endpoint.url.clone()),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(object.etag()),
        checksum_type: Some(object.checksum.dto_type()),
        server_side_encryption: object.headers.encryption(),
        ssekms_key_id: object.headers.ssekms_key_id.clone(),
        bucket_key_enabled: object.headers.bucket_key_enabled,
        ..Default::default()
    };
    write_checksum!(output, &object.checksum);
    Ok(output)
}

/// Replaces the upload by its object.
fn place(memory: &Store, account: &str, input: &CompleteMultipartUploadInput) -> S3Result<Placed> {
    let object = assemble(memory, account, input)?;
    check_whole(&object, input)?;
    let id = (input.key.clone(), input.upload_id.clone());
    memory.write(account, |buckets| {
        let bucket = bucket_mut(buckets, &input.bucket)?;
        let current = bucket.objects.get(&input.key).map(AsRef::as_ref);
        conditions::check_write(
            current,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
        )?;
        multipart::find(bucket, &id.0, &id.1)?;
        let mut edit = KeyEdit::new(memory, bucket, &input.key);
        let object = edit.put(object, ObjectChange::CompleteMultipartUpload)?;
        let (mut changes, events) = edit.finish();
        changes.push(Change::UploadGone(id));
        memory.change(account, &input.bucket, bucket, changes, events)?;
        Ok(Placed {
            version_id: bucket.shown_version_id(&object.version),
            expiration: bucket.expiration(&input.key, &object),
            object,
        })
    })
}

/// The object that an earlier request made from the upload, while it exists: clients repeat a
/// request if its reply was lost.
///
/// Source: docs `API_CompleteMultipartUpload`, 2026-11; Assumption A-289.
fn placed_before(
    memory: &Store,
    account: &str,
    input: &CompleteMultipartUploadInput,
) -> S3Result<Option<Placed>> {
    memory.read(account, |buckets| {
        let bucket = bucket(buckets, &input.bucket)?;
        let object = bucket.object_of_upload(&input.key, &input.upload_id);
        Ok(object.map(|object| Placed {
            version_id: bucket.shown_version_id(&object.version),
            expiration: bucket.expiration(&input.key, &object),
            object,
        }))
    })
}

/// The attributes of the object of an upload, and the parts chosen for it.
struct Plan {
    parts: Vec<(i32, UploadedPart)>,
    headers: Headers,
    tags: Vec<(String, String)>,
    algorithm: Algorithm,
    composite: bool,
}

fn plan(upload: &Upload, named: &[CompletedPart]) -> S3Result<Plan> {
    Ok(Plan {
        parts: chosen(upload, named)?,
        headers: upload.headers.clone(),
        tags: upload.tags.clone(),
        algorithm: upload.algorithm,
        composite: upload.composite,
    })
}

/// Joins the parts without copying them, and computes the digests of the whole.
fn assemble(
    memory: &Store,
    account: &str,
    input: &CompleteMultipartUploadInput,
) -> S3Result<Object> {
    let named = input
        .multipart_upload
        .as_ref()
        .and_then(|upload| upload.parts.as_deref());
    let plan = memory.read(account, |buckets| {
        let bucket = bucket(buckets, &input.bucket)?;
        plan(
            multipart::find(bucket, &input.key, &input.upload_id)?,
            named.unwrap_or_default(),
        )
    })?;
    let parts = || plan.parts.iter().map(|(_, part)| part);
    let content: Content = parts().map(|part| &part.content).collect();
    let checksum = if plan.composite {
        Checksum::composite(
            plan.algorithm,
            parts().map(|part| part.checksum.value.as_str()),
        )
    } else {
        digests::checksum(plan.algorithm, &content)?
    };
    Ok(Object {
        content,
        entity_tag: checksum::multipart_etag(parts().map(|part| part.md5.as_slice())),
        last_modified: memory.now(),
        headers: plan.headers,
        checksum,
        parts: plan.parts.into_iter().map(record).collect(),
        tags: plan.tags,
        version: VersionId::default(),
        upload_id: Some(input.upload_id.as_str().into()),
    })
}

fn record((number, part): (i32, UploadedPart)) -> PartRecord {
    PartRecord {
        number,
        size: part.content.size(),
        checksum: part.checksum,
    }
}

/// The named parts, in order.
fn chosen(upload: &Upload, named: &[CompletedPart]) -> S3Result<Vec<(i32, UploadedPart)>> {
    if named.is_empty() {
        return Err(S3ErrorCode::MalformedXML.into());
    }
    let mut parts: Vec<(i32, UploadedPart)> = Vec::with_capacity(named.len());
    for name in named {
        let number = name.part_number.ok_or(S3ErrorCode::MalformedXML)?;
        if parts.last().is_some_and(|(last, _)| *last >= number) {
            return Err(S3ErrorCode::InvalidPartOrder.into());
        }
        check_claimed(upload, name, number)?;
        let part = upload
            .parts
            .get(&number)
            .filter(|part| is_named(part, name))
            .ok_or(S3ErrorCode::InvalidPart)?;
        parts.push((number, part.clone()));
    }
    let too_small = parts
        .iter()
        .rev()
        .skip(1)
        .any(|(_, part)| part.content.size() < MIN_PART);
    if too_small {
        Err(S3ErrorCode::EntityTooSmall.into())
    } else {
        Ok(parts)
    }
}

/// Refuses a part without a named checksum if the object's checksum is computed from those of its
/// parts.
///
/// Source: Assumption A-282.
fn check_claimed(upload: &Upload, name: &CompletedPart, number: i32) -> S3Result<()> {
    let mut claims = claims_of!(name).into_iter();
    let is_claimed = claims.any(|(algorithm, _)| algorithm == upload.algorithm);
    if is_claimed || !upload.wants_part_checksums() {
        return Ok(());
    }
    let algorithm = upload.algorithm.name().to_ascii_lowercase();
    Err(s3_error!(
        InvalidRequest,
        "The upload was created using a {algorithm} checksum. The complete request must include the checksum for each part. It was missing for part {number} in the request."
    ))
}

fn is_named(part: &UploadedPart, name: &CompletedPart) -> bool {
    let tag = name
        .e_tag
        .as_ref()
        .is_none_or(|tag| tag.value() == checksum::hex(&part.md5));
    let claims = claims_of!(name);
    tag && claims.iter().all(|(algorithm, claimed)| {
        *algorithm != part.checksum.algorithm || *claimed == part.checksum.value
    })
}

/// Compares the object with the client's claims about the whole.
fn check_whole(object: &Object, input: &CompleteMultipartUploadInput) -> S3Result<()> {
    for (algorithm, claimed) in claims_of!(input) {
        if algorithm == object.checksum.algorithm {
            object.checksum.check(&claimed)?;
        }
    }
    let whole = size(object.content.size());
    if input
        .mpu_object_size
        .is_some_and(|claimed| claimed != whole)
    {
        return Err(s3_error!(
            InvalidRequest,
            "The provided 'x-amz-mp-object-size' header value does not match what was computed."
        ));
    }
    Ok(())
}
