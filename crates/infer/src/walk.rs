//! Iterates over a template, for the printers.

use super::dates::DateFormat;
use super::template::{Expression, Path, Select, Step, Template, Value};
use super::tree::{SchemaId, Tree};

impl Template {
    /// The template's own values, without those of nested templates.
    fn values(&self) -> Vec<&Value> {
        match self {
            Self::Value(value) => vec![value],
            Self::Element {
                attributes, text, ..
            } => attributes
                .iter()
                .map(|(_, value)| value)
                .chain(text)
                .collect(),
            Self::Entry(key, _) => vec![key],
            Self::Object(_) | Self::List(_) | Self::Keyed(..) | Self::Levels(..) => Vec::new(),
        }
    }

    /// The nested templates, each with the loops around it.
    fn inner(&self) -> Vec<(&[Path], &Self)> {
        match self {
            Self::Object(members) => members
                .iter()
                .map(|(_, member)| (&[] as &[Path], member))
                .collect(),
            Self::List(parts) | Self::Element { body: parts, .. } => parts
                .iter()
                .map(|part| (part.each.as_slice(), &part.template))
                .collect(),
            Self::Keyed(each, entry) => vec![(each.as_slice(), entry)],
            Self::Entry(_, inner) | Self::Levels(_, inner) => vec![(&[], inner)],
            Self::Value(_) => Vec::new(),
        }
    }
}

/// Calls a function with every expression of a template.
pub(super) fn expressions(template: &Template, take: &mut dyn FnMut(&Expression)) {
    for value in template.values() {
        take(&value.expression);
    }
    for (_, inner) in template.inner() {
        expressions(inner, take);
    }
}

/// Calls a function with every path of a template, including those of loops and joins.
fn paths(template: &Template, take: &mut dyn FnMut(&Path)) {
    for value in template.values() {
        let mut found = Vec::new();
        value.expression.paths(&mut found);
        for path in found {
            with_joins(path, take);
        }
    }
    for (each, inner) in template.inner() {
        for path in each {
            with_joins(path, take);
        }
        paths(inner, take);
    }
}

fn with_joins(path: &Path, take: &mut dyn FnMut(&Path)) {
    take(path);
    for join in path.steps.iter().flat_map(joins) {
        with_joins(join, take);
    }
}

/// The paths in the joins of a step.
fn joins(step: &Step) -> impl Iterator<Item = &Path> {
    step.select.iter().filter_map(|select| match select {
        Select::Joins(_, path) => Some(path),
        _ => None,
    })
}

/// The path from the root with which most paths of a template begin, if it is worth a variable.
pub(super) fn common_way(tree: &Tree, template: &Template) -> Option<Vec<Step>> {
    let mut ways: Vec<Vec<Step>> = Vec::new();
    paths(template, &mut |path| {
        if path.from == 0 {
            let steps = path.steps.iter().take_while(|step| !is_of_record(step));
            ways.push(steps.cloned().collect());
        }
    });
    ways.truncate(2_000);
    let mut best: Option<(usize, Vec<Step>)> = None;
    for way in &ways {
        for length in 2..way.len() {
            let prefix = way.get(..length).unwrap_or_default();
            if best.as_ref().is_some_and(|(_, known)| known == prefix) {
                continue;
            }
            let usable = prefix
                .last()
                .is_some_and(|last| is_plain(tree, last.schema));
            let uses = ways.iter().filter(|way| way.starts_with(prefix)).count();
            let saved = uses.saturating_sub(1) * (length - 1);
            if usable && uses > 1 && best.as_ref().is_none_or(|(known, _)| saved > *known) {
                best = Some((saved, prefix.to_vec()));
            }
        }
    }
    best.map(|(_, way)| way)
}

/// Whether a step selects by values of the innermost record, or by its position.
fn is_of_record(step: &Step) -> bool {
    let mut selects = step.select.iter();
    selects.any(|select| matches!(select, Select::Joins(..) | Select::UpTo))
}

