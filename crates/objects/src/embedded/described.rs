//! Buckets and objects as readable JSON, for export and import.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use s3s::dto::{Metadata, ServerSideEncryption, StorageClass, Timestamp, TimestampFormat};
use s3s::path::check_bucket_name;
use serde::{Deserialize, Serialize};

use super::EmbeddedS3;
use super::archive::Restored;
use super::body::IN_ROW;
use super::configuration::{self, Configurations};
use super::content::Content;
use super::described_error::{
    BucketError, DescribeError, DescriptionError, ObjectDescribeError, PrepareError,
};
use super::described_parts::DescribedUpload;
use super::digests::Digests;
use super::disk_error::DiskError;
use super::fields::Headers;
use super::lock::ObjectLock;
use super::operations::write;
use super::state::{Bucket, Buckets, Object, Store, Versioning};
use super::times;
use super::versions::{self, DeleteMarker, Version, VersionId};

/// The maximum number of bytes in a key.
const MAX_KEY: usize = 1024;
const MD5_BYTES: usize = 16;

/// A bucket and its contents, without uploads in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribedBucket {
    /// The account that owns it.
    pub account: String,
    /// Its name.
    pub bucket: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(default, skip_serializing_if = "Configurations::is_empty")]
    configurations: Configurations,
    objects: Vec<DescribedObject>,
    /// Older versions and delete markers, the newest of each key first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    versions: Vec<DescribedVersion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", untagged)]
