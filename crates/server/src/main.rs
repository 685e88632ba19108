//! The `b2bi-local` command.

use std::process::ExitCode;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    b2bi_local_server::cli::run(std::env::args_os())
}
