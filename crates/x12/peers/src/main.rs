//! Generated 20 MB files through this crate and through the crates `edi` and `x12-types`, in one run.
//!
//! The three do different work. `edi` splits into segments and checks the envelope; it knows no
//! loops, and its JSON is a list of segments. `x12-types` builds typed structures of loops from a
//! whole text. This crate finds the loops by the standard's table, writes the document, and
//! validates.

#[path = "../../benches/files/mod.rs"]
mod files;

use std::fmt::Display;

use b2bi_local_x12::{Layout, Strictness, validate};
use files::{floor, purchase_orders, remittances, report, streamed};
use x12_types::util::Parser;
use x12_types::v005010::{_835, _850, Transmission};

/// Fewer than in the main benchmark, because some of these are slow.
const ROUNDS: usize = 3;

/// Reads the whole text into typed structures with `x12-types`.
macro_rules! typed {
    ($set:ty) => {
        |text: &str| {
            let (rest, transmission) =
                Transmission::<$set>::parse(text).expect("x12-types reads the file");
            assert_eq!(rest.trim(), "", "x12-types reads the file to its end");
            transmission.functional_group.len()
        }
    };
}

fn main() {
    let (orders, remittances) = (purchase_orders(), remittances());
    compare("850", &orders, typed!(_850));
    compare("835", &remittances, typed!(_835));
}

fn compare(name: &str, input: &[u8], typed: impl Fn(&str) -> usize) {
    let text = std::str::from_utf8(input).expect("generated files are ASCII");
    let show = |what: &str, run: &dyn Fn() -> usize| report(ROUNDS, name, what, input.len(), run);
    show("split and print, flat", &|| floor(input));
    show("b2bi-local: JSON in loops", &|| {
        streamed(input, Layout::Compact)
    });
    show("b2bi-local: validation", &|| {
        usize::try_from(validate(input, Strictness::Attested, None).0.total()).unwrap_or(0)
    });
    show("edi: parse", &|| known(edi::parse(text)).interchanges.len());
    show("edi: parse to JSON", &|| {
        known(serde_json::to_string(&known(edi::parse(text)))).len()
    });
    show("x12-types: parse", &|| typed(text));
}

fn known<T, E: Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("a peer cannot read the file: {error}"))
}