enum DescribedVersion {
    Object(Box<DescribedObject>),
    DeleteMarker(DescribedMarker),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DescribedMarker {
    key: String,
    delete_marker: bool,
    last_modified: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DescribedObject {
    key: String,
    last_modified: String,
    /// `None` means `null`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cache_control: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_disposition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_encoding: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    storage_class: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server_side_encryption: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ssekms_key_id: Option<String>,
    /// The MD5 of the customer's key that reads require.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_key_md5: Option<String>,
    /// The access control list; `None` if it is private.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acl: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "ObjectLock::is_unset")]
    lock: ObjectLock,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bucket_key_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    website_redirect_location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restored: Option<Restored>,
    #[serde(default, skip_serializing_if = "DescribedUpload::is_plain")]
    upload: DescribedUpload,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, String>,
    /// The bytes, if they are readable text; otherwise they are in `base64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

/// Buckets that are ready to replace all existing ones.
pub struct PreparedObjects(BTreeMap<String, Buckets>);

impl fmt::Debug for PreparedObjects {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the buckets of {} accounts", self.0.len())
    }
}

impl EmbeddedS3 {
    /// The buckets of the account, or of all accounts, in a stable order, with the bytes of their
    /// objects.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn describe(&self, account: Option<&str>) -> Result<Vec<DescribedBucket>, DescribeError> {
        let mut owners = self.memory.owners();
        owners.retain(|owner| account.is_none_or(|account| account == owner));
        owners.sort_unstable();
        let mut described = Vec::new();
        for owner in owners {
            // The objects are shared, so their bytes can be read without the lock.
            let buckets: Vec<(String, Bucket)> = self.memory.read(&owner, |buckets| {
                let copy = buckets.iter();
                copy.map(|(name, copy)| (name.clone(), shared(copy)))
                    .collect()
            });
            for (name, bucket) in buckets {
                described.push(described_bucket(&owner, name, bucket)?);
            }
        }
        Ok(described)
    }

    /// Prepares the buckets from [`describe`](Self::describe); nothing is changed yet.
    ///
    /// # Errors
    ///
    /// Something cannot be created, or the disk refuses long objects.
    pub async fn prepare(
        &self,
        described: Vec<DescribedBucket>,
    ) -> Result<PreparedObjects, PrepareError> {
        let mut owners: BTreeMap<String, Buckets> = BTreeMap::new();
        for bucket in described {
            let name = bucket.bucket.clone();
            let owner = self.memory.owner(&bucket.account).to_owned();
            let made = self.memory.made(bucket).await;
            let buckets = owners.entry(owner).or_default();
            let inserted = made.and_then(|made| match buckets.insert(name.clone(), made) {
                None => Ok(()),
                Some(_) => Err(BucketError::Duplicate),
            });
            inserted.map_err(|source| PrepareError {
                bucket: name,
                source,
            })?;
        }
        Ok(PreparedObjects(owners))
    }

    /// Replaces all buckets; subscribers get no events.
    ///
    /// # Errors
    ///
    /// The disk refuses them; then nothing has changed.
    pub async fn replace(&self, prepared: PreparedObjects) -> Result<(), DiskError> {
        let failures = self.memory.failures();
        let exchanged = self.memory.exchange(prepared.0);
        let flushed = match exchanged {
            Ok(()) => self.memory.flushed(failures).await,
            Err(error) => Err(error),
        };
        flushed.map_err(DiskError)
    }
}

/// A copy of the bucket that shares its objects, without uploads.
fn shared(bucket: &Bucket) -> Bucket {
    let mut copy = Bucket::new(bucket.created, bucket.region.clone());
    copy.objects.clone_from(&bucket.objects);
    copy.versions.clone_from(&bucket.versions);
    copy.copy_settings(bucket);
    copy
}

fn described_bucket(
    owner: &str,
    name: String,
    bucket: Bucket,
) -> Result<DescribedBucket, DescribeError> {
    let failed = |key: &str, source| DescribeError {
        bucket: name.clone(),
        key: key.to_owned(),
        source,
    };
    let objects = bucket.objects.iter();
    let objects = objects
        .map(|(key, object)| described_object(key, object).map_err(|error| failed(key, error)));
    let versions = bucket.versions.iter().flat_map(|(key, versions)| {
        let newest_first = versions.values().rev();
        newest_first.map(move |version| (key, version))
    });
    let versions = versions
        .map(|(key, version)| described_version(key, version).map_err(|error| failed(key, error)));
    let versions = versions.collect::<Result<_, _>>()?;
    let objects = objects.collect::<Result<_, _>>()?;
    Ok(DescribedBucket {
        versions,
        account: owner.to_owned(),
        objects,
        bucket: name,
        region: bucket.region,
        policy: bucket.policy,
        configurations: bucket.configurations,
    })
}

fn described_object(key: &str, object: &Object) -> Result<DescribedObject, ObjectDescribeError> {
    let body = object.content.clone().into_bytes();
    let body = body.map_err(ObjectDescribeError::Unreadable)?;
    let text = std::str::from_utf8(&body)
        .ok()
        .filter(|text| is_readable(text));
    let headers = &object.headers;
    let metadata = headers.metadata.iter().flat_map(|metadata| metadata.iter());
    Ok(DescribedObject {
        key: key.to_owned(),
        last_modified: written_time(object.last_modified)?,
        version_id: object.version.id.as_deref().map(str::to_owned),
        content_type: headers.content_type.clone(),
        cache_control: headers.cache_control.clone(),
        content_disposition: headers.content_disposition.clone(),
        content_encoding: headers.content_encoding.clone(),
        content_language: headers.content_language.clone(),
        storage_class: headers
            .storage_class
            .as_ref()
            .map(|storage_class| storage_class.as_str().to_owned()),
        expires: headers
            .expires
            .as_ref()
            .map(written_timestamp)
            .transpose()?,
        server_side_encryption: headers
            .server_side_encryption
            .as_ref()
            .map(|encryption| encryption.as_str().to_owned()),
        ssekms_key_id: headers.ssekms_key_id.clone(),
        customer_key_md5: headers.customer_key_md5.clone(),
        acl: headers.acl.clone(),
        lock: headers.lock,
        bucket_key_enabled: headers.bucket_key_enabled,
        website_redirect_location: headers.website_redirect_location.clone(),
        restored: headers.restored,
        upload: DescribedUpload::of(object),
        metadata: metadata
            .map(|(name, metadata)| (name.clone(), metadata.clone()))
            .collect(),
        tags: object.tags.iter().cloned().collect(),
        base64: text.is_none().then(|| BASE64_STANDARD.encode(&body)),
        text: text.map(str::to_owned),
    })
}

/// Whether it is readable, and JSON need not escape much of it.
fn is_readable(text: &str) -> bool {
    let is_readable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars().all(is_readable)
}

fn described_version(
    key: &str,
    version: &Version,
) -> Result<DescribedVersion, ObjectDescribeError> {
    Ok(match version {
        Version::Object(object) => {
            DescribedVersion::Object(Box::new(described_object(key, object)?))
        }
        Version::DeleteMarker(marker) => DescribedVersion::DeleteMarker(DescribedMarker {
            key: key.to_owned(),
            delete_marker: true,
            last_modified: written_time(marker.last_modified)?,
            version_id: marker.version.id.as_deref().map(str::to_owned),
        }),
    })
}

fn written_time(time: SystemTime) -> Result<String, ObjectDescribeError> {
    times::written(time).ok_or(ObjectDescribeError::Time)
}

fn written_timestamp(time: &Timestamp) -> Result<String, ObjectDescribeError> {
    let mut text = Vec::new();
    time.format(TimestampFormat::DateTime, &mut text)?;
    Ok(String::from_utf8(text)?)
}

fn wanted_time(text: &str) -> Result<SystemTime, DescriptionError> {
    times::read(text).ok_or(DescriptionError::LastModified)
}

fn wanted_expiry(text: &str) -> Result<Timestamp, DescriptionError> {
    let time = Timestamp::parse(TimestampFormat::DateTime, text);
    time.map_err(|_| DescriptionError::Expires)
}

fn wanted_key_md5(md5: String) -> Result<String, DescriptionError> {
    match BASE64_STANDARD.decode(&md5) {
        Ok(bytes) if bytes.len() == MD5_BYTES => Ok(md5),
        _ => Err(DescriptionError::CustomerKey),
    }
}

fn wanted_acl(list: Box<str>) -> Result<Box<str>, DescriptionError> {
    let read = configuration::read_acl(list.as_bytes());
    read.map_err(|_| DescriptionError::Acl)?;
    Ok(list)
}

fn read_version_id(id: Option<String>) -> Result<Option<Box<str>>, DescriptionError> {
    let checked = versions::checked_id(id.as_deref());
    checked.map_err(|_| DescriptionError::VersionId)?;
    let id = id.filter(|id| id != versions::NULL);
    Ok(id.map(String::into_boxed_str))
}

impl DescribedVersion {
    fn key(&self) -> &str {
        match self {
            Self::Object(object) => &object.key,
            Self::DeleteMarker(marker) => &marker.key,
        }
    }
}

impl Bucket {
    /// Adds an object that is newer than all versions of its key.
    fn add_described(&mut self, key: String, mut object: Object) -> Result<(), DescriptionError> {
        object.version.sequence = self.next_sequence(&key);
        match self.objects.insert(key, Arc::new(object)) {
            None => Ok(()),
            Some(_) => Err(DescriptionError::Duplicate),
        }
    }
}

impl Store {
    async fn made(&self, described: DescribedBucket) -> Result<Bucket, BucketError> {
        if !check_bucket_name(&described.bucket) {
            return Err(BucketError::Name);
        }
        let mut bucket = Bucket::new(self.now(), described.region);
        bucket.policy = described.policy;
        bucket.configurations = configuration::imported(described.configurations)?;
        bucket.versioning = configuration::versioning(&bucket.configurations).unwrap_or_default();
        let mut versions = described.versions;
        if bucket.versioning == Versioning::Never && !versions.is_empty() {
            return Err(BucketError::Unversioned);
        }
        // The oldest first, so that newer ones get a greater sequence.
        versions.reverse();
        for version in versions {
            let key = version.key().to_owned();
            let made = self.made_version(&mut bucket, version).await;
            made.map_err(|source| BucketError::Version { key, source })?;
        }
        for object in described.objects {
            let key = object.key.clone();
            let made = self.made_object(object).await;
            let inserted = made.and_then(|made| bucket.add_described(key.clone(), made));
            inserted.map_err(|source| BucketError::Key { key, source })?;
        }
        Ok(bucket)
    }

