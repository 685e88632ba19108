//! The services. To add one, write a file here, or a crate, and add a line in [`all`].

pub(crate) mod b2bi;
pub(crate) mod cloudcontrol;
pub(crate) mod cloudformation;
mod form;
pub(crate) mod logs;
mod page;
pub(crate) mod ssm;
pub(crate) mod sts;

use std::sync::Arc;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::{Caller, Endpoint};
use b2bi_local_objects::ObjectStore;
use b2bi_local_registry::{Environment, Registry, SchemaError};
use b2bi_local_sigv4::Secret;
use b2bi_local_stacks::Stacks;

use self::b2bi::B2biService;
use self::cloudcontrol::CloudControl;
use self::cloudformation::{CloudFormation, ServerTemplates};
use self::logs::Logs;
use self::ssm::Ssm;
use self::sts::Sts;
use crate::config::Config;
use crate::event_log::EventLog;
use crate::upstream_stacks::UpstreamCloudFormation;

/// The services, and the stacks that the admin routes show.
pub(crate) struct Services {
    pub(crate) endpoints: Vec<Box<dyn Endpoint>>,
    pub(crate) stacks: Arc<Stacks>,
}

/// All services. B2BI is the first; of the Query services, the first answers unsigned forms.
///
/// # Errors
///
/// A schema of a resource type cannot be read.
pub(crate) fn all(
    config: &Config,
    event_log: &Arc<EventLog>,
    resources: &Environment,
    objects: &Arc<dyn ObjectStore>,
    upstream: Option<UpstreamCloudFormation>,
) -> Result<Services, SchemaError> {
    let b2bi = B2biService {
        service: Arc::clone(&resources.service),
        strict: config.strict,
        error_statuses: config.error_statuses,
    };
    let sts = Sts::new(
        resources,
        server_secret(config),
        &config.accounts.default_account,
    );
    let logs = Logs {
        event_log: Arc::clone(event_log),
        service: Arc::clone(&resources.service),
        documents: resources.documents.clone(),
    };
    let registry = registry(config, resources, upstream)?;
    let templates = Arc::new(ServerTemplates(Arc::clone(objects)));
    let stacks = Stacks::new(
        resources.clone(),
        registry.clone(),
        templates,
        config.stack_duration,
    )?;
    let registry = Arc::new(registry);
    let cloud_control = CloudControl::new(&registry, resources, config.resource_duration);
    let ssm = Ssm {
        parameters: Arc::clone(&resources.parameters),
    };
    let cloud_formation = CloudFormation {
        stacks: Arc::clone(&stacks),
    };
    let endpoints: Vec<Box<dyn Endpoint>> = vec![
        Box::new(b2bi),
        Box::new(sts),
        Box::new(logs),
        Box::new(cloud_control),
        Box::new(cloud_formation),
        Box::new(ssm),
    ];
    Ok(Services { endpoints, stacks })
}

fn registry(
    config: &Config,
    resources: &Environment,
    upstream: Option<UpstreamCloudFormation>,
) -> Result<Registry, SchemaError> {
    let mut registry = Registry::new(resources.clone(), config.unknown_resources.clone())?;
    if let Some(upstream) = upstream {
        registry.set_upstream(Arc::new(upstream));
    }
    Ok(registry)
}

/// The secret from which those of temporary credentials are derived: the first configured one.
fn server_secret(config: &Config) -> Secret {
    let first = config.credentials.as_ref().and_then(|known| known.first());
    first.map_or_else(Secret::default, |first| first.secret.clone())
}

/// The account and region of a caller.
fn scope_of(caller: &Caller) -> Scope {
    Scope {
        account: Arc::clone(&caller.account),
        region: Arc::clone(&caller.region),
    }
}
