//! The form of state on disk and in exports: each row as JSON.

use b2bi_local_persistence as row_store;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{RowError, State, Table};
use crate::scope::Scope;
use crate::state::job::Job;

/// The table of this service's rows in the row store.
pub(crate) const ROWS: row_store::Table = row_store::Table("b2bi");
/// The table of the blocks of archived jobs. Earlier releases do not have it.
pub(crate) const BLOCKS: row_store::Table = row_store::Table("b2bi-archived-jobs");

/// The separator of the parts of a row's key; no part contains it.
const SEPARATOR: char = '\n';

/// The form of a row: its id and the members of its value.
fn row<T: Serialize>(id: &str, value: &T) -> serde_json::Result<Value> {
    let mut members = Map::new();
    members.insert("id".to_owned(), id.into());
    match serde_json::to_value(value)? {
        Value::Object(rest) => members.extend(rest),
        other => drop(members.insert("value".to_owned(), other)),
    }
    Ok(Value::Object(members))
}

pub(super) fn parse<T: DeserializeOwned>(row: Value) -> Result<(String, T), RowError> {
    let Value::Object(mut members) = row else {
        return Err(RowError::NotAnObject);
    };
    let Some(Value::String(id)) = members.shift_remove("id") else {
        return Err(RowError::IdMissing);
    };
    let value = match members.shift_remove("value") {
        Some(value) => value,
        None => Value::Object(members),
    };
    match serde_json::from_value(value) {
        Ok(value) => Ok((id, value)),
        Err(source) => Err(RowError::Members { id, source }),
    }
}

/// A table of any row type, for this module.
pub(super) trait AnyTable {
    fn track(&mut self);
    /// Marks every row as changed.
    fn touch_all(&mut self);
    fn clear(&mut self);
    fn is_empty(&self) -> bool;
    /// The rows at the changed places; `None` for a removed row.
    fn take_changes(&mut self) -> serde_json::Result<Vec<(u64, Option<Value>)>>;
    /// Marks no row as changed.
    fn forget_changes(&mut self);
    fn put_back(&mut self, place: u64, row: Value) -> Result<(), RowError>;
    fn rows(&self) -> serde_json::Result<Vec<Value>>;
    fn add(&mut self, row: Value) -> Result<(), RowError>;
}

impl<T: Clone + Serialize + DeserializeOwned> AnyTable for Table<T> {
    fn track(&mut self) {
        Self::track(self);
    }

    fn touch_all(&mut self) {
        Self::touch_all(self);
    }

    fn clear(&mut self) {
        Self::clear(self);
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn take_changes(&mut self) -> serde_json::Result<Vec<(u64, Option<Value>)>> {
        let changes = self.take_changed().into_iter();
        let written = changes.map(|(place, entry)| {
            let row = entry.map(|(id, value)| row(id, value)).transpose()?;
            Ok((place, row))
        });
        written.collect()
    }

    fn forget_changes(&mut self) {
        drop(self.take_changed());
    }

    fn put_back(&mut self, place: u64, row: Value) -> Result<(), RowError> {
        let (id, value) = parse(row)?;
        self.insert_at(place, id, value);
        Ok(())
    }

    fn rows(&self) -> serde_json::Result<Vec<Value>> {
        self.entries().map(|(id, value)| row(id, value)).collect()
    }

    fn add(&mut self, row: Value) -> Result<(), RowError> {
        let (id, value) = parse(row)?;
        if self.get(&id).is_some() {
            return Err(RowError::Duplicate(id));
        }
        self.insert(id, value);
        Ok(())
    }
}

/// The key of a row in the row store.
fn key(scope: &Scope, table: &str, place: u64) -> String {
    let Scope { account, region } = scope;
    format!("{account}{SEPARATOR}{region}{SEPARATOR}{table}{SEPARATOR}{place:020}")
}

impl State {
    /// From now on, remembers changes.
    pub(crate) fn track(&mut self) {
        for (_, table) in self.tables_mut() {
            table.track();
        }
    }

    /// Removes everything.
    pub(crate) fn clear(&mut self) {
        for (_, table) in self.tables_mut() {
            table.clear();
        }
    }

    /// Whether it is empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.tables().iter().all(|(_, table)| table.is_empty())
    }

    /// Adds the changes to a batch.
    pub(crate) fn take_changes(
        &mut self,
        scope: &Scope,
        batch: &mut row_store::Batch,
    ) -> serde_json::Result<()> {
        add_changes(self.tables_mut(), scope, batch)?;
        for (block, row) in self.jobs.take_blocks() {
            let key = key(scope, JOBS, block);
            match row {
                Some(row) => batch.put(BLOCKS, key, row),
                None => batch.remove(BLOCKS, key),
            }
        }
        Ok(())
    }

    /// Adds every row to a batch; then none is marked as changed.
    pub(crate) fn take_all(
        &mut self,
        scope: &Scope,
        batch: &mut row_store::Batch,
    ) -> serde_json::Result<()> {
        for (_, table) in self.tables_mut() {
            table.touch_all();
        }
        self.take_changes(scope, batch)
    }

