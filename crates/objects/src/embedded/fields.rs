//! Members that S3's model repeats in many shapes, copied by name.
//!
//! The generated shapes share no trait, so these are macros: each lists the members once.

use s3s::dto::{Metadata, ServerSideEncryption, StorageClass, Timestamp};

use super::archive::Restored;
use super::lock::ObjectLock;

/// The headers with which an object is written and read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers {
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) metadata: Option<Metadata>,
    pub(crate) server_side_encryption: Option<ServerSideEncryption>,
    pub(crate) ssekms_key_id: Option<String>,
    /// Whether the bucket's own key is used with KMS; `None` if it was not set.
    pub(crate) bucket_key_enabled: Option<bool>,
    pub(crate) storage_class: Option<StorageClass>,
    /// The MD5 of the customer's key.
    pub(crate) customer_key_md5: Option<String>,
    /// The access control list; `None` if it is private.
    pub(crate) acl: Option<Box<str>>,
    pub(crate) lock: ObjectLock,
    pub(crate) website_redirect_location: Option<String>,
    /// The readable copy of an archived object.
    pub(crate) restored: Option<Restored>,
}

/// Reads the [`Headers`] from an input shape.
macro_rules! headers_of {
    ($input:expr) => {
        $crate::embedded::fields::Headers {
            cache_control: $input.cache_control.take(),
            content_disposition: $input.content_disposition.take(),
            content_encoding: $input.content_encoding.take(),
            content_language: $input.content_language.take(),
            content_type: $input.content_type.take(),
            expires: $input.expires.take(),
            metadata: $input.metadata.take(),
            server_side_encryption: $input.server_side_encryption.take(),
            ssekms_key_id: $input.ssekms_key_id.take(),
            bucket_key_enabled: $input.bucket_key_enabled.take(),
            storage_class: $input.storage_class.take(),
            customer_key_md5: $crate::embedded::fields::customer_key!($input)?,
            acl: None,
            lock: $crate::embedded::lock::ObjectLock::default(),
            website_redirect_location: $input.website_redirect_location.take(),
            restored: None,
        }
    };
}

/// Checks the customer's key of an input shape, and returns its MD5.
macro_rules! customer_key {
    ($input:expr) => {
        $crate::embedded::customer_key::checked(
            $input.sse_customer_algorithm.as_deref(),
            $input.sse_customer_key.as_deref(),
            $input.sse_customer_key_md5.as_deref(),
        )
    };
}

/// Writes the encryption of an object into an output shape.
macro_rules! write_encryption {
    ($output:expr, $headers:expr) => {{
        let headers: &$crate::embedded::fields::Headers = $headers;
        $output.server_side_encryption = headers.encryption();
        $output.ssekms_key_id = headers.ssekms_key_id.clone();
        $output.bucket_key_enabled = headers.bucket_key_enabled;
        let md5 = &headers.customer_key_md5;
        let algorithm = || $crate::embedded::customer_key::AES256.to_owned();
        $output.sse_customer_algorithm = md5.as_ref().map(|_| algorithm());
        $output.sse_customer_key_md5.clone_from(md5);
    }};
}

/// Creates the output shape for an object and the part of it that is sent.
macro_rules! describe {
    ($shape:ident, $object:expr, $view:expr) => {
        s3s::dto::$shape {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: $object.headers.cache_control.clone(),
            content_disposition: $object.headers.content_disposition.clone(),
            content_encoding: $object.headers.content_encoding.clone(),
            content_language: $object.headers.content_language.clone(),
            content_length: Some($crate::embedded::fields::size(
                $view.range.end - $view.range.start,
            )),
            content_range: $view.content_range(),
            content_type: $object.headers.content_type.clone(),
            e_tag: Some($object.etag()),
            expires: $object.headers.expires.clone(),
            last_modified: Some($object.last_modified.into()),
            metadata: $object.headers.metadata.clone(),
            parts_count: $view.parts_count,
            storage_class: $object.headers.storage_class_header(),
            website_redirect_location: $object.headers.website_redirect_location.clone(),
            ..Default::default()
        }
    };
}

/// Lists the checksums that an input shape claims, by algorithm.
macro_rules! claims_of {
    ($input:expr) => {{
        use $crate::embedded::checksum::Algorithm;
        [
            (Algorithm::Crc32, $input.checksum_crc32.clone()),
            (Algorithm::Crc32c, $input.checksum_crc32c.clone()),
            (Algorithm::Crc64Nvme, $input.checksum_crc64nvme.clone()),
            (Algorithm::Sha1, $input.checksum_sha1.clone()),
            (Algorithm::Sha256, $input.checksum_sha256.clone()),
        ]
        .into_iter()
        .filter_map(|(algorithm, value)| Some((algorithm, value?)))
        .collect::<Vec<_>>()
    }};
}

