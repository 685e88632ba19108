//! Files of `--init`, JSON and YAML: a server starts with them, or says why it does not.
//!
//! JSON begins with `{`; anything else is YAML, or where it is not UTF-8 changes of a good file.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use b2bi_local_fuzz::edit::document;
use b2bi_local_fuzz::server::config;
use b2bi_local_server::{Config, Server};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static BASES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![serde_json::from_str(include_str!("../bases/init.json")).expect("the base is JSON")]
});
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("b2bi-local-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
});

fuzz_target!(|input: &[u8]| {
    let text = match str::from_utf8(input) {
        Ok(text) if !text.starts_with('!') => text.to_owned(),
        _ => document(&BASES, input).to_string(),
    };
    // A path to anywhere would read this machine's files.
    let names_a_file = ["folder", "file", "\\"].iter().any(|part| text.contains(part));
    if names_a_file && (text.contains('/') || text.contains("..")) {
        return;
    }
    let (name, other) = if text.starts_with('{') { ("a.json", "a.yaml") } else { ("a.yaml", "a.json") };
    let _ = std::fs::remove_file(FOLDER.join(other));
    std::fs::write(FOLDER.join(name), &text).expect("the file can be written");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let config = || Config { init: Some(FOLDER.clone()), ..config() };
        if let Err(error) = Server::bind(config()).await {
            let error = error.to_string();
            assert!(error.starts_with("--init "), "{error}: {text}");
        }
    });
});
