//! Who answers a request.

use b2bi_local_dispatcher::{Route, ServiceError, cors, route};
use b2bi_local_objects::EmbeddedS3;
use http::Method;
use http::header::HOST;
use http::request::Parts;

use super::connection_state::{Client, ConnectionState};
use super::early_errors::{refused, two_hosts};
use super::facts::{RequestHeaders, header};
use super::upstream::Upstream;
use crate::admin;
use crate::app::App;
use crate::objects::{External, Objects};
use crate::system::Uuid;
use crate::traffic::Traffic;

/// Who answers a request.
pub(super) enum Destination<'a> {
    /// The admin routes.
    Admin,
    /// A person opens the server's address, and is redirected to the console.
    Console,
    /// A CORS preflight.
    Preflight,
    /// The request is refused.
    Refused(ServiceError),
    /// Another server.
    Upstream(&'a Upstream, Client),
    /// The embedded S3.
    Objects(&'a EmbeddedS3, Client),
    /// The objects are in an S3 to which requests cannot be passed on, so this one is refused.
    ObjectsElsewhere(&'a External),
    /// Another endpoint or a recording, for calls of the B2BI API.
    Traffic(&'a Traffic, Client, Result<Route<'a>, ServiceError>),
    /// A service, or an error if none was found.
    Service(Client, Result<Route<'a>, ServiceError>),
}

impl<'a> Destination<'a> {
    /// Finds the destination from the head alone.
    pub(super) fn of(
        app: &'a App,
        connection_state: &ConnectionState,
        head: &Parts,
        request_headers: &RequestHeaders<'_>,
        request_id: Uuid,
    ) -> Self {
        if request_headers.has_hosts {
            return Self::Refused(two_hosts());
        }
        if admin::is_admin(app, head.uri.path()) {
            return Self::Admin;
        }
        if request_headers.is_browsers {
            if let Err(error) = app.config.access.browser(head) {
                return Self::Refused(refused(error));
            }
            if admin::opens_console(app, head) && !is_for_a_bucket(app, head) {
                return Self::Console;
            }
        }
        if cors::is_preflight(head) && !is_for_a_bucket(app, head) {
            return Self::Preflight;
        }
        let client =
            connection_state.client(&app.config.accounts, head, request_headers, request_id);
        let route = route(head, &app.endpoints);
        if let Some(traffic) = app.traffic.as_ref().filter(|_| Traffic::takes(head)) {
            return Self::Traffic(traffic, client, route);
        }
        match (app.passes_to(head, &route), route) {
            (Some(upstream), _) => Self::Upstream(upstream, client),
            (None, Ok(Route::Objects)) => match &app.objects {
                Objects::Embedded(s3) => Self::Objects(s3, client),
                Objects::External(external) => Self::ObjectsElsewhere(external),
            },
            (None, route) => Self::Service(client, route),
        }
    }
}

impl Destination<'_> {
    /// Whether the destination leaves the body of a request with this method unread.
    pub(super) fn ignores_body(&self, method: &Method) -> bool {
        match self {
            Self::Console | Self::Preflight => true,
            Self::Objects(..) => !matches!(*method, Method::POST | Method::PUT),
            _ => false,
        }
    }
}

/// Whether the host of a request names a bucket, whose CORS rules apply to pages.
fn is_for_a_bucket(app: &App, head: &Parts) -> bool {
    match &app.objects {
        Objects::Embedded(s3) => !s3.target("/", header(head, HOST)).bucket.is_empty(),
        Objects::External(_) => false,
    }
}
