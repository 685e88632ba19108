//! Lists the versions of objects.

use std::ops::Bound;
use std::time::SystemTime;

use s3s::dto::{
    DeleteMarkerEntry, ListObjectVersionsInput, ListObjectVersionsOutput, ObjectVersion,
    ObjectVersionStorageClass, Owner,
};
use s3s::{S3Result, s3_error};

use super::owner;
use crate::embedded::fields::size;
use crate::embedded::listing::{self, KeyEncoding};
use crate::embedded::state::{Bucket, Store, bucket};
use crate::embedded::versions::{self, Version};

/// An entry of a list.
enum Entry<'a> {
    Prefix(&'a str),
    Version {
        key: &'a str,
        version: Version,
        is_latest: bool,
    },
}

/// The parameters of a list request.
struct Query<'a> {
    prefix: &'a str,
    delimiter: Option<&'a str>,
    key_marker: Option<&'a str>,
    version_marker: Option<&'a str>,
}

/// Lists versions and delete markers: keys in their order, the newest of each first.
pub(crate) fn list(
    memory: &Store,
    account: &str,
    input: ListObjectVersionsInput,
) -> S3Result<ListObjectVersionsOutput> {
    let encoding = KeyEncoding::of(input.encoding_type.as_ref())?;
    let max_keys = listing::limit(input.max_keys)?;
    let query = Query {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref().filter(|text| !text.is_empty()),
        key_marker: input.key_marker.as_deref().filter(|text| !text.is_empty()),
        version_marker: input.version_id_marker.as_deref(),
    };
    check_markers(&query)?;
    let limit = usize::try_from(max_keys).unwrap_or_default();
    let restored = listing::restored_at(memory, input.optional_object_attributes.as_ref());
    let owner = owner(memory.owner(account));
    memory.read(account, |buckets| {
        let bucket = bucket(buckets, &input.bucket)?;
        let mut page = query.entries(bucket, limit);
        let is_truncated = page.len() > limit;
        page.truncate(limit);
        let mut output = ListObjectVersionsOutput {
            name: Some(input.bucket.clone()),
            prefix: Some(encoding.write(query.prefix)),
            delimiter: encoding.write_option(query.delimiter),
            key_marker: Some(encoding.write(query.key_marker.unwrap_or_default())),
            version_id_marker: Some(query.version_marker.unwrap_or_default().to_owned()),
            max_keys: Some(max_keys),
            is_truncated: Some(is_truncated),
            encoding_type: encoding.as_s3(),
            ..Default::default()
        };
        if let Some(last) = page.last().filter(|_| is_truncated) {
            output.next_key_marker = Some(encoding.write(last.key()));
            output.next_version_id_marker = last.version_id();
        }
        fill(&mut output, &page, encoding, (&owner, restored));
        Ok(output)
    })
}

fn check_markers(query: &Query<'_>) -> S3Result<()> {
    match (query.key_marker, query.version_marker) {
        (_, Some("")) => Err(s3_error!(
            InvalidArgument,
            "A version-id marker cannot be empty."
        )),
        (None, Some(_)) => Err(s3_error!(
            InvalidArgument,
            "A version-id marker cannot be specified without a key marker."
        )),
        (_, marker) => versions::checked_id(marker).map(drop),
    }
}

