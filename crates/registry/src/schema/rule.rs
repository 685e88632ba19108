//! The rules of a schema for one value.

use std::collections::BTreeMap;
use std::iter;
use std::sync::OnceLock;

use fancy_regex::Regex;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The constraints of a value. A rule without members allows everything.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Rule {
    #[serde(rename = "$ref")]
    pub(super) reference: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Kinds>,
    #[serde(rename = "enum")]
    pub(super) allowed: Option<Vec<Value>>,
    pub(super) pattern: Option<Pattern>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
    pub(super) unique_items: bool,
    pub(super) items: Option<Box<Rule>>,
    pub(super) properties: BTreeMap<String, Rule>,
    #[serde(deserialize_with = "pattern_properties")]
    pub(super) pattern_properties: Vec<(Pattern, Rule)>,
    pub(super) required: Vec<String>,
    pub(super) additional_properties: Additional,
    pub(super) one_of: Vec<Rule>,
    pub(super) any_of: Vec<Rule>,
    pub(super) all_of: Vec<Rule>,
}

/// Whether an object may have properties that its rule does not name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Additional(pub(super) bool);

impl Default for Additional {
    fn default() -> Self {
        Self(true)
    }
}

impl<'de> Deserialize<'de> for Additional {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        bool::deserialize(deserializer).map(Self)
    }
}

/// The JSON types that a value may have.
#[derive(Debug)]
pub(super) struct Kinds(pub(super) Vec<Kind>);

impl Kinds {
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.0.contains(&kind)
    }
}

impl<'de> Deserialize<'de> for Kinds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            One(Kind),
            Several(Vec<Kind>),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::One(kind) => Self(vec![kind]),
            Written::Several(kinds) => Self(kinds),
        })
    }
}

/// A JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Object,
    Array,
    Null,
}

/// A regular expression that has to match somewhere in a text. It is compiled for the first text: to compile those
/// of all types takes longer than everything else at the start of a server.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn new(source: String) -> Self {
        Self {
            source,
            compiled: OnceLock::new(),
        }
    }

    /// An invalid expression matches nothing. A match that takes too many steps counts as no match.
    pub(super) fn matches(&self, text: &str) -> bool {
        let compiled = (self.compiled).get_or_init(|| Regex::new(&self.source).ok());
        let compiled = compiled.as_ref();
        compiled.is_some_and(|regex| regex.is_match(text).unwrap_or(false))
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

fn pattern_properties<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(Pattern, Rule)>, D::Error> {
    let rules = BTreeMap::<String, Rule>::deserialize(deserializer)?;
    let rules = rules.into_iter();
    Ok(rules
        .map(|(source, rule)| (Pattern::new(source), rule))
        .collect())
}

impl Rule {
    /// Compiles each regular expression in the rule.
    ///
    /// # Errors
    ///
    /// One is not valid.
    pub(super) fn check_patterns(&self) -> Result<(), fancy_regex::Error> {
        let names = self.pattern_properties.iter().map(|(pattern, _)| pattern);
        for pattern in self.pattern.iter().chain(names) {
            Regex::new(&pattern.source)?;
        }
        let by_pattern = self.pattern_properties.iter().map(|(_, rule)| rule);
        let choices = iter::chain(&self.one_of, &self.any_of).chain(&self.all_of);
        let mut within = (self.items.iter().map(|rule| &**rule))
            .chain(self.properties.values())
            .chain(by_pattern)
            .chain(choices);
        within.try_for_each(Self::check_patterns)
    }
}
