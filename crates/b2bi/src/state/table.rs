//! Rows by id, listed in the order of insertion.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::FixedState;

/// Rows, each with an id. A row's place never changes and is never reused.
///
/// A clone shares the rows: each is copied when one of the two changes it.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    rows: BTreeMap<u64, Arc<Row<T>>>,
    /// The place of each id's row. The server creates the ids, so clients cannot choose ids that
    /// collide.
    places: HashMap<Arc<str>, u64, FixedState>,
    next_place: u64,
    /// The places whose rows differ from the disk; `None` if nothing is stored there.
    changed: Option<BTreeSet<u64>>,
    /// The previous rows of the changed places, in the order of the changes, while they are
    /// recorded.
    undo: Option<Vec<Undo<T>>>,
}

#[derive(Clone, Debug)]
struct Row<T> {
    id: Arc<str>,
    value: T,
}

/// The row of a place before a change; `None` if a row was added.
#[derive(Clone, Debug)]
pub(crate) struct Undo<T> {
    place: u64,
    row: Option<Arc<Row<T>>>,
}

impl<T> Undo<T> {
    /// The changed place.
    pub(super) fn place(&self) -> u64 {
        self.place
    }

    /// The previous value.
    pub(super) fn value(&self) -> Option<&T> {
        self.row.as_ref().map(|row| &row.value)
    }
}

impl<T: Clone> Table<T> {
    /// Adds a row under a new id.
    pub(crate) fn insert(&mut self, id: String, value: T) {
        let place = self.next_place;
        self.record(place);
        self.insert_at(place, id, value);
        self.note(place);
    }

    /// The place of the row with this id.
    pub(crate) fn place(&self, id: &str) -> Option<u64> {
        self.places.get(id).copied()
    }

    /// The row at this place.
    pub(crate) fn at(&self, place: u64) -> Option<&T> {
        self.rows.get(&place).map(|row| &row.value)
    }

