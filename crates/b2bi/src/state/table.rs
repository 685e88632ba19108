//! Rows by id, listed in the order in which they came.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::FixedState;

/// Rows with an id each. A row's place never changes and is never used again.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    rows: BTreeMap<u64, Row<T>>,
    /// Where the row of an id is. Ids are of our making, so nobody can choose some that collide.
    places: HashMap<String, u64, FixedState>,
    next_place: u64,
    /// The places whose rows are not on disk as they are now; none when nothing is kept there.
    changed: Option<BTreeSet<u64>>,
}

#[derive(Clone, Debug)]
struct Row<T> {
    id: String,
    value: T,
}

impl<T> Table<T> {
    /// Adds a row under a new id.
    pub(crate) fn insert(&mut self, id: String, value: T) {
        let place = self.next_place;
        self.insert_at(place, id, value);
        self.note(place);
    }

    /// The row of this id.
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(self.places.get(id)?).map(|it| &it.value)
    }

    /// The row of this id, to be changed.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let place = *self.places.get(id)?;
        self.note(place);
        self.rows.get_mut(&place).map(|it| &mut it.value)
    }

    /// Takes the row of this id out.
    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        let place = self.places.remove(id)?;
        self.note(place);
        self.rows.remove(&place).map(|it| it.value)
    }

    /// Takes the oldest row out if it meets the condition, and tells whether it did.
    pub(crate) fn remove_first_if(&mut self, condition: impl Fn(&T) -> bool) -> bool {
        let first = self.rows.first_entry();
        let Some(first) = first.filter(|it| condition(&it.get().value)) else {
            return false;
        };
        let (place, row) = first.remove_entry();
        self.places.remove(&row.id);
        self.note(place);
        true
    }

    /// Takes all rows out.
    pub(crate) fn clear(&mut self) {
        if let Some(changed) = &mut self.changed {
            changed.extend(self.rows.keys());
        }
        self.rows.clear();
        self.places.clear();
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All rows.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.rows.values().map(|it| &it.value)
    }

    /// All rows, with their ids.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &T)> {
        self.rows.values().map(|it| (it.id.as_str(), &it.value))
    }

    /// The rows from a place on, with their places.
    pub(crate) fn starting_at(&self, place: u64) -> impl Iterator<Item = (u64, &T)> {
        self.rows
            .range(place..)
            .map(|(place, row)| (*place, &row.value))
    }

    /// From now on, remembers which rows are changed.
    pub(super) fn track(&mut self) {
        self.changed.get_or_insert_default();
    }

    /// Has every row count as changed.
    pub(super) fn touch_all(&mut self) {
        if let Some(changed) = &mut self.changed {
            changed.extend(self.rows.keys());
        }
    }

    /// Puts a row back where it was, which is no change.
    pub(super) fn insert_at(&mut self, place: u64, id: String, value: T) {
        self.places.insert(id.clone(), place);
        self.rows.insert(place, Row { id, value });
        self.next_place = self.next_place.max(place + 1);
    }

    /// The places changed since the last call, with what is there now.
    pub(super) fn take_changed(&mut self) -> Vec<(u64, Option<(&str, &T)>)> {
        let Some(changed) = self.changed.as_mut().filter(|it| !it.is_empty()) else {
            return Vec::new();
        };
        let places = std::mem::take(changed).into_iter();
        let row = |place| {
            let row: &Row<T> = self.rows.get(&place)?;
            Some((row.id.as_str(), &row.value))
        };
        places.map(|place| (place, row(place))).collect()
    }

    fn note(&mut self, place: u64) {
        if let Some(changed) = &mut self.changed {
            changed.insert(place);
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            places: HashMap::default(),
            next_place: 0,
            changed: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn changes_are_told_once_and_only_when_asked_for() {
        let mut table = Table::default();
        table.insert("untracked".to_owned(), 0);
        assert!(table.take_changed().is_empty());
        table.track();
        for (id, value) in [("a", 1), ("b", 2), ("c", 3)] {
            table.insert(id.to_owned(), value);
        }
        table.remove("b");
        assert_eq!(
            table.take_changed(),
            [(1, Some(("a", &1))), (2, None), (3, Some(("c", &3)))]
        );
        assert!(table.take_changed().is_empty());
        *table.get_mut("c").unwrap() = 4;
        assert!(table.remove_first_if(|it| *it == 0));
        assert_eq!(table.take_changed(), [(0, None), (3, Some(("c", &4)))]);
        table.clear();
        assert_eq!(table.take_changed(), [(1, None), (3, None)]);
        table.insert("a".to_owned(), 5);
        assert_eq!(table.take_changed(), [(4, Some(("a", &5)))]);
    }

    #[test]
    fn a_row_put_back_keeps_its_place() {
        let mut table = Table::default();
        table.track();
        table.insert_at(7, "late".to_owned(), 7);
        table.insert_at(3, "early".to_owned(), 3);
        assert!(table.take_changed().is_empty());
        table.insert("new".to_owned(), 8);
        let places: Vec<(u64, &i32)> = table.starting_at(0).collect();
        assert_eq!(places, [(3, &3), (7, &7), (8, &8)]);
    }
}
