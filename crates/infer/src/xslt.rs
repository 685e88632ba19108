//! Prints a template as XSLT 1.0.

mod expression;
mod levels;
mod named;
mod path;

use super::names_of::record_name;
use super::notation::Notation as _;
use super::notes::{is_noteworthy, loop_note, note};
use super::scalar::Scalar;
use super::template::{Expression, Path, Select, Step, Template, Value};
use super::tree::Tree;
use super::walk::{common_way, refers, runs};

/// Prints one template.
pub(super) struct Printer<'a> {
    tree: &'a Tree,
    /// The name of each level's record, if it has a variable.
    names: Vec<Option<String>>,
    /// All names in use.
    taken: Vec<String>,
    /// A long path from the root that has a variable.
    hoisted: Option<(Vec<Step>, String)>,
    /// Variables that must precede the next value.
    before: Vec<String>,
    /// The name of the innermost loop's counter, if it has a variable.
    counter: Option<String>,
    /// The variable with the levels of the output.
    numbered: Option<String>,
    /// Whether a function of EXSLT is used.
    exslt: bool,
    /// Whether a string function of EXSLT is used.
    strings: bool,
    lines: Vec<String>,
    indent: usize,
}

/// The XSLT of a template.
pub(super) fn print(tree: &Tree, template: &Template) -> String {
    let mut printer = Printer {
        tree,
        names: vec![None],
        taken: levels::VARIABLES.map(str::to_owned).to_vec(),
        hoisted: None,
        before: Vec::new(),
        counter: None,
        numbered: None,
        exslt: false,
        strings: false,
        lines: Vec::new(),
        indent: 2,
    };
    if let Some(way) = common_way(tree, template) {
        let schema = way.last().map_or(0, |last| last.schema);
        let name = printer.name(record_name(tree, schema));
        let select = printer.steps(&way);
        printer.line(&format!(
            "<xsl:variable name=\"{name}\" select=\"{select}\"/>"
        ));
        printer.hoisted = Some((way, name));
    }
    printer.template(template, None);
    let exslt = namespaces(&[
        (printer.exslt, "exsl", "http://exslt.org/common"),
        (printer.strings, "str", "http://exslt.org/strings"),
    ]);
    let head = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"{exslt}>\n  \
         <xsl:output method=\"xml\" indent=\"yes\" encoding=\"UTF-8\"/>\n\n  \
         <xsl:template match=\"/\">\n"
    );
    let body = printer.lines.join("\n");
    format!("{head}{body}\n  </xsl:template>\n</xsl:stylesheet>\n")
}

