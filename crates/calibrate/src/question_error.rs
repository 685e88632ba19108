//! Why a question was not asked to its end.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::endpoint::{EndpointError, Response};
use crate::variables::VariableError;

/// Why a question was not asked to its end; a recording keeps the words.
#[derive(Clone, Debug)]
pub(crate) enum QuestionError {
    /// A request needs a value that no reply gave.
    Variable(VariableError),
    /// There was no reply.
    Endpoint(Arc<EndpointError>),
    /// A request of a setup was answered with an error.
    Refused(String),
    /// The setup of this name failed.
    Setup(String, Arc<QuestionError>),
}

impl QuestionError {
    /// The error reply to a request of a setup.
    pub(crate) fn refused(call: &str, response: &Response) -> Self {
        const MOST: usize = 300;
        let name = response.error_type().unwrap_or_default();
        let text: String = response.text().chars().take(MOST).collect();
        Self::Refused(format!("{call}: {} {name} {text}", response.status))
    }
}

impl fmt::Display for QuestionError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(error) => error.fmt(out),
            Self::Endpoint(error) => error.fmt(out),
            Self::Refused(reply) => out.write_str(reply),
            Self::Setup(name, error) => write!(out, "setup {name} failed: {error}"),
        }
    }
}

impl Error for QuestionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Variable(error) => Some(error),
            Self::Endpoint(error) => Some(error.as_ref()),
            Self::Refused(_) => None,
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
