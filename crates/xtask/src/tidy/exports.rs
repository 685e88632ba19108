//! Checks that items are public only if they are used outside of their crate.
//!
//! The check compares words, not types. It finds a function or a constant of a module that no file
//! of another crate, test or page names together with its crate, and a method or an associated
//! function that no such crate calls by its name. It cannot distinguish a method from another one
//! with the same name, such as `new`, and it ignores types and macros.

use std::collections::BTreeSet;

use super::File;

/// Crates whose public items are for users, or are not checked.
const EXEMPT: &[&str] = &["testkit", "xtask", "fuzz"];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let is_text = |file: &&File| file.path.ends_with(".rs") || file.path.ends_with(".md");
    let users: Vec<User<'_>> = files.iter().filter(is_text).map(User::of).collect();
    let mut problems = Vec::new();
    for (krate, file) in files.iter().filter_map(with_crate) {
        let outside = Outside::of(krate, &users);
        for item in public(&file.text) {
            let name = alias(files, krate, item.name).unwrap_or(item.name);
            if !outside.uses(name, item.is_method) {
                let (path, name) = (&file.path, item.name);
                problems.push(format!("{path}: {name} is public and used only in {krate}"));
            }
        }
    }
    problems
}

/// A file whose public items are checked, with its crate.
fn with_crate(file: &File) -> Option<(&str, &File)> {
    let krate = file.source_of()?;
    let is_checked = !file.is_generated() && !EXEMPT.contains(&krate);
    is_checked.then_some((krate, file))
}

/// A file that may use items of crates.
struct User<'a> {
    path: &'a str,
    /// Its folder in `crates/`, or the file itself elsewhere.
    package: &'a str,
    words: BTreeSet<&'a str>,
    /// The words after a dot or two colons.
    members: BTreeSet<&'a str>,
}

impl<'a> User<'a> {
    fn of(file: &'a File) -> Self {
        let path = file.path.as_str();
        let in_crates = path.strip_prefix("crates/");
        let folder = in_crates.and_then(|rest| rest.split('/').next());
        Self {
            path,
            package: folder.unwrap_or(path),
            words: words(&file.text).collect(),
            members: members(&file.text).collect(),
        }
    }
}

/// The files outside of a crate's sources that can use it.
struct Outside<'a> {
    /// The files that name the crate.
    naming: Vec<&'a User<'a>>,
    /// All files of the packages in which a file names it: they may call methods of its values.
    calling: Vec<&'a User<'a>>,
}

impl<'a> Outside<'a> {
    fn of(krate: &str, users: &'a [User<'a>]) -> Self {
        let sources = format!("crates/{krate}/src/");
        let library = format!("b2bi_local_{}", krate.replace('-', "_"));
        let outside = || users.iter().filter(|user| !user.path.starts_with(&sources));
        let naming: Vec<&User<'_>> = outside()
            .filter(|user| user.words.contains(library.as_str()))
            .collect();
        let packages: BTreeSet<&str> = naming.iter().map(|user| user.package).collect();
        let calling = outside().filter(|user| packages.contains(user.package));
        Self {
            calling: calling.collect(),
            naming,
        }
    }

    fn uses(&self, name: &str, is_method: bool) -> bool {
        if is_method {
            self.calling.iter().any(|user| user.members.contains(name))
        } else {
            self.naming.iter().any(|user| user.words.contains(name))
        }
    }
}

/// A public function or constant.
struct Item<'a> {
    name: &'a str,
    /// Whether it is in an `impl`: the code is formatted, so it is indented.
    is_method: bool,
}

fn public(text: &str) -> impl Iterator<Item = Item<'_>> {
    text.lines().filter_map(|line| {
        let mut rest = line.trim_start().strip_prefix("pub ")?;
        let is_constant = ["const ", "static "]
            .iter()
            .any(|kind| rest.starts_with(kind));
        for word in ["const ", "static ", "async ", "unsafe "] {
            rest = rest.strip_prefix(word).unwrap_or(rest);
        }
        let name = match rest.strip_prefix("fn ") {
            Some(function) => words(function).next(),
            None => is_constant.then(|| words(rest).next()).flatten(),
        };
        let is_method = line.starts_with(' ');
        name.map(|name| Item { name, is_method })
    })
}

/// The name under which the root of a crate exports an item, if it is another one.
fn alias<'a>(files: &'a [File], krate: &str, name: &str) -> Option<&'a str> {
    let root = format!("crates/{krate}/src/lib.rs");
    let root = files.iter().find(|file| file.path == root)?;
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let renaming = format!("{name} as ");
    root.text.lines().filter(is_code).find_map(|line| {
        let (before, after) = line.split_once(&renaming)?;
        let is_whole = before.ends_with([' ', '{', ':']) || before.is_empty();
        is_whole.then(|| words(after).next()).flatten()
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
}

/// The words before a dot or two colons.
fn members(text: &str) -> impl Iterator<Item = &str> {
    let after = |separator| text.split(separator).skip(1);
    let rests = after(".").chain(after("::"));
    rests.filter_map(|rest| {
        let is_name = rest.starts_with(|c: char| c.is_alphabetic() || c == '_');
        is_name.then(|| words(rest).next()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::File;

    #[test]
    fn items_that_nothing_outside_uses_are_found() {
        let check = |source: &str, root: &str, other: &str, expected: &[&str]| {
            let file = |path: &str, text: &str| File {
                path: path.to_owned(),
                text: text.to_owned(),
            };
            let files = [
                file("crates/a/src/b.rs", source),
                file("crates/a/src/lib.rs", root),
                file("crates/c/src/lib.rs", other),
            ];
            assert_eq!(check(&files), expected, "{source}");
        };
        let lost = "crates/a/src/b.rs: f is public and used only in a";
        let used = "b2bi_local_a::f()";
        check("pub fn f() {}", "pub use b::f;", used, &[]);
        check(
            "pub fn f() {}",
            "pub use b::f;",
            "b2bi_local_a::ff()",
            &[lost],
        );
        check("pub fn f() {}", "pub use b::f;", "c::f()", &[lost]);
        check("    pub async fn f(&self) {}", "", "", &[lost]);
        check(
            "    pub fn f(&self) {}",
            "",
            "use b2bi_local_a::T; t.f()",
            &[],
        );
        check("    pub fn f() {}", "", "use b2bi_local_a::T; T::f()", &[]);
        check(
            "    pub fn f() {}",
            "",
            "use b2bi_local_a::T; let f = 1;",
            &[lost],
        );
        check("    pub fn f() {}", "", "t.f()", &[lost]);
        check("pub const f: u8 = 1;", "", "", &[lost]);
        check("pub const fn f() {}", "", used, &[]);
        let renamed = "use b2bi_local_a::g";
        check("pub fn f() {}", "pub use b::{e, f as g};", renamed, &[]);
        check("pub fn f() {}", "//! A f as g.\npub use b::f;", used, &[]);
        check("pub(crate) fn f() {}\npub struct S;", "", "", &[]);
    }
}
