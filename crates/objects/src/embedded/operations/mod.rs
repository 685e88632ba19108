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
pub(crate) mod object_acl;
pub(crate) mod object_lock;
pub(crate) mod read;
pub(crate) mod restore;
pub(crate) mod tagging;
pub(crate) mod versions;
pub(crate) mod write;

use s3s::S3Result;
use s3s::dto::Owner;

use super::change::KeyEvent;
use super::state::{Bucket, Object, Store, bucket_mut};
use crate::event::ObjectChange;

/// The owner of everything in an account.
fn owner(account: &str) -> Owner {
    Owner {
        id: Some(account.to_owned()),
        display_name: None,
    }
}

/// Changes what is said of the object, or of the version that is named; returns the version's id.
///
/// `edit` returns whether there is an event; `changes` names it.
///
/// # Errors
/// There is no such object, `edit` refuses, or the disk does not accept the change.
fn amend(
    store: &Store,
    account: &str,
    bucket_name: &str,
    (key, version_id): (&str, Option<&str>),
    changes: &[ObjectChange],
    edit: impl FnOnce(&Bucket, &mut Object) -> S3Result<bool>,
) -> S3Result<Option<String>> {
    store.write(account, |buckets| {
        let bucket = bucket_mut(buckets, bucket_name)?;
        let found = bucket.find(key, version_id)?;
        let mut after = Object::clone(&found.object);
        let is_told = edit(bucket, &mut after)?;
        let event = |change: &ObjectChange| KeyEvent {
            change: *change,
            key: key.to_owned(),
            size: after.content.size(),
            etag: after.entity_tag.clone(),
            version_id: found.version_id.clone(),
            restored: after.headers.restored_object().map(Box::new),
        };
        let told = if is_told { changes } else { &[] };
        let events = told.iter().map(event).collect();
        let change = bucket.replacement(key, after);
        store.change(account, bucket_name, bucket, vec![change], events)?;
        Ok(found.version_id)
    })
}
