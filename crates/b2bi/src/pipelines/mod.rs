//! Pipelines: start jobs for objects that are created in watched folders.
//!
//! A capability watches `{input}/{tp-id}/` for each partnership that has it, or, outbound,
//! `{input}/{ca-id}/{tp-id}/`. Buckets belong to an account and to no region, so the capabilities
//! of all regions of the account match unless the notification names a region.

mod watching;

use std::sync::Arc;

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    CapabilityConfiguration, CapabilityDirection, EdiConfiguration, GetCapabilityResponse,
    GetPartnershipResponse, S3Location,
};
use b2bi_local_objects::{ObjectError, ObjectStore};
use bytes::Bytes;

use crate::context::Ctx;
use crate::context::ServiceContext;
use crate::environment::{BucketSetupError, PipelineFile};
use crate::errors::validation;
use crate::ids;
use crate::jobs::{self, logs};
use crate::location::Location;
use crate::location::folder;
use crate::scope::Scope;
use crate::state::job::{CapabilityRoute, JobSpec, ObjectVersion};
use crate::state::{Partition, State};

pub use watching::PollState;
pub(crate) use watching::{poll, written};

/// A created object.
#[derive(Clone, Copy, Debug)]
pub struct ObjectCreated<'a> {
    /// The account of the bucket; `None` if all accounts share their buckets.
    pub account: Option<&'a str>,
    /// The region, if known.
    pub region: Option<&'a str>,
    /// The bucket.
    pub bucket: &'a str,
    /// The key, not encoded.
    pub key: &'a str,
    /// The size in bytes.
    pub size: u64,
    /// The entity tag, without quotes.
    pub etag: &'a str,
    /// The time of writing by the clock of the storage, in milliseconds, if known.
    pub written: Option<i64>,
    /// Identifies this write of the object, if notifications can be repeated.
    pub occurrence: Option<&'a str>,
}

impl ObjectCreated<'_> {
    fn object_version(&self) -> ObjectVersion {
        ObjectVersion {
            etag: self.etag.to_owned(),
            written: self.written,
            occurrence: self.occurrence.map(str::to_owned),
        }
    }
}

/// Starts the jobs of one account in one region, unless they exist.
pub(crate) fn notice(
    context: &ServiceContext,
    scope: &Scope,
    partition: &Arc<Partition>,
    created: &ObjectCreated<'_>,
) -> Vec<String> {
    let mut state = partition.lock();
    let specs = specs(context, &state, created);
    if specs.is_empty() {
        if let Some(reason) = missed(&state, created) {
            let input = location(created);
            logs::unmatched(&context.environment, scope, &input, reason);
        }
        return Vec::new();
    }
    if has_job_for_write(&state, created) {
        return Vec::new();
    }
    let mut started = Vec::new();
    for spec in specs {
        if let Err(error) = check_setup(context, scope, &spec) {
            let reason = error.to_string();
            tracing::warn!(
                bucket = created.bucket,
                key = created.key,
                reason,
                "a file was skipped"
            );
            logs::passed_over(&context.environment, scope, &spec, &reason);
            continue;
        }
        started.push(spec.id.clone());
        jobs::start(context, scope, partition, &mut state, spec);
    }
    started
}

/// Checks the set-up of a job's buckets.
fn check_setup(
    context: &ServiceContext,
    scope: &Scope,
    spec: &JobSpec,
) -> Result<(), BucketSetupError> {
    let Some(route) = &spec.route else {
        return Ok(());
    };
    let file = PipelineFile {
        input: (&spec.input.bucket, &spec.input.key),
        output: (&spec.output.bucket, &spec.output.key),
        capability_arn: &route.capability_arn,
    };
    let setup = &context.environment.bucket_setup;
    setup.check_file(&scope.account, &file)
}

/// Refuses a capability whose buckets are not set up.
///
/// # Errors
/// The problem of the first such bucket.
pub(crate) fn check_buckets(
    ctx: &Ctx<'_>,
    configuration: &CapabilityConfiguration,
) -> Result<(), Error> {
    let CapabilityConfiguration::Edi(edi) = configuration;
    for location in [&edi.input_location, &edi.output_location] {
        let bucket = location.bucket_name.as_deref().unwrap_or_default();
        let checked = ctx
            .environment
            .bucket_setup
            .check_bucket(&ctx.scope.account, bucket);
        checked.map_err(validation)?;
    }
    Ok(())
}

