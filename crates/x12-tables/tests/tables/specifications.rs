//! Specifications that cannot be used.

use b2bi_local_x12_tables::Specification;

/// The problem of a specification, and its line.
fn refused(text: &str, line: usize, part: &str) {
    match Specification::read(text) {
        Ok(_) => panic!("{text} was taken"),
        Err(error) => {
            assert_eq!(error.line(), line, "{text}: {error}");
            assert!(error.to_string().contains(part), "{text}: {error}");
        }
    }
}

#[test]
fn a_wrong_specification_is_refused_with_its_line() {
    let with = |column: &str| {
        format!("sets = [\"835\"]\n[tables.a]\nrow = \"CLP\"\n[tables.a.columns]\nb = {column}\n")
    };
    for (column, part) in [
        ("\"CLP\"", "an element is needed"),
        ("\"CLP-01 money\"", "no type"),
        ("\"CLP-100\"", "an element is needed"),
        ("\"CLP-00\"", "not the number of an element"),
        ("\"clp-01\"", "segment's identifier"),
        ("\"NM1[QC]-03\"", "no equals sign"),
        ("\"NM1[NM101=QC-03\"", "no closing bracket"),
        ("\"NM1-03/N3-01\"", "is not the last step"),
        ("\"CLP-01-02-03\"", "more than an element and a component"),
        ("\"CLP-01 segment_number\"", "only segment_number"),
        ("\"\"", "segment's identifier"),
        ("7", "must be a text"),
    ] {
        refused(&with(column), 5, part);
    }
    for (text, line, part) in [
        ("", 1, "sets is missing"),
        ("sets = []", 1, "sets is missing"),
        ("sets = \"835\"", 1, "list of texts"),
        ("sets = [\"835\"]", 1, "no [tables.NAME]"),
        ("sets = [\"835\"]\nset = 1", 2, "unknown"),
        ("sets = [\"835\"]\n[tables.a]\n", 2, "no row"),
        (
            "sets = [\"835\"]\n[tables.a]\nrow = \"CLP\"\n",
            2,
            "no columns",
        ),
        (
            "sets = [\"835\"]\n[tables.a]\nrow = \"CLP-01\"\n[tables.a.columns]\n",
            3,
            "without ^",
        ),
        ("sets = [\n\"835\"\n", 2, "array"),
        (
            "sets = [\"835\"]\n[tables.a]\nrow = \"CLP\"\neach = { first = 2, step = 0, last = 3 }\n\
             [tables.a.columns]\nb = \"CLP-01\"\n",
            4,
            "step",
        ),
        (
            "sets = [\"835\"]\n[tables.a]\nrow = \"CLP\"\n[tables.a.columns]\nfile = \"CLP-01\"\n",
            5,
            "already",
        ),
    ] {
        refused(text, line, part);
    }
}
