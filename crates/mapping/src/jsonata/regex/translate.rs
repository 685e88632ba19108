//! Translates a regular expression of JavaScript for the libraries.
//!
//! They differ in what `.`, `\w`, `\d`, `\s` and `\b` mean, in escapes, and in what must be escaped.

use std::iter::Peekable;
use std::str::Chars;

const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = r"\t\n\x0B\x0C\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";
const ANY: &str = r"[\x{0}-\x{10FFFF}]";
const NONE: &str = r"[^\x{0}-\x{10FFFF}]";

/// A regular expression in the notation of the libraries.
pub(super) struct Translated {
    pub text: String,
    /// Whether it uses look-around or back-references, which require backtracking.
    pub demanding: bool,
}

/// Why a regular expression of JavaScript is invalid.
#[derive(Debug, thiserror::Error)]
pub(super) enum SyntaxError {
    #[error("it is empty")]
    Empty,
    #[error("after (? there must be one of = ! : <")]
    Group,
    #[error(r"\ at the end")]
    Backslash,
    #[error("there is no group {0}")]
    NoGroup(u32),
    #[error("a [ has no ]")]
    Class,
}

/// Translates a regular expression with its flags; only `i` and `m` have an effect.
///
/// Errors in both notations are left to the library.
///
/// # Errors
///
/// It is invalid in JavaScript, although the library may accept it.
pub(super) fn translate(source: &str, flags: &str) -> Result<Translated, SyntaxError> {
    if source.is_empty() {
        return Err(SyntaxError::Empty);
    }
    let (demanding, groups) = survey(source);
    let mut flags: String = flags.chars().filter(|c| "im".contains(*c)).collect();
    if !flags.is_empty() {
        flags = format!("(?{flags})");
    }
    let mut translation = Translation {
        rest: source.chars().peekable(),
        text: flags,
        demanding,
        groups,
    };
    while let Some(letter) = translation.rest.next() {
        translation.outside(letter)?;
    }
    Ok(Translated {
        text: translation.text,
        demanding,
    })
}

/// Whether it uses look-around or back-references, and the number of its groups.
fn survey(source: &str) -> (bool, usize) {
    let (mut demanding, mut groups, mut in_class) = (false, 0, false);
    let mut rest = source.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => {
                let escaped = rest.next();
                demanding |=
                    !in_class && escaped.is_some_and(|escaped| matches!(escaped, '1'..='9' | 'k'));
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let after = rest.as_str();
                demanding |= ["?=", "?!", "?<=", "?<!"]
                    .iter()
                    .any(|item| after.starts_with(item));
                let named = after.starts_with("?<")
                    && !after.starts_with("?<=")
                    && !after.starts_with("?<!");
                groups += usize::from(named || !after.starts_with('?'));
            }
            _ => {}
        }
    }
    (demanding, groups)
}

struct Translation<'s> {
    rest: Peekable<Chars<'s>>,
    text: String,
    demanding: bool,
    groups: usize,
}