/// Writes a checksum into an output shape, in the member of its algorithm.
macro_rules! write_checksum {
    ($output:expr, $checksum:expr) => {{
        use $crate::embedded::checksum::Algorithm;
        let checksum: &$crate::embedded::checksum::Checksum = $checksum;
        let value = Some(checksum.value.clone());
        match checksum.algorithm {
            Algorithm::Crc32 => $output.checksum_crc32 = value,
            Algorithm::Crc32c => $output.checksum_crc32c = value,
            Algorithm::Crc64Nvme => $output.checksum_crc64nvme = value,
            Algorithm::Sha1 => $output.checksum_sha1 = value,
            Algorithm::Sha256 => $output.checksum_sha256 = value,
        }
    }};
}

pub(crate) use {claims_of, customer_key, describe, headers_of, write_checksum, write_encryption};

/// The maximum length of user metadata in S3, in bytes of names and values.
///
/// Source: docs `UsingMetadata`, 2026-11.
const METADATA_BYTES: usize = 2048;
/// Source: the service model of S3, `StorageClass`.
const STORAGE_CLASSES: [&str; 13] = [
    "DEEP_ARCHIVE",
    "EXPRESS_ONEZONE",
    "FSX_ONTAP",
    "FSX_OPENZFS",
    "GLACIER",
    "GLACIER_IR",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "OUTPOSTS",
    "REDUCED_REDUNDANCY",
    "SNOW",
    "STANDARD",
    "STANDARD_IA",
];

/// The beginnings of a redirect's location.
const REDIRECTS: [&str; 3] = ["/", "http://", "https://"];
const REDIRECT_BYTES: usize = 2048;

impl Headers {
    /// Adds the headers that S3 adds, and removes those that only concern the transfer.
    ///
    /// # Errors
    /// `MetadataTooLarge`, `InvalidStorageClass`, `InvalidRedirectLocation`, and those of
    /// [`check_encryption`](Self::check_encryption).
    pub(crate) fn flushed(mut self) -> s3s::S3Result<Self> {
        let class = self.storage_class.as_ref().map(StorageClass::as_str);
        if class.is_some_and(|class| !STORAGE_CLASSES.contains(&class)) {
            return Err(s3s::s3_error!(
                InvalidStorageClass,
                "The storage class you specified is not valid"
            ));
        }
        self.check_encryption()?;
        check_redirect(self.website_redirect_location.as_deref())?;
        let metadata = self.metadata.iter().flatten();
        if metadata
            .map(|(name, value)| name.len() + value.len())
            .sum::<usize>()
            > METADATA_BYTES
        {
            return Err(s3s::s3_error!(MetadataTooLarge));
        }
        self.content_type
            .get_or_insert_with(|| "binary/octet-stream".to_owned());
        self.content_encoding = self
            .content_encoding
            .and_then(|encoding| without_aws_chunked(&encoding));
        Ok(self)
    }

    /// The encryption to return: S3 encrypts every object with its own key unless the request sets
    /// another.
    pub(crate) fn encryption(&self) -> Option<ServerSideEncryption> {
        if self.customer_key_md5.is_some() {
            return None;
        }
        let own = || ServerSideEncryption::from_static(ServerSideEncryption::AES256);
        Some(self.server_side_encryption.clone().unwrap_or_else(own))
    }

    /// The storage class in headers: STANDARD is omitted.
    pub(crate) fn storage_class_header(&self) -> Option<StorageClass> {
        self.storage_class
            .clone()
            .filter(|class| class.as_str() != StorageClass::STANDARD)
    }

    /// The storage class in lists.
    pub(crate) fn storage_class_listed(&self) -> &str {
        self.storage_class
            .as_ref()
            .map_or(StorageClass::STANDARD, StorageClass::as_str)
    }
}

/// Refuses a location to which a website cannot redirect.
///
/// Source: docs `how-to-page-redirect`, 2026-11.
fn check_redirect(location: Option<&str>) -> s3s::S3Result<()> {
    let leads = |location: &str| REDIRECTS.iter().any(|start| location.starts_with(start));
    match location {
        Some(location) if location.len() > REDIRECT_BYTES => Err(no_redirect(
            "The length of website redirect location cannot exceed 2,048 characters.",
        )),
        Some(location) if !leads(location) => Err(no_redirect(
            "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
        )),
        _ => Ok(()),
    }
}

/// An error that the library does not know.
fn no_redirect(message: &'static str) -> s3s::S3Error {
    let code = s3s::S3ErrorCode::Custom("InvalidRedirectLocation".into());
    let mut error = s3s::S3Error::with_message(code, message);
    error.set_status_code(http::StatusCode::BAD_REQUEST);
    error
}

/// A content encoding without `aws-chunked`, which belongs to the transfer; `None` if nothing is
/// left.
pub(crate) fn without_aws_chunked(encoding: &str) -> Option<String> {
    let kept: Vec<&str> = encoding
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty() && *name != "aws-chunked")
        .collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// A size in the type of S3's shapes.
pub(crate) fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
