//! The S3 operations, by what they work on.
//!
//! Each is one function from the operation's input to its output, synchronous unless it reads an
//! upload's body. It takes the account it acts for second.

pub(crate) mod buckets;
pub(crate) mod complete;
pub(crate) mod configuration;
pub(crate) mod copy;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod list_uploads;
pub(crate) mod multipart;
pub(crate) mod read;
pub(crate) mod tagging;
pub(crate) mod versions;
pub(crate) mod write;

use s3s::dto::Owner;

/// The owner of everything in an account.
fn owner(account: &str) -> Owner {
    Owner {
        id: Some(account.to_owned()),
        display_name: None,
    }
}
