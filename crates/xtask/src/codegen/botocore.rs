//! The pinned botocore release: the source of its model, and how to move the pin.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::repository::{output_of, root};

/// The model of B2B Data Interchange.
pub const B2BI: &str = "b2bi/2022-06-23";
/// The model of S3.
pub const S3: &str = "s3/2006-03-01";

const UNPACK: &str =
    "import gzip, sys; sys.stdout.buffer.write(gzip.open(sys.argv[1], 'rb').read())";

/// The release named in `crates/model/botocore-version`.
pub fn pinned() -> anyhow::Result<String> {
    fs::read_to_string(pin_file())
        .map(|text| text.trim().to_owned())
        .with_context(|| pin_file().display().to_string())
}

/// Pins the newest release that pip can see, and returns it.
pub fn bump() -> anyhow::Result<String> {
    let listing = output_of("python3", &["-m", "pip", "index", "versions", "botocore"])?;
    let newest = listing
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(version, _)| version.to_owned())
        .with_context(|| format!("pip named no botocore release:\n{listing}"))?;
    fs::write(pin_file(), format!("{newest}\n"))
        .with_context(|| pin_file().display().to_string())?;
    Ok(newest)
}

/// A service model of a release as JSON text, installed by pip under `target/` on first use.
pub fn service_model(version: &str, service: &str) -> anyhow::Result<String> {
    let folder = root().join(format!("target/botocore-{version}"));
    let archive = folder.join(format!("botocore/data/{service}/service-2.json.gz"));
    if !archive.exists() {
        let requirement = format!("botocore=={version}");
        let target = folder.to_string_lossy();
        let pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--target"];
        output_of("python3", &[&pip[..], &[&target, &requirement]].concat())?;
    }
    output_of("python3", &["-c", UNPACK, &archive.to_string_lossy()])
}

fn pin_file() -> PathBuf {
    root().join("crates/model/botocore-version")
}
