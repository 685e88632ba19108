//! Resets parts of a server to their state after the start.

use crate::app::App;
use crate::init;
use crate::objects::Objects;
use crate::start_error::{ArmError, ResetError};

/// A part of a server that can be reset separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Fault rules, the latency, scenarios and the recording; the configured rules are armed again.
    Faults,
    /// The counters of the fault rules.
    Counters,
    /// The states of scenarios.
    Scenarios,
    /// The seed of draws and, if it is configured, of ids.
    Seed,
    Clock,
    /// Jobs; unfinished ones are ended.
    Jobs,
    /// Buckets and objects of the embedded S3.
    Objects,
    /// Resources, jobs, stored replies, history, buckets and objects, documents of the other
    /// services, and the state of polled folders. Resources from `--init` are created again.
    State,
    /// The list of events, and those that are queued for sinks.
    Events,
    /// The list of log records, and those that are queued for sinks.
    Logs,
    /// Dead letters.
    DeadLetter,
    Journal,
    Metrics,
}

/// Every part with its name.
pub(crate) const PARTS: [(&str, Part); 13] = [
    ("faults", Part::Faults),
    ("counters", Part::Counters),
    ("scenarios", Part::Scenarios),
    ("seed", Part::Seed),
    ("clock", Part::Clock),
    ("jobs", Part::Jobs),
    ("objects", Part::Objects),
    ("state", Part::State),
    ("events", Part::Events),
    ("logs", Part::Logs),
    ("dead", Part::DeadLetter),
    ("journal", Part::Journal),
    ("metrics", Part::Metrics),
];

/// The scope of a reset: all accounts and regions, or some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
}

/// Resets parts in the order of their dependencies, whatever order they are named in.
///
/// # Errors
///
/// The disk refuses it, or the resources of `--init` cannot be created.
pub(crate) async fn reset(app: &App, parts: &[Part], scope: &Scope) -> Result<(), ResetError> {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    for part in &parts {
        match part {
            Part::Faults => faults(app)?,
            Part::Counters => app.faults.reset_counters(),
            Part::Scenarios => app.faults.reset_scenarios(),
            Part::Seed => app.reset_seed(),
            Part::Clock => app.clock.reset(),
            Part::Jobs => app.service.reset_jobs().await?,
            Part::Objects => app.objects.reset(None).await?,
            Part::State => state(app, scope).await?,
            Part::Events => app.event_log.reset_events(),
            Part::Logs => app.event_log.reset_records(),
            Part::DeadLetter => app.event_log.sinks.clear_dead_letters(),
            Part::Journal => app.journal.reset(),
            Part::Metrics => metrics(app),
        }
    }
    Ok(())
}

fn faults(app: &App) -> Result<(), ArmError> {
    app.faults.set_latency_ms(0);
    app.job_faults.forget();
    app.arm(app.faults.seed())
}

fn metrics(app: &App) {
    app.metrics.reset();
    app.service.reset_job_counts();
    app.event_log.sinks.reset_counts();
}

/// Removes resources and, as buckets are of no region, objects unless a region is named.
async fn state(app: &App, scope: &Scope) -> Result<(), ResetError> {
    let (account, region) = (scope.account.as_deref(), scope.region.as_deref());
    app.service.reset(account, region).await?;
    let cleared = app.documents.reset(account, region).await;
    cleared?;
    if region.is_none() {
        app.objects.reset(account).await?;
    }
    if account.is_none() && region.is_none() {
        app.job_faults.forget();
        settle_events(app).await;
        // Events that were queued when the objects were removed may have started jobs.
        app.service.reset(None, None).await?;
        init::apply(app).await?;
    }
    Ok(())
}

/// Waits until the watcher has received the events of all existing objects.
async fn settle_events(app: &App) {
    /// More iterations than there can be events.
    const TURNS: usize = 10_000;
    if let Objects::Embedded(s3) = &app.objects {
        for _ in 0..TURNS {
            if s3.pending_events() == 0 {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}
