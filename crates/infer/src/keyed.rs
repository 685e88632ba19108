//! Objects whose member names come from the input, such as the quantity of each item, keyed by its
//! number.

use super::draft::{Draft, narrowed, target_of};
use super::records::ListCase;
use super::scalar::Scalar;
use super::search::{Cases, Search};
use super::wanted::Wanted;

/// The names that the search uses for a member's name and value.
const KEY: &str = "key";
const VALUE: &str = "value";

impl Search<'_> {
    /// The draft of objects that have one member for each record; `None` for ordinary objects.
    pub(super) fn keyed(&self, cases: &Cases<'_>) -> Option<Draft> {
        let is_keyed = cases.iter().all(|case| match case.wanted {
            Some(Wanted::Object(members)) => self.is_keyed(members),
            _ => true,
        });
        let most = cases.iter().map(|case| members(case.wanted).len()).max()?;
        if !is_keyed || most < 2 {
            return None;
        }
        let entries: Vec<Vec<Wanted>> = cases
            .iter()
            .map(|case| members(case.wanted).iter().map(entry).collect())
            .collect();
        let lists: Vec<ListCase<'_>> = cases
            .iter()
            .zip(&entries)
            .map(|(case, entries)| ListCase {
                context: case.context.clone(),
                items: entries.iter().collect(),
            })
            .collect();
        let loops = self.loops(&lists)?;
        let part = |name: &str| {
            let cases = narrowed(&loops.cases, |wanted| {
                let members = members(Some(wanted)).iter();
                let mut named = members.filter(|(member, _)| member == name);
                named.next().map(|(_, value)| value)
            });
            Box::new(self.part(&cases, &target_of(name)))
        };
        let (key, value) = (part(KEY), part(VALUE));
        let is_found = matches!(&*key, Draft::Leaf(candidates)
            if candidates.first().is_some_and(|best| !best.unexplained));
        is_found.then_some(Draft::Keyed {
            each: loops.each,
            key,
            value,
        })
    }

    /// Whether every name is a value of the input, and the members are similar.
    fn is_keyed(&self, members: &[(String, Wanted)]) -> bool {
        let whole = self.tree.node(0).end;
        let Some((_, first)) = members.first() else {
            return true;
        };
        members.iter().all(|(name, value)| {
            let is_value = !self.index.within(&format!("={name}"), 0, whole).is_empty();
            is_value && value.class() == first.class() && is_alike(first, value)
        })
    }
}

/// Whether two members can be of one kind: objects must have a name in common.
fn is_alike(one: &Wanted, other: &Wanted) -> bool {
    match (one, other) {
        (Wanted::Object(one), Wanted::Object(other)) => one
            .iter()
            .any(|(name, _)| other.iter().any(|(known, _)| known == name)),
        _ => true,
    }
}

fn members(wanted: Option<&Wanted>) -> &[(String, Wanted)] {
    match wanted {
        Some(Wanted::Object(members)) => members,
        _ => &[],
    }
}

fn entry((name, value): &(String, Wanted)) -> Wanted {
    Wanted::Object(vec![
        (KEY.to_owned(), Wanted::Leaf(Scalar::Text(name.clone()))),
        (VALUE.to_owned(), value.clone()),
    ])
}
