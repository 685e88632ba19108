//! Determines the value of each setting, and its source.

use std::fmt;
use std::path::{Path, PathBuf};

use b2bi_local_faults::nearest;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use toml::de::DeTable;
use toml::{Table, Value};

use super::former::{FORMER_NAMES, former_name};
use super::secrets::{each, showable};
use super::setting::variable_of;
use super::{SETTINGS, Setting, SettingError};

/// Keys of the file that are not settings: the fault rules.
const RULES: &str = "rules";
/// The source of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A flag.
    Flag,
    /// An environment variable.
    Environment,
    /// The file.
    File(PathBuf),
    /// The default.
    Default,
}

/// The value of every setting.
#[derive(Clone)]
pub struct Resolved {
    values: Vec<(&'static Setting, String, Source)>,
    former: Vec<(String, &'static str)>,
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
    let former = FORMER_NAMES
        .iter()
        .map(|(before, _)| former_argument(before));
    SETTINGS.iter().map(argument).chain(former).collect()
}

fn former_argument(name: &'static str) -> Arg {
    Arg::new(name).long(name).env(variable_of(name)).hide(true)
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

/// Determines every setting: flags take precedence over the environment, the file and the default,
/// in this order.
///
/// # Errors
///
/// The file cannot be read, or it has a key that is not a setting.
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
    let mut former = Vec::new();
    let mut values = Vec::with_capacity(SETTINGS.len());
    for setting in SETTINGS {
        let now = given(matches, file, &mut table, setting, setting.key)?;
        let before = match former_name(setting.key) {
            Some(name) => given(matches, file, &mut table, setting, name)?
                .inspect(|(_, source)| former.push((source.spelling(name), setting.key))),
            None => None,
        };
        let default = || (setting.default.to_owned(), Source::Default);
        let (value, source) = now.or(before).unwrap_or_else(default);
        values.push((setting, value, source));
    }
    match (table.keys().next(), file) {
        (Some(unknown), Some(path)) => Err(unknown_key(path, unknown)),
        _ => Ok(Resolved {
            values,
            former,
            rules,
        }),
    }
}
/// The configured value of a setting, under any of its names.
fn given(
    matches: Option<&ArgMatches>,
    file: Option<&Path>,
    table: &mut Table,
    setting: &Setting,
    name: &str,
) -> Result<Option<(String, Source)>, SettingError> {
    let in_file = table.remove(name);
    match (typed(matches, name), in_file, file) {
        (Some(typed), _, _) => Ok(Some(typed)),
        (None, Some(value), Some(path)) => {
            let value = in_folder_of(path, setting, text(path, name, &value)?);
            Ok(Some((value, Source::File(path.to_owned()))))
        }
        _ => Ok(None),
    }
}

fn typed(matches: Option<&ArgMatches>, key: &str) -> Option<(String, Source)> {
    let matches = matches?;
    let values = matches.get_many::<String>(key)?;
    let value = values.cloned().collect::<Vec<_>>().join(",");
    match matches.value_source(key)? {
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
    text.parse()
        .map_err(|error: toml::de::Error| SettingError::new(path.display().to_string(), error))
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

/// Paths in a file are relative to the file's folder, wherever the server is started.
fn in_folder_of(file: &Path, setting: &Setting, value: String) -> String {
    if !setting.is_path() || value.is_empty() {
        return value;
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    each(&value, |item| {
        folder.join(item.trim()).display().to_string()
    })
}

/// A value of the file in the form of the command line; lists are joined by commas.
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
        format!("is not a setting; the nearest is `{hint}` (b2bi-local --help lists all)"),
    )
}

impl Resolved {
    /// The value of a setting; empty for a key that is not a setting.
    pub(crate) fn value(&self, key: &str) -> &str {
        let found = self.found(key);
        found
            .map(|(_, value, _)| value.as_str())
            .unwrap_or_default()
    }

    /// The value in lower case, for settings with a fixed set of words.
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

    /// An error about a setting that names the source of its value. The problem must not contain
    /// the value of a secret.
    pub(crate) fn error(
        &self,
        key: &str,
        problem: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> SettingError {
        let found = self.found(key);
        let mut problem = problem.into();
        let place = match found {
            Some((setting, value, source)) => {
                if let Some(hint) = setting.choice_like(value) {
                    problem = format!("did you mean `{hint}`? It {problem}").into();
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

    /// Settings that are given under a former name: where, and the present name.
    pub(crate) fn former_names(&self) -> &[(String, &'static str)] {
        &self.former
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

impl Source {
    /// A setting's name as it was written.
    fn spelling(&self, key: &str) -> String {
        match self {
            Self::Flag => format!("--{key}"),
            Self::Environment => variable_of(key),
            Self::File(path) => format!("{key} in {}", path.display()),
            Self::Default => key.to_owned(),
        }
    }
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
