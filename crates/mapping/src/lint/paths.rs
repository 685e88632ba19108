//! Follows the paths of a template through the shape of its documents.

use std::collections::BTreeMap;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use jsonata_core::value::with_stack;

use super::document::{meant, segment};
use super::locate::{Places, numbered};
use super::shape::Shape;
use super::values::Selected;
use super::{Finding, Severity};
use crate::jsonata::children::for_each_child;
use crate::jsonata::tokens::{Kind, tokens};
use crate::problem::Position;

/// Functions that pass the items of their first argument to a function.
const OVER_ITEMS: [&str; 6] = ["each", "filter", "map", "reduce", "single", "sort"];
/// Functions that return a value for any arguments.
const NEVER_NOTHING: [&str; 4] = ["boolean", "count", "exists", "not"];
/// Functions that turn a list into one value.
const FOLDS: [&str; 9] = [
    "average", "boolean", "count", "exists", "join", "max", "min", "single", "sum",
];

/// The findings on the paths of a template.
pub(super) fn findings(
    tree: &mut AstNode,
    shape: &Shape,
    template: &str,
    places: &Places,
) -> Vec<Finding> {
    let document = Selected::document(shape);
    let mut walk = Walk {
        template,
        places,
        document: document.clone(),
        is_sample: shape.is_sample(),
        variables: BTreeMap::new(),
        last: None,
        findings: Vec::new(),
    };
    walk.value(tree, &document);
    walk.findings
}

struct Walk<'w, 's> {
    template: &'w str,
    places: &'w Places,
    document: Selected<'s>,
    /// Whether documents can have more than the shape describes.
    is_sample: bool,
    variables: BTreeMap<String, Selected<'s>>,
    /// The number of the last name that was read.
    last: Option<usize>,
    findings: Vec<Finding>,
}

