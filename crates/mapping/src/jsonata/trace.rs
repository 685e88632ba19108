//! Where in a template an evaluation failed. The library does not tell, and its tree has no places.
//!
//! So the evaluation is done again with a tree that tells of each call and each operator when it is
//! begun and when it is ended: what was begun last and never ended is what failed. Its place is that
//! of the token of its kind with the same number, counted from the left.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::{JValue, with_stack};

use super::children::for_each_child;
use super::names::Names;
use super::tokens::tokens;
use crate::problem::Position;

/// Tells that a node is begun; no template can call it.
const BEGIN: &str = "trace begin";
/// Tells that a node is ended, and gives its value.
const END: &str = "trace end";
/// Describes an argument or an operand of a node, with its value.
const VALUE: &str = "trace value";

/// Functions that look at what an argument is written as.
const UNSEEN: [&str; 9] = [
    "each", "eval", "exists", "filter", "map", "reduce", "sift", "single", "sort",
];

/// A tree that tells how far its evaluation is.
pub(super) struct Trace {
    pub tree: AstNode,
    /// What each number in the tree stands for.
    marks: Vec<Mark>,
    /// The numbers of what was begun and is not ended.
    open: Rc<RefCell<Vec<usize>>>,
    /// The last value of each argument and operand, by the node's number and its own.
    values: Rc<RefCell<BTreeMap<(usize, usize), JValue>>>,
}

/// What failed in an evaluation.
pub(super) struct Failure {
    /// How it is written: `$name(`, `name(` or an operator.
    pub written: String,
    /// Where it stands.
    pub position: Option<Position>,
    /// The values of its arguments or operands, as far as they are known.
    pub values: Vec<JValue>,
}

/// The nth thing of its kind.
type Mark = (String, usize);

impl Trace {
    pub(super) fn new(mut tree: AstNode) -> Self {
        let mut names = Names::default();
        names.collect(&mut tree);
        let mut marking = Marking {
            names,
            counts: BTreeMap::new(),
            marks: Vec::new(),
        };
        marking.mark(&mut tree, true);
        Self {
            tree,
            marks: marking.marks,
            open: Rc::default(),
            values: Rc::default(),
        }
    }

    /// Makes the functions known by which the tree tells.
    pub(super) fn register(&self, evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
        let (begun, ended) = (Rc::clone(&self.open), Rc::clone(&self.open));
        evaluator.register_fn(BEGIN, move |given: &[JValue]| {
            begun.borrow_mut().extend(given.first().and_then(number));
            Ok(given.first().cloned().unwrap_or(JValue::Undefined))
        })?;
        let values = Rc::clone(&self.values);
        evaluator.register_fn(VALUE, move |given: &[JValue]| {
            let place = (
                given.first().and_then(number),
                given.get(1).and_then(number),
            );
            let value = given.get(2).cloned().unwrap_or(JValue::Undefined);
            if let (Some(mark), Some(nth)) = place {
                values.borrow_mut().insert((mark, nth), value.clone());
            }
            Ok(value)
        })?;
        evaluator.register_fn(END, move |given: &[JValue]| {
            let this = given.first().and_then(number);
            let mut open = ended.borrow_mut();
            // What is begun in a node is ended before it.
            while open.pop().is_some_and(|last| Some(last) != this) {}
            Ok(given.get(1).cloned().unwrap_or(JValue::Undefined))
        })
    }

    /// What was begun last, after an evaluation that failed.
    pub(super) fn failure(&self, template: &str) -> Option<Failure> {
        let innermost = self.open.borrow().last().copied()?;
        let (written, nth) = self.marks.get(innermost)?;
        let values = self.values.borrow();
        let of_this = values.range((innermost, 0)..=(innermost, usize::MAX));
        Some(Failure {
            written: written.clone(),
            position: self.position(template, written, *nth),
            values: of_this.map(|(_, value)| value.clone()).collect(),
        })
    }

    fn position(&self, template: &str, kind: &str, nth: usize) -> Option<Position> {
        let tokens = tokens_of(template, kind);
        // With more or fewer of a kind the numbers mean nothing.
        let count = self.marks.iter().filter(|(mark, _)| mark == kind).count();
        let token = tokens.get(nth).filter(|_| tokens.len() == count)?;
        Some(Position::after(template, *token))
    }
}

fn number(value: &JValue) -> Option<usize> {
    value
        .as_i64()
        .and_then(|number| usize::try_from(number).ok())
}

struct Marking {
    names: Names,
    counts: BTreeMap<String, usize>,
    marks: Vec<Mark>,
}

