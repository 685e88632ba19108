//! Removes from texts what identifies their owner: accounts, ids, keys, hosts, addresses, times.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

/// The replacement of every account number.
pub(crate) const ACCOUNT: &str = "123456789012";

/// The forms of texts that are removed. The first alternative that matches is used.
pub(crate) static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?P<mail>[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)",
        r"|(?P<keep>http://s3\.amazonaws\.com/doc/2006-03-01/|(?-u:\b)(?:b2bi|events|s3)\.amazonaws\.com(?-u:\b)|(?-u:\b)example\.com(?-u:\b)|(?-u:\b)www\.w3\.org(?-u:\b))",
        r"|(?P<host>(?-u:\b)(?:[A-Za-z0-9-]+\.)+(?:com|net|org|io|internal|local|localhost|dev|aws|cloud|gov|edu|biz|at|au|be|br|ca|ch|cn|cz|de|dk|eu|fi|fr|jp|kr|nl|pl|se|uk)(?-u:\b)(?::[0-9]+)?)",
        r"|(?P<ip>(?-u:\b)[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?-u:\b)(?::[0-9]+)?|\[[0-9a-fA-F:]*:[0-9a-fA-F:]*\](?::[0-9]+)?|(?-u:\b)localhost:[0-9]+)",
        r"|(?P<key>(?:AKIA|ASIA|AROA|AIDA|ANPA|AGPA)[A-Z0-9]{12,})",
        r"|(?P<time>(?-u:\b)[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}[:-][0-9]{2}[:-][0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?|(?-u:\b)[0-9]{8}T[0-9]{6}(?:\.?[0-9]+)?Z?|(?-u:\b)(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT)",
        r"|(?P<uuid>(?-u:\b)[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?-u:\b))",
        r"|(?P<id>(?-u:\b)(?:p|tr|ca|ps|tp)-[0-9a-f]{12,}|(?-u:\b)tj-[A-Za-z0-9_-]{12,})",
        r"|(?P<digits>[0-9]{12,})",
    ))
    .ok()
});

/// Long words; those that look random are removed.
pub(crate) static WORDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("[A-Za-z0-9+/_=-]{20,}").ok());

/// This run's own values, with the variables that replace them.
#[derive(Clone, Debug, Default)]
pub struct Sanitiser {
    known: Vec<(String, String)>,
}

impl Sanitiser {
    /// Replaces a value by a variable from now on; short values are harmless and kept.
    pub(crate) fn know(&mut self, value: &str, variable: &str) {
        const SHORTEST: usize = 6;
        if value.len() < SHORTEST || self.known.iter().any(|(known, _)| known == value) {
            return;
        }
        self.known
            .push((value.to_owned(), format!("${{{variable}}}")));
        // A value that contains another one is replaced first.
        self.known
            .sort_by(|(one, _), (other, _)| other.len().cmp(&one.len()).then(one.cmp(other)));
    }

    /// A text without anything that identifies its owner.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (value, variable) in &self.known {
            if text.contains(value.as_str()) {
                text = text.replace(value.as_str(), variable);
            }
        }
        // An empty text is better than an unchecked one.
        let (Some(forms), Some(words)) = (FORMS.as_ref(), WORDS.as_ref()) else {
            return String::new();
        };
        let text = forms.replace_all(&text, replacement);
        words.replace_all(&text, word).into_owned()
    }

    /// The same for each text of a value, names of members included.
    #[must_use]
    pub fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(name, value)| (self.text(&name), self.member(&name, value)))
                .collect(),
            Value::Number(number) => number_or_text(number),
            other => other,
        }
    }

    fn member(&self, name: &str, value: Value) -> Value {
        match name {
            "nextToken" | "NextToken" | "nextForwardToken" | "nextBackwardToken"
                if value.is_string() =>
            {
                Value::String("token".to_owned())
            }
            _ => self.value(value),
        }
    }
}

/// A number that identifies an account or a time becomes a text with the placeholder.
fn number_or_text(number: serde_json::Number) -> Value {
    let digits = number.to_string();
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    // Seconds since 1970 have ten digits.
    if count >= 10 {
        Value::String("number".to_owned())
    } else {
        Value::Number(number)
    }
}

fn replacement(found: &Captures<'_>) -> String {
    let text = found.get(0).map_or("", |whole| whole.as_str());
    let is = |name| found.name(name).is_some();
    if is("keep") {
        text.to_owned()
    } else if is("mail") {
        let is_ours = text.ends_with("@example.com");
        if is_ours {
            text.to_owned()
        } else {
            "someone@example.com".to_owned()
        }
    } else if is("host") || is("ip") {
        "host".to_owned()
    } else if is("key") {
        "ACCESSKEY".to_owned()
    } else if is("digits") {
        ACCOUNT.to_owned()
    } else if is("time") {
        time_shape(text)
    } else if is("uuid") {
        shape(text)
    } else if is("id") {
        id_shape(text)
    } else {
        text.to_owned()
    }
}

fn word(found: &Captures<'_>) -> String {
    let text = found.get(0).map_or("", |whole| whole.as_str());
    if looks_random(text) { "opaque" } else { text }.to_owned()
}

/// Digits become 0; a long fraction is cut so that it does not resemble an account number.
fn time_shape(text: &str) -> String {
    let zeros: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    if text.contains(',') {
        "Day, 00 Mon 0000 00:00:00 GMT".to_owned()
    } else {
        zeros
    }
    .replace("00000000000", "0000000000")
}

fn shape(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c })
        .collect()
}

/// The prefix of an id, and an `x` for each character after it.
pub(crate) fn id_shape(id: &str) -> String {
    match id.split_once('-') {
        Some((prefix, rest)) if prefix.len() <= 3 => {
            format!("{prefix}-{}", "x".repeat(rest.chars().count()))
        }
        _ => shape(id),
    }
}