    async fn made_version(
        &self,
        bucket: &mut Bucket,
        described: DescribedVersion,
    ) -> Result<(), DescriptionError> {
        let key = described.key().to_owned();
        let sequence = bucket.next_sequence(&key);
        let version = match described {
            DescribedVersion::Object(object) => {
                let mut object = self.made_object(*object).await?;
                object.version.sequence = sequence;
                Version::Object(Arc::new(object))
            }
            DescribedVersion::DeleteMarker(marker) => Version::DeleteMarker(DeleteMarker {
                version: VersionId {
                    sequence,
                    id: read_version_id(marker.version_id)?,
                },
                last_modified: wanted_time(&marker.last_modified)?,
            }),
        };
        let versions = bucket.versions.entry(key).or_default();
        if versions
            .values()
            .any(|other| other.id().id == version.id().id)
        {
            let id = version.id().name().to_owned();
            return Err(DescriptionError::DuplicateVersion(id));
        }
        versions.insert(sequence, version);
        Ok(())
    }

    async fn made_object(&self, described: DescribedObject) -> Result<Object, DescriptionError> {
        if !(1..=MAX_KEY).contains(&described.key.len()) {
            return Err(DescriptionError::KeyLength(MAX_KEY));
        }
        let last_modified = wanted_time(&described.last_modified)?;
        let id = read_version_id(described.version_id)?;
        let body: Bytes = match (described.text, described.base64) {
            (Some(text), None) => text.into(),
            (None, Some(text)) => BASE64_STANDARD.decode(text)?.into(),
            _ => return Err(DescriptionError::Body),
        };
        let expires = described
            .expires
            .as_deref()
            .map(wanted_expiry)
            .transpose()?;
        let headers = Headers {
            expires,
            server_side_encryption: described
                .server_side_encryption
                .map(ServerSideEncryption::from),
            ssekms_key_id: described.ssekms_key_id,
            customer_key_md5: described.customer_key_md5.map(wanted_key_md5).transpose()?,
            acl: described.acl.map(wanted_acl).transpose()?,
            lock: described.lock,
            bucket_key_enabled: described.bucket_key_enabled,
            website_redirect_location: described.website_redirect_location,
            restored: described.restored,
            content_type: described.content_type,
            cache_control: described.cache_control,
            content_disposition: described.content_disposition,
            content_encoding: described.content_encoding,
            content_language: described.content_language,
            storage_class: described.storage_class.map(StorageClass::from),
            metadata: (!described.metadata.is_empty())
                .then(|| described.metadata.into_iter().collect::<Metadata>()),
        };
        let content = self.stored(body).await?;
        let digests = Digests::of(described.upload.algorithm()?, &content);
        let made = digests.and_then(|digests| write::whole(self, content, headers, digests));
        let made = made.map_err(DescriptionError::Object)?;
        let made = described.upload.applied(made)?;
        Ok(Object {
            last_modified,
            tags: described.tags.into_iter().collect(),
            version: VersionId { sequence: 0, id },
            ..made
        })
    }

    /// The bytes in memory, or in a file if they are long and files are used.
    async fn stored(&self, body: Bytes) -> Result<Content, DescriptionError> {
        let Some(blobs) = self.blobs().filter(|_| body.len() > IN_ROW) else {
            return Ok(body.into());
        };
        let mut file = blobs.writer()?;
        file.write(&body)?;
        Ok(file.finish().await?.into())
    }
}
