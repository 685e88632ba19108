//! Layouts of JSON in addition to the built-in ones: those of common printers.

/// The layout of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct JsonForm {
    /// The indentation of each level; without it everything is on one line.
    pub indent: Option<Indent>,
    /// Whether each item of an array begins a line, if there are line breaks.
    pub array_lines: bool,
    /// Whether there is a space before a colon.
    pub before_colon: bool,
    /// Whether there is a space after a colon.
    pub after_colon: bool,
    /// Whether there is a space after a comma that is not followed by a line break.
    pub after_comma: bool,
    /// Whether brackets without line breaks have spaces inside: `[ 1 ]`, `{ }`.
    pub padded: bool,
}

/// The indentation of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indent {
    /// This number of spaces.
    Blanks(u8),
    /// A tab.
    Tab,
}

/// The maximum number of spaces per level that is detected.
const MOST_BLANKS: u8 = 8;

impl JsonForm {
    /// One line without spaces.
    pub const COMPACT: Self = Self {
        indent: None,
        array_lines: true,
        before_colon: false,
        after_colon: false,
        after_comma: false,
        padded: false,
    };
    /// Two spaces per level, as most libraries print it.
    pub const PRETTY: Self = Self {
        indent: Some(Indent::Blanks(2)),
        array_lines: true,
        before_colon: false,
        after_colon: true,
        after_comma: false,
        padded: false,
    };
    /// The layout of Jackson's default printer.
    pub const JACKSON: Self = Self {
        indent: Some(Indent::Blanks(2)),
        array_lines: false,
        before_colon: true,
        after_colon: true,
        after_comma: true,
        padded: true,
    };

    /// The form of a JSON text, if it is one of these; of several that match, the most common.
    #[must_use]
    pub fn detect(text: &str) -> Option<Self> {
        let usual = [Self::COMPACT, Self::PRETTY, Self::JACKSON];
        let mut forms = usual.into_iter().chain(Self::all());
        forms.find(|form| form.print(text) == text)
    }

    /// All forms, those close to the common ones first.
    fn all() -> impl Iterator<Item = Self> {
        let blanks = (0..=MOST_BLANKS).map(Indent::Blanks);
        let indents = blanks.chain([Indent::Tab]).map(Some).chain([None]);
        let switches = 0_u8..1 << 5;
        indents.flat_map(move |indent| {
            switches.clone().map(move |bits| Self {
                indent,
                array_lines: bits & 1 == 0,
                after_colon: bits & 2 == 0,
                after_comma: bits & 4 == 0,
                padded: bits & 8 != 0,
                before_colon: bits & 16 != 0,
            })
        })
    }

    /// A JSON text in this form; spaces outside of strings are ignored.
    #[must_use]
    pub fn print(self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len());
        Reprinter::new(self).push(text.as_bytes(), &mut out);
        super::text(out)
    }
}

/// Reformats JSON piece by piece.
#[derive(Clone, Debug)]
pub(super) struct Reprinter {
    form: JsonForm,
    /// For each open bracket, whether its items begin lines.
    open: Vec<bool>,
    /// The number of brackets whose items do.
    depth: usize,
    /// Whether the innermost bracket is still empty.
    is_empty: bool,
    in_string: bool,
    escaped: bool,
}

impl Reprinter {
    pub(super) fn new(form: JsonForm) -> Self {
        Self {
            form,
            open: Vec::new(),
            depth: 0,
            is_empty: false,
            in_string: false,
            escaped: false,
        }
    }

