//! Prints a template as JSONata.

mod expression;
mod path;

use std::collections::{BTreeMap, BTreeSet};

use super::dates::DateFormat;
use super::names_of::record_name;
use super::notation::Notation as _;
use super::notes::{is_noteworthy, loop_note, note};
use super::scalar::Scalar;
use super::template::{Expression, Part, Path, Step, Template, Value};
use super::tree::{Label, Tree};
use super::walk::{common_way, counts, expressions, refers, reformats, transaction_way};

/// Prints one template.
pub(super) struct Printer<'a> {
    tree: &'a Tree,
    /// The name of each level's record, if it has a variable.
    names: Vec<Option<String>>,
    /// All names in use.
    taken: Vec<String>,
    /// The name of the innermost loop's counter.
    counter: Option<String>,
    /// The levels of the output, which are numbered before the output is built.
    numbered: Option<String>,
    /// A long path from the root that has a variable.
    hoisted: Option<(Vec<Step>, String)>,
    /// The functions that convert dates, by their formats.
    dates: Vec<((DateFormat, DateFormat), String)>,
    /// The helper functions that the template uses.
    helpers: BTreeSet<Helper>,
    /// The functions that search the pairs of a segment.
    pairs: BTreeMap<String, String>,
}

/// A helper function that a template contains if it uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Helper {
    Capital,
    Levels,
    Title,
}

/// The variable of the levels of the output.
pub(super) const LEVELS_NAME: &str = "numbered";
/// Numbers the loops of a tree in order, and gives each the number of its parent.
const LEVELS: &str = r#"function($name, $nodes, $first, $above) {
    $reduce($nodes, function($made, $node) {(
      $number := $first + $count($made);
      $hl := $merge([{ "HL_01": $string($number), "HL_02": $above }, $node.loop[0]]);
      $segments := $append([$hl], $filter($node.loop, function($segment, $place) { $place > 0 }));
      $below := $levels($name, $node.below, $number + 1, $string($number));
      $append($append($made, [{ $name: $segments }]), $below)
    )}, [])
  }"#;

impl Helper {
    fn name(self) -> &'static str {
        match self {
            Self::Capital => "$capital",
            Self::Levels => "$levels",
            Self::Title => "$title",
        }
    }

    fn body(self) -> &'static str {
        match self {
            Self::Capital => {
                "function($text) { $text.($uppercase($substring($, 0, 1)) & $lowercase($substring($, 1))) }"
            }
            Self::Levels => LEVELS,
            Self::Title => "function($text) { $text.$join($split($, \" \").$capital($), \" \") }",
        }
    }
}

/// The JSONata of a template.
pub(super) fn print(tree: &Tree, template: &Template) -> String {
    let mut printer = Printer {
        tree,
        names: vec![None],
        taken: vec![LEVELS_NAME.to_owned()],
        counter: None,
        numbered: None,
        hoisted: None,
        dates: Vec::new(),
        helpers: BTreeSet::new(),
        pairs: BTreeMap::new(),
    };
    printer.hoist(template);
    printer.name_dates(template);
    if let Some(way) = transaction_way(tree, template) {
        return printer.each_transaction(way, template);
    }
    let plain = printer.hoisted.is_none() && printer.dates.is_empty();
    let inner = printer.template(template, usize::from(!plain));
    if plain && printer.pairs.is_empty() && printer.helpers.is_empty() {
        return inner + "\n";
    }
    let inner = if plain {
        printer.template(template, 1)
    } else {
        inner
    };
    format!("(\n{}  {inner}\n)\n", printer.definitions())
}

