//! Compares a value with its shape, and reports everything that the model forbids.

use std::fmt;

use crate::json::{Json, Members};
use crate::shape::{List, Member, Number, Shape, Structure, Text};

/// The maximum number of characters of an offending value in a message.
const SHOWN: usize = 256;

/// The violations in a value with correct JSON types.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Each broken constraint, in the model's order of members.
    pub(crate) violations: Vec<Violation>,
    /// The path of each member that the model does not have; the walk has removed them.
    pub(crate) unknown: Vec<String>,
}

/// A constraint that a value breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where the value is: `configuration.edi.transformerId`, `tags.1.member.key`.
    pub path: String,
    /// The value, if it may be shown; `None` for absent and for sensitive ones.
    pub value: Option<String>,
    /// The rule it breaks, as a sentence without a full stop.
    pub constraint: String,
}

/// A value of the wrong JSON type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeMismatch {
    /// Where the value is.
    pub path: String,
    /// The actual type, in a JSON parser's terms: `NUMBER_VALUE`.
    pub found: &'static str,
    /// The type in the model: `String`.
    pub expected: &'static str,
}

impl fmt::Display for TypeMismatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            found,
            expected,
        } = self;
        write!(out, "{found} can not be converted to a {expected}")?;
        if path.is_empty() {
            return Ok(());
        }
        write!(out, " at '{path}'")
    }
}

/// Checks a value against its shape, and removes nulls and members that the shape does not have.
///
/// # Errors
///
/// The first value whose JSON type is not the shape's.
pub(crate) fn check(shape: &'static Shape, value: &mut Json<'_>) -> Result<Findings, TypeMismatch> {
    let mut findings = Findings::default();
    Path::Root.check(shape, value, &mut findings)?;
    Ok(findings)
}

/// All violations as the message of one `ValidationException`.
///
/// Source: Assumption A-01.
#[must_use]
pub fn summary(violations: &[Violation]) -> String {
    let plural = if violations.len() == 1 { "" } else { "s" };
    let listed: Vec<String> = violations.iter().map(ToString::to_string).collect();
    format!(
        "{} validation error{plural} detected: {}",
        violations.len(),
        listed.join("; ")
    )
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Value ")?;
        if let Some(value) = &self.value {
            write!(out, "'{value}' ")?;
        }
        write!(
            out,
            "at '{}' failed to satisfy constraint: {}",
            self.path, self.constraint
        )
    }
}

