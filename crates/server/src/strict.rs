//! Requires the set-up of buckets that AWS requires, for `--strict-aws`.
//!
//! Source: docs of B2B Data Interchange on buckets: `EventBridge` on, and a policy that allows the
//! service. The permissions that the service needs are Assumption A-401.

use b2bi_local_b2bi::{BucketSetup, BucketSetupError, PipelineFile};
use b2bi_local_objects::{EmbeddedS3, ServiceAccess};

use crate::config::StrictConfig;

const PRINCIPAL: &str = "b2bi.amazonaws.com";
/// The use of a file that the service reads.
pub(crate) const INPUT_ACTIONS: [&str; 2] = ["s3:GetObject", "s3:GetObjectAttributes"];
/// The use of a file that the service writes.
pub(crate) const OUTPUT_ACTIONS: [&str; 1] = ["s3:PutObject"];

/// The actions on a key that the policy of a bucket does not allow the service.
pub(crate) fn refused_actions(
    s3: &EmbeddedS3,
    account: &str,
    (bucket, key): (&str, &str),
    actions: &[&'static str],
    source_arn: &str,
) -> Vec<&'static str> {
    let is_refused = |action: &&str| {
        let access = ServiceAccess {
            principal: PRINCIPAL,
            action,
            key,
            source_account: account,
            source_arn,
        };
        !s3.policy_allows(account, bucket, &access)
    };
    actions.iter().copied().filter(is_refused).collect()
}

/// Checks buckets of the embedded S3.
pub(crate) struct StrictSetup {
    s3: EmbeddedS3,
    parts: StrictConfig,
}

impl StrictSetup {
    pub(crate) fn new(s3: &EmbeddedS3, parts: StrictConfig) -> Self {
        Self {
            s3: s3.clone(),
            parts,
        }
    }

    fn check_policy(
        &self,
        account: &str,
        (bucket, key): (&str, &str),
        actions: &[&'static str],
        source_arn: &str,
    ) -> Result<(), BucketSetupError> {
        let refused = refused_actions(&self.s3, account, (bucket, key), actions, source_arn);
        match refused.first() {
            None => Ok(()),
            Some(action) => Err(BucketSetupError::NotAllowed {
                bucket: bucket.to_owned(),
                principal: PRINCIPAL,
                action: (*action).to_owned(),
                key: key.to_owned(),
            }),
        }
    }
}

impl BucketSetup for StrictSetup {
    fn check_bucket(&self, account: &str, bucket: &str) -> Result<(), BucketSetupError> {
        if !self.parts.buckets || self.s3.has_bucket(account, bucket) {
            return Ok(());
        }
        Err(BucketSetupError::Missing {
            bucket: bucket.to_owned(),
        })
    }

    fn check_file(&self, account: &str, file: &PipelineFile<'_>) -> Result<(), BucketSetupError> {
        let (bucket, _) = file.input;
        if self.parts.event_bridge && !self.s3.has_event_bridge(account, bucket) {
            return Err(BucketSetupError::NoEventBridge {
                bucket: bucket.to_owned(),
            });
        }
        if !self.parts.bucket_policy {
            return Ok(());
        }
        let (output_bucket, folder) = file.output;
        // The name of an output is not known yet.
        let output = format!("{}/output", folder.trim_end_matches('/'));
        let output = (output_bucket, output.trim_start_matches('/'));
        let arn = file.capability_arn;
        self.check_policy(account, file.input, &INPUT_ACTIONS, arn)?;
        self.check_policy(account, output, &OUTPUT_ACTIONS, arn)
    }
}