/// Whether a long word looks drawn: digits, and letters of one case at least, in a mixture that no
/// name of an API has; or a secret access key.
pub(crate) fn looks_random(word: &str) -> bool {
    let changes = changes(word, u8::is_ascii_digit);
    let has_lower = word.bytes().any(|b| b.is_ascii_lowercase());
    let has_upper = word.bytes().any(|b| b.is_ascii_uppercase());
    let has_underscore_words = word.contains('_') && !has_lower;
    let is_mixed = changes >= 4 && (has_lower || has_upper) && !has_underscore_words;
    is_mixed || looks_like_a_secret_key(word) || word.split('/').any(looks_like_a_secret_key)
}

/// Whether a word has the form of a secret access key: 40 characters that no name has in this mixture.
fn looks_like_a_secret_key(word: &str) -> bool {
    const LENGTH: usize = 40;
    let is_of_key = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    word.len() == LENGTH
        && word.bytes().all(is_of_key)
        && word.bytes().any(|byte| !byte.is_ascii_alphabetic())
        && changes(word, u8::is_ascii_uppercase) >= 8
}

/// How often a word changes between bytes that are of a kind and others.
fn changes(word: &str, is: impl Fn(&u8) -> bool) -> usize {
    let pairs = word.as_bytes().windows(2);
    pairs
        .filter(|pair| matches!(pair, [one, other] if is(one) != is(other)))
        .count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{ACCOUNT, Sanitiser};

    #[test]
    fn what_says_whose_it_is_goes() {
        let mut sanitiser = Sanitiser::default();
        sanitiser.know("acme-files", "bucket");
        sanitiser.know("acme-files-2", "other");
        for (text, expected) in [
            (
                "arn:aws:b2bi:us-east-1:999988887777:profile/p-0a1b2c3d4e5f67890",
                "arn:aws:b2bi:us-east-1:123456789012:profile/p-xxxxxxxxxxxxxxxxx",
            ),
            ("9999888877776666", ACCOUNT),
            (
                "s3://acme-files/a, acme-files-2",
                "s3://${bucket}/a, ${other}",
            ),
            (
                "joe.doe+x@acme.co.uk, orders@example.com",
                "someone@example.com, orders@example.com",
            ),
            (
                "AKIAI44QH8DHBEXAMPLE ASIAI44QH8DHBEXAMPLE",
                "ACCESSKEY ACCESSKEY",
            ),
            ("acme-files.s3.eu-west-1.amazonaws.com", "${bucket}.host"),
            (
                "x.s3.amazonaws.com b2bi.amazonaws.com acme.internal:80",
                "host b2bi.amazonaws.com host",
            ),
            ("10.0.0.1:8080, [::1]:80 localhost:9000", "host, host host"),
            (
                "2026-11-29T07:20:39.123Z 20261129T072039Z",
                "0000-00-00T00:00:00.000Z 00000000T000000Z",
            ),
            (
                "60fbc37c-87f0-4fce-9012-3456789abcde",
                "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
            ),
            ("tj-YPvDfIfwn86QAAAAAAAAAA", "tj-xxxxxxxxxxxxxxxxxxxxxx"),
            ("id a1B2c3D4e5F6g7H8i9J0k", "id opaque"),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "opaque"),
            (
                "https://files.acme.co.uk:8443/x, acme.de",
                "https://host/x, host",
            ),
            (
                "order.edi a.json payload.interchanges.id",
                "order.edi a.json payload.interchanges.id",
            ),
            (
                "ISA_05_SenderQualifier/functional_groups",
                "ISA_05_SenderQualifier/functional_groups",
            ),
            (
                "com.amazonaws.b2bi#ValidationException",
                "com.amazonaws.b2bi#ValidationException",
            ),
            (
                "VERSION_5010_HIPAA X12_837_X222 005010X222A1 PO-77",
                "VERSION_5010_HIPAA X12_837_X222 005010X222A1 PO-77",
            ),
            (
                "BEG_01_TransactionSetPurposeCode N1-4000_loop",
                "BEG_01_TransactionSetPurposeCode N1-4000_loop",
            ),
        ] {
            assert_eq!(sanitiser.text(text), expected, "{text}");
        }
        let value =
            json!({"nextToken": "abc", "n": 1_800_000_000, "k": 12, "acme-files": ["acme-files"]});
        let expected =
            json!({"nextToken": "token", "n": "number", "k": 12, "${bucket}": ["${bucket}"]});
        assert_eq!(sanitiser.value(value), expected);
    }

    proptest! {
        /// Accounts, keys, mails and addresses are removed in any place.
        #[test]
        fn secrets_go_wherever_they_stand(
            before in "[ -~é]{0,12}",
            after in "[ -~é]{0,12}",
            account in "[1-9][0-9]{11}",
            ip in "(1[0-9]{2}\\.){3}[1-9]",
            host in "[a-z]{3,8}\\.(com|co\\.uk|de|internal)",
        ) {
            let sanitiser = Sanitiser::default();
            let mail = format!("joe@{host}");
            let secret_key = "wJalrXUtnFEMI9K7MDENG4bPxRfiCYEXAMPLEKEY".to_owned();
            let secrets = [account, format!("AKIA{}", "Q7".repeat(8)), mail, ip, host, secret_key];
            for secret in secrets.iter().filter(|secret| *secret != ACCOUNT) {
                let text = sanitiser.text(&format!("{before} {secret} {after}"));
                prop_assert!(!text.contains(secret), "{text}");
                let glued = sanitiser.text(&format!("{before}/{secret}/{after}"));
                prop_assert!(!glued.contains(secret), "{glued}");
            }
        }
    }
}
