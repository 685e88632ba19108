//! What is known of a request when the engine is asked.

use serde_json::Value;

/// One request, in borrowed texts; what is absent matches no pattern.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The service, such as `b2bi`.
    pub service: &'a str,
    /// The region.
    pub region: &'a str,
    /// The operation, such as `CreateProfile`.
    pub operation: &'a str,
    /// The account of twelve digits.
    pub account: &'a str,
    /// The access key of the signature.
    pub access_key: Option<&'a str>,
    /// The application id in the user agent (`app/…`).
    pub app_id: Option<&'a str>,
    /// The user agent.
    pub user_agent: Option<&'a str>,
    /// The id of the resource that the request is about.
    pub resource: Option<&'a str>,
    /// The attempt as the SDK counts, from 1.
    pub attempt: Option<u64>,
    /// The SDK's id of the call, the same for all its attempts.
    pub invocation: Option<&'a str>,
    /// The body, when it is JSON.
    pub body: Option<&'a Value>,
    /// Finds a header; it is asked with the name as the rule has it and must not heed case.
    pub header: &'a (dyn Fn(&str) -> Option<&'a str> + 'a),
}

impl Default for Facts<'_> {
    /// A request of which nothing is known.
    fn default() -> Self {
        Self {
            service: "",
            region: "",
            operation: "",
            account: "",
            access_key: None,
            app_id: None,
            user_agent: None,
            resource: None,
            attempt: None,
            invocation: None,
            body: None,
            header: &|_| None,
        }
    }
}

impl std::fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Facts")
            .field("service", &self.service)
            .field("region", &self.region)
            .field("operation", &self.operation)
            .field("account", &self.account)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
