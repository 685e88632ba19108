//! The headers of objects as parts of rows.

use std::collections::BTreeMap;

use s3s::dto::{Metadata, ServerSideEncryption, StorageClass, Timestamp, TimestampFormat};
use serde::{Deserialize, Serialize};

use super::archive::Restored;
use super::fields::Headers;
use super::lock::ObjectLock;

/// The headers of an object or an upload.
#[derive(Serialize, Deserialize)]
pub(super) struct HeadersRow {
    cache_control: Option<String>,
    content_disposition: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    content_type: Option<String>,
    expires: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
    server_side_encryption: Option<String>,
    ssekms_key_id: Option<String>,
    storage_class: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_key_md5: Option<String>,
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
}

pub(super) fn headers_row(headers: &Headers) -> HeadersRow {
    let written = |expires: &Timestamp| {
        let mut text = Vec::new();
        expires.format(TimestampFormat::DateTime, &mut text).ok()?;
        String::from_utf8(text).ok()
    };
    let metadata = headers.metadata.as_ref().map(|metadata| {
        metadata
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    });
    HeadersRow {
        cache_control: headers.cache_control.clone(),
        content_disposition: headers.content_disposition.clone(),
        content_encoding: headers.content_encoding.clone(),
        content_language: headers.content_language.clone(),
        content_type: headers.content_type.clone(),
        expires: headers.expires.as_ref().and_then(written),
        metadata,
        server_side_encryption: headers
            .server_side_encryption
            .as_ref()
            .map(|server_side_encryption| server_side_encryption.as_str().to_owned()),
        ssekms_key_id: headers.ssekms_key_id.clone(),
        storage_class: headers
            .storage_class
            .as_ref()
            .map(|storage_class| storage_class.as_str().to_owned()),
        customer_key_md5: headers.customer_key_md5.clone(),
        acl: headers.acl.clone(),
        lock: headers.lock,
        bucket_key_enabled: headers.bucket_key_enabled,
        website_redirect_location: headers.website_redirect_location.clone(),
        restored: headers.restored,
    }
}

pub(super) fn read_headers(row: HeadersRow) -> Headers {
    let expires = row.expires;
    let expires =
        expires.and_then(|expires| Timestamp::parse(TimestampFormat::DateTime, &expires).ok());
    Headers {
        cache_control: row.cache_control,
        content_disposition: row.content_disposition,
        content_encoding: row.content_encoding,
        content_language: row.content_language,
        content_type: row.content_type,
        expires,
        metadata: row
            .metadata
            .map(|metadata| metadata.into_iter().collect::<Metadata>()),
        server_side_encryption: row.server_side_encryption.map(ServerSideEncryption::from),
        ssekms_key_id: row.ssekms_key_id,
        storage_class: row.storage_class.map(StorageClass::from),
        customer_key_md5: row.customer_key_md5,
        acl: row.acl,
        lock: row.lock,
        bucket_key_enabled: row.bucket_key_enabled,
        website_redirect_location: row.website_redirect_location,
        restored: row.restored,
    }
}
