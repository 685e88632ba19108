//! Which value a setting has, and where it comes from.

use std::fmt;
use std::path::{Path, PathBuf};

use b2bi_local_faults::nearest;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use toml::de::DeTable;
use toml::{Table, Value};

use super::{SETTINGS, Setting, SettingError};

/// Keys of the file that are not settings: the fault rules.
const RULES: &str = "rules";
/// What is shown instead of a secret.
const MASK: &str = "***";

/// How long a part of a path is that may be a token.
const TOKEN_LENGTH: usize = 20;

/// The settings that are addresses, which may have a secret in them.
const ADDRESSES: [&str; 5] = [
    "events-webhook",
    "events-eventbridge",
    "logs-endpoint",
    "s3-endpoint",
    "upstream",
];

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A flag.
    Flag,
    /// An environment variable.
    Environment,
    /// The file.
    File(PathBuf),
    /// Nobody gave one.
    Default,
}

/// The value of every setting.
#[derive(Clone)]
pub struct Resolved {
    values: Vec<(&'static Setting, String, Source)>,
    rules: Option<RulesOfFile>,
}

/// The fault rules of the file.
#[derive(Clone)]
pub(crate) struct RulesOfFile {
    /// The rules as the file has them.
    pub(crate) value: Value,
    /// File and line of each rule.
    pub(crate) places: Vec<String>,
}

/// Secrets are masked.
impl fmt::Debug for Resolved {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.shown().map(|(setting, value, _)| (setting.key, value));
        out.debug_map().entries(shown).finish()
    }
}

/// The settings as arguments of a command.
pub(crate) fn arguments() -> Vec<Arg> {
    SETTINGS.iter().map(argument).collect()
}

fn argument(setting: &'static Setting) -> Arg {
    let default = match setting.default {
        "" => "none",
        default => default,
    };
    let argument = Arg::new(setting.key)
        .long(setting.key)
        .env(setting.variable())
        .hide_env_values(true)
        .value_name(setting.value)
        .help(format!("{} [default: {default}]", setting.help));
    if setting.is_switch() {
        argument
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
    } else if setting.is_list() {
        argument.action(ArgAction::Append)
    } else {
        argument
    }
}

/// Settles every setting: flag before environment before file before default.
///
/// # Errors
///
/// The file cannot be read, or it has a key that is no setting.
pub(crate) fn resolve(
    matches: Option<&ArgMatches>,
    file: Option<&Path>,
) -> Result<Resolved, SettingError> {
    let text_of_file = file.map(read).transpose()?;
    let mut table = match (&text_of_file, file) {
        (Some(text), Some(path)) => parse(path, text)?,
        _ => Table::new(),
    };
    let rules = table.remove(RULES).map(|value| RulesOfFile {
        value,
        places: rule_places(file, text_of_file.as_deref().unwrap_or_default()),
    });
    let mut values = Vec::with_capacity(SETTINGS.len());
    for setting in SETTINGS {
        let in_file = table.remove(setting.key);
        let (value, source) = match (typed(matches, setting), in_file, file) {
            (Some(found), _, _) => found,
            (None, Some(value), Some(path)) => {
                let value = text(path, setting.key, &value)?;
                (
                    in_folder_of(path, setting, value),
                    Source::File(path.to_owned()),
                )
            }
            _ => (setting.default.to_owned(), Source::Default),
        };
        values.push((setting, value, source));
    }
    match (table.keys().next(), file) {
        (Some(unknown), Some(path)) => Err(unknown_key(path, unknown)),
        _ => Ok(Resolved { values, rules }),
    }
}

fn typed(matches: Option<&ArgMatches>, setting: &Setting) -> Option<(String, Source)> {
    let matches = matches?;
    let values = matches.get_many::<String>(setting.key)?;
    let value = values.cloned().collect::<Vec<_>>().join(",");
    match matches.value_source(setting.key)? {
        ValueSource::CommandLine => Some((value, Source::Flag)),
        ValueSource::EnvVariable => Some((value, Source::Environment)),
        _ => None,
    }
}

fn read(path: &Path) -> Result<String, SettingError> {
    std::fs::read_to_string(path).map_err(|error| {
        SettingError::new(
            path.display().to_string(),
            format!("cannot be read: {error}"),
        )
    })
}

fn parse(path: &Path, text: &str) -> Result<Table, SettingError> {
    text.parse().map_err(|error: toml::de::Error| {
        SettingError::new(path.display().to_string(), error.to_string())
    })
}

/// Where each rule of a file is: `faults.toml, line 12`.
fn rule_places(file: Option<&Path>, text: &str) -> Vec<String> {
    let (Some(path), Ok(table)) = (file, DeTable::parse(text)) else {
        return Vec::new();
    };
    let rules = table
        .get_ref()
        .get(RULES)
        .and_then(|rules| rules.get_ref().as_array());
    let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let place = |start| format!("{}, line {}", path.display(), line(start));
    let rules = rules.into_iter().flatten();
    rules.map(|rule| place(rule.span().start)).collect()
}

