//! Starter templates in JSONata: the document as an object, in Jackson's layout.

use b2bi_local_x12::{Layout, OutlineElement, OutlineSegment, OutlineValue, to_json};
use serde_json::{Map, Value};

use super::{Detail, Guidance, notes, push_line};

/// The template that writes the contents of an X12 file; `None` if the reader's document is not
/// JSON, which does not happen.
pub(super) fn template(x12: &[u8], guidance: Option<Guidance<'_>>) -> Option<String> {
    let document = to_json(x12, Layout::Compact);
    let root: Value = serde_json::from_str(&document.text).ok()?;
    let mut printer = Printer {
        out: String::new(),
        guidance,
        segments: 0,
    };
    if let Some(guidance) = guidance {
        printer.out = format!("/* {} */\n", guidance.heading());
    }
    printer.value(&root, 0);
    printer.out.push('\n');
    Some(printer.out)
}

struct Printer<'o> {
    out: String,
    guidance: Option<Guidance<'o>>,
    /// The number of segments of transactions that were written.
    segments: usize,
}

/// A member of an object: active, or in a comment.
struct Member {
    live: bool,
    /// Key and value.
    text: String,
    note: String,
}

impl Printer<'_> {
    fn value(&mut self, value: &Value, level: usize) {
        match value {
            Value::Array(items) => self.array(items, level),
            Value::Object(members) => self.object(members, level),
            scalar => self.out.push_str(&scalar.to_string()),
        }
    }

    /// `[ a, b ]`, each item starting on the line where the one before it ends.
    fn array(&mut self, items: &[Value], level: usize) {
        let mut before = "[ ";
        for item in items {
            self.out.push_str(before);
            before = ", ";
            self.value(item, level);
        }
        self.out
            .push_str(if items.is_empty() { "[ ]" } else { " ]" });
    }

    fn object(&mut self, members: &Map<String, Value>, level: usize) {
        if members.is_empty() && self.guidance.is_none() {
            return self.out.push_str("{ }");
        }
        self.out.push('{');
        let in_transaction = level > TRANSACTION_LEVEL;
        if let Some(guidance) = self.guidance.filter(|_| in_transaction)
            && let Some(segment) = guidance.segment(self.segments)
        {
            let is_loop = members.keys().any(|key| key.ends_with("_loop"));
            if !is_loop {
                self.segments += 1;
                self.segment(segment, guidance.detail, level);
                return;
            }
            if guidance.detail < Detail::NoNotes {
                let name = members.keys().next().map_or("", String::as_str);
                let name = name.trim_end_matches("_loop");
                let note = notes::of_occurrence(segment);
                self.comment(&format!("loop {name}: {note}"));
            }
        }
        let mut before = "";
        for (key, value) in members {
            self.out.push_str(before);
            before = ",";
            push_line(
                &mut self.out,
                level + 1,
                &Value::from(key.as_str()).to_string(),
            );
            self.out.push_str(" : ");
            self.value(value, level + 1);
        }
        push_line(&mut self.out, level, "}");
    }

    /// The members and the end of a segment's object.
    fn segment(&mut self, segment: &OutlineSegment, detail: Detail, level: usize) {
        let id = segment.id;
        if detail < Detail::NoNotes {
            let note = if segment.opens {
                "opens the loop".to_owned()
            } else {
                notes::of_occurrence(segment)
            };
            self.comment(&format!("{id}: {note}"));
        }
        let guidance = self.guidance;
        let shown = segment
            .elements
            .iter()
            .filter(|element| guidance.is_none_or(|guidance| guidance.shows(element)));
        let members: Vec<Member> = shown
            .map(|element| member(id, element, detail, level + 1))
            .collect();
        write_members(&mut self.out, &members, detail, level + 1);
        push_line(&mut self.out, level, "}");
    }

    fn comment(&mut self, text: &str) {
        self.out.extend([" /* ", &harmless(text), " */"]);
    }
}

/// The level of a transaction's object.
const TRANSACTION_LEVEL: usize = 3;

fn member(id: &str, element: &OutlineElement, detail: Detail, level: usize) -> Member {
    let key = format!("{id}_{:02}", element.position);
    let value = match element.values.first() {
        Some(value) if !element.composite => literal(&value.value),
        _ if element.present => composite(&key, element, detail, level),
        _ => inline_composite(&key, element),
    };
    Member {
        live: element.present,
        text: format!("\"{key}\" : {value}"),
        note: notes::of_element(element, detail),
    }
}

/// The components of a composite with a value, one per line.
fn composite(key: &str, element: &OutlineElement, detail: Detail, level: usize) -> String {
    let shown = |value: &&OutlineValue| value.present || detail < Detail::NoAbsentElements;
    let members: Vec<Member> = element
        .values
        .iter()
        .filter(shown)
        .map(|value| Member {
            live: value.present,
            text: component(key, value),
            note: notes::of_component(value, detail),
        })
        .collect();
    let mut out = "{".to_owned();
    write_members(&mut out, &members, detail, level + 1);
    push_line(&mut out, level, "}");
    out
}

/// All components of a composite on one line.
fn inline_composite(key: &str, element: &OutlineElement) -> String {
    let components: Vec<String> = element
        .values
        .iter()
        .map(|value| component(key, value))
        .collect();
    format!("{{ {} }}", components.join(", "))
}

fn component(key: &str, value: &OutlineValue) -> String {
    format!(
        "\"{key}_{:02}\" : {}",
        value.component,
        literal(&value.value)
    )
}

/// Members in their order. Those in comments include the comma that they need when they are
/// uncommented.
fn write_members(out: &mut String, members: &[Member], detail: Detail, level: usize) {
    let last = members.iter().rposition(|member| member.live);
    for (at, member) in members.iter().enumerate() {
        let follows = last.is_some_and(|last| at < last);
        let comma = if follows { "," } else { "" };
        let (text, note) = (&member.text, harmless(&member.note));
        let line = match (member.live, follows) {
            (true, _) if detail >= Detail::NoNotes => format!("{text}{comma}"),
            (true, _) => format!("{text}{comma} /* {note} */"),
            (false, true) => format!("/* {text}, {note} */"),
            (false, false) => format!("/* , {text} {note} */"),
        };
        push_line(out, level, &line);
    }
}

/// A JSON string is a JSONata string.
fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

/// A text that cannot end its comment.
fn harmless(text: &str) -> String {
    text.replace("*/", "* /")
}
