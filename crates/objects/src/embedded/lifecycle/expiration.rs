//! When an object expires and an upload is aborted, in the form of headers.

use std::time::SystemTime;

use super::rule::{LIFECYCLE, midnight_after, rules};
use crate::embedded::state::{Bucket, Object};

impl Bucket {
    /// When and by which rule an upload of the key that began at a time is aborted.
    ///
    /// Source: docs `API_CreateMultipartUpload`, 2026-11.
    pub(crate) fn abortion(
        &self,
        key: &str,
        initiated: SystemTime,
    ) -> Option<(SystemTime, String)> {
        if !self.configurations.contains_key(LIFECYCLE) {
            return None;
        }
        let rules = rules(self).into_iter();
        let fitting = rules.filter(|rule| rule.filter.fits_marker(key));
        let ends = fitting.filter_map(|rule| {
            let end = midnight_after(initiated, rule.upload_days?)?;
            Some((end, rule.id))
        });
        ends.min()
    }

    /// The value of `x-amz-expiration` for a current object: its expiry by the first rule that
    /// removes it, if there is one.
    ///
    /// Source: docs `lifecycle-expire-general-considerations`, 2026-11.
    pub(crate) fn expiration(&self, key: &str, object: &Object) -> Option<String> {
        if !self.configurations.contains_key(LIFECYCLE) {
            return None;
        }
        let rules = rules(self).into_iter();
        let fitting = rules.filter(|rule| rule.filter.fits_object(key, object));
        let ends = fitting.filter_map(|rule| {
            let end = rule.expiry?.time(object.last_modified)?;
            Some((end, rule.id))
        });
        let (end, id) = ends.min()?;
        let date = httpdate::fmt_http_date(end);
        let id = percent_encoding::utf8_percent_encode(&id, percent_encoding::CONTROLS);
        Some(format!("expiry-date=\"{date}\", rule-id=\"{id}\""))
    }
}
