//! The subset of JSON that a document needs, parsed into a tree that borrows from the text.

use std::borrow::Cow;

use memchr::{memchr2, memchr3};

/// The maximum depth of nested arrays and objects: HL loops have up to 256 levels, each with an
/// object and an array, and the rest of a document needs less than a hundred.
const DEEPEST: usize = 2 * 256 + 100;

/// The depth of the list of transactions of a group.
const TRANSACTIONS: usize = 5;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// A string, or the text of a number or boolean.
    Text(Cow<'a, str>),
    Null,
    Array(Vec<Value<'a>>),
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// The byte from which a text is not valid JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JsonError(pub(crate) usize);

impl<'a> Value<'a> {
    /// Parses a text with exactly one JSON value.
    pub(crate) fn parse(text: &'a str) -> Result<Self, JsonError> {
        Parser::new(text).whole(0)
    }

    /// Parses a document and keeps its transactions as texts of JSON that is not parsed. Also returns the
    /// number of transactions.
    pub(crate) fn outline(text: &'a str) -> Result<(Self, usize), JsonError> {
        let mut parser = Parser {
            passes_transactions: true,
            ..Parser::new(text)
        };
        let value = parser.whole(0)?;
        Ok((value, parser.passed))
    }

    /// Parses the text of a transaction of a document.
    pub(crate) fn transaction(text: &'a str) -> Result<Self, JsonError> {
        Parser::new(text).whole(TRANSACTIONS + 1)
    }

    pub(crate) fn member(&self, key: &str) -> Option<&Value<'a>> {
        let Value::Object(members) = self else {
            return None;
        };
        members
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// Whether this is a string that contains JSON or XML, or a string that does.
    pub(crate) fn is_quoted(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim_start().starts_with(['{', '[', '<', '"']))
    }

    /// The items of an array; any other value counts as its only item.
    pub(crate) fn items(&self) -> &[Value<'a>] {
        match self {
            Value::Array(items) => items,
            Value::Null => &[],
            single => std::slice::from_ref(single),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// Whether transactions are skipped, and how many have been.
    passes_transactions: bool,
    passed: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            passes_transactions: false,
            passed: 0,
        }
    }

    /// Parses the whole text as one value.
    fn whole(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        let value = self.value(depth)?;
        self.blanks();
        if self.at == self.text.len() {
            Ok(value)
        } else {
            self.fail()
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn fail<T>(&self) -> Result<T, JsonError> {
        Err(JsonError(self.at))
    }

    fn blanks(&mut self) {
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        self.at += self.bytes().iter().take_while(is_blank).count();
    }

    fn take(&mut self, token: &str) -> bool {
        self.blanks();
        let found = self.bytes().starts_with(token.as_bytes());
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        self.blanks();
        match self.bytes().first() {
            _ if depth > DEEPEST => self.fail(),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(_) => self.word(),
            None => self.fail(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        let mut members = Vec::new();
        self.take("{");
        while !self.take("}") {
            if !members.is_empty() && !self.take(",") {
                return self.fail();
            }
            self.blanks();
            let key = self.string()?;
            if !self.take(":") {
                return self.fail();
            }
            let inner = depth + 1;
            let passes = self.passes_transactions && inner == TRANSACTIONS && key == "transactions";
            let value = if passes {
                self.transactions()?
            } else {
                self.value(inner)?
            };
            members.push((key, value));
        }
        Ok(Value::Object(members))
    }

    /// Skips the objects of a list.
    fn transactions(&mut self) -> Result<Value<'a>, JsonError> {
        if !self.take("[") {
            return self.fail();
        }
        let mut items = Vec::new();
        while !self.take("]") {
            if !items.is_empty() && !self.take(",") {
                return self.fail();
            }
            self.blanks();
            items.push(Value::Text(Cow::Borrowed(self.pass_object()?)));
        }
        self.passed += items.len();
        Ok(Value::Array(items))
    }

    /// Skips an object by its braces and strings, and returns its text.
    fn pass_object(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        if self.bytes().first() != Some(&b'{') {
            return self.fail();
        }
        let mut open = 0_usize;
        while let Some(next) = memchr3(b'{', b'}', b'"', self.bytes()) {
            let found = self.bytes().get(next).copied();
            self.at += next + 1;
            match found {
                Some(b'{') => open += 1,
                Some(b'}') if open == 1 => {
                    return Ok(self.text.get(start..self.at).unwrap_or_default());
                }
                Some(b'}') => open = open.saturating_sub(1),
                _ => self.pass_string()?,
            }
        }
        self.fail()
    }

    /// Skips the rest of a string.
    fn pass_string(&mut self) -> Result<(), JsonError> {
        while let Some(next) = memchr2(b'"', b'\\', self.bytes()) {
            let is_end = self.bytes().get(next) == Some(&b'"');
            self.at += if is_end { next + 1 } else { next + 2 };
            if is_end {
                return Ok(());
            }
        }
        self.fail()
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        let mut items = Vec::new();
        self.take("[");
        while !self.take("]") {
            if !items.is_empty() && !self.take(",") {
                return self.fail();
            }
            items.push(self.value(depth + 1)?);
        }
        Ok(Value::Array(items))
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Value<'a>, JsonError> {
        let rest = self.rest();
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or("");
        let is_number = word.starts_with(|c: char| c.is_ascii_digit() || c == '-')
            && word.parse::<f64>().is_ok();
        match word {
            "null" => {
                self.at += end;
                Ok(Value::Null)
            }
            _ if is_number || matches!(word, "true" | "false") => {
                self.at += end;
                Ok(Value::Text(Cow::Borrowed(word)))
            }
            _ => self.fail(),
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        let Some(rest) = self.rest().strip_prefix('"') else {
            return self.fail();
        };
        let Some(end) = memchr2(b'"', b'\\', rest.as_bytes()) else {
            return self.fail();
        };
        let plain = rest.get(..end).unwrap_or("");
        self.at += 1 + end;
        if self.bytes().first() == Some(&b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        while let Some(next) = self.rest().chars().next() {
            match next {
                '"' => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                '\\' => text.push(self.escape()?),
                other => {
                    text.push(other);
                    self.at += other.len_utf8();
                }
            }
        }
        self.fail()
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let kind = self.rest().as_bytes().get(1).copied();
        let plain = match kind {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'u') => return self.unicode(),
            _ => return self.fail(),
        };
        self.at += 2;
        Ok(plain)
    }

    /// `\u00e9`, or two of these for a character outside of the basic plane; half of a pair becomes
    /// U+FFFD.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let Some(first) = unit(self.rest()) else {
            return self.fail();
        };
        self.at += 6;
        let second = unit(self.rest()).filter(|second| (0xdc00..0xe000).contains(second));
        let (code, pair) = match (first, second) {
            (0xd800..0xdc00, Some(second)) => {
                (0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), true)
            }
            _ => (first, false),
        };
        self.at += if pair { 6 } else { 0 };
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: Result<Value<'_>, JsonError>) {
        assert_eq!(Value::parse(text), wanted, "{text}");
    }

    #[test]
    fn json_is_read() {
        let text = |text: &'static str| Value::Text(Cow::Borrowed(text));
        check(r#" "a\"\\\u00e9\ud83d\ude00\n" "#, Ok(text("a\"\\é😀\n")));
        check("-1.50", Ok(text("-1.50")));
        check("null", Ok(Value::Null));
        check("[]", Ok(Value::Array(vec![])));
        check(
            r#"{"a":[true]}"#,
            Ok(Value::Object(vec![(
                "a".into(),
                Value::Array(vec![text("true")]),
            )])),
        );
        check("[1,]", Err(JsonError(3)));
        check("[1 2]", Err(JsonError(3)));
        check("\"a", Err(JsonError(0)));
        check("{} x", Err(JsonError(3)));
        check(&"[".repeat(1000), Err(JsonError(DEEPEST + 1)));
    }
}
