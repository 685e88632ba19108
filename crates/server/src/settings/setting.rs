//! One setting: its names and the form of its value.

use b2bi_local_faults::similar;

/// A setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The key in the file and, after `--`, the flag.
    pub(crate) key: &'static str,
    /// Form of the value, in capitals. A `BOOL` may be omitted on the command line.
    pub(crate) value: &'static str,
    /// Default value; empty if there is none.
    pub(crate) default: &'static str,
    /// Help text for `--help` and the documents.
    pub(crate) help: &'static str,
}

impl Setting {
    /// A setting; without a default, that is empty.
    pub(super) const fn new(
        key: &'static str,
        value: &'static str,
        default: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            key,
            value,
            default,
            help,
        }
    }

    /// The environment variable: `B2BI_LOCAL_` and the key in capitals.
    pub(crate) fn variable(&self) -> String {
        variable_of(self.key)
    }

    /// Whether the value is a whole number; an account is not, it may begin with zeros.
    pub(crate) fn is_number(&self) -> bool {
        ["BYTES", "COUNT", "NUMBER", "SECONDS"].contains(&self.value)
    }

    /// Whether there may be several values: by repeating the flag, or separated by commas.
    pub(crate) fn is_list(&self) -> bool {
        self.value.ends_with(",...")
    }

    /// Whether the value is a path, or several.
    pub(crate) fn is_path(&self) -> bool {
        ["DIR", "DIRECTORY", "FILE", "FILE,..."].contains(&self.value)
    }

    /// The choice that a value resembles, if the setting is a choice.
    pub(crate) fn choice_like(&self, value: &str) -> Option<&'static str> {
        let choices: Vec<&'static str> = match self.value {
            "BOOL" => vec!["true", "false"],
            "LEVEL" => vec!["off", "error", "warn", "info", "debug", "trace"],
            choices if choices.contains('|') => choices.split('|').collect(),
            _ => return None,
        };
        let is_word = |choice: &&str| !choice.contains(|c: char| c.is_ascii_uppercase());
        let words: Vec<&'static str> = choices.into_iter().filter(is_word).collect();
        similar(value, &words).filter(|word| *word != value)
    }

    /// Whether the value is true or false.
    pub(crate) fn is_switch(&self) -> bool {
        self.value == "BOOL"
    }
}

/// The environment variable of a key.
pub(super) fn variable_of(key: &str) -> String {
    format!("B2BI_LOCAL_{}", key.replace('-', "_").to_uppercase())
}
