//! `b2bi-local inspect`: a file on the bench of the console, served from memory on a free port.

use std::io::IsTerminal as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{self, Stdio};

use clap::{Arg, ArgAction, ArgMatches, Command};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::CommandError;
use super::{Outcome, input, print};
use crate::config::Config;
use crate::serve::{Server, either, input_end, stop_signal};
use crate::worker;

/// The bucket that contains the file.
const BUCKET: &str = "inspect";
/// The programs that open an address.
const OPENERS: &[&str] = if cfg!(target_os = "macos") {
    &["open"]
} else {
    &["xdg-open", "wslview"]
};

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Open a file on the bench of the console in a browser, until Ctrl-C")
        .arg(input::argument())
        .arg(
            Arg::new("no-browser")
                .long("no-browser")
                .action(ArgAction::SetTrue)
                .help("Print the address, but do not open a browser"),
        )
        .arg(
            Arg::new("stop-with-input")
                .long("stop-with-input")
                .action(ArgAction::SetTrue)
                .help("Stop when standard input ends"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let name = input::name(matches);
    let bytes = input::bytes(name)?;
    let mut config = Config::defaults().map_err(|error| error.to_string())?;
    config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.worker = worker::this_program();
    let account = config.accounts.default_account.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the runtime: {error}"))?;
    runtime.block_on(async {
        let server = Server::bind(config).await;
        let server = server.map_err(|error| error.to_string())?;
        let stop = stop_signal().map_err(|error| format!("cannot catch signals: {error}"))?;
        let key = key(name);
        let control = server.control();
        let written = control.put_object(&account, BUCKET, &key, bytes.into());
        let refused = |error| format!("cannot store {}: {error}", input::shown(name));
        written.await.map_err(refused)?;
        let address = page(server.address(), &key);
        print(format!("{address}\n").as_bytes())?;
        if !matches.get_flag("no-browser") && std::io::stdout().is_terminal() {
            open(&address);
        }
        if matches.get_flag("stop-with-input") {
            server.until(either(stop, input_end())).await;
        } else {
            server.until(stop).await;
        }
        Ok(Outcome::Fine)
    })
}

/// The key of a file: its name without its folders.
fn key(name: &str) -> String {
    let file = Path::new(name).file_name();
    let file = file.map(|file| file.to_string_lossy().into_owned());
    file.filter(|file| file != "-")
        .unwrap_or_else(|| "input".to_owned())
}

/// The address of the bench with an object on it.
fn page(address: SocketAddr, key: &str) -> String {
    let key = utf8_percent_encode(key, NON_ALPHANUMERIC);
    format!("http://{address}/_b2bi/console/#/bench/s3/{BUCKET}/{key}")
}

/// Opens an address with a program, if there is one; the address is printed in any case.
fn open(address: &str) {
    for opener in OPENERS {
        let mut command = process::Command::new(opener);
        command
            .arg(address)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if command.stderr(Stdio::null()).spawn().is_ok() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{key, page};

    #[test]
    fn the_address_names_the_file() {
        let address = "127.0.0.1:80".parse().unwrap();
        for (name, expected) in [
            ("order.edi", "order%2Eedi"),
            ("in/a b#?.edi", "a%20b%23%3F%2Eedi"),
            ("-", "input"),
            ("..", "input"),
            ("", "input"),
        ] {
            let expected =
                format!("http://127.0.0.1:80/_b2bi/console/#/bench/s3/inspect/{expected}");
            assert_eq!(page(address, &key(name)), expected, "{name}");
        }
    }
}
