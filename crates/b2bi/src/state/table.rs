//! Rows by id, listed in the order in which they came.

use std::collections::{BTreeMap, HashMap};

/// Rows with an id each. A row's place never changes and is never used again.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    rows: BTreeMap<u64, T>,
    places: HashMap<String, u64>,
    next_place: u64,
}

impl<T> Table<T> {
    /// Adds a row under a new id.
    pub(crate) fn insert(&mut self, id: String, row: T) {
        self.rows.insert(self.next_place, row);
        self.places.insert(id, self.next_place);
        self.next_place += 1;
    }

    /// The row of this id.
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(self.places.get(id)?)
    }

    /// The row of this id, to be changed.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.rows.get_mut(self.places.get(id)?)
    }

    /// Takes the row of this id out.
    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        self.rows.remove(&self.places.remove(id)?)
    }

    /// Takes the oldest row out if it meets the condition, and tells whether it did.
    pub(crate) fn remove_first_if(&mut self, condition: impl Fn(&T) -> bool) -> bool {
        let Some(first) = self.rows.first_entry().filter(|it| condition(it.get())) else {
            return false;
        };
        let (place, _) = first.remove_entry();
        self.places.retain(|_, it| *it != place);
        true
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All rows.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    /// The rows from a place on, with their places.
    pub(crate) fn starting_at(&self, place: u64) -> impl Iterator<Item = (u64, &T)> {
        self.rows.range(place..).map(|(place, row)| (*place, row))
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            places: HashMap::new(),
            next_place: 0,
        }
    }
}
