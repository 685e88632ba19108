//! Values for display, without secrets.

use super::Setting;

/// The text that replaces a secret.
const MASK: &str = "***";

/// How long a part of a path is that may be a token.
const TOKEN_LENGTH: usize = 20;

/// The settings that are addresses, which may have a secret in them.
const ADDRESSES: [&str; 7] = [
    "events-webhook",
    "events-eventbridge",
    "logs-endpoint",
    "s3-endpoint",
    "s3-notifications-endpoint",
    "upstream",
    "upstream-b2bi",
];

/// A value in a form that may be shown.
pub(super) fn showable(setting: &Setting, value: &str) -> String {
    match setting.key {
        _ if value.is_empty() => String::new(),
        "credentials" | "sink-credentials" => each(value, masked),
        "admin-token" | "s3-secret-access-key" => MASK.to_owned(),
        key if ADDRESSES.contains(&key) => each(value, without_secrets),
        _ => value.to_owned(),
    }
}

/// An address without what may be a secret in it: its query, the user before its host, and long parts
/// of its path, which are the tokens of many webhooks.
pub(crate) fn without_secrets(url: &str) -> String {
    let (address, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let host = address.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = address.split_at(host);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let query = if query.is_empty() { "" } else { "?***" };
    let part = |item| {
        if str::len(item) < TOKEN_LENGTH {
            item
        } else {
            MASK
        }
    };
    let path = path.split('/').map(part).collect::<Vec<_>>().join("/");
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}{MASK}@{host}{path}{query}"),
        None => format!("{scheme}{authority}{path}{query}"),
    }
}

/// A key without its secret; without a colon, all of it may be the secret.
fn masked(credential: &str) -> String {
    match credential.split_once(':') {
        Some((key, _)) => format!("{key}:{MASK}"),
        None => MASK.to_owned(),
    }
}

/// A list, each item of which is shown in its own form.
pub(super) fn each(list: &str, show: impl Fn(&str) -> String) -> String {
    list.split(',').map(show).collect::<Vec<_>>().join(",")
}
