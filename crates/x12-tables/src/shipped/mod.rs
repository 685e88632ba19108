//! The specifications that are part of the program, and the names of tables.

use std::sync::Arc;

use crate::spec::{Specification, SpecificationError};
use crate::table::Table;

/// The specifications, by the name before the dot of a table's name such as `835.claims`.
const SHIPPED: &[(&str, &str)] = &[
    ("270", include_str!("../../specs/270.toml")),
    ("271", include_str!("../../specs/271.toml")),
    ("276", include_str!("../../specs/276.toml")),
    ("277", include_str!("../../specs/277.toml")),
    ("810", include_str!("../../specs/810.toml")),
    ("820", include_str!("../../specs/820.toml")),
    ("834", include_str!("../../specs/834.toml")),
    ("835", include_str!("../../specs/835.toml")),
    ("837d", include_str!("../../specs/837d.toml")),
    ("837i", include_str!("../../specs/837i.toml")),
    ("837p", include_str!("../../specs/837p.toml")),
    ("850", include_str!("../../specs/850.toml")),
    ("855", include_str!("../../specs/855.toml")),
    ("856", include_str!("../../specs/856.toml")),
    ("997", include_str!("../../specs/997.toml")),
    ("999", include_str!("../../specs/999.toml")),
];

/// The tables that need no specification.
const PLAIN: [&str; 4] = ["segments", "elements", "problems", "documents"];

/// The names of all tables that are part of the program, such as `segments` and `835.claims`.
#[must_use]
pub fn table_names() -> Vec<String> {
    let mut names = PLAIN.map(str::to_owned).to_vec();
    for (family, _) in SHIPPED {
        let tables = shipped(family).unwrap_or_default();
        names.extend(
            tables
                .iter()
                .map(|table| format!("{family}.{}", table.name())),
        );
    }
    names
}

/// The text of the shipped specification of this name, such as `835`, to begin one of your own with.
#[must_use]
pub fn shipped_specification(name: &str) -> Option<&'static str> {
    let found = SHIPPED.iter().find(|(family, _)| *family == name);
    found.map(|(_, text)| *text)
}

/// The names of the shipped specifications, such as `835`.
pub fn specification_names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

fn shipped(family: &str) -> Option<Vec<Specification>> {
    Specification::read(shipped_specification(family)?).ok()
}

impl Table {
    /// The table of a name: `segments`, `elements`, `problems`, `documents`, or one of a shipped
    /// specification, such as `835.claims`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "segments" => Some(Self::Segments),
            "elements" => Some(Self::Elements),
            "problems" => Some(Self::Problems(Vec::new())),
            "documents" => Some(Self::Documents),
            _ => {
                let (family, table) = name.split_once('.')?;
                let tables = shipped(family)?;
                let found = tables.into_iter().find(|found| found.name() == table)?;
                Some(Self::Typed(Arc::new(found)))
            }
        }
    }

    /// The table of a specification: the one of a name, or the only one.
    ///
    /// # Errors
    ///
    /// The specification cannot be used, or has no such table.
    pub fn of_specification(text: &str, name: Option<&str>) -> Result<Self, SpecificationError> {
        let mut tables = Specification::read(text)?;
        let names: Vec<String> = tables.iter().map(|table| table.name().to_owned()).collect();
        let wanted = |table: &Specification| name.is_none_or(|name| table.name() == name);
        let is_clear = name.is_some() || tables.len() == 1;
        match tables.iter().position(wanted).filter(|_| is_clear) {
            Some(at) => Ok(Self::Typed(Arc::new(tables.swap_remove(at)))),
            None => Err(SpecificationError::choice(name, &names)),
        }
    }

    /// The table of the problems of a file, with the values that do not fit this table.
    #[must_use]
    pub fn with_its_problems(self) -> Self {
        match self {
            Self::Typed(specification) => Self::Problems(vec![specification]),
            other => other,
        }
    }
}

#[cfg(test)]
mod reach;
#[cfg(test)]
mod tests {
    use super::{PLAIN, SHIPPED, Table, shipped, table_names};
    use crate::spec::Specification;

    #[test]
    fn shipped_specifications_can_be_read() {
        for (family, text) in SHIPPED {
            if let Err(error) = Specification::read(text) {
                panic!("{family}.toml, {error}");
            }
            assert!(shipped(family).is_some_and(|tables| !tables.is_empty()));
        }
    }

    #[test]
    fn each_name_has_a_table() {
        let names = table_names();
        assert!(names.len() > PLAIN.len());
        for name in names {
            assert!(Table::named(&name).is_some(), "{name}");
        }
        for name in ["", "835", "835.", "claims", "999.nothing", "835.claims.x"] {
            assert!(Table::named(name).is_none(), "{name}");
        }
    }
}
