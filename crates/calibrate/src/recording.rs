//! The file of recorded answers. Its layout is suitable for git.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::battery::RequestTemplate;
use crate::endpoint::error_type;
use crate::traffic::TRAFFIC;

/// The value of the member `format`.
const FORMAT: &str = "b2bi-local-recording";
/// The version of the form of recordings that this program writes, and the newest that it reads.
const VERSION: u32 = 2;

/// The answers to questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recording {
    /// `b2bi-local-recording`.
    pub format: String,
    /// The version of this form.
    pub version: u32,
    /// The version of the program that recorded.
    pub recorded_by: String,
    /// The day, as `2026-11-29`.
    pub date: String,
    /// The region.
    pub region: String,
    /// `aws`, or `endpoint` if another server was asked.
    pub source: String,
    /// The answers, in the order of the questions.
    pub answers: Vec<Answer>,
    /// Placeholders in the calls of a user, and the form of what they represent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub placeholders: BTreeMap<String, String>,
    /// Questions that could not be asked, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
}

/// The reply to one request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// The question.
    pub question: String,
    /// The step of the question.
    pub step: String,
    /// The assumptions that it is about.
    pub assumptions: Vec<String>,
    /// The request, with variables instead of values.
    pub request: RequestTemplate,
    /// The HTTP status.
    pub status: u16,
    /// Headers that matter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body: of JSON and of errors in XML its members, else its text.
    pub body: Value,
    /// The form of ids that the reply gave.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_shapes: BTreeMap<String, String>,
    /// The sort order of a list's items, if it is by id: `id` or `id reversed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sorted_by: Option<String>,
    /// How many items the first page of a list had which others followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<usize>,
    /// How long was waited until the reply was the last one, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waited_ms: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A question that was not asked to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// The question.
    pub question: String,
    /// The assumptions that it is about.
    pub assumptions: Vec<String>,
    /// The reason.
    pub reason: String,
}

/// A file that is not a recording, or one of a newer program.
#[derive(Debug)]
pub enum RecordingError {
    /// Not JSON, or not of the form.
    Malformed(serde_json::Error),
    /// JSON of another kind.
    Format(String),
    /// It has a newer version.
    Version(u32),
}

impl fmt::Display for RecordingError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(out, "is not a recording: {error}"),
            Self::Format(format) => {
                write!(
                    out,
                    "is not a recording: its format is '{format}', not '{FORMAT}'"
                )
            }
            Self::Version(version) => write!(
                out,
                "has version {version} of the format; this program reads up to {VERSION}: use a newer b2bi-local"
            ),
        }
    }
}

impl Error for RecordingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            Self::Format(_) | Self::Version(_) => None,
        }
    }
}

/// The members that show whether the rest can be read.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: String,
    #[serde(default)]
    version: u32,
}

impl Recording {
    /// An empty recording.
    #[must_use]
    pub fn new(region: &str, source: &str, date: &str) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            recorded_by: env!("CARGO_PKG_VERSION").to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            source: source.to_owned(),
            answers: Vec::new(),
            placeholders: BTreeMap::new(),
            skipped: Vec::new(),
        }
    }

    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// The text is not one that this program can read.
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        let head: Head = serde_json::from_str(text).map_err(RecordingError::Malformed)?;
        if head.format != FORMAT {
            return Err(RecordingError::Format(head.format));
        }
        if head.version == 0 || head.version > VERSION {
            return Err(RecordingError::Version(head.version));
        }
        serde_json::from_str(text).map_err(RecordingError::Malformed)
    }

    /// The text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        file_text(self)
    }

    /// The answer to a step of a question.
    #[must_use]
    pub fn answer(&self, question: &str, step: &str) -> Option<&Answer> {
        let mut answers = self.answers.iter();
        answers.find(|answer| answer.question == question && answer.step == step)
    }

    /// Whether it has calls of a user, which `--upstream-b2bi` passed.
    #[must_use]
    pub fn has_traffic(&self) -> bool {
        let mut answers = self.answers.iter();
        answers.any(|answer| answer.question == TRAFFIC)
    }

    /// The names of the questions with answers, each once.
    #[must_use]
    pub fn questions(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for answer in &self.answers {
            if names.last() != Some(&answer.question) {
                names.push(answer.question.clone());
            }
        }
        names
    }
}

/// The text of a file that is suitable for git.
pub(crate) fn file_text(content: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(content).unwrap_or_default();
    text.push('\n');
    text
}

impl Answer {
    /// The name of the error, without its namespace.
    #[must_use]
    pub fn error_type(&self) -> Option<String> {
        if self.status >= 400
            && let Some(code) = self.body.get("Code").and_then(Value::as_str)
        {
            return Some(code.to_owned());
        }
        error_type(self.status, &self.headers, &self.body.to_string())
    }

    /// The text of the error.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        let names = ["Message", "message", "errorMessage"];
        names.iter().find_map(|name| self.body.get(name)?.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Recording;

    #[test]
    fn other_files_are_told_from_recordings() {
        let check = |text: &str, expected: &str| {
            let error =
                Recording::parse(text).map_or_else(|error| error.to_string(), |_| String::new());
            assert!(
                error.starts_with(expected) && error.is_empty() == expected.is_empty(),
                "{text}: {error}"
            );
        };
        let empty = Recording::new("us-east-1", "aws", "2026-11-29").to_text();
        check(&empty, "");
        check(&empty.replace("\"version\": 2", "\"version\": 1"), "");
        check(
            &empty.replace("\"version\": 2", "\"version\": 3"),
            "has version 3",
        );
        check(
            &empty.replace("\"version\": 2", "\"version\": 0"),
            "has version 0",
        );
        check(
            &empty.replace("\"region\"", "\"place\""),
            "is not a recording: unknown field",
        );
        check("{}", "is not a recording: its format is ''");
        check("[]", "is not a recording");
        check("", "is not a recording");
    }
}