    /// Restores a row from the row store.
    pub(crate) fn put_back(
        &mut self,
        table: &str,
        place: u64,
        value: &[u8],
    ) -> Result<(), RowError> {
        let row = serde_json::from_slice(value)?;
        self.table_mut(table)?.put_back(place, row)
    }

    /// Every row in readable form: the members are the tables.
    pub(crate) fn describe(&self) -> serde_json::Result<Map<String, Value>> {
        let mut members = Map::new();
        for (name, table) in self.tables() {
            members.insert(name.to_owned(), table.rows()?.into());
        }
        Ok(members)
    }

    /// The state from such a description.
    pub(crate) fn of_description(members: Map<String, Value>) -> Result<Self, RowError> {
        let mut state = Self::default();
        for (name, rows) in members {
            let Value::Array(rows) = rows else {
                return Err(RowError::NotAList(name));
            };
            let table = state.table_mut(&name)?;
            for row in rows {
                table.add(row).map_err(|source| RowError::Table {
                    name: name.clone(),
                    source: Box::new(source),
                })?;
            }
        }
        Ok(state)
    }

    fn table_mut(&mut self, name: &str) -> Result<&mut dyn AnyTable, RowError> {
        let mut tables = self.tables_mut().into_iter();
        let found = tables.find(|(known, _)| *known == name);
        found
            .map(|(_, table)| table)
            .ok_or_else(|| RowError::UnknownTable(name.to_owned()))
    }
}

/// Adds the changes of the named tables to a batch.
fn add_changes<'a>(
    tables: impl IntoIterator<Item = (&'static str, &'a mut dyn AnyTable)>,
    scope: &Scope,
    batch: &mut row_store::Batch,
) -> serde_json::Result<()> {
    for (name, table) in tables {
        for (place, row) in table.take_changes()? {
            let key = key(scope, name, place);
            match row {
                Some(row) => batch.put(ROWS, key, serde_json::to_vec(&row)?),
                None => batch.remove(ROWS, key),
            }
        }
    }
    Ok(())
}

/// The table of jobs.
pub(crate) const JOBS: &str = "jobs";

/// The key of a job's row in the row store.
pub(crate) fn job_key(scope: &Scope, place: u64) -> String {
    key(scope, JOBS, place)
}

/// The job in a row of the row store.
pub(crate) fn job(row: &[u8]) -> Result<Job, RowError> {
    let row = serde_json::from_slice(row)?;
    parse(row).map(|(_, job)| job)
}

/// The scope, table and place in a key of the row store.
pub(crate) fn place_of(key: &str) -> Result<(Scope, &str, u64), RowError> {
    let mut parts = key.split(SEPARATOR);
    let mut part = || parts.next().ok_or_else(|| RowError::Key(key.to_owned()));
    let scope = Scope {
        account: part()?.into(),
        region: part()?.into(),
    };
    let (table, place) = (part()?, part()?);
    let place = place.parse();
    let place = place.map_err(|_| RowError::Key(key.to_owned()))?;
    Ok((scope, table, place))
}

/// The row with this key cannot be read, for this reason.
pub(crate) fn unreadable(key: &str, source: RowError) -> RowError {
    RowError::At {
        key: key.replace(SEPARATOR, "/"),
        source: Box::new(source),
    }
}

#[cfg(test)]
mod tests {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{AnyTable, Table, add_changes};
    use crate::scope::Scope;

    /// A value as a JSON number, unless it cannot be one.
    #[derive(Clone)]
    struct Fragile(Option<u64>);

    impl Serialize for Fragile {
        fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
            let number = self.0.ok_or_else(|| S::Error::custom("not a number"))?;
            number.serialize(out)
        }
    }

    impl<'de> Deserialize<'de> for Fragile {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            Err(D::Error::custom("never read"))
        }
    }

    fn table(values: &[Option<u64>]) -> Table<Fragile> {
        let mut table = Table::default();
        Table::track(&mut table);
        for (at, value) in values.iter().enumerate() {
            table.insert(at.to_string(), Fragile(*value));
        }
        table
    }

    #[test]
    fn a_row_that_cannot_be_written_fails_the_whole_batch() {
        let check = |tables: [&[Option<u64>]; 2], expected: Option<&str>| {
            let [mut first, mut second] = tables.map(table);
            let both: [(&str, &mut dyn AnyTable); 2] =
                [("first", &mut first), ("second", &mut second)];
            let scope = Scope {
                account: "1".into(),
                region: "r".into(),
            };
            let added = add_changes(both, &scope, &mut super::row_store::Batch::new());
            let error = added.map_err(|error| error.to_string()).err();
            assert_eq!(error.as_deref(), expected, "{tables:?}");
        };
        check([&[Some(1), Some(2)], &[Some(3)]], None);
        check([&[Some(1), None], &[Some(3)]], Some("not a number"));
        check([&[], &[None]], Some("not a number"));
        check([&[None], &[]], Some("not a number"));
    }

    #[test]
    fn a_row_that_cannot_be_written_is_not_left_out_of_a_description() {
        assert_eq!(table(&[Some(1)]).rows().unwrap().len(), 1);
        assert!(table(&[Some(1), None]).rows().is_err());
    }
}