/// The declarations of the namespaces that are used.
fn namespaces(known: &[(bool, &str, &str)]) -> String {
    let used: Vec<_> = known.iter().filter(|(is_used, ..)| *is_used).collect();
    if used.is_empty() {
        return String::new();
    }
    let declared = |(_, prefix, uri): &&(bool, &str, &str)| format!(" xmlns:{prefix}=\"{uri}\"");
    let declared: String = used.iter().map(declared).collect();
    let prefixes: Vec<&str> = used.iter().map(|(_, prefix, _)| *prefix).collect();
    format!(
        "{declared} exclude-result-prefixes=\"{}\"",
        prefixes.join(" ")
    )
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        self.lines
            .push(format!("{}{text}", "  ".repeat(self.indent)));
    }

    /// An unused name.
    fn name(&mut self, wanted: String) -> String {
        let numbered = (2..).map(|number| format!("{wanted}{number}"));
        let mut names = std::iter::once(wanted.clone()).chain(numbered);
        let name = names
            .find(|name| !self.taken.contains(name))
            .unwrap_or(wanted);
        self.taken.push(name.clone());
        name
    }

    fn template(&mut self, template: &Template, element: Option<&str>) {
        match template {
            Template::Element {
                name,
                attributes,
                body,
                text,
            } => {
                let id = code(name, attributes).or(element.map(str::to_owned));
                let open = self.open(name, attributes);
                match text {
                    Some(value) if body.is_empty() => self.text_element(name, &open, value, id),
                    _ if body.is_empty() && open.is_whole() => {
                        self.line(&format!("<{}/>", open.tag));
                    }
                    _ => {
                        self.line(&format!("<{}>", open.tag));
                        self.indent += 1;
                        self.lines.extend(open.inside);
                        for part in body {
                            self.loops(&part.each, &part.template);
                        }
                        self.indent -= 1;
                        self.line(&format!("</{name}>"));
                    }
                }
            }
            Template::Value(value) => self.content(&value.expression),
            Template::Levels(_, tree) => self.levels(tree),
            Template::Keyed(each, entry) => self.loops(each, entry),
            Template::Entry(key, element) => self.named(key, element),
            Template::List(parts) => {
                for part in parts {
                    self.loops(&part.each, &part.template);
                }
            }
            // Only JSON has objects.
            Template::Object(_) => {}
        }
    }

    /// The loops around a template.
    fn loops(&mut self, each: &[Path], template: &Template) {
        let Some((path, inner)) = each.split_first() else {
            self.template(template, None);
            return;
        };
        let select = self.path(path);
        if let Some(note) = loop_note(self.tree, std::slice::from_ref(path)) {
            self.line(&format!("<!-- {note} -->"));
        }
        self.line(&format!("<xsl:for-each select=\"{}\">", attribute(&select)));
        self.indent += 1;
        self.sort(path);
        let level = self.names.len();
        let schema = path.steps.last().map_or(0, |last| last.schema);
        let name =
            refers(inner, template, level).then(|| self.name(record_name(self.tree, schema)));
        if let Some(name) = &name {
            self.line(&format!("<xsl:variable name=\"{name}\" select=\".\"/>"));
        }
        let counter = (inner.is_empty() && runs(template)).then(|| self.name("index".to_owned()));
        if let Some(counter) = &counter {
            self.line(&format!(
                "<xsl:variable name=\"{counter}\" select=\"position()\"/>"
            ));
        }
        let outer = std::mem::replace(&mut self.counter, counter.clone());
        self.names.push(name.clone());
        self.loops(inner, template);
        self.names.pop();
        self.counter = outer;
        self.taken.retain(|taken| Some(taken) != counter.as_ref());
        self.taken.retain(|taken| Some(taken) != name.as_ref());
        self.indent -= 1;
        self.line("</xsl:for-each>");
    }

    /// The sort order of a loop.
    fn sort(&mut self, path: &Path) {
        let selects = path.steps.iter().flat_map(|step| &step.select);
        // The last order is the first key.
        let selects = selects.collect::<Vec<_>>().into_iter().rev();
        let sorted = selects.filter_map(|select| match select {
            Select::Sorted(field, numeric, descending) => {
                Some((self.field(field), *numeric, *descending))
            }
            Select::SortedByProduct(one, other, descending) => {
                let product = format!("{} * {}", self.field(one), self.field(other));
                Some((product, true, *descending))
            }
            Select::Reversed => Some(("position()".to_owned(), true, true)),
            _ => None,
        });
        let lines: Vec<String> = sorted
            .map(|(field, numeric, descending)| {
                let kind = if numeric { "number" } else { "text" };
                let order = if descending {
                    "descending"
                } else {
                    "ascending"
                };
                let select = attribute(&field);
                format!("<xsl:sort select=\"{select}\" data-type=\"{kind}\" order=\"{order}\"/>")
            })
            .collect();
        self.put(&lines);
    }

    /// The start of an element; attributes that are expressions are written in braces.
    fn open(&mut self, name: &str, attributes: &[(String, Value)]) -> Open {
        let mut open = Open {
            tag: name.to_owned(),
            inside: Vec::new(),
        };
        let fixed = code(name, attributes);
        for (attribute_name, value) in attributes {
            let noteworthy = fixed.is_none() && is_noted(value, envelope(name));
            if noteworthy && !attribute_name.starts_with("xmlns") {
                let note = note(self.tree, value);
                self.line(&format!("<!-- {attribute_name}: {note} -->"));
            }
            match &value.expression {
                Expression::Constant(constant) => {
                    let text = attribute(&constant.text())
                        .replace('{', "{{")
                        .replace('}', "}}");
                    open.tag += &[" ", attribute_name, "=\"", &text, "\""].concat();
                }
                expression => {
                    let select = self.expression(expression);
                    if self.before.is_empty() {
                        let text = attribute(&select);
                        open.tag += &[" ", attribute_name, "=\"{", &text, "}\""].concat();
                        continue;
                    }
                    self.indent += 1;
                    let start = self.lines.len();
                    self.line(&format!("<xsl:attribute name=\"{attribute_name}\">"));
                    self.indent += 1;
                    self.value_of(&select);
                    self.indent -= 1;
                    self.line("</xsl:attribute>");
                    self.indent -= 1;
                    open.inside.extend(self.lines.split_off(start));
                }
            }
        }
        open
    }

    fn text_element(&mut self, name: &str, open: &Open, value: &Value, id: Option<String>) {
        let note = if is_noted(value, id.as_deref()) {
            format!(" <!-- {} -->", note(self.tree, value))
        } else {
            String::new()
        };
        if let (Expression::Constant(constant), true) = (&value.expression, open.is_whole()) {
            let text = text(constant);
            self.line(&format!("<{}>{text}</{name}>{note}", open.tag));
            return;
        }
        let simple = open.is_whole() && !is_block(&value.expression);
        let start = self.before.len();
        let taken = self.taken.clone();
        if simple {
            let select = self.expression(&value.expression);
            if self.before.len() == start {
                let select = attribute(&select);
                let tag = &open.tag;
                self.line(&format!(
                    "<{tag}><xsl:value-of select=\"{select}\"/></{name}>{note}"
                ));
                return;
            }
            self.before.truncate(start);
            self.taken = taken;
        }
        self.line(&format!("<{}>", open.tag));
        self.indent += 1;
        self.lines.extend(open.inside.iter().cloned());
        self.content(&value.expression);
        self.indent -= 1;
        self.line(&format!("</{name}>{note}"));
    }

    /// The instructions that write a value.
    fn content(&mut self, expression: &Expression) {
        if let Expression::Constant(constant) = expression {
            let text = text(constant);
            self.line(&format!("<xsl:text>{text}</xsl:text>"));
            return;
        }
        if is_block(expression) {
            let block = self.block(expression);
            self.flush();
            self.put(&block);
            return;
        }
        let select = self.expression(expression);
        self.value_of(&select);
    }

    fn value_of(&mut self, select: &str) {
        self.flush();
        self.line(&format!("<xsl:value-of select=\"{}\"/>", attribute(select)));
    }

    /// Writes the variables that must precede a value.
    fn flush(&mut self) {
        let before = std::mem::take(&mut self.before);
        self.put(&before);
    }

    fn put(&mut self, lines: &[String]) {
        for line in lines {
            self.line(line);
        }
    }
}

