//! The task of a job: a snapshot of everything it needs, so that later changes do not affect it.

use b2bi_local_model::Timestamp;
use b2bi_local_model::types::{
    CapabilityDirection, GetPartnershipResponse, GetTransformerResponse,
};
use serde::{Deserialize, Serialize};

use crate::location::{Location, folder};
use crate::polls::Polls;
use crate::scope::Scope;
use crate::stages::JobFacts;

/// The task of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JobSpec {
    /// The job's id.
    pub(crate) id: String,
    pub(crate) transformer: GetTransformerResponse,
    /// The file's route; `None` for `StartTransformerJob`.
    pub(crate) route: Option<CapabilityRoute>,
    pub(crate) input: Location,
    /// The size of the input in bytes.
    pub(crate) size: u64,
    /// The input as it was noticed, if it was.
    #[serde(flatten)]
    pub(crate) object_version: ObjectVersion,
    /// The configured output folder.
    pub(crate) output: Location,
    /// When the job was accepted; the names of all its outputs contain this time, so a job that is
    /// run again writes the same objects.
    pub(crate) started_at: Timestamp,
}

/// The identity of a noticed file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ObjectVersion {
    /// Its entity tag.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) etag: String,
    /// The time of writing by the clock of the storage, in milliseconds, to the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) written: Option<i64>,
    /// Identifies this write of the object, if a notification reported it; `None` if polling found
    /// it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) occurrence: Option<String>,
}

/// The route of a file through a capability.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CapabilityRoute {
    pub(crate) direction: CapabilityDirection,
    pub(crate) capability_id: String,
    pub(crate) capability_arn: String,
    pub(crate) partnership: GetPartnershipResponse,
    pub(crate) trading_partner_id: String,
    pub(crate) profile_arn: String,
    /// The profile's log group, if it has logging.
    pub(crate) log_group: Option<String>,
}

impl JobSpec {
    /// Whether the job converts a document to X12.
    pub(crate) fn is_outbound(&self) -> bool {
        let direction = self.route.as_ref().map(|route| route.direction);
        direction == Some(CapabilityDirection::Outbound)
    }

    /// The facts about the job for decisions from outside.
    pub(crate) fn facts(&self, scope: &Scope, polls: Polls) -> JobFacts {
        let route = self.route.as_ref();
        JobFacts {
            id: self.id.clone(),
            account: scope.account.to_string(),
            region: scope.region.to_string(),
            transformer_id: self.transformer.transformer_id.clone(),
            capability_id: route.map(|route| route.capability_id.clone()),
            partnership_id: route.map(|route| route.partnership.partnership_id.clone()),
            trading_partner_id: route.map(|route| route.trading_partner_id.clone()),
            bucket: self.input.bucket.clone(),
            key: self.input.key.clone(),
            started_at: self.started_at,
            polls,
        }
    }

    /// The location of the document; `split` is the number of a split file's part, from 1.
    ///
    /// Source: the service model's example; parts of a split file: Assumption A-72.
    pub(crate) fn document(&self, extension: &str, split: Option<usize>) -> Location {
        let name = self.stamped(split);
        self.in_folder("", &format!("{name}.{extension}"))
    }

    /// The location of a document's validation report.
    pub(crate) fn report(&self, extension: &str, split: Option<usize>) -> Location {
        let name = self.stamped(split);
        self.in_folder(
            "VALIDATION_REPORT/",
            &format!("{name}.{extension}.validation-errors.txt"),
        )
    }

    /// The location of an acknowledgement: `…/ACK/{file}.{timestamp}.997`
    pub(crate) fn acknowledgement(&self, suffix: &str) -> Location {
        let name = self.stamped(None);
        self.in_folder("ACK/", &format!("{name}.{suffix}"))
    }

    /// `{file}.{timestamp}`, with one millisecond more for each part of a split file.
    fn stamped(&self, split: Option<usize>) -> String {
        let later = split.map_or(0, |number| i64::try_from(number).unwrap_or(i64::MAX) - 1);
        let time = Timestamp::from_millis(self.started_at.as_millis().saturating_add(later));
        format!("{}.{time}", self.input.file_name())
    }

    fn in_folder(&self, inner: &str, name: &str) -> Location {
        let mut key = folder(&self.output.key);
        if let Some(route) = &self.route {
            if route.direction == CapabilityDirection::Outbound {
                key = key + &route.capability_id + "/";
            }
            key = key + &route.trading_partner_id + "/";
        }
        Location {
            bucket: self.output.bucket.clone(),
            key: key + inner + name,
        }
    }
}
