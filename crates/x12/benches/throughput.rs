//! How fast generated 20 MB files become documents: `cargo bench -p b2bi-local-x12`.
#![expect(clippy::print_stdout, reason = "a benchmark reports on its output")]

mod files;

use std::convert::Infallible;
use std::thread;

use b2bi_local_x12::{Layout, ParallelReader, Reader, Strictness, Validator, to_json, validate};
use files::{floor, purchase_orders, remittances, report, streamed};

const ROUNDS: usize = 7;

fn main() {
    for (name, input) in [("850", purchase_orders()), ("835", remittances())] {
        report(ROUNDS, name, "split and print, flat", input.len(), || {
            floor(&input)
        });
        report(ROUNDS, name, "compact JSON", input.len(), || {
            to_json(&input, Layout::Compact).text.len()
        });
        report(ROUNDS, name, "pretty JSON", input.len(), || {
            to_json(&input, Layout::Pretty).text.len()
        });
        for layout in [Layout::Compact, Layout::Pretty] {
            let what = format!("{layout:?}").to_lowercase() + " JSON, 64 KB pieces";
            report(ROUNDS, name, &what, input.len(), || {
                streamed(&input, layout)
            });
        }
        let valid = || validate(&input, Strictness::Inferred, None).0.total();
        assert_eq!(valid(), 0, "{name} is valid");
        report(ROUNDS, name, "validation", input.len(), || {
            usize::try_from(valid()).unwrap_or(0)
        });
        report(ROUNDS, name, "validation, all cores", input.len(), || {
            thread::scope(|scope| {
                let reader = Reader::new(Validator::new(Strictness::Inferred, None));
                let mut reader = ParallelReader::on_all_cores(scope, reader, 1 << 20);
                let look = |_: &mut Validator<'_>| Ok::<(), Infallible>(());
                let Ok(()) = reader.push(&input, look);
                let Ok((validator, _)) = reader.finish(look);
                validator.finish().problems.len()
            })
        });
    }
}
