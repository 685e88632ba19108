//! The questions, as data: `fixtures/calibration/*.toml`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::endpoint::Signature;

/// The files with questions, in the order in which they are asked.
const FILES: &[(&str, &str)] = &[
    (
        "errors",
        include_str!("../../../fixtures/calibration/errors.toml"),
    ),
    (
        "resources",
        include_str!("../../../fixtures/calibration/resources.toml"),
    ),
    (
        "mapping",
        include_str!("../../../fixtures/calibration/mapping.toml"),
    ),
    (
        "parsing",
        include_str!("../../../fixtures/calibration/parsing.toml"),
    ),
    (
        "jobs",
        include_str!("../../../fixtures/calibration/jobs.toml"),
    ),
    (
        "pipelines",
        include_str!("../../../fixtures/calibration/pipelines.toml"),
    ),
    ("s3", include_str!("../../../fixtures/calibration/s3.toml")),
    (
        "signatures",
        include_str!("../../../fixtures/calibration/signatures.toml"),
    ),
    (
        "stacks",
        include_str!("../../../fixtures/calibration/stacks.toml"),
    ),
];
/// Why the other guesses are not asked.
const UNASKED: &str = include_str!("../../../fixtures/calibration/unasked.toml");

/// All questions, and the resources that they need.
#[derive(Clone, Debug, Default)]
pub struct Battery {
    /// What questions need, by name.
    pub setups: BTreeMap<String, Setup>,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// Guesses that no question asks, and the reason for each.
    pub unasked: BTreeMap<String, String>,
}

/// Resources that several questions share.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The name that questions use.
    pub name: String,
    /// Other setups that must come first.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The steps that create it.
    pub steps: Vec<Step>,
}

/// A question about AWS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name, which recordings use.
    pub id: String,
    /// The assumptions that it is about.
    pub asks: Vec<String>,
    /// The title of the question.
    pub title: String,
    /// Setups that must come first.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Why it is asked only when `--only` names it.
    pub opt_in: Option<String>,
    /// What AWS charges for it, in US dollars, at most.
    #[serde(default)]
    pub cost: f64,
    /// Whether it takes so long that the emulator does not ask itself at the start.
    #[serde(default)]
    pub slow: bool,
    /// The requests.
    pub steps: Vec<Step>,
}

/// A request of a question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name within the question; the number of the step without one.
    pub name: Option<String>,
    /// The service.
    #[serde(default = "b2bi")]
    pub service: String,
    /// The operation; of S3, `PUT /key?query` below the bucket of the run.
    pub call: String,
    /// The members of the request.
    pub input: Option<Value>,
    /// The body, if it is not the input.
    pub body: Option<String>,
    /// Headers in addition to the usual ones; an empty value removes one.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How it is signed.
    #[serde(default)]
    pub signature: Signature,
    /// Variables for later steps, and their places in the reply: a JSON pointer, `header:NAME`, or
    /// `xml:ELEMENT`.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
    /// The request is repeated until the reply is so.
    pub until: Option<Until>,
    /// The step is skipped unless this variable is set.
    pub only_if: Option<String>,
    /// Whether the reply is an answer.
    #[serde(default = "yes")]
    pub record: bool,
    /// Parts of the reply that the question is about, all without any: JSON pointers, `xml:ELEMENT`,
    /// `json:LIST/MEMBER`, `form:POINTER` or `x12:SEGMENT SEGMENT`.
    #[serde(default)]
    pub keep: Vec<String>,
    /// The emulator's answer while the guess holds.
    #[serde(default)]
    pub expect: Expectation,
}

/// The condition on a reply that ends polling.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Until {
    /// A text of the body.
    #[serde(default)]
    pub contains: Vec<String>,
    /// The status.
    pub status: Option<u16>,
}

/// The expectation about a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The status.
    pub status: Option<u16>,
    /// The name of the error.
    pub error: Option<String>,
    /// A part of the body.
    pub contains: Option<String>,
}

/// The file of questions as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    setups: Vec<Setup>,
    #[serde(default)]
    questions: Vec<Question>,
}

fn b2bi() -> String {
    "b2bi".to_owned()
}

fn yes() -> bool {
    true
}

/// Questions that cannot be read or do not fit together.
#[derive(Debug)]
pub struct BatteryError {
    message: String,
    source: Option<toml::de::Error>,
}

