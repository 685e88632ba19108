//! The rows of generated specifications in the outlines from which they are made.

use b2bi_local_x12::{Outline, Version, guides, sets};

use super::generated_specification;
use crate::context::Origin;
use crate::schema::Value;
use crate::spec::Specification;
use crate::table::{Table, TableReader};

/// Reads the specification, and counts tables without rows for the outline's own file.
fn check(outline: &Outline) {
    let text = generated_specification(outline);
    let name = format!("{} {}", outline.set, outline.group_version);
    let tables =
        Specification::read(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    let x12 = outline.to_x12();
    for table in tables {
        let shown = format!("{name}, table {}", table.name());
        let mut rows = 0;
        let count = |_: &[Value<'_>]| rows += 1;
        let kind = Table::Typed(table.into());
        let mut reader = TableReader::new(&kind, "f", Origin::default(), count);
        reader.push(x12.as_bytes());
        let (_, report) = reader.finish();
        assert!(rows > 0, "{shown} has no row\n{text}\n{x12}");
        assert!(
            report.values.is_empty(),
            "{shown}: {:?}\n{text}",
            report.values
        );
    }
}

#[test]
fn each_loop_of_a_guide_gives_rows() {
    for (set, guide) in guides() {
        check(&Outline::new(Version::V5010, set, Some(guide)).unwrap());
    }
}

#[test]
fn each_loop_of_a_set_gives_rows() {
    for version in [Version::V4010, Version::V5010] {
        // Every fifth of them, and the most common ones.
        let used = ["810", "850", "855", "856", "837", "835", "214", "204"];
        let some = sets(version).enumerate().filter(|(at, _)| at % 5 == 0);
        for set in some.map(|(_, set)| set).chain(used) {
            check(&Outline::new(version, set, None).unwrap());
        }
    }
}

#[test]
fn columns_have_the_types_of_the_tables() {
    let outline = Outline::new(Version::V5010, "810", None).unwrap();
    let text = generated_specification(&outline);
    for line in [
        "row = \"ST\"",
        "big_01 = \"BIG-01 date\"",
        "big_02 = \"BIG-02\"",
        "tds_01 = \"TDS-01 implied(2)\"",
        "it1_04 = \"IT1-04 decimal(6)\"",
    ] {
        let found = text.lines().any(|found| found.starts_with(line));
        assert!(found, "{line} is not in\n{text}");
    }
}
