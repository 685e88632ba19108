//! Finds the parts of a template that can be evaluated for one transaction after the other.
//!
//! Such a part is the end of a path, from the transactions on (`transactions.{...}`). It must see nothing of the
//! document but its transaction, and what is known without the others. In the rest of the template, the path
//! goes on from a group of the document to a member with the results of the part.

use jsonata_core::ast::{AstNode, PathStep, Stage};
use jsonata_core::value::with_stack;

use super::alias::{Alias, keeps_list, path};
use super::makers::Makers;
use super::mentions::{Mentions, assignment, is_slot, slot};
use super::target::{Selection, is_object, is_plain, selects};
use super::variables::{Variables, name_document};
use crate::jsonata::children::for_each_child;
use crate::jsonata::names::Names;
use crate::jsonata::projection::{Keep, Projection};

/// The paths to the transactions in a document, and in a document with one interchange.
const PREFIXES: [&[&str]; 2] = [
    &["interchanges", "functional_groups", "transactions"],
    &["functional_groups", "transactions"],
];

/// The most paths that are looked at. Each look goes through all of the path.
const MOST_PATHS: usize = 100;

/// A part that is evaluated with a transaction as the context.
pub(super) struct Part {
    pub tree: AstNode,
    /// Whether a list that it returns is from the document, so that its items are spread.
    pub spreads: bool,
    /// Whether its results only go into the output.
    pub is_output: bool,
    /// The place of the only transaction of a list that it is evaluated for.
    pub nth: Option<usize>,
}

/// A template in parts.
pub(super) struct Plan {
    pub prefix: &'static [&'static str],
    pub parts: Vec<Part>,
    pub rest: AstNode,
    /// What the rest sees of a document, and what the parts see of it beside their transaction.
    pub projection: Projection,
    /// Whether a part sees the document.
    pub uses_document: bool,
    /// Variables that parts can use, with their values of the document.
    pub variables: Vec<(String, AstNode)>,
}

impl Plan {
    /// The parts of a template whose variables have different names; `None` if it sees more of a
    /// document than one transaction at a time.
    pub(super) fn of(tree: &AstNode, names: &Names) -> Option<Self> {
        let mentions = Mentions::of(tree);
        if mentions.is_changing || mentions.members.iter().any(|name| is_slot(name)) {
            return None;
        }
        let is_named = |prefix: &&&[&str]| {
            let mut names = prefix.iter();
            names.all(|name| mentions.members.contains(*name))
        };
        let prefix = PREFIXES.iter().find(is_named)?;
        Finder::new(prefix, names, &mentions).plan(tree.clone())
    }
}

/// What is known of the place of an expression.
#[derive(Clone, Copy)]
struct Place {
    /// Whether its context is the document.
    is_at_root: bool,
    /// Whether its value only goes into the output, once.
    is_output: bool,
}

impl Place {
    const INSIDE: Self = Self {
        is_at_root: false,
        is_output: false,
    };

    fn is_output(self, is_output: bool) -> Self {
        Self {
            is_output: self.is_output && is_output,
            ..self
        }
    }
}

struct Finder<'n> {
    prefix: &'static [&'static str],
    names: &'n Names,
    variables: Variables<'n>,
    aliases: Vec<Alias>,
    makers: Makers,
    parts: Vec<Part>,
    /// The parts that use the document, unchanged from the template.
    using_document: Vec<AstNode>,
    paths: usize,
}

