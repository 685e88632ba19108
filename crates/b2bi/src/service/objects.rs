//! Created objects, as reported by their storage.

use super::B2bi;
use crate::pipelines::{ObjectCreated, notice};
use crate::scope::Scope;

impl B2bi {
    /// Starts the jobs of a created object, and returns their ids.
    ///
    /// Call it once for each created object. It must be called on a runtime, and does not wait for
    /// anything.
    pub fn object_created(&self, created: &ObjectCreated<'_>) -> Vec<String> {
        // A folder is not a file.
        if created.key.is_empty() || created.key.ends_with('/') {
            return Vec::new();
        }
        let concerned = |scope: &Scope| {
            created
                .account
                .is_none_or(|account| account == &*scope.account)
                && created.region.is_none_or(|region| region == &*scope.region)
        };
        let mut started = Vec::new();
        for (scope, partition) in self.partitions_where(concerned) {
            started.extend(notice(self.context(), &scope, &partition, created));
        }
        started
    }
}
