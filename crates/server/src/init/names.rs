//! Names instead of ids.

use serde_json::{Map, Value};

use super::error::InitError;

/// The existing resources of a kind: name and id.
#[derive(Debug, Default)]
pub(super) struct Names(pub(super) Vec<(String, String)>);

impl Names {
    /// The id of the first resource of this name.
    pub(super) fn id(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(item, _)| item == name);
        found.map(|(_, id)| id.as_str())
    }

    /// Replaces a name with the id; an id is unchanged.
    ///
    /// # Errors
    ///
    /// It is neither.
    fn resolve(&self, kind: &str, value: &mut Value) -> Result<(), InitError> {
        let Some(given) = value.as_str() else {
            return Ok(()); // The service says what is wrong with it.
        };
        if self.0.iter().any(|(_, id)| id == given) {
            return Ok(());
        }
        let id = self.id(given).ok_or_else(|| self.unknown(kind, given))?;
        *value = Value::from(id);
        Ok(())
    }

    fn unknown(&self, kind: &str, given: &str) -> InitError {
        InitError::UnknownName {
            name: given.to_owned(),
            kind: kind.to_owned(),
            known: self.0.iter().map(|(name, _)| name.clone()).collect(),
        }
    }

    /// Resolves the value at a path of members, or each item of a list there.
    ///
    /// # Errors
    ///
    /// A value is neither name nor id.
    pub(super) fn resolve_at(
        &self,
        kind: &str,
        input: &mut Map<String, Value>,
        path: &[&str],
    ) -> Result<(), InitError> {
        let Some((first, rest)) = path.split_first() else {
            return Ok(());
        };
        let mut found = input.get_mut(*first);
        for name in rest {
            found = found.and_then(|found| found.get_mut(*name));
        }
        match found {
            None => Ok(()),
            Some(Value::Array(items)) => items
                .iter_mut()
                .try_for_each(|item| self.resolve(kind, item)),
            Some(value) => self.resolve(kind, value),
        }
    }
}
