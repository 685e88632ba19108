//! The definition of a stack in a request.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::Tags;
use b2bi_local_stacks::{DefinitionRequest, ParameterRequest};

use super::super::form::Form;
use super::CloudFormation;
use super::errors::{validation, wire};

/// The longest template in a request, in bytes.
///
/// Source: quotas of CloudFormation.
const LONGEST_BODY: usize = 51_200;
/// The maximum number of tags of a stack.
const MOST_TAGS: usize = 50;

/// Members of requests that are not supported. A request with one is an error.
const UNSUPPORTED: &[&str] = &[
    // There is no CloudWatch, so alarms cannot be checked.
    "RollbackConfiguration.RollbackTriggers.member",
];
/// The maximum time after an operation for which rollback triggers are monitored, in minutes.
///
/// Source: the service model of CloudFormation, `2010-05-15`.
const LONGEST_MONITORING: u32 = 180;

/// Where the template of a request is.
#[derive(Clone, Debug, Default)]
pub(super) struct TemplateLocation {
    body: Option<String>,
    url: Option<String>,
    use_previous: bool,
}

/// The definition of a stack, and where its template is.
#[derive(Clone, Debug)]
pub(super) struct Requested {
    location: TemplateLocation,
    request: DefinitionRequest,
}

impl TemplateLocation {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let location = Self {
            body: form.optional("TemplateBody", (1, LONGEST_BODY), |_| true),
            url: form.optional("TemplateURL", (1, 5120), |_| true),
            use_previous: form.boolean("UsePreviousTemplate").unwrap_or(false),
        };
        let given = [
            location.body.is_some(),
            location.url.is_some(),
            location.use_previous,
        ];
        if given.into_iter().filter(|given| *given).count() > 1 {
            let message =
                "You may only specify one of TemplateBody, TemplateURL and UsePreviousTemplate.";
            return Err(validation(message));
        }
        Ok(location)
    }

    /// The text of the template; `None` to use that of the stack.
    pub(super) async fn text(
        self,
        service: &CloudFormation,
        scope: &Scope,
    ) -> Result<Option<String>, ServiceError> {
        match (self.body, self.url) {
            (Some(body), _) => Ok(Some(body)),
            (None, Some(url)) => {
                let read = service.stacks.template_at(scope, &url).await;
                read.map(Some).map_err(wire)
            }
            (None, None) if self.use_previous => Ok(None),
            (None, None) => {
                let message = "Either Template URL or Template Body must be specified.";
                Err(validation(message))
            }
        }
    }

    /// Whether the request names no template.
    pub(super) fn is_empty(&self) -> bool {
        self.body.is_none() && self.url.is_none()
    }
}

impl Requested {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        if let Some(name) = UNSUPPORTED.iter().find(|name| form.has(name)) {
            return Err(validation(format!("{name} is not supported here")));
        }
        // Nothing has to become stable here, so both modes are the same. Source: Assumption A-357.
        form.choice("DeploymentConfig.Mode", &["STANDARD", "EXPRESS"]);
        Ok(Self {
            location: TemplateLocation::read(form)?,
            request: DefinitionRequest {
                template: None,
                parameters: parameters(form),
                tags: tags(form)?,
                capabilities: capabilities(form)?,
                notification_arns: form.list("NotificationARNs"),
                role_arn: form.optional("RoleARN", (20, 2048), |_| true),
                resource_types: form.list("ResourceTypes"),
                monitoring_minutes: monitoring_minutes(form),
                timeout_minutes: form.number("TimeoutInMinutes", (1, u32::MAX)),
            },
        })
    }

    pub(super) async fn resolved(
        self,
        service: &CloudFormation,
        scope: &Scope,
    ) -> Result<DefinitionRequest, ServiceError> {
        Ok(DefinitionRequest {
            template: self.location.text(service, scope).await?,
            ..self.request
        })
    }
}

/// An empty list of triggers removes triggers, like none.
fn monitoring_minutes(form: &mut Form) -> Option<u32> {
    form.list("RollbackConfiguration.RollbackTriggers");
    form.number(
        "RollbackConfiguration.MonitoringTimeInMinutes",
        (0, LONGEST_MONITORING),
    )
}

fn parameters(form: &mut Form) -> Vec<ParameterRequest> {
    let parameters = form.structures("Parameters").unwrap_or_default();
    let parameters = parameters.into_iter().map(|mut members| ParameterRequest {
        key: members.remove("ParameterKey").unwrap_or_default(),
        value: members.remove("ParameterValue"),
        use_previous_value: members.remove("UsePreviousValue").as_deref() == Some("true"),
    });
    parameters.collect()
}

fn tags(form: &mut Form) -> Result<Option<Tags>, ServiceError> {
    let Some(given) = form.structures("Tags") else {
        return Ok(None);
    };
    if given.len() > MOST_TAGS {
        let message = format!("A stack has at most {MOST_TAGS} tags");
        return Err(validation(message));
    }
    let mut tags = Tags::new();
    for mut members in given {
        let key = members.remove("Key").unwrap_or_default();
        let value = members.remove("Value").unwrap_or_default();
        let is_valid = (1..=128).contains(&key.chars().count())
            && value.chars().count() <= 256
            && !key.starts_with("aws:");
        if !is_valid {
            let message = format!(
                "The tag '{key}' is not acceptable: a key has 1 to 128 characters and does not begin with \
                 aws:, a value has at most 256"
            );
            return Err(validation(message));
        }
        if tags.insert(key.clone(), value).is_some() {
            return Err(validation(format!("Duplicate tag key '{key}'")));
        }
    }
    Ok(Some(tags))
}

fn capabilities(form: &mut Form) -> Result<Vec<String>, ServiceError> {
    let given = form.list("Capabilities").unwrap_or_default();
    let known = [
        "CAPABILITY_IAM",
        "CAPABILITY_NAMED_IAM",
        "CAPABILITY_AUTO_EXPAND",
    ];
    match given.iter().find(|given| !known.contains(&given.as_str())) {
        None => Ok(given),
        Some(unknown) => Err(validation(format!(
            "1 validation error detected: Value '[{unknown}]' at 'capabilities' failed to satisfy \
             constraint: Member must satisfy constraint: [Member must satisfy enum value set: [{}]]",
            known.join(", ")
        ))),
    }
}
