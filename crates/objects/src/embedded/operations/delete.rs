//! Objects deleted, one or many.

use std::collections::BTreeSet;

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, Error as Failure, ObjectIdentifier, Timestamp,
};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::check_version;
use crate::embedded::change::Change;
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
        expected.check(bucket, Some(&input.key))?;
        memory.remove(account, &input.bucket, bucket, &input.key)?;
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
        let (mut deleted, mut errors, mut gone) = (Vec::new(), Vec::new(), BTreeSet::new());
        for object in objects {
            let key = object.key.clone();
            match check(bucket, object, &gone) {
                Ok(()) => {
                    deleted.extend((!quiet).then(|| deleted_object(&key)));
                    gone.insert(key);
                }
                Err(error) => errors.push(failure(key, &error)),
            }
        }
        let gone = gone.into_iter();
        let gone = gone.filter(|key| bucket.objects.contains_key(key));
        let changes = gone.map(|key| Change::Object(key, None)).collect();
        memory.change(account, &input.bucket, bucket, changes)?;
        Ok(DeleteObjectsOutput {
            deleted: Some(deleted),
            errors: Some(errors),
            ..Default::default()
        })
    })
}

fn deleted_object(key: &str) -> DeletedObject {
    DeletedObject {
        key: Some(key.to_owned()),
        ..Default::default()
    }
}

/// Whether one of several objects may be deleted, after those that are gone.
fn check(bucket: &Bucket, object: ObjectIdentifier, gone: &BTreeSet<String>) -> S3Result<()> {
    check_version(object.version_id.as_deref())?;
    let expected = Expected {
        etag: object.e_tag.map(ETagCondition::ETag),
        last_modified: object.last_modified_time,
        size: object.size,
    };
    let is_there = !gone.contains(&object.key);
    expected.check(bucket, Some(object.key.as_str()).filter(|_| is_there))
}

impl Expected {
    /// Compares with the object under the key; none where it is gone already.
    fn check(&self, bucket: &Bucket, key: Option<&str>) -> S3Result<()> {
        let current = key.and_then(|key| bucket.objects.get(key));
        conditions::check_delete(
            current.map(AsRef::as_ref),
            self.etag.as_ref(),
            self.last_modified.as_ref(),
            self.size,
        )
    }
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
