//! When an object expires, as the header `x-amz-expiration` tells it.

use super::rule::{LIFECYCLE, rules};
use crate::embedded::state::{Bucket, Object};

impl Bucket {
    /// The value of `x-amz-expiration` for a current object: its end by the rule that is the first to
    /// remove it, if there is one.
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
