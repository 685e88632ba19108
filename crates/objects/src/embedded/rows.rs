//! Buckets and objects as rows of the row store.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use b2bi_local_persistence::{RowStore, Table};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use s3s::dto::NotificationConfiguration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::blobs::Blobs;
use super::checksum::{Algorithm, Checksum};
use super::configuration::{self, Configurations};
use super::content::{Chunk, Content};
use super::header_rows::{HeadersRow, headers_row, read_headers};
use super::load_error::{LoadError, LoadErrorKind, RowError};
use super::state::{Bucket, Buckets, Object, PartRecord, Upload, UploadedPart, Versioning};
use super::versions::{DeleteMarker, Version, VersionId};

/// The table of the embedded S3's rows in the row store.
pub(crate) const ROWS: Table = Table("objects");

/// The separator of the parts of a row's key. Only an object's key, which is last, may contain it.
const SEPARATOR: char = '\n';

/// The kind of a row. In this order a row comes after the one to which it belongs.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Bucket,
    Object,
    Upload,
    Part(i32),
    /// An older version or a delete marker, by its sequence.
    Version(u64),
}

/// The key of a row; `rest` is an object's key, preceded by the upload's id in rows of uploads.
pub(crate) fn key(kind: Kind, account: &str, bucket: &str, rest: &[&str]) -> String {
    let (letter, number) = match kind {
        Kind::Bucket => ('1', None),
        Kind::Object => ('2', None),
        Kind::Upload => ('3', None),
        Kind::Part(number) => ('4', Some(number.to_string())),
        Kind::Version(sequence) => ('5', Some(sequence.to_string())),
    };
    let mut key = format!("{letter}{SEPARATOR}{account}{SEPARATOR}{bucket}");
    if let Some(number) = number {
        key.push(SEPARATOR);
        key.push_str(&number);
    }
    for part in rest {
        key.push(SEPARATOR);
        key.push_str(part);
    }
    key
}

#[derive(Serialize, Deserialize)]
struct BucketRow {
    created: u64,
    region: Option<String>,
    policy: Option<String>,
    /// The fields of older versions.
    #[serde(default, skip_serializing)]
    notifications: Option<NotificationConfiguration>,
    #[serde(default, skip_serializing_if = "Configurations::is_empty")]
    configurations: Configurations,
    #[serde(default)]
    versioning: Versioning,
}

#[derive(Serialize, Deserialize)]
struct ObjectRow {
    content: Vec<ChunkRow>,
    etag: String,
    last_modified: u64,
    headers: HeadersRow,
    checksum: ChecksumRow,
    parts: Vec<(i32, u64, ChecksumRow)>,
    tags: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "is_default")]
    version: VersionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upload_id: Option<Box<str>>,
}

fn is_default(version: &VersionId) -> bool {
    *version == VersionId::default()
}

#[derive(Serialize, Deserialize)]
enum VersionRow {
    Object(Box<ObjectRow>),
    DeleteMarker {
        version: VersionId,
        last_modified: u64,
    },
}

#[derive(Serialize, Deserialize)]
struct UploadRow {
    initiated: u64,
    headers: HeadersRow,
    tags: Vec<(String, String)>,
    algorithm: String,
    chosen: bool,
    composite: bool,
}

#[derive(Serialize, Deserialize)]
struct PartRow {
    content: Vec<ChunkRow>,
    md5: String,
    checksum: ChecksumRow,
    last_modified: u64,
}

/// Bytes in the row, in base64, or the number of their file and the range in it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ChunkRow {
    Bytes(String),
    File(u64, u64, u64),
}

#[derive(Serialize, Deserialize)]
struct ChecksumRow {
    algorithm: String,
    value: String,
    composite: bool,
}

fn seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs()
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The row of a bucket, without its contents.
pub(crate) fn bucket(bucket: &Bucket) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&BucketRow {
        created: seconds(bucket.created),
        region: bucket.region.clone(),
        policy: bucket.policy.clone(),
        notifications: None,
        configurations: bucket.configurations.clone(),
        versioning: bucket.versioning,
    })
}

/// The row of an object.
pub(crate) fn object(object: &Object) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&object_row(object))
}

/// The row of an older version or a delete marker.
pub(crate) fn version(version: &Version) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&match version {
        Version::Object(object) => VersionRow::Object(Box::new(object_row(object))),
        Version::DeleteMarker(marker) => VersionRow::DeleteMarker {
            version: marker.version.clone(),
            last_modified: seconds(marker.last_modified),
        },
    })
}

