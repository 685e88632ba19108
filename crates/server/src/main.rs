//! The `b2bi-local` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    b2bi_local_server::cli::run(std::env::args_os())
}
