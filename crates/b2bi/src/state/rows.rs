//! State as it is kept on disk and written for people: each row as JSON.

use std::fmt;

use b2bi_local_persistence as row_store;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{State, Table};
use crate::scope::Scope;
use crate::state::job::Job;

/// Where the row store has the rows of this service.
pub(crate) const ROWS: row_store::Table = row_store::Table("b2bi");

/// Stands between the parts of a row's key; no part has it.
const SEPARATOR: char = '\n';

/// A row that cannot be read.
#[derive(Debug)]
pub(crate) struct RowError(String);

impl From<row_store::WriteError> for RowError {
    fn from(error: row_store::WriteError) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What a row looks like: its id beside the members of its value.
fn row<T: Serialize>(id: &str, value: &T) -> serde_json::Result<Value> {
    let mut members = Map::new();
    members.insert("id".to_owned(), id.into());
    match serde_json::to_value(value)? {
        Value::Object(rest) => members.extend(rest),
        other => drop(members.insert("value".to_owned(), other)),
    }
    Ok(Value::Object(members))
}

pub(super) fn parse<T: DeserializeOwned>(row: Value) -> Result<(String, T), String> {
    let Value::Object(mut members) = row else {
        return Err("a row must be an object".to_owned());
    };
    let Some(Value::String(id)) = members.shift_remove("id") else {
        return Err("the id is missing".to_owned());
    };
    let value = match members.shift_remove("value") {
        Some(value) => value,
        None => Value::Object(members),
    };
    let value = serde_json::from_value(value).map_err(|error| format!("{id}: {error}"))?;
    Ok((id, value))
}

/// A table of any kind of rows, as this module deals with it.
pub(super) trait AnyTable {
    fn track(&mut self);
    /// Has every row count as changed.
    fn touch_all(&mut self);
    fn clear(&mut self);
    fn is_empty(&self) -> bool;
    /// The rows at the places that have changed; none where there is no row any more.
    fn take_changes(&mut self) -> serde_json::Result<Vec<(u64, Option<Value>)>>;
    /// Has no row count as changed.
    fn forget_changes(&mut self);
    fn put_back(&mut self, place: u64, row: Value) -> Result<(), String>;
    fn rows(&self) -> serde_json::Result<Vec<Value>>;
    fn add(&mut self, row: Value) -> Result<(), String>;
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

    fn put_back(&mut self, place: u64, row: Value) -> Result<(), String> {
        let (id, value) = parse(row)?;
        self.insert_at(place, id, value);
        Ok(())
    }

    fn rows(&self) -> serde_json::Result<Vec<Value>> {
        self.entries().map(|(id, value)| row(id, value)).collect()
    }

    fn add(&mut self, row: Value) -> Result<(), String> {
        let (id, value) = parse(row)?;
        if self.get(&id).is_some() {
            return Err(format!("{id} is there twice"));
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
    /// From now on, remembers what is changed.
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

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.tables().iter().all(|(_, table)| table.is_empty())
    }

    /// Adds what has changed to a batch.
    pub(crate) fn take_changes(
        &mut self,
        scope: &Scope,
        batch: &mut row_store::Batch,
    ) -> serde_json::Result<()> {
        for (name, table) in self.tables_mut() {
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

    /// Adds every row to a batch; none counts as changed then.
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

    /// Puts a row back that was read from the row store.
    pub(crate) fn put_back(&mut self, table: &str, place: u64, value: &[u8]) -> Result<(), String> {
        let row = serde_json::from_slice(value).map_err(|error| error.to_string())?;
        self.table_mut(table)?.put_back(place, row)
    }

    /// Every row for people to read: the members are the tables.
    pub(crate) fn describe(&self) -> serde_json::Result<Map<String, Value>> {
        let mut members = Map::new();
        for (name, table) in self.tables() {
            members.insert(name.to_owned(), table.rows()?.into());
        }
        Ok(members)
    }

    /// The state that was described so.
    pub(crate) fn of_description(members: Map<String, Value>) -> Result<Self, String> {
        let mut state = Self::default();
        for (name, rows) in members {
            let Value::Array(rows) = rows else {
                return Err(format!("{name} must be a list"));
            };
            let table = state.table_mut(&name)?;
            for row in rows {
                table
                    .add(row)
                    .map_err(|problem| format!("{name}: {problem}"))?;
            }
        }
        Ok(state)
    }

    fn table_mut(&mut self, name: &str) -> Result<&mut dyn AnyTable, String> {
        let mut tables = self.tables_mut().into_iter();
        let found = tables.find(|(known, _)| *known == name);
        found
            .map(|(_, table)| table)
            .ok_or_else(|| format!("there is no table {name}"))
    }
}

/// The table of jobs.
pub(crate) const JOBS: &str = "jobs";

/// The key of a job's row in the row store.
pub(super) fn job_key(scope: &Scope, place: u64) -> String {
    key(scope, JOBS, place)
}

/// The job that a row of the row store holds.
pub(super) fn job(row: &[u8]) -> Result<Job, String> {
    let row = serde_json::from_slice(row).map_err(|error| error.to_string())?;
    parse(row).map(|(_, job)| job)
}

/// The scope, table and place that a key of the row store names.
pub(crate) fn place_of(key: &str) -> Result<(Scope, &str, u64), RowError> {
    let mut parts = key.split(SEPARATOR);
    let mut part = || {
        parts
            .next()
            .ok_or_else(|| RowError(format!("a row has the key {key:?}")))
    };
    let scope = Scope {
        account: part()?.into(),
        region: part()?.into(),
    };
    let (table, place) = (part()?, part()?);
    let place = place.parse();
    let place = place.map_err(|_| RowError(format!("a row has the key {key:?}")))?;
    Ok((scope, table, place))
}

/// The row of that key cannot be read, for that reason.
pub(crate) fn unreadable(key: &str, problem: &str) -> RowError {
    let key = key.replace(SEPARATOR, "/");
    RowError(format!("the row {key} cannot be read: {problem}"))
}