fn object_row(object: &Object) -> ObjectRow {
    let part = |part: &PartRecord| (part.number, part.size, checksum_row(&part.checksum));
    ObjectRow {
        content: content_row(&object.content),
        etag: object.entity_tag.clone(),
        last_modified: seconds(object.last_modified),
        headers: headers_row(&object.headers),
        checksum: checksum_row(&object.checksum),
        parts: object.parts.iter().map(part).collect(),
        tags: object.tags.clone(),
        version: object.version.clone(),
        upload_id: object.upload_id.clone(),
    }
}

/// The row of an upload, without its parts.
pub(crate) fn upload(upload: &Upload) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&UploadRow {
        initiated: seconds(upload.initiated),
        headers: headers_row(&upload.headers),
        tags: upload.tags.clone(),
        algorithm: upload.algorithm.name().to_owned(),
        chosen: upload.chosen,
        composite: upload.composite,
    })
}

/// The row of a part.
pub(crate) fn part(part: &UploadedPart) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&PartRow {
        content: content_row(&part.content),
        md5: BASE64_STANDARD.encode(&part.md5),
        checksum: checksum_row(&part.checksum),
        last_modified: seconds(part.last_modified),
    })
}

fn content_row(content: &Content) -> Vec<ChunkRow> {
    let row = |chunk: &Chunk| match chunk {
        Chunk::Bytes(bytes) => ChunkRow::Bytes(BASE64_STANDARD.encode(bytes)),
        Chunk::File(blob, range) => ChunkRow::File(blob.number(), range.start, range.end),
    };
    content.chunks().iter().map(row).collect()
}

fn checksum_row(checksum: &Checksum) -> ChecksumRow {
    ChecksumRow {
        algorithm: checksum.algorithm.name().to_owned(),
        value: checksum.value.clone(),
        composite: checksum.composite,
    }
}

/// Reads the contents of a row store and their files.
pub(crate) struct Loader<'a> {
    blobs: &'a Arc<Blobs>,
    /// Files that several rows may name.
    open: BTreeMap<u64, Arc<super::blobs::Blob>>,
}

impl<'a> Loader<'a> {
    /// The buckets of all accounts; files that no row names are removed.
    ///
    /// # Errors
    /// The first row or file that cannot be read.
    pub(crate) fn load(
        row_store: &RowStore,
        blobs: &'a Arc<Blobs>,
    ) -> Result<BTreeMap<String, Buckets>, LoadError> {
        let mut loader = Self {
            blobs,
            open: BTreeMap::new(),
        };
        let mut accounts = BTreeMap::new();
        let read = row_store.read::<LoadErrorKind>(ROWS, |key, value| {
            loader
                .row(&mut accounts, key, value)
                .map_err(|error| LoadErrorKind::Row(key.replace(SEPARATOR, "/"), error))
        });
        read?;
        let kept: HashSet<u64> = loader.open.keys().copied().collect();
        blobs.sweep(&kept).map_err(LoadErrorKind::Sweep)?;
        Ok(accounts)
    }

    fn row(
        &mut self,
        accounts: &mut BTreeMap<String, Buckets>,
        key: &str,
        value: &[u8],
    ) -> Result<(), RowError> {
        let malformed = || RowError::Key;
        let mut parts = key.splitn(4, SEPARATOR);
        let mut part = || parts.next().ok_or_else(malformed);
        let (kind, account, name) = (part()?, part()?, part()?);
        let buckets = accounts.entry(account.to_owned()).or_default();
        if kind == "1" {
            buckets.insert(name.to_owned(), read_bucket(value)?);
            return Ok(());
        }
        let bucket = buckets.get_mut(name).ok_or(RowError::NoBucket)?;
        let rest = part()?;
        match kind {
            "2" => {
                let object = self.object(parse(value)?)?;
                bucket.objects.insert(rest.to_owned(), Arc::new(object));
            }
            "3" => {
                let (id, key) = rest.split_once(SEPARATOR).ok_or_else(malformed)?;
                let place = (key.to_owned(), id.to_owned());
                bucket.uploads.insert(place, read_upload(value)?);
            }
            "4" => {
                let mut parts = rest.splitn(3, SEPARATOR);
                let mut part = || parts.next().ok_or_else(malformed);
                let (number, id, key) = (part()?, part()?, part()?);
                let upload = bucket.uploads.get_mut(&(key.to_owned(), id.to_owned()));
                let upload = upload.ok_or(RowError::NoUpload)?;
                let number = number.parse().map_err(|_| malformed())?;
                upload.parts.insert(number, self.part(value)?);
            }
            "5" => {
                let (sequence, key) = rest.split_once(SEPARATOR).ok_or_else(malformed)?;
                let sequence = sequence.parse().map_err(|_| malformed())?;
                let versions = bucket.versions.entry(key.to_owned()).or_default();
                versions.insert(sequence, self.version(parse(value)?)?);
            }
            _ => return Err(malformed()),
        }
        Ok(())
    }

