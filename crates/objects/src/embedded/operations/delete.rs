//! Deletes one or many objects.

use std::collections::BTreeMap;

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, Error as Failure, ObjectIdentifier, Timestamp,
};
use s3s::{S3Error, S3ErrorCode, S3Result};

use crate::embedded::state::{Bucket, Store, Versioning, bucket_mut};
use crate::embedded::versions::{self, Deleted, KeyEdit};
use crate::embedded::{conditions, lock, reply};

/// The maximum number of objects that one request deletes.
const MAX_OBJECTS: usize = 1000;

/// The conditions of a delete.
#[derive(Default)]
struct Expected {
    etag: Option<ETagCondition>,
    last_modified: Option<Timestamp>,
    size: Option<i64>,
    /// Whether it bypasses a retention in governance mode.
    bypass: bool,
}

/// Deletes an object or a version; a missing one is not an error.
pub(crate) fn one(
    memory: &Store,
    account: &str,
    input: DeleteObjectInput,
) -> S3Result<DeleteObjectOutput> {
    let version_id = versions::checked_id(input.version_id.as_deref())?;
    let expected = Expected {
        etag: input.if_match,
        last_modified: input.if_match_last_modified_time,
        size: input.if_match_size,
        bypass: input.bypass_governance_retention.unwrap_or_default(),
    };
    memory.write(account, |buckets| {
        let bucket = bucket_mut(buckets, &input.bucket)?;
        lock::check_bypass(bucket, expected.bypass)?;
        let mut edit = KeyEdit::new(memory, bucket, &input.key);
        let deleted = expected.delete(&mut edit, version_id)?;
        let (changes, events) = edit.finish();
        memory.change(account, &input.bucket, bucket, changes, events)?;
        let output = match deleted {
            Deleted::Object => DeleteObjectOutput::default(),
            Deleted::MarkerCreated(version) => DeleteObjectOutput {
                delete_marker: Some(true),
                version_id: bucket.shown_version_id(&version),
                ..Default::default()
            },
            Deleted::Version { was_marker } => DeleteObjectOutput {
                delete_marker: was_marker.then_some(true),
                version_id: shown_version_id(bucket, version_id),
                ..Default::default()
            },
        };
        Ok(output)
    })
}

/// The version in a request, if the bucket has versions.
fn shown_version_id(bucket: &Bucket, version_id: Option<&str>) -> Option<String> {
    let is_shown = bucket.versioning != Versioning::Never;
    version_id.filter(|_| is_shown).map(str::to_owned)
}

/// Deletes up to a thousand objects and versions, and returns the outcome of each.
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
    let bypass = input.bypass_governance_retention.unwrap_or_default();
    memory.write(account, |buckets| {
        let bucket = bucket_mut(buckets, &input.bucket)?;
        lock::check_bypass(bucket, bypass)?;
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        let mut edits: BTreeMap<String, KeyEdit<'_>> = BTreeMap::new();
        for object in objects {
            let (key, version_id) = (object.key.clone(), object.version_id.clone());
            let edit = edits.entry(key.clone());
            let edit = edit.or_insert_with_key(|key| KeyEdit::new(memory, bucket, key));
            match delete(edit, object, bypass) {
                Ok(done) => deleted.push(deleted_object(bucket, key, version_id, done)),
                Err(error) => errors.push(failure(key, version_id, &error)),
            }
        }
        let done = edits.into_values().map(KeyEdit::finish);
        let (changes, events): (Vec<_>, Vec<_>) = done.unzip();
        let (changes, events) = (changes.concat(), events.into_iter().flatten().collect());
        memory.change(account, &input.bucket, bucket, changes, events)?;
        Ok(DeleteObjectsOutput {
            deleted: Some(deleted).filter(|_| !quiet),
            errors: Some(errors),
            ..Default::default()
        })
    })
}

fn deleted_object(
    bucket: &Bucket,
    key: String,
    version_id: Option<String>,
    deleted: Deleted,
) -> DeletedObject {
    let (delete_marker, marker_id) = match deleted {
        Deleted::Object | Deleted::Version { was_marker: false } => (None, None),
        Deleted::MarkerCreated(version) => (Some(true), bucket.shown_version_id(&version)),
        Deleted::Version { was_marker: true } => (Some(true), version_id.clone()),
    };
    DeletedObject {
        key: Some(key),
        version_id: shown_version_id(bucket, version_id.as_deref()),
        delete_marker,
        delete_marker_version_id: marker_id,
    }
}

/// Deletes one of several objects.
fn delete(edit: &mut KeyEdit<'_>, object: ObjectIdentifier, bypass: bool) -> S3Result<Deleted> {
    let expected = Expected {
        etag: object.e_tag.map(ETagCondition::ETag),
        last_modified: object.last_modified_time,
        size: object.size,
        bypass,
    };
    let version_id = versions::checked_id(object.version_id.as_deref())?;
    expected.delete(edit, version_id)
}

impl Expected {
    /// Deletes the object, or the named version, if it meets the conditions.
    fn delete(&self, edit: &mut KeyEdit<'_>, version_id: Option<&str>) -> S3Result<Deleted> {
        let found = match version_id {
            None => edit.current(),
            Some(id) => edit.object(id),
        };
        let (etag, last_modified) = (self.etag.as_ref(), self.last_modified.as_ref());
        conditions::check_delete(found, etag, last_modified, self.size)?;
        if let (Some(_), Some(object)) = (version_id, found) {
            object.headers.lock.check_delete(self.bypass, edit.now())?;
        }
        Ok(match version_id {
            None => edit.delete(),
            Some(id) => edit.delete_version(id),
        })
    }
}

fn failure(key: String, version_id: Option<String>, error: &S3Error) -> Failure {
    let code = error.code().as_str();
    let message = error.message().or_else(|| reply::message(code));
    Failure {
        code: Some(code.to_owned()),
        key: Some(key),
        message: message.map(str::to_owned),
        version_id,
    }
}
