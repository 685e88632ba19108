//! The repository that the tasks work on, and the programs that they call.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

/// The folder with the workspace's `Cargo.toml`.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The output of a program; if it failed, an error with the program's own text.
pub fn output_of(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .with_context(|| format!("cannot run {program}"))?;
    if !output.status.success() {
        bail!(
            "{program} {} failed:\n{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("{program} printed no text"))
}

/// The text as `rustfmt` lays it out.
pub fn rustfmt(source: &str) -> anyhow::Result<String> {
    const FAILED: &str = "cannot run rustfmt";
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context(FAILED)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(source.as_bytes()).context(FAILED)?;
    }
    let output = child.wait_with_output().context(FAILED)?;
    if !output.status.success() {
        bail!("rustfmt refused the generated code");
    }
    String::from_utf8(output.stdout).context("rustfmt printed no text")
}
