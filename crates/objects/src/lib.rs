//! Object storage: one trait, and two homes that implement it.
//!
//! [`ObjectStore`] is what the service needs of object storage, and no more. [`EmbeddedS3`] is
//! one home of it: buckets and objects in memory, spoken to by the service through the trait and
//! by S3 clients through [`EmbeddedS3::call`]. Both see the same objects. [`ExternalS3`] is the
//! other: any S3 elsewhere, which clients speak to by themselves.
//!
//! The crate reads no environment, no clock and no entropy: [`Settings`] hands them in.

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
pub use event::{NotificationTarget, Notified, ObjectChange, ObjectEvent, TargetKind};
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
