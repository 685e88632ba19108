//! A webhook: each event is sent in its own request.

use std::sync::Arc;

use async_trait::async_trait;
use http::Uri;

use super::http::{Client, post, shown};
use super::{DeliveryError, Outcome, Sink};
use crate::event_log::EventBridgeEvent;

/// Posts each event, as `EventBridge` delivers it, as JSON.
pub(super) struct Webhook {
    client: Client,
    url: Uri,
}

impl Webhook {
    pub(super) fn new(client: &Client, url: &Uri) -> Self {
        Self {
            client: client.clone(),
            url: url.clone(),
        }
    }

    async fn post(&self, delivery: &EventBridgeEvent) -> Outcome {
        let body = serde_json::to_vec(delivery).map_err(DeliveryError::permanent)?;
        let head = post(&self.url, "application/json");
        self.client.send(head, body).await?.accepted()
    }
}

#[async_trait]
impl Sink<EventBridgeEvent> for Webhook {
    fn name(&self) -> String {
        format!("webhook {}", shown(&self.url))
    }

    fn most(&self) -> usize {
        1
    }

    async fn send(&self, items: &[Arc<EventBridgeEvent>]) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(items.len());
        for item in items {
            outcomes.push(self.post(item).await);
        }
        outcomes
    }
}