impl<'a> Query<'a> {
    /// As many entries as requested, and one more if there are more.
    fn entries(&self, bucket: &'a Bucket, limit: usize) -> Vec<Entry<'a>> {
        let mut entries = Vec::new();
        if limit == 0 {
            return entries;
        }
        let mut from = self.start();
        while let Some(key) = next_key(bucket, from.as_ref().map(|key| &**key))
            && let Some(rest) = key.strip_prefix(self.prefix)
            && entries.len() <= limit
        {
            from = Bound::Excluded(key.to_owned());
            let Some(prefix) = listing::common_prefix(key, rest, self.prefix, self.delimiter)
            else {
                let versions = all(bucket, key).into_iter();
                let after = self.version_marker.filter(|_| self.key_marker == Some(key));
                let name = |version: &Version| version.id().name().to_owned();
                let mut is_past = after.is_none();
                entries.extend(versions.enumerate().filter_map(|(at, version)| {
                    let is_listed = is_past;
                    is_past |= after == Some(&name(&version));
                    is_listed.then_some(Entry::Version {
                        key,
                        version,
                        is_latest: at == 0,
                    })
                }));
                continue;
            };
            if let Some(place) = listing::beyond(prefix, key) {
                from = Bound::Excluded(place.into_owned());
            }
            let is_listed = entries.iter().any(|entry| entry.is_prefix(prefix));
            if !is_listed && self.key_marker.is_none_or(|marker| prefix > marker) {
                entries.push(Entry::Prefix(prefix));
            }
        }
        entries
    }

    /// A list starts at the key of its version marker again.
    fn start(&self) -> Bound<String> {
        match self.key_marker {
            Some(marker) if marker >= self.prefix => {
                let marker = marker.to_owned();
                match self.version_marker {
                    Some(_) => Bound::Included(marker),
                    None => Bound::Excluded(marker),
                }
            }
            _ => Bound::Included(self.prefix.to_owned()),
        }
    }
}

/// The next key that has an object, a version or a delete marker.
fn next_key<'a>(bucket: &'a Bucket, from: Bound<&str>) -> Option<&'a str> {
    let range = (from, Bound::Unbounded);
    let object = bucket.objects.range::<str, _>(range).next();
    let version = bucket.versions.range::<str, _>(range).next();
    let keys = [object.map(|(key, _)| key), version.map(|(key, _)| key)];
    keys.into_iter().flatten().min().map(String::as_str)
}

/// The versions of a key, newest first.
fn all(bucket: &Bucket, key: &str) -> Vec<Version> {
    let current = bucket.objects.get(key).cloned().map(Version::Object);
    let older = bucket.versions.get(key).into_iter();
    let older = older.flat_map(|versions| versions.values().rev().cloned());
    current.into_iter().chain(older).collect()
}

impl Entry<'_> {
    fn key(&self) -> &str {
        match self {
            Self::Prefix(key) | Self::Version { key, .. } => key,
        }
    }

    fn version_id(&self) -> Option<String> {
        match self {
            Self::Prefix(_) => None,
            Self::Version { version, .. } => Some(version.id().name().to_owned()),
        }
    }

    fn is_prefix(&self, prefix: &str) -> bool {
        matches!(self, Self::Prefix(listed) if *listed == prefix)
    }
}

/// Writes the entries into the lists of the answer.
fn fill(
    output: &mut ListObjectVersionsOutput,
    page: &[Entry<'_>],
    encoding: KeyEncoding,
    (owner, restored): (&Owner, Option<SystemTime>),
) {
    let mut prefixes = Vec::new();
    let (mut objects, mut markers) = (Vec::new(), Vec::new());
    for entry in page {
        match entry {
            Entry::Prefix(prefix) => prefixes.push(*prefix),
            Entry::Version {
                key,
                version: Version::Object(object),
                is_latest,
            } => objects.push(ObjectVersion {
                key: Some(encoding.write(key)),
                version_id: Some(object.version.name().to_owned()),
                is_latest: Some(*is_latest),
                e_tag: Some(object.etag()),
                last_modified: Some(object.last_modified.into()),
                size: Some(size(object.content.size())),
                storage_class: Some(ObjectVersionStorageClass::from(
                    object.headers.storage_class_listed().to_owned(),
                )),
                checksum_algorithm: Some(vec![object.checksum.algorithm.dto()]),
                checksum_type: Some(object.checksum.dto_type()),
                owner: Some(owner.clone()),
                restore_status: restored.and_then(|now| object.headers.restore_status(now)),
            }),
            Entry::Version {
                key,
                version: Version::DeleteMarker(marker),
                is_latest,
            } => markers.push(DeleteMarkerEntry {
                key: Some(encoding.write(key)),
                version_id: Some(marker.version.name().to_owned()),
                is_latest: Some(*is_latest),
                last_modified: Some(marker.last_modified.into()),
                owner: Some(owner.clone()),
            }),
        }
    }
    output.common_prefixes = encoding.prefixes(&prefixes);
    output.versions = (!objects.is_empty()).then_some(objects);
    output.delete_markers = (!markers.is_empty()).then_some(markers);
}
