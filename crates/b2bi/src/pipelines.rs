//! Pipelines: what happens when an object is created in a folder that a capability watches.
//!
//! A capability watches `{input}/{tp-id}/` for each partnership that has it, or, outbound,
//! `{input}/{ca-id}/{tp-id}/`. Buckets belong to an account and to no region, so the capabilities
//! of all regions of the account watch unless whoever notices the object knows the region.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use b2bi_local_model::types::{
    CapabilityConfiguration, CapabilityDirection, EdiConfiguration, GetCapabilityResponse,
    GetPartnershipResponse, S3Location,
};
use b2bi_local_objects::{Listed, ObjectError};
use bytes::Bytes;

use crate::ctx::Ctx;
use crate::files::Location;
use crate::ids;
use crate::jobs::{self, Job, Order, Route, folder};
use crate::service::{B2bi, Scope, Works};
use crate::state::{Partition, State};

/// An object that was created.
#[derive(Clone, Copy, Debug)]
pub struct ObjectCreated<'a> {
    /// The account whose bucket it is; none where all accounts share their buckets.
    pub account: Option<&'a str>,
    /// The region, where it is known.
    pub region: Option<&'a str>,
    /// The bucket.
    pub bucket: &'a str,
    /// The key, not encoded.
    pub key: &'a str,
    /// The size in bytes.
    pub size: u64,
    /// The entity tag, without quotes.
    pub etag: &'a str,
}

impl B2bi {
    /// Starts the jobs of an object that was created, and returns their ids.
    ///
    /// Whoever notices objects calls this once for each. It must be called on a runtime, and does
    /// not wait for anything.
    pub fn object_created(&self, created: &ObjectCreated<'_>) -> Vec<String> {
        // A folder is no file.
        if created.key.is_empty() || created.key.ends_with('/') {
            return Vec::new();
        }
        let concerned = |scope: &Scope| {
            created.account.is_none_or(|it| it == scope.account)
                && created.region.is_none_or(|it| it == scope.region)
        };
        let mut started = Vec::new();
        for (scope, partition) in self.partitions_where(concerned) {
            started.extend(notice(self.works(), &scope, &partition, created));
        }
        started
    }
}

impl B2bi {
    /// Starts the jobs of files that landed in watched folders while nobody looked, and returns
    /// their ids.
    ///
    /// A file counts as seen when there is a job for it that began after it was written; files older
    /// than their partnership, or than jobs are kept, do not count. Call it where an object may
    /// have been missed: after a start, or now and then where nobody tells of objects.
    ///
    /// Source: Assumption A-82.
    pub async fn catch_up(&self) -> Vec<String> {
        let mut started = Vec::new();
        for (scope, partition) in self.partitions_where(|_| true) {
            let folders = watched(&partition.lock());
            for watched in folders {
                match self.list(&scope, &watched).await {
                    Ok(files) => {
                        let missed = files
                            .iter()
                            .filter(|it| is_missed(&partition, &watched, it));
                        for file in missed {
                            let created = file.created(&scope, &watched.folder.bucket);
                            started.extend(notice(self.works(), &scope, &partition, &created));
                        }
                    }
                    Err(error) => {
                        let folder = watched.folder.uri();
                        tracing::warn!(folder, %error, "a watched folder could not be listed");
                    }
                }
            }
        }
        started
    }

    async fn list(&self, scope: &Scope, watched: &Watched) -> Result<Vec<File>, ObjectError> {
        let environment = &self.works().environment;
        let oldest = environment.clock.now().as_millis() - jobs::KEPT;
        let oldest = oldest.max(watched.since);
        let Location { bucket, key } = &watched.folder;
        let (mut files, mut after) = (Vec::new(), None);
        loop {
            let page = environment
                .objects
                .list(&scope.account, bucket, key, after.as_deref(), PAGE)
                .await?;
            files.extend(page.objects.into_iter().map(File::from));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        files.retain(|it| it.written >= oldest);
        Ok(files)
    }
}

/// How many files are listed at a time.
const PAGE: usize = 1000;

/// A folder that is watched, since a time in milliseconds, to the second.
struct Watched {
    folder: Location,
    since: i64,
}

/// A file in a watched folder.
struct File {
    key: String,
    size: u64,
    etag: String,
    /// In milliseconds, to the second.
    written: i64,
}

impl From<Listed> for File {
    fn from(listed: Listed) -> Self {
        let written = listed.attributes.last_modified.duration_since(UNIX_EPOCH);
        let written = written.map_or(0, |it| it.as_secs()).saturating_mul(1000);
        Self {
            key: listed.key,
            size: listed.attributes.size,
            etag: listed.attributes.etag,
            written: i64::try_from(written).unwrap_or(i64::MAX),
        }
    }
}

impl File {
    fn created<'a>(&'a self, scope: &'a Scope, bucket: &'a str) -> ObjectCreated<'a> {
        ObjectCreated {
            account: Some(&scope.account),
            region: Some(&scope.region),
            bucket,
            key: &self.key,
            size: self.size,
            etag: &self.etag,
        }
    }
}

