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
use jsonata_core::parser::{Lexer, Token};
use jsonata_core::value::{JValue, with_stack};

use super::children::for_each_child;
use super::names::Names;
use super::position;
use crate::problem::Position;

/// Tells that a node is begun; no template can call it.
const BEGIN: &str = "trace begin";
/// Tells that a node is ended, and gives its value.
const END: &str = "trace end";

/// A tree that tells how far its evaluation is.
pub(super) struct Trace {
    pub tree: AstNode,
    /// What each number in the tree stands for.
    marks: Vec<Mark>,
    /// The numbers of what was begun and is not ended.
    open: Rc<RefCell<Vec<usize>>>,
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
        }
    }

    /// Makes the functions known by which the tree tells.
    pub(super) fn register(&self, evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
        let (begun, ended) = (Rc::clone(&self.open), Rc::clone(&self.open));
        evaluator.register_fn(BEGIN, move |given: &[JValue]| {
            begun.borrow_mut().extend(given.first().and_then(number));
            Ok(given.first().cloned().unwrap_or(JValue::Undefined))
        })?;
        evaluator.register_fn(END, move |given: &[JValue]| {
            let this = given.first().and_then(number);
            let mut open = ended.borrow_mut();
            // What is begun in a node is ended before it.
            while open.pop().is_some_and(|last| Some(last) != this) {}
            Ok(given.get(1).cloned().unwrap_or(JValue::Undefined))
        })
    }

    /// The place of what was begun last, after an evaluation that failed.
    pub(super) fn position(&self, template: &str) -> Option<Position> {
        let innermost = self.open.borrow().last().copied()?;
        let (kind, nth) = self.marks.get(innermost)?;
        let tokens = tokens_of(template, kind)?;
        // With more or fewer of a kind the numbers mean nothing.
        let count = self.marks.iter().filter(|(mark, _)| mark == kind).count();
        let token = tokens.get(*nth).filter(|_| tokens.len() == count)?;
        position::of_token(template, *token)
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
            AstNode::Function { name, args, .. } => {
                // A function of the template's own may call itself without end, and not deeper.
                let own = self.names.is_bound(name) || args.contains(&AstNode::Placeholder);
                let mark = self.number(format!("${name}("));
                for argument in args.iter_mut() {
                    self.mark(argument, true);
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
                // The call at the right is given the left side.
                let call = self.marks.len();
                self.mark(rhs, false);
                if matches!(**rhs, AstNode::Function { .. }) {
                    wrap(node, call);
                }
            }
            AstNode::Binary { op, lhs, rhs } if sign(*op).is_some() => {
                let kind = sign(*op).unwrap_or_default();
                self.mark(lhs, true);
                let mark = self.number(kind.to_owned());
                self.mark(rhs, true);
                wrap(node, mark);
            }
            // A call at the end of a function is one that does not nest.
            AstNode::Lambda { body, thunk, .. } => {
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
    let call = |name: &str, args| AstNode::Function {
        name: name.to_owned(),
        args,
        is_builtin: true,
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "a template has not as many nodes"
    )]
    let begin = call(BEGIN, vec![AstNode::Number(mark as f64)]);
    let inner = std::mem::replace(node, AstNode::Null);
    *node = call(END, vec![begin, inner]);
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
        _ => return None,
    })
}

/// The numbers of all tokens of a kind; nothing where the template cannot be read.
fn tokens_of(template: &str, kind: &str) -> Option<Vec<usize>> {
    let mut lexer = Lexer::new(template.to_owned());
    let mut found = Vec::new();
    let mut before = None;
    for nth in 0.. {
        let token = lexer.next_token().ok()?;
        match (&before, &token) {
            (_, Token::Eof) => break,
            (Some(Token::Variable(name)), Token::LeftParen) if kind == format!("${name}(") => {
                found.push(nth - 1);
            }
            _ if written(&token) == Some(kind) => found.push(nth),
            _ => {}
        }
        before = Some(token);
    }
    Some(found)
}

fn written(token: &Token) -> Option<&'static str> {
    Some(match token {
        Token::Plus => "+",
        Token::Minus => "-",
        Token::Star => "*",
        Token::Slash => "/",
        Token::Percent => "%",
        Token::LessThan => "<",
        Token::LessThanOrEqual => "<=",
        Token::GreaterThan => ">",
        Token::GreaterThanOrEqual => ">=",
        _ => return None,
    })
}