impl fmt::Display for BatteryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(out, "{}: {source}", self.message),
            None => out.write_str(&self.message),
        }
    }
}

impl Error for BatteryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

impl Question {
    /// Whether it asks how requests are refused that are not signed as usual.
    #[must_use]
    pub fn is_about_signatures(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| {
            let names = ["authorization", "x-amz-security-token"];
            let has_own = names.iter().any(|name| step.headers.contains_key(*name));
            step.signature != Signature::Valid || has_own
        })
    }
}

impl Battery {
    /// The questions of this version.
    ///
    /// # Errors
    ///
    /// A file is invalid; a test shows that none is.
    pub fn standard() -> Result<Self, BatteryError> {
        let mut battery = Self::default();
        for (name, text) in FILES {
            battery.add(name, text)?;
        }
        battery.unasked = toml::from_str(UNASKED).map_err(|source| BatteryError {
            message: "unasked.toml".to_owned(),
            source: Some(source),
        })?;
        Ok(battery)
    }

    /// Adds the questions of a file.
    ///
    /// # Errors
    ///
    /// The file is not one of questions, or repeats a name.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), BatteryError> {
        let file: File = toml::from_str(text).map_err(|source| BatteryError {
            message: format!("{name}.toml"),
            source: Some(source),
        })?;
        let twice = |what: &str| BatteryError {
            message: format!("{name}.toml: {what} is there twice"),
            source: None,
        };
        for setup in file.setups {
            if let Some(former) = self.setups.insert(setup.name.clone(), setup) {
                return Err(twice(&former.name));
            }
        }
        for question in file.questions {
            if self.questions.iter().any(|other| other.id == question.id) {
                return Err(twice(&question.id));
            }
            self.questions.push(question);
        }
        Ok(())
    }

    /// The questions about these assumptions; by default all except those that must be named.
    #[must_use]
    pub fn chosen(&self, only: &[String]) -> Vec<&Question> {
        if only.is_empty() {
            let questions = self.questions.iter();
            return questions
                .filter(|question| question.opt_in.is_none())
                .collect();
        }
        self.named(only)
    }

    /// The questions with these names or about these assumptions; without any, none.
    #[must_use]
    pub fn named(&self, names: &[String]) -> Vec<&Question> {
        let is_named = |question: &&Question| {
            names
                .iter()
                .any(|name| *name == question.id || question.asks.contains(name))
        };
        self.questions.iter().filter(is_named).collect()
    }

    /// The assumptions that some question asks.
    #[must_use]
    pub fn asked(&self) -> Vec<&str> {
        let asked = self.questions.iter().flat_map(|question| &question.asks);
        let mut asked: Vec<&str> = asked.map(String::as_str).collect();
        asked.sort_unstable();
        asked.dedup();
        asked
    }

    /// The setups for these questions, each after those that it needs itself.
    #[must_use]
    pub(crate) fn setups_of<'a>(&'a self, needs: &[String]) -> Vec<&'a Setup> {
        let mut found: Vec<&Setup> = Vec::new();
        for need in needs {
            let Some(setup) = self.setups.get(need) else {
                continue;
            };
            for setup in self.setups_of(&setup.needs).into_iter().chain([setup]) {
                if !found.iter().any(|other| other.name == setup.name) {
                    found.push(setup);
                }
            }
        }
        found
    }
}

impl Step {
    /// What recordings call it: its name, or its number.
    #[must_use]
    pub fn label(&self, at: usize) -> String {
        self.name
            .clone()
            .unwrap_or_else(|| at.saturating_add(1).to_string())
    }

    /// The request as a recording has it, with variables instead of values.
    #[must_use]
    pub fn template(&self) -> RequestTemplate {
        RequestTemplate {
            service: self.service.clone(),
            call: self.call.clone(),
            input: self.input.clone(),
            body: self.body.clone(),
            headers: self.headers.clone(),
            signature: self.signature,
        }
    }
}

/// A request with variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestTemplate {
    /// The service.
    pub service: String,
    /// The operation.
    pub call: String,
    /// The members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// The body, if it is not the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Headers in addition to the usual ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How it is signed.
    #[serde(default, skip_serializing_if = "Signature::is_valid")]
    pub signature: Signature,
}
