//! The command line: the server's command, and one file for each command that works on files.

mod ack;
mod browse;
mod choice;
mod color;
mod command;
mod compare;
mod convert;
mod document;
mod envelope;
mod error;
mod excerpt;
mod folder;
mod generate;
mod headers;
mod input;
mod inspect;
mod junit;
mod lint;
mod map;
mod parallel;
mod parse;
mod problems;
mod record;
mod recording_file;
mod report;
mod rows;
mod rules;
mod selection;
mod sets;
mod specification;
mod split;
mod split_files;
mod template;
mod validate;
mod watch;

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _, stdout};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use self::command::{Outcome, complain, print, print_error};
use self::error::CommandError;
pub(crate) use self::inspect::{
    InspectOptions, Inspected, Pane, SampleSize, inspect, outline, sample, sets,
};
pub(crate) use self::selection::{SelectionError, selection_of};
use crate::config::Config;
use crate::serve::{Server, either, input_end, stop_signal};
use crate::settings::{arguments, resolve, unknown_variables};
use crate::{allocator, health, log, worker};

/// Runs the command with these arguments, the first of which is the program's name.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    // Before anything else: the parent process waits for the worker.
    if let Some(status) = worker::run(args.get(1..).unwrap_or_default()) {
        return status;
    }
    let matches = match command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    if let Some((name, matches)) = matches.subcommand()
        && let Some(status) = command::run(name, matches)
    {
        return status;
    }
    match dispatch(&matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&error);
            ExitCode::FAILURE
        }
    }
}

/// The text of `--help` below the options.
const AFTER_HELP: &str = "\
A setting comes from the command line, else from its environment variable (B2BI_LOCAL_ and the name of the option,
as in [env: ...]), else from the file of --config, else from its default. Other variables:
  B2BI_LOCAL_XSLT_COMMAND  read by map, watch and generate too
  B2BI_LOCAL_ENDPOINT      read by the Python package: use this server and start none
  B2BI_LOCAL_ADMIN_TOKEN   read by the Python package too: the token of that server
  B2BI_LOCAL_BIN           read by the Python package: the program to start
  NO_COLOR                 any value turns colours off

Exit status of the commands for files: 0 nothing is wrong, 1 problems in X12 or a difference, 2 the command
failed. Other commands exit with 1 when they fail.";

fn command() -> Command {
    Command::new("b2bi-local")
        .version(env!("CARGO_PKG_VERSION"))
        .about("AWS B2B Data Interchange on your own machine")
        .after_help(AFTER_HELP)
        .args_conflicts_with_subcommands(true)
        .args(options())
        .subcommand(
            Command::new("serve")
                .about("Serve the API and the embedded S3 (the default)")
                .args(options()),
        )
        .subcommand(
            Command::new("health")
                .about("Exit with 0 if a server answers on --listen")
                .args(options()),
        )
        .subcommands(command::commands())
}

/// The settings, and the two options about them.
fn options() -> Vec<Arg> {
    let mut options = vec![
        Arg::new("config")
            .long("config")
            .env("B2BI_LOCAL_CONFIG")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("TOML file with settings and fault rules"),
        Arg::new("print-config")
            .long("print-config")
            .action(ArgAction::SetTrue)
            .help("Print the effective settings and where each comes from, then exit"),
    ];
    options.extend(arguments());
    options
}

fn dispatch(matches: &ArgMatches) -> Result<(), CommandError> {
    let (name, matches) = matches.subcommand().unwrap_or(("serve", matches));
    let file = matches.get_one::<PathBuf>("config").map(PathBuf::as_path);
    let settings = resolve(Some(matches), file).map_err(CommandError::other)?;
    let mut config = Config::from_settings(&settings).map_err(CommandError::other)?;
    config.worker = worker::this_program();
    if matches.get_flag("print-config") {
        return say(&settings.to_string());
    }
    match name {
        "health" => health::check(config.listen).map_err(CommandError::other),
        _ => serve(config, settings.former_names()),
    }
}

/// The number of threads for long computations and for the disk: one for each running job, and some
/// for requests. Further work waits; the maximum keeps the machine usable.
fn blocking_threads(jobs: usize) -> usize {
    const FOR_REQUESTS: usize = 64;
    const MOST: usize = 1024;
    jobs.saturating_add(FOR_REQUESTS).min(MOST)
}

fn serve(config: Config, former: &[(String, &str)]) -> Result<(), CommandError> {
    allocator::apply_settings();
    log::start(&config);
    warn_of_unknown_variables();
    warn_of_former_names(former);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(blocking_threads(config.b2bi.job_concurrency))
        .build()
        .map_err(|error| CommandError::context("cannot start the runtime", error))?;
    runtime.block_on(async {
        let stop_with_input = config.stop_with_input;
        let server = Server::bind(config).await.map_err(CommandError::other)?;
        // A client that has read that the server is ready may stop it immediately.
        let stop =
            stop_signal().map_err(|error| CommandError::context("cannot catch signals", error))?;
        say(&welcome(server.address()))?;
        if stop_with_input {
            server.until(either(stop, input_end())).await;
        } else {
            server.until(stop).await;
        }
        Ok(())
    })
}

fn warn_of_unknown_variables() {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for (variable, nearest) in unknown_variables(names) {
        tracing::warn!(
            variable,
            nearest,
            "an environment variable does not name a setting"
        );
    }
}

fn warn_of_former_names(names: &[(String, &str)]) {
    for (former, now) in names {
        tracing::warn!(
            former,
            now,
            "a setting has a new name; the former one still works"
        );
    }
}

/// The line that scripts wait for, and on a terminal what a person can copy.
fn welcome(address: SocketAddr) -> String {
    let ready = format!("ready http://{address}\n");
    if !stdout().is_terminal() {
        return ready;
    }
    ready
        + &format!(
            r#"
boto3:  boto3.client("b2bi", endpoint_url="http://{address}", region_name="us-east-1",
                     aws_access_key_id="test", aws_secret_access_key="test")
shell:  export AWS_ENDPOINT_URL=http://{address} AWS_REGION=us-east-1 \
               AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
        aws b2bi list-profiles
        aws s3 mb s3://my-bucket
"#
        )
}

/// Prints; a closed pipe ends the output.
fn say(text: &str) -> Result<(), CommandError> {
    match print(text.as_bytes()) {
        Ok(()) | Err(CommandError::OutputClosed) => Ok(()),
        error => error,
    }
}

fn say_error(error: &CommandError) {
    let _ = writeln!(std::io::stderr().lock(), "b2bi-local: {error}");
}
