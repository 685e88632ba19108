//! Makes the explanations of records at two levels agree: a coincidence at one level is rarely one
//! at the other.

use std::collections::HashMap;

use super::draft::Draft;
use super::search::{Candidate, Search};
use super::template::{Expression, Select, Step};
use super::tree::SchemaId;

/// The places of a kind of record, for each place of the same kind of record at another level.
pub(super) struct Mirror {
    places: HashMap<SchemaId, SchemaId>,
    /// The levels of the two innermost records.
    from: usize,
    to: usize,
}

impl Search<'_> {
    /// The mirror from one kind of record, at a level of the loops, to another.
    pub(super) fn mirror(
        &self,
        (from, inner): (usize, SchemaId),
        (to, outer): (usize, SchemaId),
    ) -> Mirror {
        let mut places = HashMap::new();
        let mut open = vec![(inner, outer)];
        while let Some((one, other)) = open.pop() {
            places.insert(one, other);
            for &child in &self.tree.schema(one).children {
                let label = &self.tree.schema(child).label;
                let mut twins = self.tree.schema(other).children.iter().copied();
                let twin = twins.find(|&twin| self.tree.schema(twin).label == *label);
                open.extend(twin.map(|twin| (child, twin)));
            }
        }
        Mirror { places, from, to }
    }
}

impl Mirror {
    /// The same expression for the other kind of record; `None` if it selects by a value.
    fn of(&self, expression: &Expression) -> Option<Expression> {
        let mut mirrored = expression.clone();
        let mut paths = Vec::new();
        mirrored.paths_mut(&mut paths);
        for path in paths.into_iter().filter(|path| path.from == self.from) {
            path.from = self.to;
            for Step { schema, select } in &mut path.steps {
                let by_place = |select: &Select| {
                    matches!(select, Select::First | Select::Last | Select::At(_))
                };
                *schema = *self.places.get(schema)?;
                if !select.iter().all(by_place) {
                    return None;
                }
            }
        }
        Some(mirrored)
    }
}

/// Keeps only the explanations that both drafts have, where there are any.
pub(super) fn agree(outer: &mut Draft, inner: &mut Draft, mirror: &Mirror) {
    match (outer, inner) {
        (Draft::Object(outer), Draft::Object(inner)) => agree_named(outer, inner, mirror),
        (Draft::Leaf(outer), Draft::Leaf(inner)) => agree_leaves(outer, inner, mirror),
        (
            Draft::Element {
                attributes: outer,
                text: outer_text,
                body: outer_body,
                ..
            },
            Draft::Element {
                attributes: inner,
                text: inner_text,
                body: inner_body,
                ..
            },
        ) => {
            agree_named(outer, inner, mirror);
            if let (Some(outer), Some(inner)) = (outer_text, inner_text) {
                agree(outer, inner, mirror);
            }
            if outer_body.len() == inner_body.len() {
                for (outer, inner) in outer_body.iter_mut().zip(inner_body) {
                    if outer.each.is_empty() && inner.each.is_empty() {
                        agree(&mut outer.draft, &mut inner.draft, mirror);
                    }
                }
            }
        }
        _ => {}
    }
}

fn agree_named(outer: &mut [(String, Draft)], inner: &mut [(String, Draft)], mirror: &Mirror) {
    for (name, outer) in outer {
        let mut members = inner.iter_mut();
        if let Some((_, inner)) = members.find(|(known, _)| known == name) {
            agree(outer, inner, mirror);
        }
    }
}

fn agree_leaves(outer: &mut Vec<Candidate>, inner: &mut Vec<Candidate>, mirror: &Mirror) {
    let known: Vec<Expression> = outer.iter().map(|known| known.expression.clone()).collect();
    let mirrored = |candidate: &Candidate| {
        let mirrored = mirror.of(&candidate.expression)?;
        known.contains(&mirrored).then_some(mirrored)
    };
    let common: Vec<Expression> = inner.iter().filter_map(mirrored).collect();
    if !common.is_empty() {
        inner.retain(|candidate| mirrored(candidate).is_some());
        outer.retain(|candidate| common.contains(&candidate.expression));
    }
}
