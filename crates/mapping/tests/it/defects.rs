//! Defects of the library jsonata-core 2.2.13: the smallest templates that make it panic, with the
//! results of jsonata-js 2.2.2. They are to be reported, and show when a release fixes one.
//!
//! A panic is caught and becomes a problem with its position. Templates that use unlimited time or
//! memory are in the tests of the crate sandbox, which limits both.

use b2bi_local_mapping::{Cause, Engine as _, Jsonata, Limits, Position, Run};

/// Template, input, the result of jsonata-js 2.2.2, and the place in the library.
const PANICS: [(&str, &str, &str, &str); 4] = [
    (
        "$fromMillis(1,\"[é]\")",
        "null",
        "D3132: Unknown component specifier \"é\" in date/time picture string",
        "datetime.rs: a marker is cut after its first byte, which is inside of a letter",
    ),
    (
        "$toMillis(\"12\",\"[é]\")",
        "null",
        "D3132: Unknown component specifier \"é\" in date/time picture string",
        "datetime.rs: as above",
    ),
    (
        "$fromMillis(1,\"[Y,1000000000]\")",
        "null",
        "RangeError: Invalid string length",
        "datetime.rs: 10 to the power of the width does not fit in 64 bits",
    ),
    (
        "$fromMillis(1,\"[Y,*-9999999999]\")",
        "null",
        "RangeError: Invalid array length",
        "datetime.rs: as above",
    ),
];

#[test]
fn a_panic_is_a_problem_with_its_place() {
    for (template, input, javascript, place) in PANICS {
        let evaluated = Jsonata
            .compile(&format!("1 +\n {template}"))
            .and_then(|item| item.evaluate(input, &Run::new(0, 1, Limits::standard())));
        let found = evaluated.unwrap_err();
        let wanted = Position {
            line: 2,
            column: Some(2),
        };
        assert_eq!(found.position, Some(wanted), "{template}: {found}");
        assert_eq!(found.cause, Cause::Evaluation, "{template}: {found}");
        let expected = "The template reaches a defect of the JSONata engine, which panicked";
        assert_eq!(
            found.reason, expected,
            "{template}, in JavaScript {javascript}; {place}"
        );
    }
}
