//! The form of mapping templates: layout, comments, and the text around the template.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Value, json};

/// The colon after the key of a member.
static COLON: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#""[ ]*:[ ]*"#).ok());
/// A comment with the spaces before it, or a string, which may look like one.
static COMMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?s)(?P<text>"(?:[^"\\]|\\.)*")|[ ]*(?:/\*.*?\*/|<!--.*?-->)"#).ok()
});

/// The layout of a template, independent of its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct TemplateForm {
    has_comments: bool,
    /// The indentation of a level.
    indent: String,
    /// The text between a key in JSONata and its value.
    colon: String,
    has_declaration: bool,
    is_one_line: bool,
    ends_with_line: bool,
    /// The language after three backticks, if the template is fenced.
    fence: Option<String>,
}

impl TemplateForm {
    /// The form that converts the first template to the second, if one does.
    pub(crate) fn between(ours: &str, theirs: &str) -> Option<Self> {
        // What shows is tried; the rest is few.
        let shown = Self::of_look(&Self::look(theirs));
        let mut forms = (0_u8..1 << 2).map(|bits| Self {
            has_comments: bits & 1 == 0,
            has_declaration: bits & 2 == 0,
            ..shown.clone()
        });
        forms.find(|form| form.apply(ours) == theirs)
    }

    /// The layout of a template, as comparable members.
    pub(crate) fn look(text: &str) -> Value {
        let (fence, inner) = without_fence(text);
        let colon = COLON.as_ref().and_then(|colon| colon.find(inner));
        let lines = inner.lines().filter(|line| !line.trim().is_empty());
        let indent = lines.filter_map(|line| {
            let width = line.len().saturating_sub(line.trim_start().len());
            line.get(..width).filter(|indent| !indent.is_empty())
        });
        json!({
            "fence": fence,
            "oneLine": !inner.trim_end().contains('\n'),
            "indent": indent.min_by_key(|indent| indent.len()),
            "colon": colon.map(|colon| colon.as_str().trim_start_matches('"')),
            "lineAtEnd": inner.ends_with('\n'),
        })
    }

    /// The form that looks so.
    pub(crate) fn of_look(look: &Value) -> Self {
        let text = |name: &str| look.get(name).and_then(Value::as_str).map(str::to_owned);
        let is = |name: &str| look.get(name).and_then(Value::as_bool).unwrap_or_default();
        Self {
            has_comments: true,
            has_declaration: true,
            indent: text("indent").unwrap_or_else(|| "  ".to_owned()),
            colon: text("colon").unwrap_or_else(|| ": ".to_owned()),
            is_one_line: is("oneLine"),
            ends_with_line: is("lineAtEnd"),
            fence: text("fence"),
        }
    }

    /// One of our templates, whose levels have two spaces, in this form.
    pub(crate) fn apply(&self, ours: &str) -> String {
        let is_xml = ours.trim_start().starts_with('<');
        let text = if self.has_comments {
            ours.to_owned()
        } else {
            without_comments(ours)
        };
        let lines = text.lines().filter(|line| {
            let is_declaration = line.starts_with("<?xml") && !self.has_declaration;
            !is_declaration && !line.trim().is_empty()
        });
        let lines = lines.map(|line| self.line(line, is_xml));
        let separator = if self.is_one_line { " " } else { "\n" };
        let mut text = lines.collect::<Vec<_>>().join(separator);
        if self.ends_with_line {
            text.push('\n');
        }
        match &self.fence {
            Some(language) => format!("```{language}\n{}\n```", text.trim_end()),
            None => text,
        }
    }

    fn line(&self, line: &str, is_xml: bool) -> String {
        const BLANKS: usize = 2;
        let content = line.trim_start_matches(' ');
        let blanks = line.len().saturating_sub(content.len());
        let content = match COLON.as_ref() {
            Some(pattern) if !is_xml => with_colon(pattern, content, &self.colon),
            _ => content.to_owned(),
        };
        if self.is_one_line {
            return content;
        }
        format!("{}{content}", self.indent.repeat(blanks / BLANKS))
    }
}

/// A line with another separator after its first key; a comment may contain a key too.
fn with_colon(pattern: &Regex, line: &str, colon: &str) -> String {
    let key = line
        .trim_start_matches("/* ")
        .trim_start_matches([',', ' ']);
    if !key.starts_with('"') {
        return line.to_owned();
    }
    let replaced = pattern.replace_all(line, |_: &Captures<'_>| format!("\"{colon}"));
    replaced.into_owned()
}

fn without_comments(text: &str) -> String {
    let Some(pattern) = COMMENT.as_ref() else {
        return text.to_owned();
    };
    let replaced = pattern.replace_all(text, |found: &Captures<'_>| {
        let text = found.name("text");
        text.map_or_else(String::new, |text| text.as_str().to_owned())
    });
    replaced.into_owned()
}

/// The language of a fence, and its contents.
fn without_fence(text: &str) -> (Option<String>, &str) {
    let inner = text.trim().strip_prefix("```");
    let inner = inner.and_then(|inner| inner.strip_suffix("```"));
    match inner.and_then(|inner| inner.split_once('\n')) {
        Some((language, inner)) => (Some(language.to_owned()), inner),
        None => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::TemplateForm;

    const OURS: &str = "/* Starter */\n{\n  \"a\" : [ {\n    \"b\" : \"x /* y\", /* required */\n    /* \"c\" : \"z\", optional */\n    \"d\" : { }\n  } ]\n}\n";

    #[test]
    fn forms_are_found_by_trying() {
        let check = |theirs: &str| {
            let form = TemplateForm::between(OURS, theirs).unwrap();
            assert_eq!(form.apply(OURS), theirs);
            let other = OURS.replace("\"b\"", "\"bb\"");
            assert_eq!(form.apply(&other), theirs.replace("\"b\"", "\"bb\""));
        };
        check(OURS);
        check(OURS.trim_end());
        check(&OURS.replace("  ", "    "));
        check(&OURS.replace(" : ", ": "));
        let bare = "{\n\t\"a\": [ {\n\t\t\"b\": \"x /* y\",\n\t\t\"d\": { }\n\t} ]\n}";
        check(bare);
        check(&format!("```jsonata\n{bare}\n```"));
        check("{ \"a\":[ { \"b\":\"x /* y\", \"d\":{ } } ] }");
        assert_eq!(
            TemplateForm::between(OURS, &OURS.replace("\"z\"", "\"q\"")),
            None
        );
        let xml = "<?xml version=\"1.0\"?>\n<a>\n  <!-- once -->\n  <b/> <!-- required -->\n</a>\n";
        for theirs in [
            "<a>\n    <b/>\n</a>",
            "<?xml version=\"1.0\"?>\n<a>\n <b/>\n</a>\n",
        ] {
            let form = TemplateForm::between(xml, theirs).unwrap();
            assert_eq!(form.apply(xml), theirs);
        }
    }

    #[test]
    fn what_a_template_looks_like_can_be_given_to_another() {
        let ours = "{\n  \"b\": a,\n  \"c\": {\n    \"d\": e\n  }\n}";
        for theirs in [
            ours,
            "```\n{\n    \"x\": y\n}\n```",
            "{\"x\" : y}\n",
            "{\n\t\"x\": {\n\t\t\"y\": z\n\t}\n}\n",
        ] {
            let look = TemplateForm::look(theirs);
            let made = TemplateForm::of_look(&look).apply(ours);
            let indent_of_one_line = theirs.starts_with("{\"");
            if !indent_of_one_line {
                assert_eq!(TemplateForm::look(&made), look, "{made}");
            }
        }
    }
}
