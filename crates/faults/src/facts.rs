//! The facts about a request from which the engine decides.

use serde_json::Value;

/// The facts about one request, as borrowed texts; an absent fact matches no pattern.
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
    /// The ids of the resources that the request is about, the one most to the point first.
    pub resources: &'a [&'a str],
    /// The attempt as the SDK counts, from 1.
    pub attempt: Option<u64>,
    /// The SDK's id of the call, the same for all its attempts.
    pub invocation: Option<&'a str>,
    /// The body, when it is JSON.
    pub body: Option<&'a Value>,
    /// The handler's result, once it has answered.
    pub result: Option<Answered<'a>>,
    /// Finds a header by the name in a rule; it must ignore case.
    pub header: &'a (dyn Fn(&str) -> Option<&'a str> + 'a),
}

/// The result of a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered<'a> {
    /// The status of the reply.
    pub status: u16,
    /// The error's code; `None` for success.
    pub code: Option<&'a str>,
}

impl Default for Facts<'_> {
    /// A request without known facts.
    fn default() -> Self {
        Self {
            service: "",
            region: "",
            operation: "",
            account: "",
            access_key: None,
            app_id: None,
            user_agent: None,
            resources: &[],
            attempt: None,
            invocation: None,
            body: None,
            result: None,
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
