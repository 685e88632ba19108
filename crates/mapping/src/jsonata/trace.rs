//! Finds the position in a template where an evaluation failed. The library does not report it, and
//! its tree has no positions.
//!
//! The template is evaluated again with a tree that reports when each call and each operator begins
//! and ends. The node that began last and did not end is the one that failed. Its position is that
//! of the token of its kind with the same number, counted from the left.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::{JValue, with_stack};

use super::children::for_each_child;
use super::names::Names;
use super::tokens::tokens;
use crate::problem::Position;

/// Reports that a node begins; no template can call it.
const BEGIN: &str = "trace begin";
/// Reports that a node has ended, and returns its value.
const END: &str = "trace end";
/// Records the value of an argument or an operand of a node, and returns it.
const VALUE: &str = "trace value";

/// Functions that inspect the syntax of an argument.
const UNSEEN: [&str; 9] = [
    "each", "eval", "exists", "filter", "map", "reduce", "sift", "single", "sort",
];

/// Whether the values of a builtin's arguments are not recorded.
pub(super) fn takes_syntax(function: &str) -> bool {
    UNSEEN.contains(&function.trim_start_matches('$'))
}

/// A tree that reports the progress of its evaluation.
pub(super) struct Trace {
    pub tree: AstNode,
    /// The node for each number in the tree.
    marks: Vec<Mark>,
    /// The numbers of the calls at the right of `~>`.
    piped: BTreeSet<usize>,
    /// The numbers of the nodes that have begun and not ended.
    open: Rc<RefCell<Vec<usize>>>,
    /// The last value of each argument and operand, by the number of the node and of the argument.
    values: Rc<RefCell<BTreeMap<(usize, usize), JValue>>>,
}

/// What failed in an evaluation.
pub(super) struct Failure {
    /// Its text: `$name(`, `name(` or an operator.
    pub written: String,
    /// Its position.
    pub position: Option<Position>,
    /// The values of its arguments or operands that are known.
    pub values: Vec<JValue>,
    /// Whether it is a call at the right of `~>`, which gets the left side as an argument.
    pub is_piped: bool,
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
            piped: BTreeSet::new(),
        };
        marking.mark(&mut tree, true);
        Self {
            tree,
            marks: marking.marks,
            piped: marking.piped,
            open: Rc::default(),
            values: Rc::default(),
        }
    }

    /// Registers the functions that the tree reports with.
    pub(super) fn register(&self, evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
        let (begun, ended) = (Rc::clone(&self.open), Rc::clone(&self.open));
        evaluator.register_fn(BEGIN, move |args: &[JValue]| {
            begun.borrow_mut().extend(args.first().and_then(number));
            Ok(args.first().cloned().unwrap_or(JValue::Undefined))
        })?;
        let values = Rc::clone(&self.values);
        evaluator.register_fn(VALUE, move |args: &[JValue]| {
            let place = (args.first().and_then(number), args.get(1).and_then(number));
            let value = args.get(2).cloned().unwrap_or(JValue::Undefined);
            if let (Some(mark), Some(nth)) = place {
                values.borrow_mut().insert((mark, nth), value.clone());
            }
            Ok(value)
        })?;
        evaluator.register_fn(END, move |args: &[JValue]| {
            let this = args.first().and_then(number);
            let mut open = ended.borrow_mut();
            // Nodes that began within a node end before it.
            while open.pop().is_some_and(|last| Some(last) != this) {}
            Ok(args.get(1).cloned().unwrap_or(JValue::Undefined))
        })
    }

    /// The node that began last, after an evaluation that failed.
    pub(super) fn failure(&self, template: &str) -> Option<Failure> {
        let innermost = self.open.borrow().last().copied()?;
        let (written, nth) = self.marks.get(innermost)?;
        let values = self.values.borrow();
        let of_this = values.range((innermost, 0)..=(innermost, usize::MAX));
        Some(Failure {
            written: written.clone(),
            position: self.position(template, written, *nth),
            values: of_this.map(|(_, value)| value.clone()).collect(),
            is_piped: self.piped.contains(&innermost),
        })
    }

    fn position(&self, template: &str, kind: &str, nth: usize) -> Option<Position> {
        let tokens = tokens_of(template, kind);
        // If the counts of a kind differ, the numbers are useless.
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
    piped: BTreeSet<usize>,
}