impl Printer<'_> {
    /// The name of a helper function, which is added to the template.
    fn helper(&mut self, helper: Helper) -> &'static str {
        if helper == Helper::Title {
            self.helpers.insert(Helper::Capital);
        }
        self.helpers.insert(helper);
        helper.name()
    }

    /// Stores the path that most values share in a variable.
    fn hoist(&mut self, template: &Template) {
        if let Some(way) = common_way(self.tree, template) {
            let schema = way.last().map_or(0, |last| last.schema);
            let name = self.name(record_name(self.tree, schema));
            self.hoisted = Some((way, name));
        }
    }

    /// Prints a template for one transaction so that it runs for each transaction of the input.
    fn each_transaction(&mut self, way: Vec<Step>, template: &Template) -> String {
        let path = self.steps(&way);
        let name = match self.hoisted.take() {
            Some((_, name)) => name,
            None => self.name("transaction".to_owned()),
        };
        self.hoisted = Some((way, name.clone()));
        let inner = self.template(template, 2);
        self.hoisted = None;
        let each = format!("{path}.(\n    ${name} := $;\n    {inner}\n  )");
        format!("(\n{}  {each}\n)\n", self.definitions())
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

    /// Defines a function for each date conversion that is used more than once.
    fn name_dates(&mut self, template: &Template) {
        let mut changes: Vec<((DateFormat, DateFormat), usize)> = Vec::new();
        expressions(template, &mut |expression| {
            reformats(expression, &mut |change| match changes
                .iter_mut()
                .find(|(item, _)| *item == change)
            {
                Some((_, count)) => *count += 1,
                None => changes.push((change, 1)),
            });
        });
        for (change, count) in changes {
            if count > 1 {
                let stem = if change.0.is_time() { "time" } else { "date" };
                let name = self.name(stem.to_owned());
                self.dates.push((change, name));
            }
        }
    }

    /// The definitions of the variables and functions that the template uses.
    fn definitions(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for ((from, to), name) in &self.dates {
            let body = expression::reformat(*from, *to);
            parts.push(format!(
                "  /* {} to {} */\n  ${name} := function($text) {{ $text.({body}) }};\n",
                from.pattern(),
                to.pattern()
            ));
        }
        for helper in &self.helpers {
            let (name, body) = (helper.name(), helper.body());
            parts.push(format!("  {name} := {body};\n"));
        }
        for (name, body) in &self.pairs {
            parts.push(format!(
                "  ${name} := function($segment, $qualifier) {{\n    $segment.(\n{body}    )\n  }};\n"
            ));
        }
        if let Some((steps, name)) = &self.hoisted {
            parts.push(format!("  ${name} := {};\n", self.steps(steps)));
        }
        if let Some(levels) = &self.numbered {
            parts.push(format!("  ${LEVELS_NAME} := {levels};\n"));
        }
        parts.concat() + "\n"
    }

    /// Numbered levels; if they are the whole output, they get a variable so that they can be
    /// counted.
    fn levels(&mut self, name: &str, tree: &Template, indent: usize) -> String {
        let function = self.helper(Helper::Levels);
        let is_whole = self.names.len() == 1;
        let tree = self.template(tree, if is_whole { 1 } else { indent });
        let call = format!("{function}({}, {tree}, 1, $nothing)", quoted(name));
        if !is_whole {
            return call;
        }
        self.numbered = Some(call);
        format!("${LEVELS_NAME}")
    }

    fn template(&mut self, template: &Template, indent: usize) -> String {
        match template {
            Template::Object(members) => self.object(members, indent),
            Template::List(parts) => self.list(parts, indent),
            Template::Levels(name, tree) => self.levels(name, tree, indent),
            Template::Keyed(each, entry) => {
                format!("$merge({})", self.loops(each, entry, indent))
            }
            Template::Entry(key, value) => {
                let key = self.value(key);
                format!("{{ {key}: {} }}", self.template(value, indent))
            }
            Template::Value(value) => self.value(value),
            // Only XSLT has elements.
            Template::Element { .. } => "null".to_owned(),
        }
    }

    fn object(&mut self, members: &[(String, Template)], indent: usize) -> String {
        if members.is_empty() {
            return "{}".to_owned();
        }
        let inner = "  ".repeat(indent + 1);
        let last = members.len() - 1;
        let mut lines = Vec::new();
        for (place, (key, member)) in members.iter().enumerate() {
            let label = Label {
                field: key.clone(),
                class: None,
            };
            let element = label.code();
            let value = self.template(member, indent + 1);
            let comma = if place == last { "" } else { "," };
            let note = match member {
                Template::Value(value)
                    if !value.unexplained || is_noteworthy(value, element.as_deref()) =>
                {
                    format!(" /* {} */", note(self.tree, value))
                }
                Template::Keyed(each, entry) => self
                    .part_note(each, entry)
                    .map_or_else(String::new, |note| format!(" /* {note} */")),
                _ => String::new(),
            };
            lines.push(format!("{inner}{}: {value}{comma}{note}\n", quoted(key)));
        }
        format!("{{\n{}{}}}", lines.concat(), "  ".repeat(indent))
    }

    fn list(&mut self, parts: &[Part], indent: usize) -> String {
        if parts.is_empty() {
            return "[]".to_owned();
        }
        let inner = "  ".repeat(indent + 1);
        let mut items = String::new();
        for (place, part) in parts.iter().enumerate() {
            let mut text = self.loops(&part.each, &part.template, indent + 1);
            if place + 1 < parts.len() {
                text.push(',');
            }
            if let Some(note) = self.part_note(&part.each, &part.template) {
                // The comment belongs on the line where the loop begins.
                let end = text.find('\n').unwrap_or(text.len());
                text.insert_str(end, &format!(" /* {note} */"));
            }
            items.extend([inner.as_str(), &text, "\n"]);
        }
        format!("[\n{items}{}]", "  ".repeat(indent))
    }

    /// The evidence for the items of a list: scalars have no members that could carry it.
    fn part_note(&self, each: &[Path], template: &Template) -> Option<String> {
        let of_loop = loop_note(self.tree, each);
        let of_value = match template {
            Template::Value(value) => Some(note(self.tree, value)),
            Template::Entry(_, value) => match value.as_ref() {
                Template::Value(value) => Some(note(self.tree, value)),
                _ => None,
            },
            _ => None,
        };
        let notes: Vec<String> = of_value.into_iter().chain(of_loop).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// The loops around a template.
    fn loops(&mut self, each: &[Path], template: &Template, indent: usize) -> String {
        let Some((path, inner)) = each.split_first() else {
            return self.template(template, indent);
        };
        let mut text = self.path(path);
        let level = self.names.len();
        let schema = path.steps.last().map_or(0, |last| last.schema);
        let counts = inner.is_empty() && counts(template);
        let counter = counts.then(|| self.name("index".to_owned()));
        if let Some(counter) = &counter {
            text += "#$";
            text += counter;
        }
        let refers = refers(inner, template, level);
        let name = refers.then(|| self.name(record_name(self.tree, schema)));
        let outer = std::mem::replace(&mut self.counter, counter.clone());
        self.names.push(name.clone());
        let deeper = indent + usize::from(name.is_some());
        let body = if inner.is_empty() {
            self.body(template, deeper, name.is_some())
        } else {
            Some(self.loops(inner, template, deeper))
        };
        self.names.pop();
        self.counter = outer;
        self.taken
            .retain(|taken| Some(taken) != name.as_ref() && Some(taken) != counter.as_ref());
        match (body, name) {
            (None, _) => text,
            (Some(body), None) => format!("{text}.{body}"),
            (Some(body), Some(name)) => {
                let (inside, end) = ("  ".repeat(deeper), "  ".repeat(indent));
                format!("{text}.(\n{inside}${name} := $;\n{inside}{body}\n{end})")
            }
        }
    }

    /// The body of a loop for each record; `None` if it is the record itself.
    fn body(&mut self, template: &Template, indent: usize, framed: bool) -> Option<String> {
        let level = self.names.len() - 1;
        match template {
            Template::Value(Value {
                expression: Expression::Path(path),
                ..
            }) if path.from == level && path.steps.is_empty() && !framed => None,
            Template::Value(value) => {
                let simple =
                    matches!(&value.expression, Expression::Path(path) if path.from == level);
                let text = self.value(value);
                Some(if simple || framed {
                    text
                } else {
                    format!("({text})")
                })
            }
            Template::List(_) if !framed => {
                let inner = self.template(template, indent);
                Some(format!("({inner})"))
            }
            _ => Some(self.template(template, indent)),
        }
    }

    fn value(&mut self, value: &Value) -> String {
        self.expression(&value.expression)
    }
}

/// A text as a JSONata literal.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// A scalar as a JSONata literal.
fn literal(value: &Scalar) -> String {
    match value {
        Scalar::Text(text) => quoted(text),
        other => other.text(),
    }
}
