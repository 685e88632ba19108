//! Retention periods and legal holds of objects.

use s3s::dto::{
    GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectRetentionInput,
    GetObjectRetentionOutput, ObjectLockLegalHold, PutObjectLegalHoldInput,
    PutObjectLegalHoldOutput, PutObjectRetentionInput, PutObjectRetentionOutput,
};
use s3s::{S3ErrorCode, S3Result};

use super::amend;
use crate::embedded::lock::{self, ObjectLock, Retention};
use crate::embedded::state::{Store, bucket};

/// Sets the retention of an object, or ends it.
pub(crate) fn put_retention(
    store: &Store,
    account: &str,
    input: PutObjectRetentionInput,
) -> S3Result<PutObjectRetentionOutput> {
    let now = store.now();
    let retention = Retention::of_document(input.retention, now)?;
    let bypass = input.bypass_governance_retention.unwrap_or_default();
    let version = (input.key.as_str(), input.version_id.as_deref());
    change(store, account, &input.bucket, version, |lock| {
        lock.retain(retention, bypass, now)
    })?;
    Ok(PutObjectRetentionOutput::default())
}

/// Sets the legal hold of an object.
pub(crate) fn put_legal_hold(
    store: &Store,
    account: &str,
    input: PutObjectLegalHoldInput,
) -> S3Result<PutObjectLegalHoldOutput> {
    let status = input.legal_hold.and_then(|hold| hold.status);
    let is_held = status.as_ref().and_then(lock::is_held);
    let is_held = is_held.ok_or(S3ErrorCode::MalformedXML)?;
    let version = (input.key.as_str(), input.version_id.as_deref());
    change(store, account, &input.bucket, version, |lock| {
        lock.legal_hold = Some(is_held);
        Ok(())
    })?;
    Ok(PutObjectLegalHoldOutput::default())
}

/// The retention of an object.
pub(crate) fn get_retention(
    store: &Store,
    account: &str,
    input: GetObjectRetentionInput,
) -> S3Result<GetObjectRetentionOutput> {
    let version = (input.key.as_str(), input.version_id.as_deref());
    let lock = lock_of(store, account, &input.bucket, version)?;
    let retention = lock.retention.ok_or_else(lock::not_set)?;
    Ok(GetObjectRetentionOutput {
        retention: Some(retention.document()),
    })
}

/// The legal hold of an object.
pub(crate) fn get_legal_hold(
    store: &Store,
    account: &str,
    input: GetObjectLegalHoldInput,
) -> S3Result<GetObjectLegalHoldOutput> {
    let version = (input.key.as_str(), input.version_id.as_deref());
    let lock = lock_of(store, account, &input.bucket, version)?;
    let status = lock.legal_hold_status().ok_or_else(lock::not_set)?;
    Ok(GetObjectLegalHoldOutput {
        legal_hold: Some(ObjectLockLegalHold {
            status: Some(status),
        }),
    })
}

/// Changes the lock of an object in a bucket with object lock.
fn change(
    store: &Store,
    account: &str,
    bucket_name: &str,
    version: (&str, Option<&str>),
    change: impl FnOnce(&mut ObjectLock) -> S3Result<()>,
) -> S3Result<()> {
    amend(
        store,
        account,
        bucket_name,
        version,
        &[],
        |bucket, object| {
            lock::check_bucket(bucket)?;
            change(&mut object.headers.lock)?;
            Ok(false)
        },
    )?;
    Ok(())
}

fn lock_of(
    store: &Store,
    account: &str,
    bucket_name: &str,
    (key, version_id): (&str, Option<&str>),
) -> S3Result<ObjectLock> {
    store.read(account, |buckets| {
        let bucket = bucket(buckets, bucket_name)?;
        lock::check_bucket(bucket)?;
        let found = bucket.find(key, version_id)?;
        Ok(found.object.headers.lock)
    })
}
