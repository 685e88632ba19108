//! Starter templates in XSLT: a stylesheet that writes the document in XML.

use b2bi_local_x12::{OutlineElement, OutlineSegment, OutlineValue, to_xml};

use super::{Detail, Guidance, notes, push_line};

const BEGINNING: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="xml" encoding="UTF-8" indent="yes"/>"#;
const TEMPLATE: &str = "\n  <xsl:template match=\"/\">";
const END: &str = "\n  </xsl:template>\n</xsl:stylesheet>\n";
/// The level of the document in the stylesheet.
const LEVEL: usize = 2;

/// The stylesheet that writes the contents of an X12 file; `None` if the reader's document is not
/// XML, which does not happen.
pub(super) fn template(x12: &[u8], guidance: Option<Guidance<'_>>) -> Option<String> {
    let document = to_xml(x12).text;
    let start = document.find("<ediroot")?;
    let mut out = BEGINNING.to_owned();
    if let Some(guidance) = guidance {
        push_comment(&mut out, 1, &guidance.heading());
    }
    out.push_str(TEMPLATE);
    let mut printer = Printer {
        out,
        guidance,
        segments: 0,
        level: LEVEL,
        in_segment: false,
    };
    for tag in document.get(start..)?.split('<').skip(1) {
        printer.tag(tag)?;
    }
    printer.out.push_str(END);
    Some(printer.out)
}

struct Printer<'o> {
    out: String,
    guidance: Option<Guidance<'o>>,
    /// The number of segments of transactions that were written.
    segments: usize,
    level: usize,
    /// Whether the tags belong to a segment that is written from the outline.
    in_segment: bool,
}

impl Printer<'_> {
    /// Writes a tag, given without its `<`, and the text after it.
    fn tag(&mut self, tag: &str) -> Option<()> {
        let (tag, text) = tag.split_once('>')?;
        let is_end = tag.starts_with('/');
        if self.in_segment {
            self.in_segment = tag != "/segment";
            return Some(());
        }
        self.level -= usize::from(is_end);
        if !is_end && tag.starts_with("segment ") && self.segment() {
            self.in_segment = !tag.ends_with('/');
            return Some(());
        }
        if !is_end && tag.starts_with("loop ") {
            self.of_loop();
        }
        // Braces in an attribute enclose an expression.
        let tag = tag.replace('{', "{{").replace('}', "}}");
        let in_line = is_end && matches!(tag.as_str(), "/element" | "/subelement");
        if in_line && !self.out.ends_with('>') {
            self.out.extend(["<", &tag, ">"]);
        } else {
            push_line(&mut self.out, self.level, &format!("<{tag}>"));
        }
        self.out.push_str(text);
        self.level += usize::from(!is_end && !tag.ends_with('/'));
        Some(())
    }

    /// Writes how often the following loop may occur.
    fn of_loop(&mut self) {
        let Some(guidance) = self
            .guidance
            .filter(|guidance| guidance.detail < Detail::NoNotes)
        else {
            return;
        };
        if let Some(segment) = guidance.segment(self.segments) {
            let note = format!("loop: {}", notes::of_occurrence(segment));
            push_comment(&mut self.out, self.level, &note);
        }
    }

    /// Writes the next segment of the outline, if there is an outline.
    fn segment(&mut self) -> bool {
        let Some(guidance) = self.guidance else {
            return false;
        };
        let Some(segment) = guidance.segment(self.segments) else {
            return false;
        };
        self.segments += 1;
        if guidance.detail < Detail::NoNotes && !segment.opens {
            push_comment(&mut self.out, self.level, &notes::of_occurrence(segment));
        }
        write_segment(&mut self.out, segment, guidance, self.level);
        true
    }
}

fn write_segment(out: &mut String, segment: &OutlineSegment, guidance: Guidance<'_>, level: usize) {
    let id = segment.id;
    push_line(out, level, &format!("<segment Id=\"{id}\">"));
    for element in segment
        .elements
        .iter()
        .filter(|element| guidance.shows(element))
    {
        write_element(out, id, element, guidance.detail, level + 1);
    }
    push_line(out, level, "</segment>");
}

fn write_element(
    out: &mut String,
    id: &str,
    element: &OutlineElement,
    detail: Detail,
    level: usize,
) {
    let note = notes::of_element(element, detail);
    let id = format!("{id}{:02}", element.position);
    let value = match element.values.first() {
        Some(value) if !element.composite => {
            format!("<element Id=\"{id}\">{}</element>", escaped(&value.value))
        }
        _ if element.present => return write_composite(out, &id, element, detail, level),
        _ => {
            let inner: Vec<String> = element.values.iter().map(subelement).collect();
            let inner = inner.concat();
            format!("<element Id=\"{id}\" Composite=\"yes\">{inner}</element>")
        }
    };
    write_noted(out, &value, &note, element.present, detail, level);
}

fn write_composite(
    out: &mut String,
    id: &str,
    element: &OutlineElement,
    detail: Detail,
    level: usize,
) {
    push_line(
        out,
        level,
        &format!("<element Id=\"{id}\" Composite=\"yes\">"),
    );
    for value in &element.values {
        if value.present || detail < Detail::NoAbsentElements {
            let note = notes::of_component(value, detail);
            write_noted(
                out,
                &subelement(value),
                &note,
                value.present,
                detail,
                level + 1,
            );
        }
    }
    push_line(out, level, "</element>");
}

/// An element with a value gets a comment after it; one without a value is written in a comment.
fn write_noted(
    out: &mut String,
    value: &str,
    note: &str,
    live: bool,
    detail: Detail,
    level: usize,
) {
    if !live {
        push_comment(out, level, &format!("{value} {note}"));
        return;
    }
    push_line(out, level, value);
    if detail < Detail::NoNotes {
        out.extend([" <!-- ", &harmless(note), " -->"]);
    }
}

fn subelement(value: &OutlineValue) -> String {
    let (sequence, text) = (value.component, escaped(&value.value));
    format!("<subelement Sequence=\"{sequence}\">{text}</subelement>")
}

fn push_comment(out: &mut String, level: usize, text: &str) {
    push_line(out, level, &format!("<!-- {} -->", harmless(text)));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A text that cannot end its comment.
fn harmless(text: &str) -> String {
    text.replace("--", "- -")
}
