//! Finds the transactions of a document without reading them.
//!
//! Only strings and brackets are looked at. What is wrong otherwise is found when the parts are read.

use memchr::memchr2;

/// A document without its transactions.
#[derive(Debug, PartialEq)]
pub(crate) struct Outline<'t> {
    /// The document with the number of a list instead of each list of transactions.
    pub text: String,
    /// The texts of the transactions, by list.
    pub lists: Vec<Vec<&'t str>>,
}

impl<'t> Outline<'t> {
    /// The outline of a JSON text in which these names lead to the lists; `None` if the text ends
    /// early, or the member with a list is something else.
    pub(crate) fn of(text: &'t str, names: &[&str]) -> Option<Self> {
        let mut scan = Scan {
            text,
            at: 0,
            copied: 0,
            outline: Self {
                text: String::new(),
                lists: Vec::new(),
            },
        };
        scan.value(names)?;
        let rest = text.get(scan.copied..)?;
        scan.outline.text.push_str(rest);
        Some(scan.outline)
    }
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// The end of what the outline has.
    copied: usize,
    outline: Outline<'t>,
}

impl<'t> Scan<'t> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        while matches!(self.byte()?, b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
        self.byte()
    }

    /// A value, from which these names lead to the lists, or a list of such values.
    fn value(&mut self, names: &[&str]) -> Option<()> {
        match self.next()? {
            b'{' => self.members(names),
            b'[' => self.items(|scan| match scan.next()? {
                b'{' => scan.members(names),
                _ => scan.skip(),
            }),
            _ => self.skip(),
        }
    }

    fn members(&mut self, names: &[&str]) -> Option<()> {
        self.each(b'}', |scan| {
            let name = scan.name()?;
            match names.split_first() {
                Some((first, [])) if name == *first => scan.list(),
                Some((first, rest)) if name == *first => scan.value(rest),
                _ => scan.skip(),
            }
        })
    }

    fn items(&mut self, item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.each(b']', item)
    }

    /// Calls `part` for what is between two brackets and commas, up to this bracket.
    fn each(&mut self, end: u8, mut part: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        if self.next()? != end {
            loop {
                part(self)?;
                match self.next()? {
                    b',' => self.at += 1,
                    byte if byte == end => break,
                    _ => return None,
                }
            }
        }
        self.at += 1;
        Some(())
    }

    /// The name of a member. One with an escape sequence could mean any name.
    fn name(&mut self) -> Option<&'t str> {
        (self.next()? == b'"').then_some(())?;
        let begin = self.at + 1;
        self.string()?;
        let name = self.text.get(begin..self.at.checked_sub(1)?)?;
        (!name.contains('\\') && self.next()? == b':').then_some(())?;
        self.at += 1;
        Some(name)
    }

    /// A list of transactions.
    fn list(&mut self) -> Option<()> {
        (self.next()? == b'[').then_some(())?;
        let begin = self.at;
        let (text, mut texts) = (self.text, Vec::new());
        self.items(|scan| {
            scan.next()?;
            let begin = scan.at;
            scan.skip()?;
            texts.push(text.get(begin..scan.at)?);
            Some(())
        })?;
        let outline = &mut self.outline;
        outline.text.push_str(text.get(self.copied..begin)?);
        outline.text.push_str(&outline.lists.len().to_string());
        outline.lists.push(texts);
        self.copied = self.at;
        Some(())
    }

    /// Passes over a value.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        self.next()?;
        loop {
            match self.byte()? {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' if depth == 0 => return None,
                _ if depth == 0 => self.literal(),
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Passes over a number, `true`, `false` or `null`.
    fn literal(&mut self) {
        while let Some(byte) = self.byte()
            && (byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        {
            self.at += 1;
        }
    }

    /// Passes over a string.
    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let found = memchr2(b'"', b'\\', rest)?;
            self.at += found + 1;
            if rest.get(found) == Some(&b'"') {
                return Some(());
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Outline;

    fn check(text: &str, expected: Option<(&str, &[&[&str]])>) {
        let outline = Outline::of(text, &["a", "b", "c"]);
        let found = outline.as_ref().map(|outline| {
            let lists: Vec<&[&str]> = outline.lists.iter().map(Vec::as_slice).collect();
            (outline.text.as_str(), lists)
        });
        let expected = expected.map(|(text, lists)| (text, lists.to_vec()));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn lists_become_numbers() {
        let cases: [(&str, &str, &[&[&str]]); 6] = [
            (
                r#"{"a": {"b": {"c": []}}}"#,
                r#"{"a": {"b": {"c": 0}}}"#,
                &[&[]],
            ),
            (
                r#" {"x": 1, "a": [{"b": [{"c": [ {"c": [1]} , {"d": "]},\\"}]}, {"y": {}, "c":[1,-2.5e3, null]}]}], "z": "\""} "#,
                r#" {"x": 1, "a": [{"b": [{"c": 0}, {"y": {}, "c":1}]}], "z": "\""} "#,
                &[
                    &[r#"{"c": [1]}"#, r#"{"d": "]},\\"}"#],
                    &["1", "-2.5e3", "null"],
                ],
            ),
            (
                r#"{"c": [1], "b": {"c": [1]}}"#,
                r#"{"c": [1], "b": {"c": [1]}}"#,
                &[],
            ),
            ("[1, 2]", "[1, 2]", &[]),
            (
                r#"[[{"a": {"b": {"c": []}}}]]"#,
                r#"[[{"a": {"b": {"c": []}}}]]"#,
                &[],
            ),
            ("3", "3", &[]),
        ];
        for (text, outline, lists) in cases {
            check(text, Some((outline, lists)));
        }
    }

    #[test]
    fn what_is_no_outline_is_none() {
        for text in [
            "",
            "{",
            r#"{"a"#,
            r#"{"a": {"b": {"c": 0}}}"#,
            r#"{"a": {"b": {"\u0063": 0}}}"#,
            r#"{"a": {"b": {"c": [1 2]}}}"#,
            r#"{"a": {"b": {"c": [1"#,
            r#"{"a": {"b": {"c": [,]}}}"#,
            r#"{"a" 1}"#,
            "{]",
        ] {
            check(text, None);
        }
    }
}
