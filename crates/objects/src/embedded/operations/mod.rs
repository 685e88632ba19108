//! The S3 operations, grouped by what they work on.
//!
//! Each is one function from the operation's input to its output, synchronous unless it reads an
//! upload's body. Its second argument is the account.

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

/// Changes the metadata of the object, or of the named version; returns the version's id.
///
/// `edit` returns whether to send an event; `changes` names it.
///
/// # Errors
/// There is no such object, `edit` refuses, or the disk refuses the change.
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
        let has_event = edit(bucket, &mut after)?;
        let event = |change: &ObjectChange| KeyEvent {
            change: *change,
            key: key.to_owned(),
            size: after.content.size(),
            etag: after.entity_tag.clone(),
            version_id: found.version_id.clone(),
            restored: after.headers.restored_object().map(Box::new),
        };
        let changes = if has_event { changes } else { &[] };
        let events = changes.iter().map(event).collect();
        let change = bucket.replacement(key, after);
        store.change(account, bucket_name, bucket, vec![change], events)?;
        Ok(found.version_id)
    })
}
