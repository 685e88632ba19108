//! Deletes what runs have created. It finds these things by name and tag, so it works after a
//! crash too.

use std::error::Error;
use std::fmt;

use serde_json::{Value, json};

use crate::build::{TAG, b2bi_request, encoded, logs_request, rest_request};
use crate::clean_stacks::clean_stacks;
use crate::endpoint::{Endpoint, EndpointError, Response};
use crate::listing::{KINDS, Kind, all_items};
use crate::retry::send;

/// The prefix of the names of all runs.
pub const PREFIX: &str = "b2bi-local-calibration-";

/// What to delete.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The prefix of the names: [`PREFIX`], or that and the name of a run.
    pub prefix: String,
    /// A bucket of the user's, in which a run has put objects.
    pub bucket: Option<String>,
}

/// A resource of a run that still exists.
#[derive(Debug)]
pub struct CleanError {
    /// What could not be done, each with its reason.
    pub problems: Vec<String>,
}

impl fmt::Display for CleanError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "not everything could be deleted; `b2bi-local record --clean` tries again: {}",
            self.problems.join("; ")
        )
    }
}

impl Error for CleanError {}

/// Deletes everything in the scope, and returns how many things that were.
///
/// # Errors
///
/// A resource still exists.
pub async fn clean<E: Endpoint + ?Sized>(endpoint: &E, scope: &Scope) -> Result<usize, CleanError> {
    let mut sweep = Sweep {
        endpoint,
        scope,
        deleted: 0,
        problems: Vec::new(),
        log_groups: Vec::new(),
    };
    let stacks = clean_stacks(endpoint, &scope.prefix).await;
    sweep.deleted = stacks.deleted;
    sweep.problems = stacks.problems;
    for kind in KINDS {
        sweep.resources(kind).await;
    }
    sweep.log_groups().await;
    sweep.buckets().await;
    if let Some(bucket) = &scope.bucket {
        sweep.empty(bucket, &scope.prefix).await;
    }
    if sweep.problems.is_empty() {
        Ok(sweep.deleted)
    } else {
        Err(CleanError {
            problems: sweep.problems,
        })
    }
}

struct Sweep<'a, E: ?Sized> {
    endpoint: &'a E,
    scope: &'a Scope,
    deleted: usize,
    problems: Vec<String>,
    /// Log groups of profiles, which outlive these.
    log_groups: Vec<String>,
}