/// The same for all capabilities of a partnership.
///
/// # Errors
/// As [`check_buckets`]; a missing capability is skipped.
pub(crate) fn check_all_buckets(
    ctx: &Ctx<'_>,
    state: &State,
    capabilities: &[String],
) -> Result<(), Error> {
    let known = capabilities
        .iter()
        .filter_map(|id| state.capability(id).ok());
    known
        .into_iter()
        .try_for_each(|capability| check_buckets(ctx, &capability.description.configuration))
}

/// Whether there is a job for this write of the object.
fn has_job_for_write(state: &State, created: &ObjectCreated<'_>) -> bool {
    let version = created.object_version();
    state
        .jobs
        .has_job_for_write(created.bucket, created.key, &version)
}

/// A job for each capability and partnership that watch the object's folder.
fn specs(context: &ServiceContext, state: &State, created: &ObjectCreated<'_>) -> Vec<JobSpec> {
    let watches = watches(state, created.bucket, created.key);
    let specs = watches
        .iter()
        .filter_map(|watch| watch.spec(context, created));
    specs.collect()
}

/// Whether a capability watches the object's folder.
pub(crate) fn is_watched(state: &State, bucket: &str, key: &str) -> bool {
    !watches(state, bucket, key).is_empty()
}

/// The capabilities and partnerships that watch the object's folder.
fn watches<'a>(state: &'a State, bucket: &str, key: &str) -> Vec<PipelineMatch<'a>> {
    let mut watches = Vec::new();
    // The last part of a watched folder's name is the trading partner's id.
    let is_in_its_folder = |partner: &String| key.split('/').any(|part| part == partner);
    for partnership in state.partnerships.values().map(|value| &value.description) {
        let partner = partnership.trading_partner_id.as_ref();
        if !partner.is_some_and(is_in_its_folder) {
            continue;
        }
        for id in partnership.capabilities.iter().flatten() {
            let Ok(capability) = state.capability(id) else {
                continue;
            };
            let watch = PipelineMatch::new(&capability.description, partnership, state);
            watches.extend(watch.filter(|watch| watch.has(bucket, key)));
        }
    }
    watches
}

/// A capability and a partnership that together watch a folder.
struct PipelineMatch<'a> {
    capability: &'a GetCapabilityResponse,
    partnership: &'a GetPartnershipResponse,
    state: &'a State,
    direction: CapabilityDirection,
    trading_partner: &'a str,
}

impl<'a> PipelineMatch<'a> {
    fn new(
        capability: &'a GetCapabilityResponse,
        partnership: &'a GetPartnershipResponse,
        state: &'a State,
    ) -> Option<Self> {
        Some(Self {
            direction: direction(state, edi(capability)),
            trading_partner: partnership.trading_partner_id.as_deref()?,
            capability,
            partnership,
            state,
        })
    }

    /// `{input}/{tp-id}/` or `{input}/{ca-id}/{tp-id}/`
    fn folder(&self) -> Location {
        let input = &edi(self.capability).input_location;
        let mut key = folder(input.key.as_deref().unwrap_or_default());
        if self.direction == CapabilityDirection::Outbound {
            key = key + &self.capability.capability_id + "/";
        }
        Location {
            bucket: input.bucket_name.clone().unwrap_or_default(),
            key: key + self.trading_partner + "/",
        }
    }

    /// Source: files in subfolders count too: Assumption A-70.
    fn has(&self, bucket: &str, key: &str) -> bool {
        let folder = self.folder();
        folder.bucket == bucket && key.starts_with(&folder.key)
    }

    fn spec(&self, context: &ServiceContext, created: &ObjectCreated<'_>) -> Option<JobSpec> {
        let edi = edi(self.capability);
        let transformer = self.state.transformer(&edi.transformer_id).ok()?;
        let profile = self.state.profile(&self.partnership.profile_id).ok()?;
        Some(JobSpec {
            id: ids::of_job(&context.config.id_forms, &*context.environment.ids),
            transformer: transformer.description.clone(),
            route: Some(CapabilityRoute {
                direction: self.direction,
                capability_id: self.capability.capability_id.clone(),
                capability_arn: self.capability.capability_arn.clone(),
                partnership: self.partnership.clone(),
                trading_partner_id: self.trading_partner.to_owned(),
                profile_arn: profile.description.profile_arn.clone(),
                log_group: profile.description.log_group_name.clone(),
            }),
            input: location(created),
            size: created.size,
            object_version: created.object_version(),
            output: lenient(&edi.output_location),
            started_at: context.environment.clock.now(),
        })
    }
}

