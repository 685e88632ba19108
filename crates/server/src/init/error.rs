//! Why the initial state cannot be applied.

use std::fmt;
use std::io;

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_objects::ObjectError;
use b2bi_local_stacks::{StackError, Status};

use crate::objects::CreateBucketError;

/// The initial state cannot be created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitError {
    /// Something is wrong with a file, a folder or a resource.
    #[error("{place}: {source}")]
    At {
        /// The path, or the kind and name of the resource.
        place: String,
        source: Box<InitError>,
    },
    #[error("cannot be read: {0}")]
    Folder(#[source] io::Error),
    #[error(transparent)]
    File(#[from] io::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Yaml(#[from] serde_saphyr::Error),
    #[error(transparent)]
    Task(#[from] tokio::task::JoinError),
    #[error("{name} is not a {kind}; {}", KnownNames(.known))]
    UnknownName {
        name: String,
        kind: String,
        /// The existing names.
        known: Vec<String>,
    },
    #[error("bucket {bucket} cannot be made: {source}")]
    Bucket {
        bucket: String,
        source: CreateBucketError,
    },
    #[error("object {bucket}/{key}: {source}")]
    Object {
        bucket: String,
        key: String,
        source: ObjectError,
    },
    #[error("there is no service")]
    NoService,
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("{}", .0.message)]
    Stack(#[source] StackError),
    #[error("the stack {name} is {status}{reason}")]
    StackStatus {
        name: String,
        status: Status,
        /// The first resource that failed and why, after a colon; or empty.
        reason: String,
    },
    #[error(
        "the stack is named by its file, and '{0}' is no name of a stack: use letters, digits and hyphens"
    )]
    StackName(String),
}

impl InitError {
    /// The error with the place that it is about.
    pub(super) fn at(self, place: impl fmt::Display) -> Self {
        Self::At {
            place: place.to_string(),
            source: Box::new(self),
        }
    }
}

/// The existing names, in a sentence.
struct KnownNames<'a>(&'a [String]);

impl fmt::Display for KnownNames<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => out.write_str("there are none"),
            names => write!(out, "there are {}", names.join(", ")),
        }
    }
}