impl<E: Endpoint + ?Sized> Sweep<'_, E> {
    async fn resources(&mut self, kind: &Kind) {
        let items = match all_items(self.endpoint, kind).await {
            Ok(items) => items,
            Err(error) => {
                self.problems.push(format!("{}: {error}", kind.list));
                return;
            }
        };
        for item in items {
            let is_ours = item.name.starts_with(&self.scope.prefix);
            if is_ours && self.has_tag(kind, &item.id).await {
                let request = b2bi_request(kind.delete, &json!({ (kind.id): item.id }));
                let response = send(self.endpoint, &request).await;
                self.note(&format!("{} {}", kind.delete, item.name), response);
            }
        }
    }

    /// Whether a resource has the tag of a run; one whose tags cannot be read is not touched.
    async fn has_tag(&mut self, kind: &Kind, id: &str) -> bool {
        let tags = self.tags(kind, id).await;
        match tags {
            Ok(tags) => tags.iter().any(|tag| tag["Key"] == TAG),
            Err(error) => {
                self.problems.push(format!("tags of {id}: {error}"));
                false
            }
        }
    }

    async fn tags(&mut self, kind: &Kind, id: &str) -> Result<Vec<Value>, EndpointError> {
        let described = b2bi_request(kind.get, &json!({ (kind.id): id }));
        let described = members(&send(self.endpoint, &described).await?)?;
        let group = described.get("logGroupName").and_then(Value::as_str);
        self.log_groups.extend(group.map(str::to_owned));
        let arn = described.get(kind.arn).cloned().unwrap_or_default();
        let listed = b2bi_request("ListTagsForResource", &json!({ "ResourceARN": arn }));
        let mut listed = members(&send(self.endpoint, &listed).await?)?;
        match listed.get_mut("Tags").map(Value::take) {
            Some(Value::Array(tags)) => Ok(tags),
            _ => Ok(Vec::new()),
        }
    }

    /// Deletes the log groups of profiles. A server without this operation deletes them by itself.
    async fn log_groups(&mut self) {
        for group in std::mem::take(&mut self.log_groups) {
            let delete = logs_request("DeleteLogGroup", &json!({ "logGroupName": group }));
            let response = send(self.endpoint, &delete).await;
            self.note(&format!("DeleteLogGroup {group}"), response);
        }
    }

    /// Records whether something was deleted; an already missing resource is not a problem.
    fn note(&mut self, what: &str, response: Result<Response, EndpointError>) {
        match response {
            Ok(response) if response.status < 400 => self.deleted = self.deleted.saturating_add(1),
            Ok(response) if response.status == 404 => {}
            Ok(response) => {
                let name = response.error_type().unwrap_or_default();
                if !["ResourceNotFoundException", "UnknownOperationException"].contains(&&*name) {
                    self.problems
                        .push(format!("{what}: {} {name}", response.status));
                }
            }
            Err(error) => self.problems.push(format!("{what}: {error}")),
        }
    }

    async fn buckets(&mut self) {
        let listed = rest_request("s3", "GET /", String::new());
        let text = match send(self.endpoint, &listed).await {
            Ok(response) if response.status < 400 => response.text(),
            Ok(response) => {
                self.problems
                    .push(format!("ListBuckets: {}", response.status));
                return;
            }
            Err(error) => {
                self.problems.push(format!("ListBuckets: {error}"));
                return;
            }
        };
        for name in elements(&text, "Name") {
            if name.starts_with(&self.scope.prefix) {
                self.bucket(&name).await;
            }
        }
    }

    /// Deletes a bucket. One without the tag, whose run ended between two requests, must be empty.
    async fn bucket(&mut self, name: &str) {
        let tags = rest_request("s3", &format!("GET /{name}?tagging"), String::new());
        let is_tagged = match send(self.endpoint, &tags).await {
            Ok(response) => elements(&response.text(), "Key")
                .iter()
                .any(|key| key == TAG),
            Err(_) => false,
        };
        if is_tagged {
            self.empty(name, "").await;
        }
        let delete = rest_request("s3", &format!("DELETE /{name}"), String::new());
        let response = send(self.endpoint, &delete).await;
        self.note(&format!("DeleteBucket {name}"), response);
    }

    /// Deletes the objects below a prefix with all versions, and uploads that were not completed.
    async fn empty(&mut self, bucket: &str, prefix: &str) {
        let prefix = encoded(prefix);
        self.each(
            bucket,
            &format!("versions&prefix={prefix}"),
            "VersionId",
            "versionId",
        )
        .await;
        self.each(
            bucket,
            &format!("uploads&prefix={prefix}"),
            "UploadId",
            "uploadId",
        )
        .await;
    }

    async fn each(&mut self, bucket: &str, list: &str, element: &str, parameter: &str) {
        // Deleted entries leave the list, so its first page is read until it is empty.
        const PAGES: usize = 1_000;
        for _ in 0..PAGES {
            let listed = rest_request("s3", &format!("GET /{bucket}?{list}"), String::new());
            let text = match send(self.endpoint, &listed).await {
                Ok(response) if response.status < 400 => response.text(),
                Ok(response) if response.status == 404 => return,
                Ok(response) => {
                    self.problems
                        .push(format!("list of {bucket}: {}", response.status));
                    return;
                }
                Err(error) => {
                    self.problems.push(format!("list of {bucket}: {error}"));
                    return;
                }
            };
            let keys = elements(&text, "Key");
            let ids = elements(&text, element);
            let before = self.problems.len();
            for (key, id) in keys.iter().zip(&ids) {
                let key = encoded(key).replace("%2F", "/");
                let target = format!("DELETE /{bucket}/{key}?{parameter}={}", encoded(id));
                let response =
                    send(self.endpoint, &rest_request("s3", &target, String::new())).await;
                self.note(&format!("DeleteObject {key}"), response);
            }
            if keys.is_empty() || self.problems.len() > before {
                return;
            }
        }
    }
}

/// The members of a successful reply.
fn members(response: &Response) -> Result<Value, EndpointError> {
    if response.status >= 400 {
        let name = response.error_type().unwrap_or_default();
        return Err(EndpointError::message(format!(
            "{} {name}",
            response.status
        )));
    }
    serde_json::from_slice(&response.body)
        .map_err(|error| EndpointError::new("the reply is not JSON", error))
}

/// The texts of all elements of a name.
pub(crate) fn elements(xml: &str, name: &str) -> Vec<String> {
    let open = format!("<{name}>");
    xml.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split('<').next())
        .map(|text| text.replace("&amp;", "&"))
        .collect()
}