    fn version(&mut self, row: VersionRow) -> Result<Version, RowError> {
        Ok(match row {
            VersionRow::Object(row) => Version::Object(Arc::new(self.object(*row)?)),
            VersionRow::DeleteMarker {
                version,
                last_modified,
            } => Version::DeleteMarker(DeleteMarker {
                version,
                last_modified: time(last_modified),
            }),
        })
    }

    fn object(&mut self, row: ObjectRow) -> Result<Object, RowError> {
        let parts = row.parts.into_iter().map(|(number, size, checksum)| {
            Ok(PartRecord {
                number,
                size,
                checksum: read_checksum(checksum)?,
            })
        });
        Ok(Object {
            content: self.content(row.content)?,
            entity_tag: row.etag,
            last_modified: time(row.last_modified),
            headers: read_headers(row.headers),
            checksum: read_checksum(row.checksum)?,
            parts: parts.collect::<Result<_, RowError>>()?,
            tags: row.tags,
            version: row.version,
            upload_id: row.upload_id,
        })
    }

    fn part(&mut self, value: &[u8]) -> Result<UploadedPart, RowError> {
        let row: PartRow = parse(value)?;
        Ok(UploadedPart {
            content: self.content(row.content)?,
            md5: decode(&row.md5)?,
            checksum: read_checksum(row.checksum)?,
            last_modified: time(row.last_modified),
        })
    }

    fn content(&mut self, chunks: Vec<ChunkRow>) -> Result<Content, RowError> {
        let read = chunks.into_iter().map(|chunk| match chunk {
            ChunkRow::Bytes(text) => Ok(Chunk::Bytes(decode(&text)?.into())),
            ChunkRow::File(number, start, end) => {
                let blob = self.blob(number)?;
                if start <= end && end <= blob.size() {
                    Ok(Chunk::File(blob, start..end))
                } else {
                    Err(RowError::ShortBlob(number))
                }
            }
        });
        read.collect()
    }

    fn blob(&mut self, number: u64) -> Result<Arc<super::blobs::Blob>, RowError> {
        if let Some(blob) = self.open.get(&number) {
            return Ok(Arc::clone(blob));
        }
        let blob = self.blobs.blob(number);
        let blob = blob.map_err(|error| RowError::Blob(number, error))?;
        let blob = Arc::new(blob);
        self.open.insert(number, Arc::clone(&blob));
        Ok(blob)
    }
}

fn parse<T: DeserializeOwned>(value: &[u8]) -> Result<T, RowError> {
    Ok(serde_json::from_slice(value)?)
}

fn decode(text: &str) -> Result<Vec<u8>, RowError> {
    Ok(BASE64_STANDARD.decode(text)?)
}

fn read_bucket(value: &[u8]) -> Result<Bucket, RowError> {
    let row: BucketRow = parse(value)?;
    let mut bucket = Bucket::new(time(row.created), row.region);
    bucket.policy = row.policy;
    bucket.configurations = row.configurations;
    bucket.versioning = row.versioning;
    if let Some(notifications) = row.notifications {
        bucket
            .configurations
            .extend(configuration::of_notifications(&notifications));
    }
    Ok(bucket)
}

fn read_upload(value: &[u8]) -> Result<Upload, RowError> {
    let row: UploadRow = parse(value)?;
    Ok(Upload {
        initiated: time(row.initiated),
        headers: read_headers(row.headers),
        tags: row.tags,
        algorithm: read_algorithm(&row.algorithm)?,
        chosen: row.chosen,
        composite: row.composite,
        parts: BTreeMap::new(),
    })
}

fn read_algorithm(name: &str) -> Result<Algorithm, RowError> {
    Algorithm::named(name).map_err(|_| RowError::Algorithm(name.to_owned()))
}

fn read_checksum(row: ChecksumRow) -> Result<Checksum, RowError> {
    Ok(Checksum {
        algorithm: read_algorithm(&row.algorithm)?,
        value: row.value,
        composite: row.composite,
    })
}