    /// Appends a piece of the text.
    pub(super) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        for byte in piece {
            match *byte {
                byte if self.in_string => self.of_string(byte, out),
                b' ' | b'\t' | b'\n' | b'\r' => {}
                byte => self.of_structure(byte, out),
            }
        }
    }

    fn of_string(&mut self, byte: u8, out: &mut Vec<u8>) {
        out.push(byte);
        let ends = byte == b'"' && !self.escaped;
        self.escaped = byte == b'\\' && !self.escaped;
        self.in_string = !ends;
    }

    fn of_structure(&mut self, byte: u8, out: &mut Vec<u8>) {
        if matches!(byte, b'}' | b']') {
            return self.close(byte, out);
        }
        if std::mem::take(&mut self.is_empty) {
            self.between(self.form.padded, out);
        }
        match byte {
            b'{' | b'[' => self.open(byte, out),
            b',' => {
                out.push(b',');
                self.between(self.form.after_comma, out);
            }
            b':' => {
                out.extend(self.form.before_colon.then_some(b' '));
                out.push(b':');
                out.extend(self.form.after_colon.then_some(b' '));
            }
            byte => {
                self.in_string = byte == b'"';
                out.push(byte);
            }
        }
    }

    fn open(&mut self, bracket: u8, out: &mut Vec<u8>) {
        out.push(bracket);
        let breaks = self.form.indent.is_some() && (bracket == b'{' || self.form.array_lines);
        self.open.push(breaks);
        self.depth = self.depth.saturating_add(usize::from(breaks));
        self.is_empty = true;
    }

    fn close(&mut self, bracket: u8, out: &mut Vec<u8>) {
        let breaks = self.open.pop().unwrap_or_default();
        self.depth = self.depth.saturating_sub(usize::from(breaks));
        let is_empty = std::mem::take(&mut self.is_empty);
        if breaks && !is_empty {
            self.line(out);
        } else if self.form.padded {
            out.push(b' ');
        }
        out.push(bracket);
    }

    /// A line break before an item, or a space.
    fn between(&self, blank: bool, out: &mut Vec<u8>) {
        if self.open.last().copied().unwrap_or_default() {
            self.line(out);
        } else if blank {
            out.push(b' ');
        }
    }

    fn line(&self, out: &mut Vec<u8>) {
        out.push(b'\n');
        let (letter, width) = match self.form.indent {
            Some(Indent::Blanks(width)) => (b' ', usize::from(width)),
            Some(Indent::Tab) => (b'\t', 1),
            None => return,
        };
        out.resize(
            out.len().saturating_add(self.depth.saturating_mul(width)),
            letter,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{Indent, JsonForm};

    /// A text in each form is detected as that form, or as one with the same result.
    #[test]
    fn forms_are_detected_by_what_they_print() {
        let text = r#"{"a":"x, {: \" y","b":[],"c":{},"d":[1,{"e":[true,["\\"]]},-2.50],"f":null}"#;
        for form in JsonForm::all() {
            let printed = form.print(text);
            let detected = JsonForm::detect(&printed).unwrap();
            assert_eq!(detected.print(text), printed, "{form:?}");
            assert_eq!(JsonForm::COMPACT.print(&printed), text, "{form:?}");
        }
    }

    #[test]
    fn the_usual_printers_are_known() {
        let text = r#"{"a": 1, "b": ["x", {"c": []}]}"#;
        for (form, expected) in [
            (JsonForm::COMPACT, r#"{"a":1,"b":["x",{"c":[]}]}"#),
            (
                JsonForm::PRETTY,
                "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    {\n      \"c\": []\n    }\n  ]\n}",
            ),
            (
                JsonForm::JACKSON,
                "{\n  \"a\" : 1,\n  \"b\" : [ \"x\", {\n    \"c\" : [ ]\n  } ]\n}",
            ),
            (
                JsonForm {
                    indent: Some(Indent::Tab),
                    ..JsonForm::PRETTY
                },
                "{\n\t\"a\": 1,\n\t\"b\": [\n\t\t\"x\",\n\t\t{\n\t\t\t\"c\": []\n\t\t}\n\t]\n}",
            ),
        ] {
            assert_eq!(form.print(text), expected);
            assert_eq!(JsonForm::detect(expected).unwrap().print(text), expected);
        }
        assert_eq!(JsonForm::detect("{\n   \"a\":\n 1}"), None);
    }
}