/// The start of an element.
struct Open {
    /// Its name and the attributes that can be written in the tag.
    tag: String,
    /// The instructions for other attributes.
    inside: Vec<String>,
}

impl Open {
    fn is_whole(&self) -> bool {
        self.inside.is_empty()
    }
}

/// Whether a value gets a comment: all except constants that a standard fixes.
fn is_noted(value: &Value, element: Option<&str>) -> bool {
    !value.unexplained || is_noteworthy(value, element)
}

/// Whether a value needs instructions of its own.
fn is_block(expression: &Expression) -> bool {
    matches!(
        expression,
        Expression::Table(..)
            | Expression::Otherwise(..)
            | Expression::Join(..)
            | Expression::Choose(..)
            | Expression::Classes(..)
            | Expression::Title(_)
    )
}

/// The X12 element for an element of a service-defined document.
fn code(name: &str, attributes: &[(String, Value)]) -> Option<String> {
    let known = matches!(name, "segment" | "element" | "loop");
    let id = attributes.iter().find(|(name, _)| name == "Id")?;
    match &id.1.expression {
        Expression::Constant(Scalar::Text(id)) if known => Some(id.clone()),
        _ => None,
    }
}

/// An element of the envelope, whose attributes are usually constants.
fn envelope(name: &str) -> Option<&'static str> {
    let known = [
        "interchange",
        "sender",
        "receiver",
        "address",
        "group",
        "transaction",
    ];
    known.contains(&name).then_some("ISA00")
}

/// A text inside an attribute.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
        .replace('\n', "&#10;")
}

/// A constant as the text of an element.
fn text(constant: &Scalar) -> String {
    let text = constant.text();
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