fn edi(capability: &GetCapabilityResponse) -> &EdiConfiguration {
    let CapabilityConfiguration::Edi(edi) = &capability.configuration;
    edi
}

/// Source: a capability without a direction has that of its transformer: Assumption A-71.
fn direction(state: &State, edi: &EdiConfiguration) -> CapabilityDirection {
    let outbound = || {
        let transformer = state.transformer(&edi.transformer_id).ok();
        transformer.is_some_and(|transformer| transformer.description.output_conversion.is_some())
    };
    match edi.capability_direction {
        Some(direction) => direction,
        None if outbound() => CapabilityDirection::Outbound,
        None => CapabilityDirection::Inbound,
    }
}

/// Why a file in a watched bucket has not started a job, if it was probably meant to.
///
/// Source: Assumption A-79.
fn missed(state: &State, created: &ObjectCreated<'_>) -> Option<&'static str> {
    let within = |location: &S3Location| {
        location.bucket_name.as_deref() == Some(created.bucket) && {
            let key = folder(location.key.as_deref().unwrap_or_default());
            created.key.starts_with(&key)
        }
    };
    let mut watched = false;
    for capability in state.capabilities.values() {
        let edi = edi(&capability.description);
        if within(&edi.output_location) {
            return None;
        }
        watched |= within(&edi.input_location);
    }
    watched.then_some("The file matches no capability of a partnership")
}

fn location(created: &ObjectCreated<'_>) -> Location {
    Location {
        bucket: created.bucket.to_owned(),
        key: created.key.to_owned(),
    }
}

fn lenient(location: &S3Location) -> Location {
    Location {
        bucket: location.bucket_name.clone().unwrap_or_default(),
        key: location.key.clone().unwrap_or_default(),
    }
}

/// The input folders of a partnership, for those of its capabilities that are named.
pub(crate) fn folders(state: &State, partnership: &GetPartnershipResponse) -> Vec<Location> {
    let capabilities = partnership.capabilities.iter().flatten();
    let watched = capabilities.filter_map(|id| {
        let capability = state.capability(id).ok()?;
        Some(PipelineMatch::new(&capability.description, partnership, state)?.folder())
    });
    watched.collect()
}

/// The input folders of a capability, one for each partnership that has it.
pub(crate) fn folders_of(state: &State, capability_id: &str) -> Vec<Location> {
    let Ok(capability) = state.capability(capability_id) else {
        return Vec::new();
    };
    let partnerships = state.partnerships.values().map(|value| &value.description);
    let having = partnerships.filter(|partnership| {
        let mut capabilities = partnership.capabilities.iter().flatten();
        capabilities.any(|id| id == capability_id)
    });
    let watches =
        having.filter_map(|having| PipelineMatch::new(&capability.description, having, state));
    watches.map(|watches| watches.folder()).collect()
}

/// Creates the folders of a new partnership. Only later files count, so the time of existing
/// folders, from an earlier partnership with the same id, is updated.
///
/// A partnership is created even if a bucket is missing or cannot be written.
pub(crate) async fn make_folders(ctx: &Ctx<'_>, folders: Vec<Location>) {
    for folder in folders {
        make_folder(ctx, &folder).await;
    }
}

/// Creates missing folders.
pub(crate) async fn add_folders(ctx: &Ctx<'_>, folders: Vec<Location>) {
    for folder in folders {
        let Location { bucket, key } = &folder;
        let objects = &ctx.context.environment.objects;
        let found = objects.head(&ctx.scope.account, bucket, key).await;
        if found == Err(ObjectError::NoSuchKey) {
            make_folder(ctx, &folder).await;
        }
    }
}

async fn make_folder(ctx: &Ctx<'_>, Location { bucket, key }: &Location) {
    let objects: &dyn ObjectStore = ctx.context.environment.objects.as_ref();
    let (account, kind) = (&ctx.scope.account, "application/x-directory");
    let made = objects.put(account, bucket, key, Bytes::new(), kind).await;
    if let Err(error) = made {
        tracing::warn!(bucket, key, %error, "a partnership's folder could not be made");
    }
}
