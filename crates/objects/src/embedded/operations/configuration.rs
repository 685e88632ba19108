//! Settings that set-up code writes to a bucket: they are stored and returned, but not enforced.
//!
//! On AWS, a bucket that B2B Data Interchange reads from needs a policy and notifications, so the
//! code that creates it needs the same operations here.

use s3s::dto::{
    DeleteBucketPolicyInput, DeleteBucketPolicyOutput, GetBucketPolicyInput, GetBucketPolicyOutput,
    GetBucketPolicyStatusInput, GetBucketPolicyStatusOutput, PolicyStatus, PutBucketPolicyInput,
    PutBucketPolicyOutput,
};
use s3s::{S3ErrorCode, S3Result, s3_error};

use crate::embedded::bucket_policy;
use crate::embedded::state::{Bucket, Store, bucket, bucket_mut};
use crate::xml::Element;

/// Stores a policy.
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
        check_public(bucket, &input.policy)?;
        let mut after = bucket.without_content();
        after.policy = Some(input.policy);
        memory.change_bucket(account, &input.bucket, bucket, &after)?;
        Ok(PutBucketPolicyOutput::default())
    })
}

/// Refuses a public policy if the bucket blocks public access.
///
/// Assumption A-279: a bucket on which the public access block was never set accepts one.
fn check_public(bucket: &Bucket, policy: &str) -> S3Result<()> {
    let block = bucket.configurations.get("publicAccessBlock");
    let block = block.and_then(Option::as_deref);
    let block = block.and_then(|document| Element::read(document.as_bytes()));
    let blocks = block.is_some_and(|block| block.text_of("BlockPublicPolicy") == Some("true"));
    if blocks && bucket_policy::is_public(policy) {
        return Err(s3_error!(
            AccessDenied,
            "This policy is public, and public policies are blocked by the BlockPublicPolicy setting of the bucket's public access block."
        ));
    }
    Ok(())
}

/// The policy.
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

/// Whether the policy allows access to everybody.
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

/// Deletes the policy.
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
