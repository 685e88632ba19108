//! A rule: its criteria, its trigger, and its effects.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;

use crate::connection::Place;
use crate::criteria::Criteria;
use crate::effect::Effect;
use crate::glob::{Glob, Patterns};
use crate::grammar::Chain;
use crate::latency::Latency;
use crate::partition::Per;
use crate::plan::When;
use crate::read::{RuleReadError, Table, flag, text, unknown};
use crate::reply::ErrorReply;
use crate::ruleset::RuleError;
use crate::steps::Steps;
use crate::trigger::Trigger;

const KEYS: [&str; 33] = [
    "id",
    "description",
    "enabled",
    "service",
    "region",
    "operation",
    "account",
    "accessKey",
    "appId",
    "userAgent",
    "resource",
    "header",
    "body",
    "attempt",
    "result",
    "probability",
    "nth",
    "times",
    "per",
    "window",
    "scenario",
    "when",
    "latency",
    "error",
    "http",
    "throttle",
    "connection",
    "response",
    "stale",
    "job",
    "panic",
    "steps",
    "loop",
];
const LONGEST_DESCRIPTION: usize = 8192;
const LONGEST_ID: usize = 128;

/// A valid rule, from JSON, TOML or the mini-language.
///
/// The keys are those of the reference, a superset of LocalStack's `FaultRule`. As in LocalStack, a
/// rule without any effect returns 503 `ServiceUnavailable`.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "is_true")]
    enabled: bool,
    #[serde(flatten)]
    criteria: Criteria,
    #[serde(flatten)]
    trigger: Trigger,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<When>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<Latency>,
    #[serde(flatten)]
    effect: Option<Effect>,
}

impl Rule {
    /// The id, when one was given or the engine gave one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether the rule is switched on.
    #[must_use]
    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Which requests the rule is about.
    #[must_use]
    pub fn criteria(&self) -> &Criteria {
        &self.criteria
    }

    /// On which of them it acts.
    #[must_use]
    pub fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    /// Before the handler, after it, or after two runs of it.
    ///
    /// Absent, it is before, unless the effect needs the handler's reply.
    #[must_use]
    pub(crate) fn when(&self) -> When {
        self.when.unwrap_or_else(|| {
            if self.needs_reply() {
                When::After
            } else {
                When::Before
            }
        })
    }

    /// How long the rule delays a request.
    #[must_use]
    pub(crate) fn latency(&self) -> Option<&Latency> {
        self.latency.as_ref()
    }

    /// What else it does; absent from a rule of latency only.
    #[must_use]
    pub fn effect(&self) -> Option<&Effect> {
        self.effect.as_ref()
    }

    /// Every error the rule can answer with.
    #[must_use]
    pub fn errors(&self) -> Vec<&ErrorReply> {
        match &self.effect {
            Some(Effect::Error(error)) => vec![error],
            Some(Effect::Throttle(throttle)) => vec![&throttle.error],
            Some(Effect::Steps(steps)) => steps.errors().collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the two rules are the same, ignoring an id that `other` lacks.
    ///
    /// A rule can thus be found again by the text that was sent, although the engine has given it
    /// an id.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let Self {
            id,
            description,
            enabled,
            criteria,
            trigger,
            when,
            latency,
            effect,
        } = self;
        (other.id.is_none() || *id == other.id)
            && *description == other.description
            && *enabled == other.enabled
            && *criteria == other.criteria
            && *trigger == other.trigger
            && *when == other.when
            && *latency == other.latency
            && *effect == other.effect
    }

    /// A rule that takes requests for `operation` through `chain`.
    #[must_use]
    pub(crate) fn for_operation(operation: Glob, chain: Chain) -> Self {
        let operation = Some(Patterns::one(operation));
        Self {
            id: None,
            description: None,
            enabled: true,
            criteria: Criteria {
                operation,
                ..Criteria::default()
            },
            trigger: Trigger::default(),
            when: None,
            latency: None,
            effect: Some(Effect::Steps(Steps::once(chain))),
        }
    }

    pub(crate) fn called(self, id: &str) -> Self {
        Self {
            id: Some(id.to_owned()),
            ..self
        }
    }

    /// Draws again for each attempt of each call.
    pub(crate) fn counted_per_attempt(mut self) -> Self {
        let attempt = Per::Header("amz-sdk-request".to_owned());
        self.trigger.per = Some(vec![Per::Invocation, attempt]);
        self
    }

