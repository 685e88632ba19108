//! The object lock of a version: its retention period and its legal hold, and what they forbid.
//!
//! Source: docs `object-lock`, `object-lock-managing`, `API_PutObjectRetention`, 2026-11; the texts
//! of the errors are Assumption A-284.

use std::time::{Duration, SystemTime};

use s3s::dto::{
    ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention, ObjectLockRetentionMode,
    Timestamp,
};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use serde::{Deserialize, Serialize};

use super::state::Bucket;
use super::times;
use crate::xml::Element;

/// The name of the configuration among those of a bucket.
const CONFIGURATION: &str = "object-lock";
const DAY: u64 = 24 * 60 * 60;
/// Assumption A-285.
const DAYS_OF_YEAR: u64 = 365;

/// Who can end a retention period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Mode {
    /// A request that asks to bypass it.
    Governance,
    /// Nobody.
    Compliance,
}

/// A retention period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Retention {
    pub(crate) mode: Mode,
    #[serde(with = "times::text")]
    pub(crate) retain_until_date: SystemTime,
}

/// What protects a version of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ObjectLock {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retention: Option<Retention>,
    /// `None` for a version that never had a status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) legal_hold: Option<bool>,
}

/// Reads the lock in the headers of an upload.
macro_rules! requested_lock {
    ($input:expr, $now:expr) => {
        $crate::embedded::lock::ObjectLock::requested(
            $input.object_lock_mode.take(),
            $input.object_lock_retain_until_date.take(),
            $input.object_lock_legal_hold_status.take(),
            $now,
        )
    };
}

/// Writes the lock of an object into an output shape.
macro_rules! write_lock {
    ($output:expr, $lock:expr) => {{
        let lock: &$crate::embedded::lock::ObjectLock = $lock;
        let retention = lock.retention;
        $output.object_lock_mode =
            retention.map(|retention| retention.mode.name().to_owned().into());
        $output.object_lock_retain_until_date =
            retention.map(|retention| retention.retain_until_date.into());
        $output.object_lock_legal_hold_status = lock.legal_hold_status();
    }};
}

pub(crate) use {requested_lock, write_lock};

impl Mode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Governance => ObjectLockMode::GOVERNANCE,
            Self::Compliance => ObjectLockMode::COMPLIANCE,
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Governance, Self::Compliance]
            .into_iter()
            .find(|mode| mode.name() == name)
    }
}

impl Retention {
    /// Reads the document of `PutObjectRetention`; an empty one ends the retention.
    ///
    /// # Errors
    /// `MalformedXML`; `InvalidArgument` for a date in the past.
    pub(crate) fn of_document(
        document: Option<ObjectLockRetention>,
        now: SystemTime,
    ) -> S3Result<Option<Self>> {
        let document = document.unwrap_or_default();
        let mode = document.mode.as_ref().map(ObjectLockRetentionMode::as_str);
        let (mode, date) = match (mode, &document.retain_until_date) {
            (None, None) => return Ok(None),
            (Some(mode), Some(date)) => (Mode::named(mode), date),
            _ => return Err(S3ErrorCode::MalformedXML.into()),
        };
        Ok(Some(Self {
            mode: mode.ok_or(S3ErrorCode::MalformedXML)?,
            retain_until_date: future(date, now)?,
        }))
    }

    /// The document of `GetObjectRetention`.
    pub(crate) fn document(self) -> ObjectLockRetention {
        let mode = ObjectLockRetentionMode::from(self.mode.name().to_owned());
        ObjectLockRetention {
            mode: Some(mode),
            retain_until_date: Some(self.retain_until_date.into()),
        }
    }

    /// Whether it may be replaced by the other one.
    fn may_become(self, other: Option<Self>, bypass: bool) -> bool {
        let extends = other.is_some_and(|other| {
            other.mode == self.mode && other.retain_until_date >= self.retain_until_date
        });
        extends || (bypass && self.mode == Mode::Governance)
    }
}

fn future(date: &Timestamp, now: SystemTime) -> S3Result<SystemTime> {
    let date = times::of(date).filter(|date| *date > now);
    date.ok_or_else(|| {
        s3_error!(
            InvalidArgument,
            "The retain until date must be in the future!"
        )
    })
}