impl Translation<'_> {
    /// A character outside of a class.
    fn outside(&mut self, letter: char) -> Result<(), SyntaxError> {
        match letter {
            '\\' => return self.escape(),
            '.' => self.text.push_str(r"[^\n\r\x{2028}\x{2029}]"),
            '[' => return self.class(),
            '(' => return self.group(),
            '{' => self.brace(),
            ']' | '}' => self.literal(letter),
            _ => self.text.push(letter),
        }
        Ok(())
    }

    /// A brace that is not a quantifier is literal.
    fn brace(&mut self) {
        let count: String = self.rest.clone().take_while(|rest| *rest != '}').collect();
        let (least, most) = count.split_once(',').unwrap_or((&count, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let closed = self.rest.clone().any(|rest| rest == '}');
        if closed && !least.is_empty() && is_digits(least) && is_digits(most) {
            self.text.push('{');
            self.text.push_str(&count);
            self.text.push('}');
            for _ in 0..=count.len() {
                self.rest.next();
            }
        } else {
            self.literal('{');
        }
    }

    /// JavaScript has groups, named groups, `(?:`, and look-around.
    fn group(&mut self) -> Result<(), SyntaxError> {
        self.text.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        self.text.push('?');
        match self.rest.peek() {
            Some('=' | '!' | ':' | '<') => Ok(()),
            _ => Err(SyntaxError::Group),
        }
    }

    fn escape(&mut self) -> Result<(), SyntaxError> {
        let letter = self.rest.next().ok_or(SyntaxError::Backslash)?;
        match letter {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => {
                self.text.push('[');
                self.set(letter, false);
                self.text.push(']');
            }
            'b' => self.boundary(r"(?-u:\b)", ["(?<=[W])(?![W])", "(?<![W])(?=[W])"]),
            'B' => self.boundary(r"(?-u:\B)", ["(?<=[W])(?=[W])", "(?<![W])(?![W])"]),
            'k' => {
                let name: String = self
                    .rest
                    .clone()
                    .skip(1)
                    .take_while(|rest| *rest != '>')
                    .collect();
                for _ in 0..name.chars().count() + 2 {
                    self.rest.next();
                }
                self.back(&format!("<{name}>"), &format!(r"\k<{name}>"));
            }
            '1'..='9' => return self.back_reference(letter),
            _ => {
                let letter = self.escaped(letter);
                self.character(letter);
            }
        }
        Ok(())
    }

    /// A word boundary; only one of the libraries has one for ASCII.
    fn boundary(&mut self, plain: &str, ways: [&str; 2]) {
        if self.demanding {
            let ways = ways.join("|").replace('W', WORD);
            self.put(&["(?:", &ways, ")"]);
        } else {
            self.text.push_str(plain);
        }
    }

    fn back_reference(&mut self, first: char) -> Result<(), SyntaxError> {
        let mut number = first.to_digit(10).unwrap_or_default();
        while let Some(digit) = self.rest.peek().and_then(|next| next.to_digit(10)) {
            let longer = number * 10 + digit;
            if longer as usize > self.groups {
                break;
            }
            number = longer;
            self.rest.next();
        }
        if number as usize > self.groups {
            return Err(SyntaxError::NoGroup(number));
        }
        self.back(&number.to_string(), &format!(r"\{number}"));
        Ok(())
    }

    /// A group that did not participate is empty in JavaScript.
    fn back(&mut self, group: &str, reference: &str) {
        self.put(&["(?(", group, ")", reference, "|)"]);
    }

    /// A class, after its opening bracket.
    fn class(&mut self) -> Result<(), SyntaxError> {
        let negative = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            self.text.push_str(if negative { ANY } else { NONE });
            return Ok(());
        }
        self.text.push_str(if negative { "[^" } else { "[" });
        // Whether a hyphen would be part of a range: not at the ends, nor next to a set.
        let mut range = false;
        loop {
            let letter = self.rest.next().ok_or(SyntaxError::Class)?;
            match letter {
                ']' => break,
                '-' if range && !matches!(self.rest.peek(), Some(']') | None) && !self.is_set() => {
                    self.text.push('-');
                    range = false;
                }
                '\\' => {
                    let escaped = self.rest.next().ok_or(SyntaxError::Backslash)?;
                    range = !matches!(escaped, 'd' | 'D' | 'w' | 'W' | 's' | 'S');
                    if range {
                        let letter = match escaped {
                            'b' => Some('\u{8}'),
                            other => self.escaped(other),
                        };
                        self.character(letter);
                    } else {
                        self.set(escaped, true);
                    }
                }
                other => {
                    self.literal(other);
                    range = true;
                }
            }
        }
        self.text.push(']');
        Ok(())
    }

    /// Whether a set such as `\d` comes next.
    fn is_set(&self) -> bool {
        let mut rest = self.rest.clone();
        rest.next() == Some('\\') && rest.next().is_some_and(|item| "dDwWsS".contains(item))
    }

    /// The members of a set or of its complement, inside brackets.
    fn set(&mut self, name: char, nested: bool) {
        let members = match name.to_ascii_lowercase() {
            'd' => "0-9",
            'w' => WORD,
            _ => SPACE,
        };
        match (name.is_ascii_uppercase(), nested) {
            (false, _) => self.text.push_str(members),
            (true, false) => self.put(&["^", members]),
            (true, true) => self.put(&["[^", members, "]"]),
        }
    }

    /// The character of an escape; `None` for half of a surrogate pair.
    fn escaped(&mut self, letter: char) -> Option<char> {
        match letter {
            't' => Some('\t'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            'f' => Some('\u{c}'),
            'v' => Some('\u{b}'),
            '0' => Some('\0'),
            'x' => Some(self.hexadecimal(2).and_then(char::from_u32).unwrap_or('x')),
            'u' => match self.hexadecimal(4) {
                Some(high @ 0xD800..=0xDBFF) => self.low_half(high),
                Some(unit) => char::from_u32(unit),
                None => Some('u'),
            },
            'c' => {
                let control = self.rest.next_if(char::is_ascii_alphabetic);
                control.map_or(Some('c'), |control| char::from_u32(control as u32 % 32))
            }
            other => Some(other),
        }
    }

    fn low_half(&mut self, high: u32) -> Option<char> {
        let mut ahead = self.rest.clone();
        let low: String = ahead.by_ref().take(6).collect();
        let low = u32::from_str_radix(low.strip_prefix(r"\u")?, 16).ok()?;
        let low = low.checked_sub(0xDC00).filter(|rest| *rest < 0x400)?;
        self.rest = ahead;
        char::from_u32(0x10000 + ((high - 0xD800) << 10) + low)
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let mut ahead = self.rest.clone();
        let text: String = ahead.by_ref().take(digits).collect();
        let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(&text, 16).ok().filter(|_| is_number)?;
        self.rest = ahead;
        Some(number)
    }

    fn character(&mut self, letter: Option<char>) {
        match letter {
            Some(letter) => self.literal(letter),
            None => self.text.push_str(NONE),
        }
    }

    fn put(&mut self, parts: &[&str]) {
        self.text.extend(parts.iter().copied());
    }

    /// Writes a literal character, valid inside and outside of a class; escaped letters, digits and
    /// angle brackets would not be.
    fn literal(&mut self, letter: char) {
        if letter.is_ascii_punctuation() && !"<>_".contains(letter) {
            self.text.push('\\');
        }
        if letter.is_ascii_control() {
            self.put(&[r"\x", &format!("{:02X}", letter as u32)]);
        } else {
            self.text.push(letter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;

    /// The first match in a text, as JavaScript finds it.
    fn check(source: &str, text: &str, wanted: Option<&str>) {
        let pattern = Pattern::new(source, "").unwrap_or_else(|error| panic!("{source}: {error}"));
        let found = pattern.find_at(text, 0).unwrap();
        let found = found.map(|found| &text[found.start..found.end]);
        assert_eq!(found, wanted, "/{source}/ in {text:?}");
    }

    #[test]
    fn sets_are_of_ascii() {
        for (source, text, wanted) in [
            (r"\w+", "é_a9ü", Some("_a9")),
            (r"\W", "aé", Some("é")),
            (r"\d", "٣4", Some("4")),
            (r"[\w-.]+", "é-a.b", Some("-a.b")),
            (r"[\W\d]+", "aé1", Some("é1")),
            (r"[^\s,]+", " ,\u{a0}x,", Some("x")),
            (r"\S", "\u{feff}x", Some("x")),
            (r"\bfoo\b", "éfoo!", Some("foo")),
            (r"\bfoo\b(?=!)", "éfoo!", Some("foo")),
            (r"o\Bo", "foo", Some("oo")),
            (r"(?=o)o\Bo", "foo", Some("oo")),
            (".", "\u{2028}\r\nx", Some("x")),
        ] {
            check(source, text, wanted);
        }
    }

    #[test]
    fn characters_are_those_of_javascript() {
        for (source, text, wanted) in [
            (r"\x41\u0042", "AB", Some("AB")),
            (r"\uD83D\uDE00", "😀", Some("😀")),
            (r"\uD83D", "😀", None),
            (r"\cJ\0", "\n\0", Some("\n\0")),
            (r"\/\-\_\#\<\é", "/-_#<é", Some("/-_#<é")),
            (r"[\b\]\\^[&&~]+", "\u{8}]\\^[&~", Some("\u{8}]\\^[&~")),
            (r"[a-c-]+", "xb-a", Some("b-a")),
            ("a{,2}{", "a{,2}{", Some("a{,2}{")),
            ("a{2}b{1,}c{1,2}", "aabccc", Some("aabcc")),
            ("]}", "]}", Some("]}")),
            ("[^]", "\n", Some("\n")),
            ("[]", "a", None),
            ("^a$", "a\n", None),
        ] {
            check(source, text, wanted);
        }
    }

    #[test]
    fn what_looks_around_and_back() {
        for (source, text, wanted) in [
            ("foo(?=bar)", "food foobar", Some("foo")),
            ("foo(?!d)", "food foobar", Some("foo")),
            (r"(?<=\$)\d+", "7 $42", Some("42")),
            (r"(?<!\$)\b\d+", "$42 7", Some("7")),
            (r"(ab)\1", "ababab", Some("abab")),
            (r"(?<q>['x]).*?\k<q>", "a 'b' x", Some("'b'")),
            (r"(?:(a)|b)\1", "b", Some("b")),
            (r"(a)\10", "aa0", Some("aa0")),
            (r",(?=(?:[^']*'[^']*')*[^']*$)", "'a,b',c", Some(",")),
        ] {
            check(source, text, wanted);
        }
    }

    #[test]
    fn what_is_none() {
        for source in ["(", "+", "[a", "(?i)a", "a)", "[z-a]", r"(a)\2", r"\"] {
            assert!(Pattern::new(source, "").is_err(), "/{source}/");
        }
    }
}
