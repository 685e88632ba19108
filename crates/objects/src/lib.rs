//! Object storage: one trait and two implementations.
//!
//! [`ObjectStore`] has what the service needs of object storage. [`EmbeddedS3`] keeps buckets and
//! objects in this process: the service uses the trait, and S3 clients use [`EmbeddedS3::call`]. Both
//! see the same objects. [`ExternalS3`] is any other S3, which clients use directly.
//!
//! The crate reads no environment, clock or entropy; [`Settings`] provides them.

mod embedded;
mod error_codes;
mod event;
mod external;
mod operation;
mod store;
mod xml;

pub use embedded::described::{DescribedBucket, PreparedObjects};
pub use embedded::described_error::{DescribeError, PrepareError};
pub use embedded::disk_error::DiskError;
pub use embedded::lifecycle::Expired;
pub use embedded::load_error::LoadError;
pub use embedded::reply::{ErrorAnswer, error_answer};
pub use embedded::service_access::ServiceAccess;
pub use embedded::settings::{Account, AccountOf, Clock, Credentials, Ids, Settings};
pub use embedded::{BLOBS, EmbeddedS3, FromService};
pub use error_codes::ERROR_CODES;
pub use event::{
    NotificationTarget, Notified, ObjectChange, ObjectEvent, RestoredObject, TargetKind,
};
pub use external::ExternalS3;
pub use external::client::TrustError;
pub use external::settings::{Addressing, ExternalSettings, Keys};
pub use operation::{S3Target, operations};
pub use s3s::Body;
pub use store::{Attributes, Listed, Listing, Object, ObjectError, ObjectStore, ObjectWriter};

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