impl ObjectLock {
    /// The lock in the headers of an upload.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub(crate) fn requested(
        mode: Option<ObjectLockMode>,
        date: Option<Timestamp>,
        legal_hold: Option<ObjectLockLegalHoldStatus>,
        now: SystemTime,
    ) -> S3Result<Self> {
        let retention = match (mode, date) {
            (None, None) => None,
            (Some(mode), Some(date)) => Some(Retention {
                mode: Mode::named(mode.as_str())
                    .ok_or_else(|| s3_error!(InvalidArgument, "Unknown wormMode directive."))?,
                retain_until_date: future(&date, now)?,
            }),
            _ => {
                return Err(s3_error!(
                    InvalidArgument,
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied"
                ));
            }
        };
        let legal_hold = legal_hold.map(|status| is_held(&status)).map(|is_held| {
            is_held.ok_or_else(|| {
                s3_error!(
                    InvalidArgument,
                    "Legal Hold must be either of 'ON' or 'OFF'"
                )
            })
        });
        Ok(Self {
            retention,
            legal_hold: legal_hold.transpose()?,
        })
    }

    /// Whether neither a retention nor a legal hold was ever set.
    pub(crate) fn is_unset(&self) -> bool {
        *self == Self::default()
    }

    /// The lock of an object that is put into the bucket: the requested one, or the bucket's
    /// default.
    ///
    /// # Errors
    /// A lock is requested in a bucket without object lock.
    pub(crate) fn in_bucket(self, bucket: &Bucket, now: SystemTime) -> S3Result<Self> {
        let Some(configuration) = configuration(bucket) else {
            return if self.is_unset() {
                Ok(self)
            } else {
                Err(bucket_without_lock())
            };
        };
        let default = || default_retention(configuration, now);
        Ok(Self {
            retention: self.retention.or_else(default),
            ..self
        })
    }

    /// Sets the retention, or ends it.
    ///
    /// # Errors
    /// `AccessDenied` if the current one forbids it.
    pub(crate) fn retain(
        &mut self,
        retention: Option<Retention>,
        bypass: bool,
        now: SystemTime,
    ) -> S3Result<()> {
        let active = self.active_retention(now);
        if active.is_some_and(|active| !active.may_become(retention, bypass)) {
            return Err(protected());
        }
        self.retention = retention;
        Ok(())
    }

    /// Refuses to delete the version while it is protected.
    ///
    /// # Errors
    /// `AccessDenied`.
    pub(crate) fn check_delete(&self, bypass: bool, now: SystemTime) -> S3Result<()> {
        let active = self.active_retention(now);
        let is_retained = active.is_some_and(|active| !active.may_become(None, bypass));
        if is_retained || self.legal_hold == Some(true) {
            return Err(protected());
        }
        Ok(())
    }

    /// The status of the legal hold, if one was set.
    pub(crate) fn legal_hold_status(&self) -> Option<ObjectLockLegalHoldStatus> {
        let status = |is_held| {
            ObjectLockLegalHoldStatus::from_static(if is_held {
                ObjectLockLegalHoldStatus::ON
            } else {
                ObjectLockLegalHoldStatus::OFF
            })
        };
        self.legal_hold.map(status)
    }

    fn active_retention(&self, now: SystemTime) -> Option<Retention> {
        self.retention
            .filter(|retention| retention.retain_until_date > now)
    }
}

/// Whether the status of a legal hold is on; `None` if it is not a valid status.
pub(crate) fn is_held(status: &ObjectLockLegalHoldStatus) -> Option<bool> {
    match status.as_str() {
        ObjectLockLegalHoldStatus::ON => Some(true),
        ObjectLockLegalHoldStatus::OFF => Some(false),
        _ => None,
    }
}

/// Refuses locks of objects in a bucket without object lock.
///
/// # Errors
/// `InvalidRequest`.
pub(crate) fn check_bucket(bucket: &Bucket) -> S3Result<()> {
    configuration(bucket)
        .map(drop)
        .ok_or_else(bucket_without_lock)
}

/// Refuses to bypass retentions in a bucket without object lock.
///
/// # Errors
/// `InvalidArgument`.
pub(crate) fn check_bypass(bucket: &Bucket, bypass: bool) -> S3Result<()> {
    if bypass && configuration(bucket).is_none() {
        return Err(s3_error!(
            InvalidArgument,
            "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets."
        ));
    }
    Ok(())
}

/// The error for an object that was never locked.
pub(crate) fn not_set() -> S3Error {
    s3_error!(
        NoSuchObjectLockConfiguration,
        "The specified object does not have a ObjectLock configuration"
    )
}

fn configuration(bucket: &Bucket) -> Option<&str> {
    let configuration = bucket.configurations.get(CONFIGURATION)?;
    configuration.as_deref()
}

fn default_retention(configuration: &str, now: SystemTime) -> Option<Retention> {
    let document = Element::read(configuration.as_bytes())?;
    let default = document.child("Rule")?.child("DefaultRetention")?;
    let number = |name| default.text_of(name)?.parse::<u64>().ok();
    let years = || number("Years")?.checked_mul(DAYS_OF_YEAR);
    let days = number("Days").or_else(years)?;
    let period = Duration::from_secs(days.checked_mul(DAY)?);
    Some(Retention {
        mode: Mode::named(default.text_of("Mode")?)?,
        retain_until_date: now.checked_add(period)?,
    })
}

fn bucket_without_lock() -> S3Error {
    s3_error!(
        InvalidRequest,
        "Bucket is missing Object Lock Configuration"
    )
}

fn protected() -> S3Error {
    s3_error!(
        AccessDenied,
        "Access Denied because object protected by object lock."
    )
}
