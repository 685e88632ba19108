//! The page on settings has the table of settings.

use std::fs;

use super::{SETTINGS, Setting};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
/// Set to anything, it has the test write the table instead of comparing it.
const UPDATE: &str = "B2BI_LOCAL_UPDATE_DOCS";
const HEAD: &str = "| setting | value | default | what it is for |\n| --- | --- | --- | --- |\n";

fn row(setting: &Setting) -> String {
    let default = match setting.default {
        "" => String::new(),
        default => format!("`{}`", default.replace('|', "\\|")),
    };
    let value = setting.value.replace('|', "\\|");
    format!(
        "| `{}` | `{value}` | {default} | {} |\n",
        setting.key,
        setting.help.replace('|', "\\|")
    )
}

#[test]
fn the_page_on_settings_has_every_setting() {
    let table: String = SETTINGS.iter().map(row).collect();
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(HEAD).unwrap();
    let end = rest.find("\n\n").map_or(rest.len(), |find| find + 1);
    let (found, after) = rest.split_at(end);
    if std::env::var_os(UPDATE).is_some() {
        fs::write(PAGE, [before, HEAD, &table, after].concat()).unwrap();
    } else {
        assert_eq!(
            found, table,
            "write it with {UPDATE}=1 cargo test -p b2bi-local-server the_page_on_settings"
        );
    }
}
