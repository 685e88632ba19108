//! Compresses the files of `dist/` and writes the table of them.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

const TYPES: &[(&str, &str)] = &[
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
];

fn main() -> io::Result<()> {
    let from = PathBuf::from("dist");
    println!("cargo::rerun-if-changed=dist");
    let to = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let mut table = String::from("const FILES: &[File] = &[\n");
    for path in files(&from)? {
        table += &entry(&from, &path, &to)?;
    }
    table.push_str("];\n");
    fs::write(to.join("files.rs"), table)
}

/// The files of a folder and those below it, in order.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Compresses a file, and returns its row of the table.
fn entry(from: &Path, path: &Path, to: &Path) -> io::Result<String> {
    let name = path.strip_prefix(from).map_err(io::Error::other)?;
    let name = name.to_string_lossy().replace('\\', "/");
    let extension = name.rsplit('.').next().unwrap_or_default();
    let media_type = TYPES.iter().find(|(of, _)| *of == extension);
    let (_, media_type) =
        media_type.ok_or_else(|| io::Error::other(format!("dist/{name}: unknown type")))?;
    let bytes = fs::read(path)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    let packed = to.join(format!("{}.gz", name.replace('/', "-")));
    fs::write(&packed, encoder.finish()?)?;
    let packed = packed.to_string_lossy();
    let mut sum = flate2::Crc::new();
    sum.update(&bytes);
    let etag = format!("\"{:08x}-{:x}\"", sum.sum(), bytes.len());
    let mut row = String::new();
    let _ = writeln!(
        row,
        "    File {{ path: {name:?}, media_type: {media_type:?}, etag: {etag:?}, gzip: include_bytes!({packed:?}) }},"
    );
    Ok(row)
}
