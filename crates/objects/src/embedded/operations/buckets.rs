//! Creates, finds, lists and deletes buckets.

use std::collections::btree_map::Entry;
use std::ops::Bound;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use s3s::dto::{
    Bucket as S3Bucket, BucketLocationConstraint, CreateBucketInput, CreateBucketOutput,
    DeleteBucketInput, DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput,
    HeadBucketInput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput,
};
use s3s::{S3ErrorCode, S3Result, s3_error};

use super::owner;
use crate::embedded::configuration::{Configurations, versioning};
use crate::embedded::location::{self, DEFAULT_REGION, Endpoint};
use crate::embedded::state::{Bucket, Store, Versioning, bucket};

/// Creates a bucket. Creating it again is an error except in us-east-1, where S3 has always allowed
/// it.
pub(crate) fn create(
    memory: &Store,
    account: &str,
    endpoint: Option<&Endpoint>,
    configurations: Configurations,
    input: CreateBucketInput,
) -> S3Result<CreateBucketOutput> {
    let constraint = input
        .create_bucket_configuration
        .and_then(|configuration| configuration.location_constraint);
    let constraint = constraint.map(|constraint| constraint.as_str().to_owned());
    let region = location::checked(constraint, endpoint)?;
    let created = memory.now();
    let url = endpoint.filter(|_| region.is_some());
    let location = url.map_or_else(
        || format!("/{}", input.bucket),
        |endpoint| endpoint.url.clone(),
    );
    memory.write(account, |buckets| match buckets.entry(input.bucket) {
        Entry::Vacant(vacant) => {
            let mut bucket = Bucket::new(created, region);
            bucket.versioning = versioning(&configurations).unwrap_or_default();
            bucket.configurations = configurations;
            memory.keep_bucket(account, vacant.key(), None, Some(&bucket))?;
            vacant.insert(bucket);
            Ok(())
        }
        Entry::Occupied(known) if known.get().region.is_none() && region.is_none() => Ok(()),
        Entry::Occupied(_) => Err(s3_error!(BucketAlreadyOwnedByYou)),
    })?;
    Ok(CreateBucketOutput {
        location: Some(location),
    })
}

/// Whether a bucket exists, and its region.
pub(crate) fn head(
    memory: &Store,
    account: &str,
    input: HeadBucketInput,
) -> S3Result<HeadBucketOutput> {
    let region = memory.read(account, |buckets| {
        bucket(buckets, &input.bucket).map(|bucket| bucket.region.clone())
    })?;
    Ok(HeadBucketOutput {
        bucket_region: Some(region_name(region.as_deref())),
        ..Default::default()
    })
}

/// Returns the region of a bucket; us-east-1 is an empty reply.
pub(crate) fn location(
    memory: &Store,
    account: &str,
    input: GetBucketLocationInput,
) -> S3Result<GetBucketLocationOutput> {
    let region = memory.read(account, |buckets| {
        bucket(buckets, &input.bucket).map(|bucket| bucket.region.clone())
    })?;
    Ok(GetBucketLocationOutput {
        location_constraint: region.map(BucketLocationConstraint::from),
    })
}

/// Deletes a bucket that has no objects and no versions; its uploads in progress are deleted too.
pub(crate) fn delete(
    memory: &Store,
    account: &str,
    input: DeleteBucketInput,
) -> S3Result<DeleteBucketOutput> {
    memory.write(account, |buckets| {
        check_empty(bucket(buckets, &input.bucket)?)?;
        memory.remove_bucket(account, &input.bucket, buckets)?;
        Ok(DeleteBucketOutput::default())
    })
}

fn check_empty(bucket: &Bucket) -> S3Result<()> {
    if bucket.is_empty() {
        Ok(())
    } else if bucket.versioning == Versioning::Never {
        Err(S3ErrorCode::BucketNotEmpty.into())
    } else {
        Err(s3_error!(
            BucketNotEmpty,
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
        ))
    }
}

/// Lists the account's buckets, sorted by name.
pub(crate) fn list(
    memory: &Store,
    account: &str,
    input: ListBucketsInput,
) -> S3Result<ListBucketsOutput> {
    let limit = usize::try_from(input.max_buckets.unwrap_or(10_000)).unwrap_or_default();
    let after = input
        .continuation_token
        .as_deref()
        .map(decode)
        .transpose()?
        .unwrap_or_default();
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let start = (Bound::Excluded(after.as_str()), Bound::Unbounded);
    let mut listed: Vec<S3Bucket> = memory.read(account, |buckets| {
        let listed = buckets
            .range::<str, _>(start)
            .filter(|(name, _)| name.starts_with(prefix));
        listed
            .map(|(name, bucket)| listed_bucket(name, bucket))
            .filter(|bucket| in_region(bucket, &input))
            .take(limit.saturating_add(1))
            .collect()
    });
    let more = listed.len() > limit;
    listed.truncate(limit);
    let last = listed.last().and_then(|bucket| bucket.name.as_deref());
    Ok(ListBucketsOutput {
        continuation_token: last
            .filter(|_| more)
            .map(|name| BASE64_URL_SAFE_NO_PAD.encode(name)),
        buckets: Some(listed),
        owner: Some(owner(memory.owner(account))),
        prefix: input.prefix,
    })
}

fn listed_bucket(name: &str, bucket: &Bucket) -> S3Bucket {
    S3Bucket {
        name: Some(name.to_owned()),
        creation_date: Some(bucket.created.into()),
        bucket_region: Some(region_name(bucket.region.as_deref())),
    }
}

fn region_name(constraint: Option<&str>) -> String {
    constraint.map_or(DEFAULT_REGION, location::name).to_owned()
}

fn in_region(bucket: &S3Bucket, input: &ListBucketsInput) -> bool {
    input.bucket_region.is_none() || bucket.bucket_region == input.bucket_region
}

fn decode(token: &str) -> S3Result<String> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
    let name = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| {
        s3_error!(
            InvalidArgument,
            "The continuation token provided is incorrect"
        )
    })
}