/// The current place; written only when there is something to report.
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Element(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn check(
        &self,
        shape: &'static Shape,
        value: &mut Json<'_>,
        findings: &mut Findings,
    ) -> Result<(), TypeMismatch> {
        match (shape, value) {
            (Shape::Structure(shape), Json::Object(members)) => {
                self.structure(shape, members, findings)
            }
            (Shape::List(shape), Json::List(elements)) => self.list(shape, elements, findings),
            (Shape::Text(shape), Json::Text(text)) => {
                self.text(shape, text, findings);
                Ok(())
            }
            (Shape::Integer(shape), Json::Number(number)) => match whole(number) {
                Some(number) => {
                    self.integer(shape, number, findings);
                    Ok(())
                }
                None => Err(self.mismatch("NUMBER_VALUE", "Integer")),
            },
            (Shape::Boolean, Json::Boolean(_)) => Ok(()),
            (shape, value) => Err(self.mismatch(token(value), type_name(shape))),
        }
    }

    fn structure(
        &self,
        shape: &'static Structure,
        members: &mut Members<'_>,
        findings: &mut Findings,
    ) -> Result<(), TypeMismatch> {
        let known = |name: &str| shape.members.iter().any(|member| member.name == name);
        members.retain(|(name, value)| {
            let is_null = matches!(value, Json::Null);
            let is_unknown = !is_null && !known(name);
            if is_unknown {
                findings.unknown.push(Path::Member(self, name).to_string());
            }
            !is_null && !is_unknown
        });
        for member in shape.members {
            let found = members.iter_mut().find(|(name, _)| name == member.name);
            self.member(member, found.map(|(_, value)| value), findings)?;
        }
        if shape.union && members.len() != 1 {
            self.report(None, exactly_one(shape), findings);
        }
        Ok(())
    }

    fn member(
        &self,
        member: &'static Member,
        value: Option<&mut Json<'_>>,
        findings: &mut Findings,
    ) -> Result<(), TypeMismatch> {
        let path = Path::Member(self, member.name);
        if let Some(value) = value {
            return path.check(member.shape, value, findings);
        }
        if member.required {
            path.report(None, "Member must not be null".to_owned(), findings);
        }
        Ok(())
    }

    fn list(
        &self,
        shape: &'static List,
        elements: &mut [Json<'_>],
        findings: &mut Findings,
    ) -> Result<(), TypeMismatch> {
        let length = elements.len();
        if let Some(constraint) = length_constraint(length, shape.min, shape.max) {
            self.report(Some(shown_list(elements)), constraint, findings);
        }
        if let Shape::Text(text) = shape.element {
            return self.list_of_text(text, elements, findings);
        }
        for (index, element) in elements.iter_mut().enumerate() {
            Path::Element(self, index).check(shape.element, element, findings)?;
        }
        Ok(())
    }

    /// The constraints of a plain element are reported once, for the whole list.
    fn list_of_text(
        &self,
        shape: &'static Text,
        elements: &[Json<'_>],
        findings: &mut Findings,
    ) -> Result<(), TypeMismatch> {
        let mut broken = false;
        for (index, element) in elements.iter().enumerate() {
            let Json::Text(text) = element else {
                return Err(Path::Element(self, index).mismatch(token(element), "String"));
            };
            broken |= !broken_constraints(shape, text).is_empty();
        }
        if broken {
            let rules = constraints(shape).join(", ");
            let constraint = format!("Member must satisfy constraint: [{rules}]");
            self.report(Some(shown_list(elements)), constraint, findings);
        }
        Ok(())
    }

    fn text(&self, shape: &'static Text, text: &str, findings: &mut Findings) {
        for constraint in broken_constraints(shape, text) {
            let value = (!shape.sensitive).then(|| cut(text));
            self.report(value, constraint, findings);
        }
    }

    fn integer(&self, shape: &'static Number, number: i64, findings: &mut Findings) {
        let constraint = match (shape.min, shape.max) {
            (Some(min), _) if number < min => {
                format!("Member must have value greater than or equal to {min}")
            }
            (_, Some(max)) if number > max => {
                format!("Member must have value less than or equal to {max}")
            }
            _ => return,
        };
        self.report(Some(number.to_string()), constraint, findings);
    }

    fn report(&self, value: Option<String>, constraint: String, findings: &mut Findings) {
        findings.violations.push(Violation {
            path: self.to_string(),
            value,
            constraint,
        });
    }

    fn mismatch(&self, found: &'static str, expected: &'static str) -> TypeMismatch {
        TypeMismatch {
            path: self.to_string(),
            found,
            expected,
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member(parent, name) => {
                if !matches!(parent, Path::Root) {
                    write!(out, "{parent}.")?;
                }
                let mut letters = name.chars();
                letters
                    .next()
                    .map_or(Ok(()), |first| write!(out, "{}", first.to_lowercase()))?;
                out.write_str(letters.as_str())
            }
            Path::Element(parent, index) => write!(out, "{parent}.{}.member", index + 1),
        }
    }
}

fn whole(number: &serde_json::Number) -> Option<i64> {
    number
        .as_i64()
        .filter(|number| i32::try_from(*number).is_ok())
}

fn broken_constraints(shape: &'static Text, text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if shape.min.is_some() || shape.max.is_some() {
        broken.extend(length_constraint(
            text.chars().count(),
            shape.min,
            shape.max,
        ));
    }
    if !shape.values.is_empty() && !shape.values.contains(&text) {
        broken.push(enum_constraint(shape));
    }
    if let Some(pattern) = &shape.pattern
        && !pattern.matches(text)
    {
        broken.push(pattern_constraint(pattern.source()));
    }
    broken
}

/// Every rule of a string, broken or not.
fn constraints(shape: &'static Text) -> Vec<String> {
    let mut rules = Vec::new();
    rules.extend(shape.max.map(at_most));
    rules.extend(shape.min.map(at_least));
    if !shape.values.is_empty() {
        rules.push(enum_constraint(shape));
    }
    rules.extend(
        shape
            .pattern
            .as_ref()
            .map(|pattern| pattern_constraint(pattern.source())),
    );
    rules
}

fn length_constraint(length: usize, min: Option<usize>, max: Option<usize>) -> Option<String> {
    match (min, max) {
        (Some(min), _) if length < min => Some(at_least(min)),
        (_, Some(max)) if length > max => Some(at_most(max)),
        _ => None,
    }
}

fn at_least(min: usize) -> String {
    format!("Member must have length greater than or equal to {min}")
}

fn at_most(max: usize) -> String {
    format!("Member must have length less than or equal to {max}")
}

fn enum_constraint(shape: &'static Text) -> String {
    let values = shape.values.join(", ");
    format!("Member must satisfy enum value set: [{values}]")
}

fn pattern_constraint(source: &str) -> String {
    format!("Member must satisfy regular expression pattern: {source}")
}

/// Source: Assumption A-03.
fn exactly_one(shape: &'static Structure) -> String {
    let names: Vec<&str> = shape.members.iter().map(|member| member.name).collect();
    format!(
        "Member must have exactly one of these members set: [{}]",
        names.join(", ")
    )
}

fn shown_list(elements: &[Json<'_>]) -> String {
    let shown: Vec<String> = elements
        .iter()
        .take(SHOWN)
        .map(|element| match element {
            Json::Text(text) => text.to_string(),
            other => other.to_string(),
        })
        .collect();
    cut(&format!("[{}]", shown.join(", ")))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn token(value: &Json<'_>) -> &'static str {
    match value {
        Json::Null => "NULL_VALUE",
        Json::Boolean(true) => "TRUE_VALUE",
        Json::Boolean(false) => "FALSE_VALUE",
        Json::Number(_) => "NUMBER_VALUE",
        Json::Text(_) => "STRING_VALUE",
        Json::List(_) => "START_ARRAY",
        Json::Object(_) => "START_OBJECT",
    }
}

fn type_name(shape: &Shape) -> &'static str {
    match shape {
        Shape::Structure(_) => "Structure",
        Shape::List(_) => "List",
        Shape::Text(_) => "String",
        Shape::Integer(_) => "Integer",
        Shape::Boolean => "Boolean",
    }
}
