//! What set-up code writes to a bucket before it is used: kept and told again, not enforced.
//!
//! A bucket that B2B Data Interchange reads from needs a policy and notifications on AWS, so the
//! code that makes it must find the same operations here.

use s3s::dto::{
    DeleteBucketPolicyInput, DeleteBucketPolicyOutput, GetBucketPolicyInput, GetBucketPolicyOutput,
    GetBucketPolicyStatusInput, GetBucketPolicyStatusOutput, PolicyStatus, PutBucketPolicyInput,
    PutBucketPolicyOutput,
};
use s3s::{S3ErrorCode, S3Result};

use crate::embedded::bucket_policy;
use crate::embedded::state::{Store, bucket, bucket_mut};

/// Keeps a policy.
///
/// # Errors
/// `MalformedPolicy`.
pub(crate) fn put_policy(
    memory: &Store,
    account: &str,
    input: PutBucketPolicyInput,
) -> S3Result<PutBucketPolicyOutput> {
    memory.write(account, |buckets| {
        let bucket = bucket_mut(buckets, &input.bucket)?;
        bucket_policy::check(&input.policy, &input.bucket)?;
        let mut after = bucket.without_content();
        after.policy = Some(input.policy);
        memory.change_bucket(account, &input.bucket, bucket, &after)?;
        Ok(PutBucketPolicyOutput::default())
    })
}

/// Tells the policy.
pub(crate) fn get_policy(
    memory: &Store,
    account: &str,
    input: GetBucketPolicyInput,
) -> S3Result<GetBucketPolicyOutput> {
    memory.read(account, |buckets| {
        let policy = bucket(buckets, &input.bucket)?
            .policy
            .clone()
            .ok_or(S3ErrorCode::NoSuchBucketPolicy)?;
        Ok(GetBucketPolicyOutput {
            policy: Some(policy),
        })
    })
}

/// Tells whether the policy lets anybody in.
///
/// # Errors
/// `NoSuchBucketPolicy`.
pub(crate) fn get_policy_status(
    memory: &Store,
    account: &str,
    input: GetBucketPolicyStatusInput,
) -> S3Result<GetBucketPolicyStatusOutput> {
    memory.read(account, |buckets| {
        let policy = bucket(buckets, &input.bucket)?.policy.as_deref();
        let policy = policy.ok_or(S3ErrorCode::NoSuchBucketPolicy)?;
        Ok(GetBucketPolicyStatusOutput {
            policy_status: Some(PolicyStatus {
                is_public: Some(bucket_policy::is_public(policy)),
            }),
        })
    })
}

/// Drops the policy.
pub(crate) fn delete_policy(
    memory: &Store,
    account: &str,
    input: DeleteBucketPolicyInput,
) -> S3Result<DeleteBucketPolicyOutput> {
    memory.write(account, |buckets| {
        let bucket = bucket_mut(buckets, &input.bucket)?;
        let mut after = bucket.without_content();
        after.policy = None;
        memory.change_bucket(account, &input.bucket, bucket, &after)?;
        Ok(DeleteBucketPolicyOutput::default())
    })
}
