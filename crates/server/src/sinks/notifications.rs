//! Queues, topics, functions and buses that S3 notifies, on AWS or on an emulator.

use std::sync::Arc;

use async_trait::async_trait;
use b2bi_local_objects::TargetKind;
use http::Uri;
use http::header::{HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};

use super::aws::{AwsEndpoint, CallerScope, SQS};
use super::http::{Client, post, shown};
use super::{DeliveryError, Outcome, Sink};
use crate::config::SinksConfig;

const FORM: &str = "application/x-www-form-urlencoded";
/// The subject of mails that a topic sends. Source: docs of S3's notifications.
const SUBJECT: &str = "Amazon S3 Notification";
const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
/// The action if there is no destination for notifications.
const NO_ENDPOINT: &str =
    "no endpoint takes S3 notifications: set --upstream or --s3-notifications-endpoint";

/// A notification for one target.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct S3Notification {
    /// The account that owns the bucket.
    pub(crate) account: String,
    pub(crate) region: String,
    #[serde(skip)]
    pub(crate) kind: TargetKind,
    /// The ARN of the target; for `EventBridge` that of the default bus.
    pub(crate) target: String,
    /// The document that the target gets; for `EventBridge` an entry of `PutEvents`.
    pub(crate) message: Value,
}

/// Sends notifications to the services at an endpoint.
pub(super) struct Notifications {
    endpoint: Option<Endpoints>,
}

struct Endpoints {
    url: Uri,
    queues: AwsEndpoint,
    topics: AwsEndpoint,
    functions: AwsEndpoint,
    buses: AwsEndpoint,
}

impl Notifications {
    pub(super) fn new(client: &Client, config: &SinksConfig) -> Self {
        let credentials = config.credentials.as_ref();
        let endpoint = config.notifications.as_ref().map(|url| {
            let service = |names| AwsEndpoint::new(client, url, credentials, names);
            Endpoints {
                url: url.clone(),
                queues: service(SQS),
                topics: service(("sns", "")),
                functions: service(("lambda", "")),
                buses: service(("events", "AWSEvents")),
            }
        });
        Self { endpoint }
    }

    async fn notify(&self, notification: &S3Notification) -> Outcome {
        let endpoint = self.endpoint.as_ref();
        let endpoint = endpoint.ok_or_else(|| DeliveryError::permanent(NO_ENDPOINT))?;
        match notification.kind {
            TargetKind::Queue => endpoint.queue(notification).await,
            TargetKind::Topic => endpoint.topic(notification).await,
            TargetKind::Function => endpoint.function(notification).await,
            TargetKind::EventBridge => endpoint.bus(notification).await,
        }
    }
}

#[async_trait]
impl Sink<S3Notification> for Notifications {
    fn name(&self) -> String {
        let url = self.endpoint.as_ref().map(|endpoint| shown(&endpoint.url));
        format!(
            "s3-notifications {}",
            url.as_deref().unwrap_or("without an endpoint")
        )
    }

    fn most(&self) -> usize {
        1
    }

    async fn send(&self, items: &[Arc<S3Notification>]) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(items.len());
        for item in items {
            outcomes.push(self.notify(item).await);
        }
        outcomes
    }
}

impl Endpoints {
    async fn queue(&self, notification: &S3Notification) -> Outcome {
        let target = Target::of(notification)?;
        let authority = self
            .url
            .authority()
            .map_or("localhost", |authority| authority.as_str());
        let scheme = self.url.scheme_str().unwrap_or("http");
        let (account, name) = (target.account, target.name);
        let input = json!({
            "QueueUrl": format!("{scheme}://{authority}/{account}/{name}"),
            "MessageBody": notification.message.to_string(),
        });
        let sent = self
            .queues
            .call(target.scope(), "SendMessage", &input)
            .await;
        sent.map(drop).map_err(|error| error.failure)
    }

    async fn topic(&self, notification: &S3Notification) -> Outcome {
        let target = Target::of(notification)?;
        let message = notification.message.to_string();
        let form = form(&[
            ("Action", "Publish"),
            ("Version", "2010-03-31"),
            ("TopicArn", &notification.target),
            ("Subject", SUBJECT),
            ("Message", &message),
        ]);
        let head = post(&self.url, FORM);
        let reply = self.topics.send(target.scope(), head, form.into_bytes());
        reply.await?.accepted()
    }

    async fn function(&self, notification: &S3Notification) -> Outcome {
        let target = Target::of(notification)?;
        let arn = utf8_percent_encode(&notification.target, NON_ALPHANUMERIC);
        let path = format!("/2015-03-31/functions/{arn}/invocations");
        let mut parts = self.url.clone().into_parts();
        let invalid = |error: http::Error| DeliveryError::permanent(error);
        parts.path_and_query = Some(
            path.parse()
                .map_err(|error| invalid(http::Error::from(error)))?,
        );
        let url = Uri::from_parts(parts).map_err(|error| invalid(error.into()))?;
        let mut head = post(&url, "application/json");
        let event = HeaderValue::from_static("Event");
        head.headers.insert(INVOCATION_TYPE, event);
        let body = notification.message.to_string().into_bytes();
        self.functions
            .send(target.scope(), head, body)
            .await?
            .accepted()
    }

    async fn bus(&self, notification: &S3Notification) -> Outcome {
        let input = json!({"Entries": [notification.message]});
        let scope = CallerScope {
            account: &notification.account,
            region: &notification.region,
        };
        let reply = self.buses.call(scope, "PutEvents", &input).await;
        let reply = reply.map_err(|error| error.failure)?;
        super::event_bridge::outcomes(&reply, 1)
            .pop()
            .unwrap_or(Ok(()))
    }
}

/// The target of an ARN.
struct Target<'a> {
    region: &'a str,
    account: &'a str,
    name: &'a str,
}

impl<'a> Target<'a> {
    fn of(notification: &'a S3Notification) -> Result<Self, DeliveryError> {
        let parts: Vec<&str> = notification.target.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", _, _, region, account, name] => Ok(Self {
                region,
                account,
                name,
            }),
            _ => Err(DeliveryError::permanent(format!(
                "{} is not the ARN of a queue, topic or function",
                notification.target
            ))),
        }
    }

    /// The caller is the account of the target: its queue, and no other's, gets the message.
    fn scope(&self) -> CallerScope<'a> {
        CallerScope {
            account: self.account,
            region: self.region,
        }
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let field = |(name, value): &(&str, &str)| {
        format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
    };
    fields.iter().map(field).collect::<Vec<_>>().join("&")
}