impl<'n> Finder<'n> {
    fn new(prefix: &'static [&'static str], names: &'n Names, mentions: &'n Mentions) -> Self {
        Self {
            prefix,
            names,
            variables: Variables::new(names, mentions),
            aliases: Vec::new(),
            makers: Makers::default(),
            parts: Vec::new(),
            using_document: Vec::new(),
            paths: 0,
        }
    }

    fn plan(mut self, mut rest: AstNode) -> Option<Plan> {
        let whole = Place {
            is_at_root: true,
            is_output: true,
        };
        self.visit(&mut rest, whole);
        if self.parts.is_empty() {
            return None;
        }
        let uses_document = !self.using_document.is_empty();
        let mut seeing = self.using_document;
        seeing.push(rest.clone());
        let projection = Projection::of(&AstNode::Array(seeing), self.names);
        let (last, others) = self.prefix.split_last()?;
        let sees_transactions = projection.root() == Keep::Whole
            || projection.member(last) != Keep::Nothing
            || others
                .iter()
                .any(|name| projection.member(name) == Keep::Whole);
        (!sees_transactions).then_some(Plan {
            prefix: self.prefix,
            parts: self.parts,
            rest,
            projection,
            uses_document,
            variables: self.variables.of_document,
        })
    }

    fn visit(&mut self, node: &mut AstNode, place: Place) {
        with_stack(|| {
            if !self.take(node, place) && !self.take_mapped(node, place) {
                self.visit_parts(node, place);
            }
        });
    }

    fn visit_parts(&mut self, node: &mut AstNode, place: Place) {
        let within = place.is_output(false);
        match node {
            AstNode::Block(items) => self.block(items, place),
            AstNode::Object(members) => {
                for (key, value) in members {
                    self.visit(key, within);
                    self.visit(value, place);
                }
            }
            AstNode::Array(items) => items.iter_mut().for_each(|item| self.visit(item, place)),
            AstNode::Binary { lhs, rhs, .. } => {
                self.visit(lhs, within);
                self.visit(rhs, within);
            }
            AstNode::Function { name, args, .. } => {
                if name == "count" && self.variables.is_builtin(name) {
                    for arg in args.iter_mut() {
                        self.take_number(arg);
                    }
                }
                for arg in args {
                    self.visit(arg, within);
                }
            }
            AstNode::Conditional {
                condition,
                then_branch,
                else_branch,
            } => {
                self.visit(condition, within);
                self.visit(then_branch, place);
                if let Some(branch) = else_branch {
                    self.visit(branch, place);
                }
            }
            AstNode::Sort { input, terms } => {
                self.visit(input, within);
                for (term, _) in terms {
                    self.visit(term, Place::INSIDE);
                }
            }
            AstNode::Path { steps } => self.path(steps, place),
            other => for_each_child(other, &mut |child| self.visit(child, Place::INSIDE)),
        }
    }

    fn path(&mut self, steps: &mut [PathStep], place: Place) {
        let is_plain = steps.iter().all(is_plain);
        let last = steps.len().saturating_sub(1);
        for (nth, step) in steps.iter_mut().enumerate() {
            let is_result =
                is_plain && nth == last && step.stages.is_empty() && is_object(&step.node);
            let place = Place {
                is_at_root: place.is_at_root && nth == 0,
                is_output: place.is_output && is_result,
            };
            self.visit(&mut step.node, place);
            for stage in &mut step.stages {
                if let Stage::Filter(filter) = stage {
                    self.visit(filter, Place::INSIDE);
                }
            }
        }
    }

    fn block(&mut self, items: &mut Vec<AstNode>, place: Place) {
        let outside = self.variables.enter();
        let aliases = self.aliases.len();
        let mut at = Vec::new();
        let last = items.len().saturating_sub(1);
        for (nth, item) in items.iter_mut().enumerate() {
            if let Some(alias) = self.alias(item).filter(|_| nth < last) {
                self.aliases.push(alias);
                at.push(nth);
            } else {
                self.visit(item, place.is_output(nth == last));
                self.makers.note(item, &self.variables);
                self.variables.note(item, place.is_at_root);
            }
        }
        let own = self.aliases.split_off(aliases);
        for (alias, nth) in own.into_iter().zip(at).rev() {
            alias.replace(nth, items);
        }
        self.variables.leave(outside);
    }

    /// `$all := interchanges.functional_groups.transactions`.
    fn alias(&mut self, node: &AstNode) -> Option<Alias> {
        let (name, AstNode::Path { steps }) = assignment(node)? else {
            return None;
        };
        let (last, groups) = steps.split_last()?;
        let is_alias = self.paths < MOST_PATHS
            && self.is_transactions(last)
            && steps.iter().all(is_plain)
            && self.variables.is_assigned_once(name);
        if !is_alias {
            return None;
        }
        self.paths += 1;
        Some(Alias {
            name: name.clone(),
            groups: groups.to_vec(),
            selection: Selection::of(&last.stages, &self.variables)?,
            parts: Vec::new(),
        })
    }

    fn is_transactions(&self, step: &PathStep) -> bool {
        matches!(&step.node, AstNode::Name(name) if Some(&name.as_str()) == self.prefix.last())
    }

    /// Moves a part out of the template.
    fn take(&mut self, node: &mut AstNode, place: Place) -> bool {
        let AstNode::Path { steps } = &*node else {
            return false;
        };
        match self.taken(steps, place) {
            Some(path) => {
                *node = path;
                true
            }
            None => false,
        }
    }

    /// `$map(transactions, $order)`, which is `transactions.$order($)` where the function makes objects.
    fn take_mapped(&mut self, node: &mut AstNode, place: Place) -> bool {
        let steps = self.makers.mapped(node, &self.variables);
        match steps.and_then(|steps| self.taken(&steps, place)) {
            Some(path) => {
                *node = path;
                true
            }
            None => false,
        }
    }

    /// What replaces a path through transactions, whose part is noted.
    fn taken(&mut self, steps: &[PathStep], place: Place) -> Option<AstNode> {
        if let [first, rest @ ..] = steps
            && let AstNode::Variable(name) = &first.node
            && let Some(nth) = self.aliases.iter().position(|alias| alias.name == *name)
        {
            let selection = self
                .aliases
                .get(nth)?
                .selection
                .then(&first.stages, &self.variables)?;
            let part = self.part(&selection, rest, steps, place)?;
            self.aliases.get_mut(nth)?.parts.push(part.clone());
            return Some(path(&[], AstNode::Variable(part), steps));
        }
        let nth = steps.iter().position(|step| self.is_transactions(step))?;
        let (groups, [transactions, rest @ ..]) = steps.split_at_checked(nth)? else {
            return None;
        };
        let selection = Selection::of(&transactions.stages, &self.variables)?;
        let part = self.part(&selection, rest, steps, place)?;
        Some(path(groups, AstNode::Name(part), rest))
    }

    /// `$count` of transactions: each contributes a 1.
    fn take_number(&mut self, node: &mut AstNode) {
        let mut steps = match &*node {
            AstNode::Path { steps }
                if steps.last().is_some_and(|step| self.is_transactions(step)) =>
            {
                steps.clone()
            }
            AstNode::Name(_) | AstNode::Variable(_) => vec![PathStep::new(node.clone())],
            _ => return,
        };
        steps.push(PathStep::new(AstNode::Block(vec![AstNode::number(1.0)])));
        if let Some(path) = self.taken(&steps, Place::INSIDE) {
            *node = path;
        }
    }

    /// The name of the results of a new part.
    fn part(
        &mut self,
        selection: &Selection,
        rest: &[PathStep],
        steps: &[PathStep],
        place: Place,
    ) -> Option<String> {
        let is_possible = !rest.is_empty()
            && rest.iter().all(|step| selects(&step.node))
            && steps.iter().all(is_plain)
            && self.paths < MOST_PATHS;
        if !is_possible {
            return None;
        }
        self.paths += 1;
        let as_written = selection.path(rest);
        let mut tree = as_written.clone();
        name_document(&mut tree);
        let mentions = Mentions::of(&tree);
        if !self.variables.is_closed(&mentions, None) {
            return None;
        }
        let used = mentions.used.into_keys().collect();
        let (tree, uses_document) = self.variables.with_assignments(tree, &used);
        if uses_document {
            self.using_document.push(as_written);
        }
        let keeps_list = keeps_list(rest);
        self.parts.push(Part {
            tree,
            spreads: (rest.last()).is_some_and(|step| matches!(step.node, AstNode::Name(_))),
            is_output: place.is_output && !keeps_list,
            nth: selection.nth,
        });
        Some(slot(self.parts.len().saturating_sub(1)))
    }
}