impl<'s> Walk<'_, 's> {
    /// What an expression selects in a context.
    fn value(&mut self, node: &mut AstNode, context: &Selected<'s>) -> Selected<'s> {
        with_stack(|| match node {
            AstNode::Name(name) => {
                let (number, name) = numbered(name);
                self.last = number.or(self.last);
                self.member(context, name, number)
            }
            AstNode::Path { steps } => self.path(steps, context),
            AstNode::Variable(name) => match name.as_str() {
                "" => context.clone(),
                "$" => self.document.clone(),
                _ => self.variable(name),
            },
            AstNode::ParentVariable(_) => self.document.clone(),
            AstNode::Object(pairs) => self.object(pairs, context),
            AstNode::ObjectTransform { input, pattern } => self.groups(input, pattern, context),
            AstNode::Block(items) => {
                let last = items
                    .iter_mut()
                    .map(|item| self.value(item, context))
                    .last();
                last.unwrap_or_else(Selected::unknown)
            }
            AstNode::Binary { op, lhs, rhs } => self.binary(*op, lhs, rhs, context),
            AstNode::Conditional {
                condition,
                then_branch,
                else_branch,
            } => {
                self.value(condition, context);
                self.branches(then_branch, else_branch.as_deref_mut(), context)
            }
            AstNode::Function { name, args, .. } => self.call(&name.clone(), args, context),
            AstNode::Sort { input, terms } => self.sorted(input, terms, context),
            AstNode::FunctionApplication(inner) => self.value(inner, context),
            _ => {
                for_each_child(node, &mut |child| drop(self.value(child, context)));
                Selected::unknown()
            }
        })
    }

    /// An object: each member separately.
    fn object(&mut self, pairs: &mut [(AstNode, AstNode)], context: &Selected<'s>) -> Selected<'s> {
        for (key, value) in pairs {
            self.value(key, context);
            self.made_member(key, value, context);
        }
        Selected::unknown()
    }

    /// An object that groups the items of a list: keys and values are evaluated for the items.
    fn groups(
        &mut self,
        input: &mut AstNode,
        pattern: &mut [(AstNode, AstNode)],
        context: &Selected<'s>,
    ) -> Selected<'s> {
        let items = self.value(input, context).item();
        for (key, value) in pattern {
            self.value(key, &items);
            self.value(value, &items);
        }
        Selected::unknown()
    }

    /// The two branches of a condition.
    fn branches(
        &mut self,
        then_branch: &mut AstNode,
        else_branch: Option<&mut AstNode>,
        context: &Selected<'s>,
    ) -> Selected<'s> {
        let one = self.value(then_branch, context);
        let other = else_branch.map(|other| self.value(other, context));
        Selected {
            is_optional: other.is_none(),
            is_many: one.is_many || other.is_some_and(|other| other.is_many),
            ..Selected::unknown()
        }
    }

    fn sorted(
        &mut self,
        input: &mut AstNode,
        terms: &mut [(AstNode, bool)],
        context: &Selected<'s>,
    ) -> Selected<'s> {
        let selected = self.value(input, context);
        let item = selected.item();
        for (term, _) in terms {
            self.value(term, &item);
        }
        Selected {
            is_many: selected.is_several(),
            ..selected
        }
    }

    fn variable(&self, name: &str) -> Selected<'s> {
        let known = self.variables.get(name);
        known.cloned().unwrap_or_else(Selected::unknown)
    }

    fn member(
        &mut self,
        context: &Selected<'s>,
        name: &str,
        number: Option<usize>,
    ) -> Selected<'s> {
        if !context.is_known {
            return Selected::unknown();
        }
        if let Some(selected) = context.member(name) {
            return selected;
        }
        let names = context.names();
        let whose = if self.is_sample {
            "the sample"
        } else {
            "the set"
        };
        let message = if names.is_empty() {
            format!("what is selected here has no members, so {name} is always missing")
        } else {
            match meant(name, &names) {
                Some(near) => format!(
                    "{whose} has no {name} here. Did you mean {}?",
                    written(near)
                ),
                None if self.has_variable(name) => {
                    format!("{whose} has no {name} here. Did you mean ${name}?")
                }
                None => format!("{whose} has no {name} here; there are {}", first(&names)),
            }
        };
        // A sample need not have every possible element.
        let alike = |other: &&str| segment(other) == segment(name);
        let is_possible = self.is_sample && segment(name).is_some() && names.iter().any(alike);
        let severity = if is_possible {
            Severity::Note
        } else {
            Severity::Warning
        };
        self.find(severity, number, message);
        Selected::unknown()
    }

    /// Whether the template has a variable with a name.
    fn has_variable(&self, name: &str) -> bool {
        let all = tokens(self.template);
        all.iter()
            .any(|token| token.kind == Kind::Variable && token.name() == name)
    }

    fn path(&mut self, steps: &mut [PathStep], context: &Selected<'s>) -> Selected<'s> {
        let mut selected = context.clone();
        for (nth, step) in steps.iter_mut().enumerate() {
            // The first step applies to the context as a whole, the others to each item.
            let is_name = matches!(step.node, AstNode::Name(_));
            let is_many = nth > 0 && (selected.is_many || !is_name && selected.is_several());
            let is_optional = nth > 0 && selected.is_optional;
            if nth > 0 && makes_object(&step.node) {
                self.choice(&selected);
            }
            let items = match nth {
                0 => selected,
                _ if is_name => selected.single(),
                _ => selected.item(),
            };
            selected = self.value(&mut step.node, &items);
            selected.is_many |= is_many;
            selected.is_optional |= is_optional;
            for name in step.focus.iter().chain(&step.index_var) {
                self.variables.insert(name.clone(), Selected::unknown());
            }
            for stage in &mut step.stages {
                self.stage(stage, &mut selected);
            }
        }
        selected
    }

    fn stage(&mut self, stage: &mut Stage, selected: &mut Selected<'s>) {
        match stage {
            Stage::Filter(condition) => {
                let item = selected.item();
                self.value(condition, &item);
                let is_first = matches!(**condition, AstNode::Number(0.0));
                let was_optional = selected.is_optional;
                *selected = selected.with_any(&names_of(condition));
                selected.is_many &= !chooses_one(condition);
                selected.is_optional = was_optional || !is_first;
            }
            // A value that is always a list cannot change.
            Stage::KeepArray => selected.is_many = false,
            Stage::Index(_) => {}
        }
    }

    /// An object is made from each segment of a list, whatever the segment is.
    fn choice(&mut self, selected: &Selected<'s>) {
        if selected.mixed.is_empty() {
            return;
        }
        let kinds: Vec<&str> = selected.mixed.iter().map(String::as_str).collect();
        let place = self
            .last
            .and_then(|last| self.places.get(last).copied().flatten());
        let step = place
            .and_then(|place| self.template.get(place..))
            .unwrap_or_default();
        let names = selected.names();
        let opens = |name: &&&str| {
            segment(name)
                .is_some_and(|id| step.trim_start_matches('`').starts_with(&format!("{id}-")))
        };
        let example = names.iter().find(opens).or(names.first()).copied();
        let message = format!(
            "makes an object of every segment here ({}); choose with a filter before the {{, such as [{}]",
            first(&kinds),
            written(example.unwrap_or("N1_01"))
        );
        self.find(Severity::Warning, self.last, message);
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        lhs: &mut AstNode,
        rhs: &mut AstNode,
        context: &Selected<'s>,
    ) -> Selected<'s> {
        if op == BinaryOp::ColonEqual {
            let selected = self.value(rhs, context);
            if let AstNode::Variable(name) = lhs {
                self.variables.insert(name.clone(), selected.clone());
            }
            return selected;
        }
        let left = self.value(lhs, context);
        let right = self.value(rhs, context);
        match op {
            BinaryOp::Coalesce | BinaryOp::Default => Selected {
                is_optional: right.is_optional,
                ..left
            },
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Modulo => Selected {
                is_optional: left.is_optional || right.is_optional,
                ..Selected::unknown()
            },
            _ => Selected::unknown(),
        }
    }

    fn call(&mut self, name: &str, args: &mut [AstNode], context: &Selected<'s>) -> Selected<'s> {
        let mut args = args.iter_mut();
        let first = match args.next() {
            Some(first) => self.value(first, context),
            None => Selected::unknown(),
        };
        for argument in args {
            if let AstNode::Lambda { params, .. } = argument {
                let item = if OVER_ITEMS.contains(&name) {
                    first.item()
                } else {
                    Selected::unknown()
                };
                for param in params.iter() {
                    self.variables.insert(param.clone(), item.clone());
                }
            }
            self.value(argument, context);
        }
        match name {
            "filter" | "sort" | "distinct" | "reverse" => first,
            _ if NEVER_NOTHING.contains(&name) => Selected::unknown(),
            _ if FOLDS.contains(&name) => Selected {
                is_many: false,
                ..Selected::made_of(&first)
            },
            _ => Selected {
                is_optional: first.is_optional,
                ..Selected::unknown()
            },
        }
    }

    /// A member of the output whose type depends on the number of items in the document.
    fn made_member(&mut self, key: &AstNode, value: &mut AstNode, context: &Selected<'s>) {
        let before = self.last;
        self.last = None;
        let selected = self.value(value, context);
        let place = self.last.or(before);
        self.last = place;
        let AstNode::String(key) = key else {
            return;
        };
        // A list from a single selection remains a list.
        if selected.is_many && is_path(value) {
            let message = format!(
                "\"{key}\" is a list where a document has several, and no list where it has one; \
                 write [...] around the value for a list, or choose one with [0]"
            );
            self.find_at(Severity::Warning, self.key_place(key), message);
        }
        if selected.is_optional {
            let message = format!(
                "\"{key}\" is left out where a document lacks the value; write value ?? \"\" for a default"
            );
            self.find_at(Severity::Note, self.key_place(key), message);
        }
    }

    /// The position of the key before the name that was read last.
    fn key_place(&self, key: &str) -> Option<usize> {
        let limit = self
            .last
            .and_then(|last| self.places.get(last).copied().flatten());
        let all = tokens(self.template);
        let keys = all.iter().zip(all.iter().skip(1)).filter(|(one, two)| {
            one.kind == Kind::Text
                && two.is(":")
                && one.text.get(1..one.text.len().saturating_sub(1)) == Some(key)
        });
        let starts: Vec<usize> = keys.map(|(one, _)| one.start).collect();
        let before = starts
            .iter()
            .rev()
            .find(|start| limit.is_none_or(|limit| **start < limit));
        before.or_else(|| starts.first()).copied()
    }

    fn find(&mut self, severity: Severity, number: Option<usize>, message: String) {
        let start = number.and_then(|number| self.places.get(number).copied().flatten());
        self.find_at(severity, start, message);
    }

    fn find_at(&mut self, severity: Severity, start: Option<usize>, message: String) {
        self.findings.push(Finding {
            severity,
            position: start.map(|start| Position::after(self.template, start)),
            message,
        });
    }
}

