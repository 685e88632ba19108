//! The reasons why a question was not completed.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::endpoint::{EndpointError, Response};
use crate::probe::{error_line, refusal};
use crate::variables::VariableError;

/// Why a question was not completed; a recording keeps the text.
#[derive(Clone, Debug)]
pub(crate) enum QuestionError {
    /// A request needs a value that no reply gave.
    Variable(VariableError),
    /// There was no reply.
    Endpoint(Arc<EndpointError>),
    /// A request that prepares others was answered with an error.
    Refused(String),
    /// A request was refused because of its caller.
    Denied(String),
    /// AWS sends events only to rules, and no log group of a rule is named.
    NoEvents,
    /// The log group got no events.
    NoEventsCame,
    /// The setup of this name failed.
    Setup(String, Arc<QuestionError>),
}

impl QuestionError {
    /// The error reply to a request that prepares others.
    pub(crate) fn refused(call: &str, response: &Response) -> Self {
        let reply = format!("{call}: {} {}", response.status, error_line(response));
        if refusal(response).is_some() {
            Self::Denied(reply)
        } else {
            Self::Refused(reply)
        }
    }
}

impl fmt::Display for QuestionError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(error) => error.fmt(out),
            Self::Endpoint(error) => error.fmt(out),
            Self::Refused(reply) => out.write_str(reply),
            Self::Denied(reply) => write!(
                out,
                "{reply}; the caller lacks a permission, or its credentials have expired"
            ),
            Self::NoEvents => out.write_str(
                "events are read from a log group that a rule of EventBridge fills: name it with --event-log-group",
            ),
            Self::NoEventsCame => out.write_str(
                "the log group has no events of the run: does a rule of EventBridge write them there, and may it?",
            ),
            Self::Setup(name, error) => write!(out, "setup {name} failed: {error}"),
        }
    }
}

impl Error for QuestionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Variable(error) => Some(error),
            Self::Endpoint(error) => Some(error.as_ref()),
            Self::Refused(_) | Self::Denied(_) | Self::NoEvents | Self::NoEventsCame => None,
            Self::Setup(_, error) => Some(error.as_ref()),
        }
    }
}

impl From<VariableError> for QuestionError {
    fn from(error: VariableError) -> Self {
        Self::Variable(error)
    }
}

impl From<EndpointError> for QuestionError {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(Arc::new(error))
    }
}
