//! The files of the web console, compressed into the binary.

use std::io::{self, Read as _};

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The page that a browser opens.
pub const INDEX: &str = "index.html";

/// The headers that every file is sent with. No script or style outside the files runs, and the page
/// talks to its own server only.
pub const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("vary", "accept-encoding"),
];

/// One file of the console.
#[derive(Debug)]
pub struct File {
    /// The path below the console's own.
    pub path: &'static str,
    /// The value of `Content-Type`.
    pub media_type: &'static str,
    /// The value of `ETag`.
    pub etag: &'static str,
    /// The content, compressed.
    pub gzip: &'static [u8],
}

/// The file at a path; `None` if there is no such file.
#[must_use]
pub fn file(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

impl File {
    /// Whether the name changes with the content, so that clients may cache the file forever.
    #[must_use]
    pub fn is_immutable(&self) -> bool {
        self.path.starts_with("assets/")
    }

    /// The content, for clients that do not take gzip.
    ///
    /// # Errors
    ///
    /// The compressed content is damaged.
    pub fn plain(&self) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(self.gzip).read_to_end(&mut plain)?;
        Ok(plain)
    }
}

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::{FILES, INDEX, file};

    /// The size of all files together, compressed.
    const ALL: usize = 300_000;
    /// The size of what the first view loads, compressed.
    const FIRST: usize = 40_000;

    #[test]
    fn the_files_are_within_their_budget() {
        let all: usize = FILES.iter().map(|file| file.gzip.len()).sum();
        assert!(all <= ALL, "{all} bytes");
        let index = file(INDEX).unwrap();
        let page = String::from_utf8(index.plain().unwrap()).unwrap();
        let loaded = |path: &&str| page.contains(&format!("/{path}\""));
        let named: Vec<&str> = FILES.iter().map(|file| file.path).filter(loaded).collect();
        assert!(named.len() >= 2, "{named:?}");
        let first: usize = named
            .iter()
            .filter_map(|path| Some(file(path)?.gzip.len()))
            .sum();
        assert!(
            index.gzip.len() + first <= FIRST,
            "{first} bytes: {named:?}"
        );
    }

    #[test]
    fn the_page_has_no_script_or_style_of_its_own() {
        let page = String::from_utf8(file(INDEX).unwrap().plain().unwrap()).unwrap();
        for forbidden in [
            "<style",
            "style=",
            " on",
            "javascript:",
            "http://",
            "https://",
        ] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        for script in page.split("<script").skip(1) {
            let (attributes, text) = script.split_once('>').unwrap();
            assert!(attributes.contains(" src=\"/_b2bi/console/assets/"));
            assert!(text.starts_with("</script>"));
        }
    }

    #[test]
    fn every_file_unpacks_to_what_was_built() {
        for file in FILES {
            let built = format!("{}/dist/{}", env!("CARGO_MANIFEST_DIR"), file.path);
            assert_eq!(file.plain().unwrap(), std::fs::read(built).unwrap());
        }
        assert!(file("assets/../index.html").is_none());
    }
}