/// The path to the transactions of a service-defined document, if a template is about the only
/// transaction of the input: every path goes through it, and no loop does.
pub(super) fn transaction_way(tree: &Tree, template: &Template) -> Option<Vec<Step>> {
    let mut ways: Vec<Vec<Step>> = Vec::new();
    paths(template, &mut |path| {
        if path.from == 0 {
            ways.push(path.steps.clone());
        }
    });
    let is_transaction = |step: &Step| tree.schema(step.schema).label.field == "transactions";
    let first = ways.first()?;
    let end = first.iter().position(is_transaction)? + 1;
    let way = first.get(..end)?.to_vec();
    // If there are several transactions, the output is about all of them.
    let several = way
        .last()
        .is_some_and(|last| tree.schema(last.schema).instances.len() > 1);
    if several {
        return None;
    }
    let is_alone = way.iter().all(|way| way.select.is_empty());
    let through = |step: &Vec<Step>| step.len() > end && step.starts_with(&way);
    (is_alone && ways.iter().all(through)).then_some(way)
}

fn is_plain(tree: &Tree, schema: SchemaId) -> bool {
    tree.schema(schema).label.class.is_none()
}

/// Whether the templates inside a loop need a name for its record: in an inner loop, or in a
/// filter, where paths begin elsewhere.
pub(super) fn refers(inner: &[Path], template: &Template, level: usize) -> bool {
    refers_at(inner, template, level, level)
}

fn refers_at(inner: &[Path], template: &Template, level: usize, at: usize) -> bool {
    let loops = inner.iter().zip(at..);
    if loops.clone().any(|(path, at)| needs(path, level, at)) {
        return true;
    }
    let at = at + inner.len();
    let named = |value: &&Value| {
        let mut paths = Vec::new();
        value.expression.paths(&mut paths);
        paths.into_iter().any(|path| needs(path, level, at))
    };
    template.values().iter().any(named)
        || template
            .inner()
            .into_iter()
            .any(|(each, template)| refers_at(each, template, level, at))
}

/// Whether a path at one level refers to the record of another by name.
fn needs(path: &Path, level: usize, at: usize) -> bool {
    let mut is_joined = false;
    for join in path.steps.iter().flat_map(joins) {
        with_joins(join, &mut |path| is_joined |= path.from == level);
    }
    (path.from == level && at > level) || is_joined
}

/// Whether a template uses the position of the innermost record.
pub(super) fn counts(template: &Template) -> bool {
    let place = |value: &&Value| uses_place(&value.expression);
    template.values().iter().any(place)
        || template
            .inner()
            .into_iter()
            .any(|(each, template)| each.is_empty() && counts(template))
}

pub(super) fn uses_place(expression: &Expression) -> bool {
    let mut paths = Vec::new();
    expression.paths(&mut paths);
    let steps = paths.iter().flat_map(|path| &path.steps);
    let mut selects = steps.flat_map(|step| &step.select);
    if selects.any(|select| matches!(select, Select::UpTo)) {
        return true;
    }
    match expression {
        Expression::Position(..) => true,
        Expression::Text(of)
        | Expression::Fixed(of, _)
        | Expression::Round(of, _)
        | Expression::Pad(of, ..) => uses_place(of),
        Expression::Concat(parts) => parts.iter().any(uses_place),
        _ => false,
    }
}

/// Whether a template has a sum up to the innermost record.
pub(super) fn runs(template: &Template) -> bool {
    let mut is_running = false;
    expressions(template, &mut |expression| {
        let mut paths = Vec::new();
        expression.paths(&mut paths);
        let steps = paths.iter().flat_map(|path| &path.steps);
        let mut selects = steps.flat_map(|step| &step.select);
        is_running |= selects.any(|select| matches!(select, Select::UpTo));
    });
    is_running
}

/// The date conversions in an expression.
pub(super) fn reformats(expression: &Expression, take: &mut dyn FnMut((DateFormat, DateFormat))) {
    match expression {
        Expression::Reformat(_, from, to) => take((*from, *to)),
        Expression::Concat(parts) => {
            for part in parts {
                reformats(part, take);
            }
        }
        Expression::Otherwise(of, _) => reformats(of, take),
        _ => {}
    }
}