impl Marking {
    /// Numbers the nodes from the left, and wraps those that can fail in calls.
    ///
    /// A function at the right of `~>` is incomplete: the operator adds an argument.
    fn mark(&mut self, node: &mut AstNode, is_whole: bool) {
        let mark = with_stack(|| match node {
            AstNode::Function {
                name,
                args,
                is_builtin,
            } => self
                .mark_function(name, args, *is_builtin)
                .filter(|_| is_whole),
            AstNode::Binary {
                op: BinaryOp::ChainPipe,
                lhs,
                rhs,
            } => Some(self.mark_chain(lhs, rhs)),
            AstNode::Binary { op, lhs, rhs } => self.mark_operator(*op, lhs, rhs),
            AstNode::Object(pairs) => {
                let mark = self.number("{");
                self.mark_pairs(pairs);
                Some(mark)
            }
            AstNode::ObjectTransform { input, pattern } => {
                self.mark(input, true);
                let mark = self.number("{");
                self.mark_pairs(pattern);
                Some(mark)
            }
            AstNode::Sort { input, terms } => {
                self.mark(input, true);
                let mark = self.number("^");
                for (term, _) in terms {
                    self.mark(term, true);
                }
                Some(mark)
            }
            AstNode::Lambda { body, thunk, .. } => {
                self.mark_lambda(body, thunk);
                None
            }
            _ => {
                for_each_child(node, &mut |child| self.mark(child, true));
                None
            }
        });
        if let Some(mark) = mark {
            wrap(node, mark);
        }
    }

    /// Marks a call, and returns its number unless it calls a function of the template.
    ///
    /// Such a function may call itself endlessly; a call around each call would nest.
    fn mark_function(
        &mut self,
        name: &str,
        args: &mut [AstNode],
        is_builtin: bool,
    ) -> Option<usize> {
        let is_own = self.names.is_bound(name) || args.contains(&AstNode::Placeholder);
        let sigil = if is_builtin { "$" } else { "" };
        let mark = self.number(&format!("{sigil}{name}("));
        let is_seen = !is_own && !UNSEEN.contains(&name);
        for (nth, argument) in args.iter_mut().enumerate() {
            self.mark(argument, true);
            if is_seen {
                record_value(argument, mark, nth);
            }
        }
        (!is_own).then_some(mark)
    }

    /// `lhs ~> rhs`: a call at the right gets the left side as an argument, so the call is what
    /// fails.
    fn mark_chain(&mut self, lhs: &mut AstNode, rhs: &mut AstNode) -> usize {
        self.mark(lhs, true);
        let pipe = self.number("~>");
        let call = self.marks.len();
        self.mark(rhs, false);
        if !matches!(rhs, AstNode::Function { .. }) {
            return pipe;
        }
        self.piped.insert(call);
        call
    }

    fn mark_operator(
        &mut self,
        op: BinaryOp,
        lhs: &mut AstNode,
        rhs: &mut AstNode,
    ) -> Option<usize> {
        self.mark(lhs, true);
        let mark = sign(op).map(|sign| self.number(sign));
        self.mark(rhs, true);
        if let Some(mark) = mark {
            record_value(lhs, mark, 0);
            record_value(rhs, mark, 1);
        }
        mark
    }

    fn mark_pairs(&mut self, pairs: &mut [(AstNode, AstNode)]) {
        for (key, value) in pairs {
            self.mark(key, true);
            self.mark(value, true);
        }
    }

    /// Marks the body of a function. A tail call does not nest; a tail call of a builtin ends
    /// immediately.
    fn mark_lambda(&mut self, body: &mut AstNode, thunk: &mut bool) {
        self.number("{");
        *thunk &= !matches!(&*body, AstNode::Function { name, .. } if !self.names.is_bound(name));
        self.mark(body, !*thunk);
    }

    /// Numbers the next node of a kind.
    fn number(&mut self, kind: &str) -> usize {
        let count = self.counts.entry(kind.to_owned()).or_default();
        self.marks.push((kind.to_owned(), *count));
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

/// `value(mark, nth, node)`, unless the node is not a value by itself.
fn record_value(node: &mut AstNode, mark: usize, nth: usize) {
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

/// The text of an operator that can fail on its operands.
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

/// The positions of the tokens of a kind.
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