/// Paths in a file go by the file's folder, wherever the server is started.
fn in_folder_of(file: &Path, setting: &Setting, value: String) -> String {
    if !setting.is_path() || value.is_empty() {
        return value;
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    each(&value, |item| {
        folder.join(item.trim()).display().to_string()
    })
}

/// A value of the file as it would stand on the command line; lists are joined by commas.
fn text(path: &Path, key: &str, value: &Value) -> Result<String, SettingError> {
    let wrong = || {
        let place = format!("{} in {}", key, path.display());
        SettingError::new(
            place,
            "must be a string, a number, true or false, or a list of strings",
        )
    };
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Boolean(switch) => Ok(switch.to_string()),
        Value::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            items.map(|items| items.join(",")).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

fn unknown_key(path: &Path, unknown: &str) -> SettingError {
    let keys = SETTINGS.iter().map(|item| item.key).chain([RULES]);
    let hint = nearest(unknown, &keys.collect::<Vec<_>>()).unwrap_or_default();
    SettingError::new(
        format!("{unknown} in {}", path.display()),
        format!("is no setting; the nearest is `{hint}` (b2bi-local --help lists all)"),
    )
}

impl Resolved {
    /// The value of a setting; empty for a key that is none.
    pub(crate) fn value(&self, key: &str) -> &str {
        let found = self.found(key);
        found
            .map(|(_, value, _)| value.as_str())
            .unwrap_or_default()
    }

    /// The value in lower case, for settings that are one of some words.
    pub(crate) fn choice(&self, key: &str) -> String {
        self.value(key).to_ascii_lowercase()
    }

    /// Whether a flag or a variable gives the setting a value, an empty one too.
    pub(crate) fn is_typed(&self, key: &str) -> bool {
        self.found(key)
            .is_some_and(|(_, _, source)| matches!(source, Source::Flag | Source::Environment))
    }

    fn found(&self, key: &str) -> Option<&(&'static Setting, String, Source)> {
        self.values
            .iter()
            .find(|(setting, _, _)| setting.key == key)
    }

    /// An error about a setting, naming where its value comes from; of a secret the problem must
    /// tell nothing either.
    pub(crate) fn error(&self, key: &str, problem: impl Into<String>) -> SettingError {
        let found = self.found(key);
        let mut problem = problem.into();
        let place = match found {
            Some((setting, value, source)) => {
                if let Some(hint) = setting.choice_like(value) {
                    problem = format!("did you mean `{hint}`? It {problem}");
                }
                let value = showable(setting, value);
                match source {
                    Source::Flag => format!("--{key} {value}"),
                    Source::Environment => format!("{}={value}", setting.variable()),
                    Source::File(path) => format!("{key} = {value} in {}", path.display()),
                    Source::Default => format!("the default of {key}"),
                }
            }
            None => key.to_owned(),
        };
        SettingError::new(place, problem)
    }

    /// Every setting with its value, as it may be shown, and its source.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (&'static Setting, String, &Source)> {
        let values = self.values.iter();
        values.map(|(setting, value, source)| (*setting, showable(setting, value), source))
    }

    /// The fault rules of the file.
    pub(crate) fn rules(&self) -> Option<&RulesOfFile> {
        self.rules.as_ref()
    }
}

/// The settings as a file that would set them, each with its source; secrets are masked.
impl fmt::Display for Resolved {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (setting, shown, source) in self.shown() {
            let bare = setting.is_switch() || setting.is_number() && shown.parse::<u64>().is_ok();
            let literal = if bare {
                shown
            } else {
                Value::String(shown).to_string()
            };
            writeln!(out, "{} = {literal}  # {source}", setting.key)?;
        }
        Ok(())
    }
}

/// A value as anybody may see it.
fn showable(setting: &Setting, value: &str) -> String {
    match setting.key {
        _ if value.is_empty() => String::new(),
        "credentials" | "sink-credentials" => each(value, masked),
        "admin-token" | "s3-secret-access-key" => MASK.to_owned(),
        key if ADDRESSES.contains(&key) => each(value, without_secrets),
        _ => value.to_owned(),
    }
}

/// An address without what may be a secret in it: its query, the user before its host, and long parts
/// of its path, which are the tokens of many webhooks.
pub(crate) fn without_secrets(url: &str) -> String {
    let (address, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let host = address.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = address.split_at(host);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let query = if query.is_empty() { "" } else { "?***" };
    let part = |item| {
        if str::len(item) < TOKEN_LENGTH {
            item
        } else {
            MASK
        }
    };
    let path = path.split('/').map(part).collect::<Vec<_>>().join("/");
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}{MASK}@{host}{path}{query}"),
        None => format!("{scheme}{authority}{path}{query}"),
    }
}

/// A key without its secret; where there is no colon, all of it may be the secret.
fn masked(credential: &str) -> String {
    match credential.split_once(':') {
        Some((key, _)) => format!("{key}:{MASK}"),
        None => MASK.to_owned(),
    }
}

/// A list with each of its items shown in a form of its own.
fn each(list: &str, show: impl Fn(&str) -> String) -> String {
    list.split(',').map(show).collect::<Vec<_>>().join(",")
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => out.write_str("flag"),
            Self::Environment => out.write_str("environment"),
            Self::File(path) => write!(out, "{}", path.display()),
            Self::Default => out.write_str("default"),
        }
    }
}