/// The names that a condition uses first.
fn names_of(condition: &AstNode) -> Vec<String> {
    match condition {
        AstNode::Name(name) => vec![numbered(name).1.to_owned()],
        AstNode::Path { steps } => steps
            .first()
            .map_or_else(Vec::new, |step| names_of(&step.node)),
        AstNode::Binary { lhs, rhs, .. } => [names_of(lhs), names_of(rhs)].concat(),
        AstNode::Function { args, .. } => args.iter().flat_map(names_of).collect(),
        _ => Vec::new(),
    }
}

/// Whether a step makes an object from each item.
const fn makes_object(node: &AstNode) -> bool {
    matches!(node, AstNode::Object(_))
}

/// Whether a value is selected unchanged, so that the number of values decides whether it is a
/// list.
fn is_path(node: &AstNode) -> bool {
    match node {
        AstNode::Path { steps } => {
            let keeps = |step: &PathStep| step.stages.contains(&Stage::KeepArray);
            !steps.iter().any(keeps)
        }
        AstNode::Name(_) | AstNode::Sort { .. } => true,
        AstNode::Block(items) => items.last().is_some_and(is_path),
        _ => false,
    }
}

/// Whether a filter selects one item, by position or code.
fn chooses_one(condition: &AstNode) -> bool {
    match condition {
        AstNode::Number(_) => true,
        AstNode::Unary { operand, .. } => matches!(**operand, AstNode::Number(_)),
        AstNode::Binary {
            op: BinaryOp::Equal,
            lhs,
            rhs,
        } => [lhs, rhs].iter().any(|side| {
            matches!(
                ***side,
                AstNode::String(_) | AstNode::Number(_) | AstNode::Variable(_)
            )
        }),
        AstNode::Binary {
            op: BinaryOp::And,
            lhs,
            rhs,
        } => chooses_one(lhs) || chooses_one(rhs),
        _ => false,
    }
}

/// The first of many names.
fn first(names: &[&str]) -> String {
    /// The maximum number of names that are shown.
    const MOST: usize = 6;
    let mut unique: Vec<&str> = Vec::new();
    for name in names {
        if !unique.contains(name) {
            unique.push(name);
        }
    }
    let shown: Vec<String> = unique.iter().take(MOST).map(|name| written(name)).collect();
    let more = if unique.len() > MOST { ", ..." } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// A name in the syntax of a template.
fn written(name: &str) -> String {
    let is_plain = name
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_')
        && !name.starts_with(|letter: char| letter.is_ascii_digit());
    if is_plain {
        name.to_owned()
    } else {
        format!("`{name}`")
    }
}