    /// The row with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.at(self.place(id)?)
    }

    /// The row with this id, for changes.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let place = self.place(id)?;
        self.record(place);
        self.note(place);
        let row = self.rows.get_mut(&place)?;
        Some(&mut Arc::make_mut(row).value)
    }

    /// Removes the row with this id.
    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        self.remove_at(self.place(id)?)
    }

    /// Removes the row at this place.
    pub(crate) fn remove_at(&mut self, place: u64) -> Option<T> {
        self.record(place);
        let value = self.evict(place)?;
        self.note(place);
        Some(value)
    }

    /// Removes the row at this place from memory only: it remains on disk.
    pub(super) fn evict(&mut self, place: u64) -> Option<T> {
        let row = self.rows.remove(&place)?;
        self.places.remove(&row.id);
        Some(Arc::unwrap_or_clone(row).value)
    }

    /// Removes the oldest row if it meets the condition.
    pub(crate) fn remove_first_if(&mut self, condition: impl Fn(&T) -> bool) -> Option<T> {
        let (place, _) = self
            .rows
            .first_key_value()
            .filter(|(_, row)| condition(&row.value))?;
        self.remove_at(*place)
    }

    /// Removes all rows.
    pub(crate) fn clear(&mut self) {
        self.touch_all();
        if let Some(undo) = &mut self.undo {
            let gone = self.rows.iter();
            undo.extend(gone.map(|(place, row)| Undo {
                place: *place,
                row: Some(Arc::clone(row)),
            }));
        }
        self.rows.clear();
        self.places.clear();
    }

    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All rows.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.rows.values().map(|value| &value.value)
    }

    /// All rows, with their ids.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &T)> {
        self.rows.values().map(|value| (&*value.id, &value.value))
    }

    /// The rows from a place on, with their places.
    pub(crate) fn starting_at(&self, place: u64) -> impl Iterator<Item = (u64, &T)> {
        self.rows
            .range(place..)
            .map(|(place, row)| (*place, &row.value))
    }

    /// The rows before a place with their places, the latest first.
    pub(crate) fn before(&self, place: u64) -> impl Iterator<Item = (u64, &T)> {
        let rows = self.rows.range(..place).rev();
        rows.map(|(place, row)| (*place, &row.value))
    }

    /// From now on, remembers which rows are changed.
    pub(super) fn track(&mut self) {
        self.changed.get_or_insert_default();
    }

    /// Marks every row as changed.
    pub(super) fn touch_all(&mut self) {
        if let Some(changed) = &mut self.changed {
            changed.extend(self.rows.keys());
        }
    }

    /// Restores a row to its place, which is not a change.
    pub(super) fn insert_at(&mut self, place: u64, id: String, value: T) {
        let id: Arc<str> = id.into();
        self.put(place, Arc::new(Row { id, value }));
    }

    fn put(&mut self, place: u64, row: Arc<Row<T>>) {
        self.places.insert(Arc::clone(&row.id), place);
        self.rows.insert(place, row);
        self.reserve(place);
    }

    /// Marks a place as used by a row that is not in memory.
    pub(super) fn reserve(&mut self, place: u64) {
        self.next_place = self.next_place.max(place.saturating_add(1));
    }

    /// Marks a place without a row in memory as changed.
    pub(super) fn touch(&mut self, place: u64) {
        self.note(place);
    }

    /// Starts or stops recording changes.
    pub(super) fn record_undo(&mut self, is_on: bool) {
        self.undo = is_on.then(Vec::new);
    }

    /// The changes since recording began.
    pub(super) fn take_undo(&mut self) -> Vec<Undo<T>> {
        self.undo.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Undoes these changes, which is a change itself.
    pub(super) fn undo(&mut self, changes: &[Undo<T>]) {
        for Undo { place, row } in changes.iter().rev() {
            self.evict(*place);
            if let Some(row) = row {
                self.put(*place, Arc::clone(row));
            }
            self.note(*place);
        }
    }

    /// The places changed since the last call, with their current rows.
    pub(super) fn take_changed(&mut self) -> Vec<(u64, Option<(&str, &T)>)> {
        let Some(changed) = self.changed.as_mut().filter(|changed| !changed.is_empty()) else {
            return Vec::new();
        };
        let places = std::mem::take(changed).into_iter();
        let row = |place| {
            let row: &Row<T> = self.rows.get(&place)?;
            Some((&*row.id, &row.value))
        };
        places.map(|place| (place, row(place))).collect()
    }

    /// Records the row at a place before a change.
    fn record(&mut self, place: u64) {
        if let Some(undo) = &mut self.undo {
            let row = self.rows.get(&place).map(Arc::clone);
            undo.push(Undo { place, row });
        }
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
            undo: None,
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
        assert_eq!(table.remove_first_if(|table| *table == 0), Some(0));
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

    #[test]
    fn what_is_undone_is_as_it_was() {
        let mut table = Table::default();
        for (id, value) in [("a", 1), ("b", 2), ("c", 3)] {
            table.insert(id.to_owned(), value);
        }
        let rows = |table: &Table<i32>| -> Vec<(String, i32)> {
            let entries = table.entries();
            entries.map(|(id, value)| (id.to_owned(), *value)).collect()
        };
        let before = rows(&table);
        table.record_undo(true);
        *table.get_mut("a").unwrap() = 10;
        *table.get_mut("a").unwrap() = 11;
        table.remove("b");
        table.insert("b".to_owned(), 4);
        table.insert("d".to_owned(), 5);
        table.clear();
        table.insert("a".to_owned(), 6);
        let changes = table.take_undo();
        assert!(table.take_undo().is_empty());
        table.undo(&changes);
        assert_eq!(rows(&table), before);
        assert_eq!((table.get("b"), table.get("d")), (Some(&2), None));
        table.record_undo(false);
        table.remove("a");
        assert!(table.take_undo().is_empty());
    }
}