    pub(crate) fn per(&self) -> &[Per] {
        match (&self.trigger.per, &self.effect) {
            (Some(per), _) => per,
            (None, Some(Effect::Throttle(_))) => &Per::THROTTLE,
            (None, _) => &[],
        }
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &KEYS)?;
        let rule = Self {
            id: table.read("id", id)?,
            description: table.read("description", description)?,
            enabled: table.read("enabled", flag)?.unwrap_or(true),
            criteria: Criteria::read(table)?,
            trigger: Trigger::read(table)?,
            when: table.read("when", when)?,
            latency: table.read("latency", Latency::read)?,
            effect: Effect::read(table)?,
        };
        rule.checked().map(Self::with_default_effect)
    }

    /// When it is asked.
    pub(crate) fn phase(&self) -> Phase<'_> {
        match &self.effect {
            Some(Effect::Connection(connection)) if connection.at == Place::Accept => Phase::Accept,
            Some(Effect::Job(fault)) => Phase::Stage(fault.stage),
            _ if self.criteria.result.is_some() => Phase::Answered,
            _ => Phase::Request,
        }
    }

    /// The maximum age of its stale reads, in milliseconds.
    pub(crate) fn stale_ms(&self) -> u64 {
        match &self.effect {
            Some(Effect::Stale(stale)) => stale.for_ms,
            _ => 0,
        }
    }

    fn needs_reply(&self) -> bool {
        self.effect.as_ref().is_some_and(Effect::needs_reply)
    }

    fn checked(self) -> Result<Self, RuleReadError> {
        let reason = if self.when.is_some() && matches!(self.effect, Some(Effect::Steps(_))) {
            "`when` does not go with `steps`: write `after ` or `twice ` into the step"
        } else if self.when == Some(When::Before) && self.needs_reply() {
            "before the handler there is no reply to be cut or changed: leave `when` out, or take \
             `after` or `twice`"
        } else if self.phase() == Phase::Accept
            && (self.when.is_some() || !self.criteria.is_empty())
        {
            "at `accept` nothing is known of a request: leave out `when` and what the request must be"
        } else if self.criteria.result.is_some() && self.when() != When::After {
            "the `result` is known only after the handler: add `when = \"after\"`"
        } else if self.when.is_some()
            && matches!(self.effect, Some(Effect::Stale(_) | Effect::Job(_)))
        {
            "`when` does not go with `stale` and `job`: they come when they do"
        } else if matches!(self.effect, Some(Effect::Job(_))) && self.criteria.is_about_requests() {
            "a job has no caller: say `account`, `region`, `resource` or `body`, not the SDK's part of a request"
        } else {
            return Ok(self);
        };
        Err(RuleReadError::new(reason))
    }

    fn with_default_effect(mut self) -> Self {
        let moves_on = self
            .trigger
            .scenario
            .as_ref()
            .is_some_and(|scenario| scenario.then.is_some());
        let does_nothing = self.effect.is_none() && self.latency.is_none() && !moves_on;
        if does_nothing && self.when() != When::Twice {
            self.effect = Some(Effect::Error(ErrorReply::unavailable()));
        }
        self
    }
}

/// When a rule is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase<'a> {
    /// A connection was accepted, and no request is known yet.
    Accept,
    /// A request is routed.
    Request,
    /// The handler has answered.
    Answered,
    /// A job is about to enter this stage.
    Stage(&'a str),
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::read(&value).map_err(|problem| D::Error::custom(RuleError::alone(&value, problem)))
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_true(flag: &bool) -> bool {
    *flag
}

/// The form of an id.
pub(crate) const ID_FORM: &str = "an id is of 1 to 128 letters, digits and `._-`";

/// Whether a rule can have this id.
pub(crate) fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(is_plain)
}

fn id(value: &Value) -> Result<String, RuleReadError> {
    let id = text(value)?;
    if is_id(&id) {
        Ok(id)
    } else {
        Err(RuleReadError::new(ID_FORM))
    }
}

fn description(value: &Value) -> Result<String, RuleReadError> {
    let description = text(value)?;
    if description.chars().count() > LONGEST_DESCRIPTION {
        return Err(RuleReadError::new(
            "a description has at most 8192 characters",
        ));
    }
    Ok(description)
}

fn when(value: &Value) -> Result<When, RuleReadError> {
    match text(value)?.as_str() {
        "before" => Ok(When::Before),
        "after" => Ok(When::After),
        "twice" => Ok(When::Twice),
        other => Err(RuleReadError::new(unknown(
            "moment",
            other,
            &["before", "after", "twice"],
        ))),
    }
}