impl Marking {
    /// Numbers the nodes from the left, and puts those that are evaluated as they stand into a call.
    fn mark(&mut self, node: &mut AstNode, is_whole: bool) {
        with_stack(|| match node {
            AstNode::Function {
                name,
                args,
                is_builtin,
            } => {
                // A function of the template's own may call itself without end, and not deeper.
                let own = self.names.is_bound(name) || args.contains(&AstNode::Placeholder);
                let sigil = if *is_builtin { "$" } else { "" };
                let mark = self.number(format!("{sigil}{name}("));
                let is_seen = !own && !UNSEEN.contains(&name.as_str());
                for (nth, argument) in args.iter_mut().enumerate() {
                    self.mark(argument, true);
                    if is_seen {
                        see(argument, mark, nth);
                    }
                }
                if is_whole && !own {
                    wrap(node, mark);
                }
            }
            AstNode::Binary {
                op: BinaryOp::ChainPipe,
                lhs,
                rhs,
            } => {
                self.mark(lhs, true);
                let pipe = self.number("~>".to_owned());
                // The call at the right is given the left side.
                let call = self.marks.len();
                self.mark(rhs, false);
                let is_call = matches!(**rhs, AstNode::Function { .. });
                wrap(node, if is_call { call } else { pipe });
            }
            AstNode::Binary { op, lhs, rhs } if sign(*op).is_some() => {
                let kind = sign(*op).unwrap_or_default();
                self.mark(lhs, true);
                let mark = self.number(kind.to_owned());
                self.mark(rhs, true);
                see(lhs, mark, 0);
                see(rhs, mark, 1);
                wrap(node, mark);
            }
            AstNode::Object(_) => {
                let mark = self.number("{".to_owned());
                for_each_child(node, &mut |item| self.mark(item, true));
                wrap(node, mark);
            }
            AstNode::ObjectTransform { input, pattern } => {
                self.mark(input, true);
                let mark = self.number("{".to_owned());
                for (key, value) in pattern {
                    self.mark(key, true);
                    self.mark(value, true);
                }
                wrap(node, mark);
            }
            AstNode::Sort { input, terms } => {
                self.mark(input, true);
                let mark = self.number("^".to_owned());
                for (term, _) in terms {
                    self.mark(term, true);
                }
                wrap(node, mark);
            }
            // A call at the end of a function is one that does not nest.
            AstNode::Lambda { body, thunk, .. } => {
                self.number("{".to_owned());
                // A call of a builtin ends at once, so it may nest.
                *thunk &= !matches!(&**body, AstNode::Function { name, .. } if !self.names.is_bound(name));
                let is_whole = !*thunk;
                self.mark(body, is_whole);
            }
            _ => for_each_child(node, &mut |item| self.mark(item, true)),
        });
    }

    fn number(&mut self, kind: String) -> usize {
        let count = self.counts.entry(kind.clone()).or_default();
        self.marks.push((kind, *count));
        *count += 1;
        self.marks.len() - 1
    }
}

/// `end(begin(mark), node)`: arguments are evaluated from the left.
fn wrap(node: &mut AstNode, mark: usize) {
    let begin = call(BEGIN, vec![counted(mark)]);
    let inner = std::mem::replace(node, AstNode::Null);
    *node = call(END, vec![begin, inner]);
}

/// `value(mark, nth, node)`, unless the node is no value of its own.
fn see(node: &mut AstNode, mark: usize, nth: usize) {
    if matches!(
        node,
        AstNode::Placeholder | AstNode::Regex { .. } | AstNode::Lambda { .. }
    ) {
        return;
    }
    let inner = std::mem::replace(node, AstNode::Null);
    *node = call(VALUE, vec![counted(mark), counted(nth), inner]);
}

fn call(name: &str, args: Vec<AstNode>) -> AstNode {
    AstNode::Function {
        name: name.to_owned(),
        args,
        is_builtin: true,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a template has not as many nodes"
)]
fn counted(number: usize) -> AstNode {
    AstNode::Number(number as f64)
}

/// How an operator is written whose operands can be wrong.
fn sign(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
        BinaryOp::LessThan => "<",
        BinaryOp::LessThanOrEqual => "<=",
        BinaryOp::GreaterThan => ">",
        BinaryOp::GreaterThanOrEqual => ">=",
        BinaryOp::Range => "..",
        _ => return None,
    })
}

/// Where the tokens of a kind begin.
fn tokens_of(template: &str, kind: &str) -> Vec<usize> {
    let all = tokens(template);
    let Some(name) = kind.strip_suffix('(') else {
        let signs = all.iter().filter(|token| token.is(kind));
        return signs.map(|token| token.start).collect();
    };
    let pairs = all.iter().zip(all.iter().skip(1));
    pairs
        .filter(|(one, two)| one.text == name && two.is("("))
        .map(|(one, _)| one.start)
        .collect()
}
