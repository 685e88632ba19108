//! Objects deleted, one or many.

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, Error as Failure, ObjectIdentifier, Timestamp,
};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::check_version;
use crate::embedded::state::{Bucket, Store, bucket_mut};
use crate::embedded::{conditions, reply};

/// The most objects one request deletes.
const MAX_OBJECTS: usize = 1000;

/// What a delete expects of the object.
#[derive(Default)]
struct Expected {
    etag: Option<ETagCondition>,
    last_modified: Option<Timestamp>,
    size: Option<i64>,
}

/// Deletes an object; one that is not there is no error.
pub(crate) fn one(
    memory: &Store,
    account: &str,
    input: DeleteObjectInput,
) -> S3Result<DeleteObjectOutput> {
    check_version(input.version_id.as_deref())?;
    let expected = Expected {
        etag: input.if_match,
        last_modified: input.if_match_last_modified_time,
        size: input.if_match_size,
    };
    memory.write(account, |buckets| {
        let bucket = bucket_mut(buckets, &input.bucket)?;
        delete(
            memory,
            account,
            &input.bucket,
            bucket,
            &input.key,
            &expected,
        )?;
        Ok(DeleteObjectOutput::default())
    })
}

/// Deletes up to a thousand objects, and tells of each how it went.
pub(crate) fn many(
    memory: &Store,
    account: &str,
    input: DeleteObjectsInput,
) -> S3Result<DeleteObjectsOutput> {
    let objects = input.delete.objects;
    if objects.is_empty() || objects.len() > MAX_OBJECTS {
        return Err(S3ErrorCode::MalformedXML.into());
    }
    let quiet = input.delete.quiet.unwrap_or_default();
    memory.write(account, |buckets| {
        let bucket = bucket_mut(buckets, &input.bucket)?;
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for object in objects {
            let key = object.key.clone();
            match identified(memory, account, &input.bucket, bucket, object) {
                Ok(()) if quiet => {}
                Ok(()) => deleted.push(DeletedObject {
                    key: Some(key),
                    ..Default::default()
                }),
                Err(error) => errors.push(failure(key, &error)),
            }
        }
        Ok(DeleteObjectsOutput {
            deleted: Some(deleted),
            errors: Some(errors),
            ..Default::default()
        })
    })
}

fn identified(
    memory: &Store,
    account: &str,
    bucket_name: &str,
    bucket: &mut Bucket,
    object: ObjectIdentifier,
) -> S3Result<()> {
    check_version(object.version_id.as_deref())?;
    let expected = Expected {
        etag: object.e_tag.map(ETagCondition::ETag),
        last_modified: object.last_modified_time,
        size: object.size,
    };
    delete(memory, account, bucket_name, bucket, &object.key, &expected)
}

fn delete(
    memory: &Store,
    account: &str,
    bucket_name: &str,
    bucket: &mut Bucket,
    key: &str,
    expected: &Expected,
) -> S3Result<()> {
    let current = bucket.objects.get(key).map(AsRef::as_ref);
    conditions::check_delete(
        current,
        expected.etag.as_ref(),
        expected.last_modified.as_ref(),
        expected.size,
    )?;
    memory.remove(account, bucket_name, bucket, key)?;
    Ok(())
}

fn failure(key: String, error: &S3Error) -> Failure {
    let code = error.code().as_str();
    let message = error.message().or_else(|| reply::message(code));
    Failure {
        code: Some(code.to_owned()),
        key: Some(key),
        message: message.map(str::to_owned),
        version_id: None,
    }
}
