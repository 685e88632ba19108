//! Objects reported by notifications, which have few details and can be repeated.

use crate::pipelines::written;
use crate::pipelines::{ObjectCreated, is_watched, notice};
use crate::scope::Scope;
use crate::service::B2bi;

/// The notification of a created object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notification<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The key, not encoded.
    pub key: &'a str,
    /// The size in bytes, if known.
    pub size: Option<u64>,
    /// The entity tag without quotes, if known.
    pub etag: Option<&'a str>,
    /// Identifies this write of the object; a second notification of it is ignored. `None` if the
    /// notification has no such identification, so that each one counts.
    pub occurrence: Option<&'a str>,
}

impl B2bi {
    /// Starts the jobs of an object in a notification, and returns their ids.
    ///
    /// All partnerships that watch its folder get one, in any account: a folder belongs to one
    /// partner, and its name is unique. Size and entity tag are read from the object, if possible,
    /// and otherwise taken from the notification.
    ///
    /// Source: Assumption A-84.
    pub async fn object_notified(&self, notification: &Notification<'_>) -> Vec<String> {
        let mut started = Vec::new();
        if notification.key.is_empty() || notification.key.ends_with('/') {
            return started;
        }
        for (scope, partition) in self.partitions_where(|_| true) {
            let is_watched = is_watched(&partition.lock(), notification.bucket, notification.key);
            let found = if is_watched {
                self.read_object(&scope, notification).await
            } else {
                None
            };
            let (size, etag, written) = found.unwrap_or_else(|| notification.as_reported());
            let created = ObjectCreated {
                account: Some(&scope.account),
                region: Some(&scope.region),
                bucket: notification.bucket,
                key: notification.key,
                size,
                etag: &etag,
                written,
                occurrence: notification.occurrence,
            };
            started.extend(notice(self.context(), &scope, &partition, &created));
        }
        started
    }

    async fn read_object(
        &self,
        scope: &Scope,
        notification: &Notification<'_>,
    ) -> Option<PollResult> {
        let objects = &self.context().environment.objects;
        let found = objects
            .head(&scope.account, notification.bucket, notification.key)
            .await;
        match found {
            Ok(object) => {
                let written = written(&object);
                Some((object.size, object.etag, Some(written)))
            }
            Err(error) => {
                let (bucket, key) = (notification.bucket, notification.key);
                tracing::warn!(bucket, key, %error, "the object of a notification cannot be read");
                None
            }
        }
    }
}

/// Size, entity tag, and time of writing.
type PollResult = (u64, String, Option<i64>);

impl Notification<'_> {
    fn as_reported(&self) -> PollResult {
        let etag = self.etag.unwrap_or_default().to_owned();
        (self.size.unwrap_or_default(), etag, None)
    }
}
