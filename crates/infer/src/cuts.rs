//! Parts of values as places of their own: the month of a date, the prefix of a code.
//!
//! Records can be grouped, filtered and joined by a value that the input has only as a part of
//! others. A second search has such parts as children of the values. JSONata has a step for them;
//! `XPath` 1.0 does not.

use std::collections::{BTreeSet, HashMap};

use super::scalar::Scalar;
use super::template::{Part, Path, Select, Template, Value};
use super::tree::{Label, NodeId, SchemaId, Tree};
use super::wanted::Wanted;

/// Marks the field of a part; the rest is a step of JSONata.
const MARK: char = '\u{e000}';
/// The separators that end the prefix of a code.
const SEPARATORS: [char; 4] = ['-', '/', '.', ':'];
/// The maximum length of the prefix of a code without a separator.
const PREFIX: usize = 4;

/// The part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// The first characters.
    First(usize),
    Before(char),
    /// The year and the month of a date without separators, with one between them.
    Month(char),
}

impl Cut {
    fn of(self, text: &str) -> Option<String> {
        match self {
            Self::First(length) => {
                let (end, _) = text.char_indices().nth(length)?;
                Some(text.get(..end)?.to_owned())
            }
            Self::Before(separator) => Some(text.split_once(separator)?.0.to_owned()),
            Self::Month(separator) => {
                let (year, month) = (text.get(..4)?, text.get(4..6)?);
                Some(format!("{year}{separator}{month}"))
            }
        }
    }

    fn field(self) -> String {
        match self {
            Self::First(length) => format!("{MARK}$substring($, 0, {length})"),
            Self::Before(separator) => format!("{MARK}$substringBefore($, \"{separator}\")"),
            Self::Month(separator) => {
                format!("{MARK}($substring($, 0, 4) & \"{separator}\" & $substring($, 4, 2))")
            }
        }
    }
}

/// The step of a field that is a part of a value.
pub(super) fn step(field: &str) -> Option<&str> {
    field.strip_prefix(MARK)
}

/// The input with the parts by which the output may group or select records; `None` if there are
/// none.
pub(super) fn with_cuts(tree: &Tree, wanted: &Wanted) -> Option<Tree> {
    let mut shown = BTreeSet::new();
    texts(wanted, &mut shown);
    let cuts: HashMap<SchemaId, Cut> = tree
        .schemas()
        .filter_map(|(schema, _)| Some((schema, cut_of(tree, schema, &shown)?)))
        .collect();
    if cuts.is_empty() {
        return None;
    }
    let mut copy = Tree::new();
    copy_children(tree, Tree::ROOT, &mut copy, (Tree::ROOT, &cuts));
    copy.close(Tree::ROOT);
    Some(copy)
}

fn copy_children(
    tree: &Tree,
    from: NodeId,
    copy: &mut Tree,
    (to, cuts): (NodeId, &HashMap<SchemaId, Cut>),
) {
    let mut children = tree.node(from).children.clone();
    children.sort_unstable();
    for child in children {
        let node = tree.node(child);
        let schema = tree.schema(node.schema);
        let made = copy.open(to, schema.label.clone(), schema.listed);
        if let Some(value) = &node.value {
            copy.set(made, value.clone());
        }
        let part = cuts.get(&node.schema).and_then(|cut| {
            let text = node.value.as_ref()?.text();
            Some((cut.field(), cut.of(&text)?))
        });
        if let Some((field, text)) = part {
            let part = copy.open(made, Label { field, class: None }, false);
            copy.set(part, Scalar::Text(text));
            copy.close(part);
        }
        copy_children(tree, child, copy, (made, cuts));
        copy.close(made);
    }
}

/// The part of a kind of texts that several of them share, and that the output has.
fn cut_of(tree: &Tree, schema: SchemaId, shown: &BTreeSet<String>) -> Option<Cut> {
    let nodes = &tree.schema(schema).instances;
    let text = |&node: &NodeId| match &tree.node(node).value {
        Some(Scalar::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let all: Vec<&str> = nodes.iter().map(text).collect::<Option<_>>()?;
    let different: BTreeSet<&str> = all.iter().copied().collect();
    let first = *all.first()?;
    ways(first).into_iter().find(|cut| {
        let parts: Option<BTreeSet<String>> = different.iter().map(|text| cut.of(text)).collect();
        parts.is_some_and(|parts| {
            let is_shown = |part: &&String| shown.contains(*part);
            (2..different.len()).contains(&parts.len())
                && parts.iter().filter(|part| !is_shown(part)).count() * 2 < parts.len()
        })
    })
}

/// The ways to cut a text: the month and the year of a date, or the prefix of a code.
fn ways(text: &str) -> Vec<Cut> {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| {
        bytes
            .get(from..to)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    if digits(0, 4) && bytes.get(4) == Some(&b'-') && digits(5, 7) {
        return vec![Cut::First(7), Cut::First(4)];
    }
    if bytes.len() == 8 && digits(0, 8) {
        let months = ['-', '/', '.'].map(Cut::Month);
        return months
            .into_iter()
            .chain([Cut::First(6), Cut::First(4)])
            .collect();
    }
    let separators = SEPARATORS.into_iter().filter(|&sign| text.contains(sign));
    let before = separators.map(Cut::Before);
    before.chain((1..=PREFIX).rev().map(Cut::First)).collect()
}

/// The texts of the output, and the names of its members.
fn texts(wanted: &Wanted, into: &mut BTreeSet<String>) {
    let mut leaves = Vec::new();
    wanted.leaves(&mut leaves);
    into.extend(leaves.iter().map(|leaf| leaf.text()));
    names(wanted, into);
}

fn names(wanted: &Wanted, into: &mut BTreeSet<String>) {
    match wanted {
        Wanted::Object(members) => {
            for (name, value) in members {
                into.insert(name.clone());
                names(value, into);
            }
        }
        Wanted::List(items) => items.iter().for_each(|item| names(item, into)),
        _ => {}
    }
}

/// The number of values of a template that have no source, or only a position.
pub(super) fn guesses(template: &Template) -> usize {
    match template {
        Template::Object(members) => members.iter().map(|(_, member)| guesses(member)).sum(),
        Template::List(parts) => parts.iter().map(guesses_of).sum(),
        Template::Keyed(each, entry) => placed(each) + guesses(entry),
        Template::Levels(_, tree) => guesses(tree),
        Template::Entry(key, value) => guessed(key) + guesses(value),
        Template::Value(value) => guessed(value),
        Template::Element {
            attributes,
            body,
            text,
            ..
        } => {
            let attributes = attributes.iter().map(|(_, value)| guessed(value));
            attributes.sum::<usize>()
                + body.iter().map(guesses_of).sum::<usize>()
                + text.as_ref().map_or(0, guessed)
        }
    }
}

fn guesses_of(part: &Part) -> usize {
    placed(&part.each) + guesses(&part.template)
}

fn guessed(value: &Value) -> usize {
    let mut paths = Vec::new();
    value.expression.paths(&mut paths);
    usize::from(value.unexplained) + usize::from(paths.iter().any(|path| is_placed(path)))
}

fn placed(paths: &[Path]) -> usize {
    paths.iter().filter(|path| is_placed(path)).count()
}

fn is_placed(path: &Path) -> bool {
    let by_place = |select: &Select| {
        matches!(
            select,
            Select::First | Select::Last | Select::At(_) | Select::Extreme(..)
        )
    };
    path.steps
        .iter()
        .any(|step| step.select.iter().any(by_place))
}