/// The folders that the partnerships of an account in a region watch.
fn watched(state: &State) -> Vec<Watched> {
    let partnerships = state.partnerships.values().map(|it| &it.description);
    let of = |it: &GetPartnershipResponse| {
        let since = it.created_at.as_millis() / 1000 * 1000;
        let watched = |folder| Watched { folder, since };
        folders(state, it)
            .into_iter()
            .map(watched)
            .collect::<Vec<_>>()
    };
    partnerships.flat_map(of).collect()
}

/// Whether there is no job for a file, which is none itself if it is a folder.
fn is_missed(partition: &Partition, watched: &Watched, file: &File) -> bool {
    let state = partition.lock();
    let is_of = |job: &Job| {
        job.facts.key == file.key
            && job.facts.bucket == watched.folder.bucket
            && job.etag == file.etag
            && job.facts.started_at.as_millis() >= file.written
    };
    !file.key.ends_with('/') && !state.jobs.values().any(is_of)
}

/// Starts the jobs of one account in one region.
fn notice(
    works: &Works,
    scope: &Scope,
    partition: &Arc<Partition>,
    created: &ObjectCreated<'_>,
) -> Vec<String> {
    let mut state = partition.lock();
    let orders = orders(works, &state, created);
    if orders.is_empty() {
        if let Some(reason) = missed(&state, created) {
            let input = location(created);
            jobs::unmatched(&works.environment, scope, &input, reason);
        }
        return Vec::new();
    }
    let started = orders.iter().map(|it| it.id.clone()).collect();
    for order in orders {
        jobs::start(works, scope, partition, &mut state, order);
    }
    started
}

/// A job for each capability and partnership that watch for the object.
fn orders(works: &Works, state: &State, created: &ObjectCreated<'_>) -> Vec<Order> {
    let mut orders = Vec::new();
    for partnership in state.partnerships.values().map(|it| &it.description) {
        for id in partnership.capabilities.iter().flatten() {
            let Ok(capability) = state.capability(id) else {
                continue;
            };
            let watch = Watch::new(&capability.description, partnership, state);
            if let Some(watch) = watch.filter(|it| it.has(created)) {
                orders.extend(watch.order(works, created));
            }
        }
    }
    orders
}

/// A capability and a partnership that watch a folder together.
struct Watch<'a> {
    capability: &'a GetCapabilityResponse,
    partnership: &'a GetPartnershipResponse,
    state: &'a State,
    direction: CapabilityDirection,
    trading_partner: &'a str,
}

impl<'a> Watch<'a> {
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

    /// Source: files in folders within the folder count too: Assumption A-70.
    fn has(&self, created: &ObjectCreated<'_>) -> bool {
        let folder = self.folder();
        folder.bucket == created.bucket && created.key.starts_with(&folder.key)
    }

    fn order(&self, works: &Works, created: &ObjectCreated<'_>) -> Option<Order> {
        let edi = edi(self.capability);
        let transformer = self.state.transformer(&edi.transformer_id).ok()?;
        let profile = self.state.profile(&self.partnership.profile_id).ok()?;
        Some(Order {
            id: ids::job_id(works.environment.ids.bits()),
            transformer: transformer.description.clone(),
            route: Some(Route {
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
            etag: created.etag.to_owned(),
            output: lenient(&edi.output_location),
            started_at: works.environment.clock.now(),
        })
    }
}

fn edi(capability: &GetCapabilityResponse) -> &EdiConfiguration {
    let CapabilityConfiguration::Edi(edi) = &capability.configuration;
    edi
}

/// Source: a capability that does not say so follows its transformer: Assumption A-71.
fn direction(state: &State, edi: &EdiConfiguration) -> CapabilityDirection {
    let outbound = || {
        let transformer = state.transformer(&edi.transformer_id).ok();
        transformer.is_some_and(|it| it.description.output_conversion.is_some())
    };
    match edi.capability_direction {
        Some(direction) => direction,
        None if outbound() => CapabilityDirection::Outbound,
        None => CapabilityDirection::Inbound,
    }
}

/// Why a file in a watched bucket started no job, if it looks as if it was to start one.
///
/// Source: Assumption A-79.
fn missed(state: &State, created: &ObjectCreated<'_>) -> Option<&'static str> {
    let within = |location: &S3Location| {
        let key = folder(location.key.as_deref().unwrap_or_default());
        location.bucket_name.as_deref() == Some(created.bucket) && created.key.starts_with(&key)
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

/// The folders that a partnership's files are put into, for those of its capabilities that are
/// named.
pub(crate) fn folders(state: &State, partnership: &GetPartnershipResponse) -> Vec<Location> {
    let capabilities = partnership.capabilities.iter().flatten();
    let watched = capabilities.filter_map(|id| {
        let capability = state.capability(id).ok()?;
        Some(Watch::new(&capability.description, partnership, state)?.folder())
    });
    watched.collect()
}

/// Makes folders; a bucket that is not there or may not be written does not keep a partnership
/// from being made.
pub(crate) async fn make_folders(ctx: &Ctx<'_>, folders: Vec<Location>) {
    for Location { bucket, key } in folders {
        let objects = &ctx.works.environment.objects;
        let account = &ctx.scope.account;
        let made = objects
            .put(
                account,
                &bucket,
                &key,
                Bytes::new(),
                "application/x-directory",
            )
            .await;
        if let Err(error) = made {
            tracing::warn!(bucket, key, %error, "a partnership's folder could not be made");
        }
    }
}
