//! Archived objects: objects in a storage class that requires a restore before reading.
//!
//! Source: docs `restoring-objects`, `API_RestoreObject`, `archived-objects`, 2026-11. Assumption
//! A-288: a restore finishes immediately, and the texts of the errors.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s3s::dto::{RestoreRequest, RestoreStatus, StorageClass, Tier};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use serde::{Deserialize, Serialize};

use super::error_details::Detail;
use super::fields::Headers;
use super::times;
use crate::event::RestoredObject;

/// The error message for reading an archived object.
pub(crate) const NOT_READABLE: &str = "The operation is not valid for the object's storage class";
const DAY: u64 = 24 * 60 * 60;

/// The temporary readable copy of an archived object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Restored {
    #[serde(with = "times::text")]
    pub(crate) until: SystemTime,
}

impl Restored {
    /// The copy for a number of days: until the midnight (UTC) after them.
    fn for_days(days: u64, now: SystemTime) -> Option<Self> {
        let since = now.duration_since(UNIX_EPOCH).ok()?.as_secs();
        let end = since.checked_add(days.checked_mul(DAY)?)?;
        let midnight = (end / DAY).checked_add(1)?.checked_mul(DAY)?;
        let until = UNIX_EPOCH.checked_add(Duration::from_secs(midnight))?;
        // A time that cannot be written cannot be returned.
        times::written(until).map(|_| Self { until })
    }
}

impl Headers {
    /// Whether the storage class requires a restore before reading.
    pub(crate) fn is_archived(&self) -> bool {
        let class = self.storage_class_listed();
        matches!(class, StorageClass::GLACIER | StorageClass::DEEP_ARCHIVE)
    }

    /// The copy, if it can be read now.
    fn restored_copy(&self, now: SystemTime) -> Option<Restored> {
        self.restored
            .filter(|copy| self.is_archived() && copy.until > now)
    }

    /// The facts about the copy in events, also after its expiry.
    pub(crate) fn restored_object(&self) -> Option<RestoredObject> {
        self.restored.map(|copy| RestoredObject {
            storage_class: self.storage_class_listed().to_owned(),
            until: copy.until,
        })
    }

    /// The value of `x-amz-restore`.
    pub(crate) fn restore_header(&self, now: SystemTime) -> Option<String> {
        let copy = self.restored_copy(now)?;
        let until = httpdate::fmt_http_date(copy.until);
        Some(format!(r#"ongoing-request="false", expiry-date="{until}""#))
    }

    /// The restore status in lists.
    pub(crate) fn restore_status(&self, now: SystemTime) -> Option<RestoreStatus> {
        let copy = self.restored_copy(now)?;
        Some(RestoreStatus {
            is_restore_in_progress: Some(false),
            restore_expiry_date: Some(copy.until.into()),
        })
    }

    /// Refuses to read an archived object that is not restored.
    ///
    /// # Errors
    /// `InvalidObjectState`.
    pub(crate) fn check_readable(&self, now: SystemTime, words: &'static str) -> S3Result<()> {
        if !self.is_archived() || self.restored_copy(now).is_some() {
            return Ok(());
        }
        Err(self.wrong_state(words))
    }

    /// Makes a readable copy, or changes its expiry; returns whether there was a copy.
    ///
    /// # Errors
    /// The storage class has no restores, or S3 refuses the request.
    pub(crate) fn restore(&mut self, request: &RestoreRequest, now: SystemTime) -> S3Result<bool> {
        check_kind(request)?;
        let days = request.days.ok_or(S3ErrorCode::MalformedXML)?;
        if !self.is_archived() {
            return Err(
                self.wrong_state("Restore is not allowed for the object's current storage class")
            );
        }
        self.check_tier(request)?;
        let days = u64::try_from(days).ok().filter(|days| *days > 0);
        let copy = days.and_then(|days| Restored::for_days(days, now));
        let copy = copy.ok_or_else(|| {
            s3_error!(
                InvalidArgument,
                "restoration days should be at least 1 and at most 2147483647"
            )
        })?;
        let had_copy = self.restored_copy(now).is_some();
        self.restored = Some(copy);
        Ok(had_copy)
    }

    fn check_tier(&self, request: &RestoreRequest) -> S3Result<()> {
        let parameters = request.glacier_job_parameters.as_ref();
        let tier = parameters
            .map(|parameters| &parameters.tier)
            .or(request.tier.as_ref());
        match tier.map(Tier::as_str) {
            None | Some(Tier::STANDARD | Tier::BULK) => Ok(()),
            Some(Tier::EXPEDITED) if self.storage_class_listed() == StorageClass::GLACIER => Ok(()),
            Some(Tier::EXPEDITED) => Err(s3_error!(
                InvalidArgument,
                "Retrieval option is not supported by this storage class"
            )),
            Some(_) => Err(S3ErrorCode::MalformedXML.into()),
        }
    }

    fn wrong_state(&self, words: &'static str) -> S3Error {
        let error = S3Error::with_message(S3ErrorCode::InvalidObjectState, words);
        Detail::StorageClass.add(error, self.storage_class_listed())
    }
}

/// Refuses requests that select rows from the object.
fn check_kind(request: &RestoreRequest) -> S3Result<()> {
    let selects = request.type_.is_some()
        || request.select_parameters.is_some()
        || request.output_location.is_some();
    if selects {
        return Err(s3_error!(
            NotImplemented,
            "RestoreObject of the type SELECT is not implemented"
        ));
    }
    Ok(())
}
