//! Lists an ordered map of keys like S3: prefix, delimiter, pages.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::SystemTime;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{
    CommonPrefix, EncodingType, OptionalObjectAttributes, OptionalObjectAttributesList,
};
use s3s::{S3Result, s3_error};

use super::state::Store;

/// The parameters of a list.
pub(crate) struct Query<'a> {
    /// Only keys with this prefix.
    pub(crate) prefix: &'a str,
    /// Keys that have it after the prefix are listed once, up to and including it.
    pub(crate) delimiter: Option<&'a str>,
    /// Only keys and common prefixes greater than this.
    pub(crate) after: Option<&'a str>,
    /// The maximum number of keys and common prefixes.
    pub(crate) limit: usize,
}

/// The result of a list.
#[derive(Debug)]
pub(crate) struct Page<'a, V> {
    pub(crate) items: Vec<(&'a str, &'a V)>,
    pub(crate) prefixes: Vec<&'a str>,
    /// The last key or prefix of the page, if there are more.
    pub(crate) next: Option<String>,
}

/// The maximum number of keys in a page.
const MAX_KEYS: i32 = 1000;

/// Reads the page size of a request.
///
/// # Errors
/// `InvalidArgument` for a negative one.
pub(crate) fn limit(wished: Option<i32>) -> S3Result<i32> {
    let wished = wished.unwrap_or(MAX_KEYS);
    if wished < 0 {
        return Err(s3_error!(
            InvalidArgument,
            "Argument maxKeys must be an integer between 0 and 2147483647"
        ));
    }
    Ok(wished.min(MAX_KEYS))
}

/// The current time, if a list includes the restore status of objects.
pub(crate) fn restored_at(
    store: &Store,
    asked: Option<&OptionalObjectAttributesList>,
) -> Option<SystemTime> {
    let mut asked = asked.into_iter().flatten();
    let asked =
        asked.any(|attribute| attribute.as_str() == OptionalObjectAttributes::RESTORE_STATUS);
    asked.then(|| store.now())
}

/// Runs the query. It seeks past each common prefix, so its cost is proportional to its result.
pub(crate) fn page<'a, V>(map: &'a BTreeMap<String, V>, query: &Query<'a>) -> Page<'a, V> {
    let mut page = Page {
        items: Vec::new(),
        prefixes: Vec::new(),
        next: None,
    };
    let mut last: Option<&'a str> = None;
    let mut listed = 0;
    let mut from = start(query);
    if query.limit == 0 {
        return page;
    }
    while let Some((key, value)) = map
        .range::<str, _>((from.as_ref().map(Cow::as_ref), Bound::Unbounded))
        .next()
    {
        let Some(rest) = key.strip_prefix(query.prefix) else {
            break;
        };
        let common = common_prefix(key, rest, query.prefix, query.delimiter);
        let entry = common.unwrap_or(key);
        from = Bound::Excluded(
            common
                .and_then(|common| beyond(common, key))
                .unwrap_or(Cow::Borrowed(key)),
        );
        // The marker itself, or a common prefix of the previous page.
        if query.after.is_some_and(|after| entry <= after) || last == Some(entry) {
            continue;
        }
        if listed == query.limit {
            page.next = last.map(str::to_owned);
            break;
        }
        match common {
            Some(prefix) => page.prefixes.push(prefix),
            None => page.items.push((key, value)),
        }
        last = Some(entry);
        listed += 1;
    }
    page
}

fn start<'a>(query: &Query<'a>) -> Bound<Cow<'a, str>> {
    match query.after {
        Some(after) if after >= query.prefix => Bound::Excluded(after.into()),
        _ => Bound::Included(query.prefix.into()),
    }
}

/// The part of a key up to the first delimiter after the prefix; `rest` is the key without the
/// prefix.
pub(crate) fn common_prefix<'a>(
    key: &'a str,
    rest: &str,
    prefix: &str,
    delimiter: Option<&str>,
) -> Option<&'a str> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let end = prefix.len() + rest.find(delimiter)? + delimiter.len();
    key.get(..end)
}

/// A position after most keys with the prefix, to seek to; `None` if `key` is already past it,
/// because a key may contain the greatest character.
pub(crate) fn beyond(prefix: &str, key: &str) -> Option<Cow<'static, str>> {
    let place = format!("{prefix}{}", char::MAX);
    (place.as_str() > key).then_some(Cow::Owned(place))
}

/// The characters that are not escaped in a list with `encoding-type=url`.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/');

/// Writes keys as requested: unchanged or percent-encoded.
#[derive(Clone, Copy)]
pub(crate) struct KeyEncoding(bool);

impl KeyEncoding {
    /// Reads the encoding a client asked for.
    ///
    /// # Errors
    /// `InvalidArgument` for anything except `url`.
    pub(crate) fn of(wished: Option<&EncodingType>) -> S3Result<Self> {
        match wished.map(EncodingType::as_str) {
            None | Some("") => Ok(Self(false)),
            Some(EncodingType::URL) => Ok(Self(true)),
            Some(_) => Err(s3_error!(
                InvalidArgument,
                "Invalid Encoding Method specified in Request"
            )),
        }
    }

    /// The key in the encoding of the reply.
    pub(crate) fn write(self, key: &str) -> String {
        if self.0 {
            utf8_percent_encode(key, KEPT).to_string()
        } else {
            key.to_owned()
        }
    }

    /// The optional key in the encoding of the reply.
    pub(crate) fn write_option(self, key: Option<&str>) -> Option<String> {
        key.map(|key| self.write(key))
    }

    /// The encoding's name in a reply.
    pub(crate) fn as_s3(self) -> Option<EncodingType> {
        self.0.then(|| EncodingType::from_static(EncodingType::URL))
    }

    /// The common prefixes for a reply.
    pub(crate) fn prefixes(self, prefixes: &[&str]) -> Option<Vec<CommonPrefix>> {
        let output = prefixes
            .iter()
            .map(|prefix| CommonPrefix {
                prefix: Some(self.write(prefix)),
            })
            .collect();
        (!prefixes.is_empty()).then_some(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: Query<'_>, items: &[&str], prefixes: &[&str], next: Option<&str>) {
        let keys = [
            "a",
            "b/",
            "b/1",
            "b/2",
            "b/c/3",
            "b/\u{10FFFF}x",
            "c//d",
            "é",
        ];
        let map: BTreeMap<String, usize> = keys.into_iter().map(str::to_owned).zip(0..).collect();
        let page = page(&map, &query);
        let listed: Vec<&str> = page.items.iter().map(|(key, _)| *key).collect();
        assert_eq!(
            (
                listed.as_slice(),
                page.prefixes.as_slice(),
                page.next.as_deref()
            ),
            (items, prefixes, next)
        );
    }

    fn query<'a>(
        prefix: &'a str,
        delimiter: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> Query<'a> {
        Query {
            prefix,
            delimiter: Some(delimiter),
            after,
            limit,
        }
    }

    #[test]
    fn without_delimiter() {
        check(query("b/", "", None, 2), &["b/", "b/1"], &[], Some("b/1"));
        check(
            query("b/", "", Some("b/1"), 9),
            &["b/2", "b/c/3", "b/\u{10FFFF}x"],
            &[],
            None,
        );
        check(query("x", "", None, 9), &[], &[], None);
        check(query("", "", None, 0), &[], &[], None);
        check(
            query("", "", None, 8),
            &[
                "a",
                "b/",
                "b/1",
                "b/2",
                "b/c/3",
                "b/\u{10FFFF}x",
                "c//d",
                "é",
            ],
            &[],
            None,
        );
    }

    #[test]
    fn with_delimiter() {
        check(query("", "/", None, 9), &["a", "é"], &["b/", "c/"], None);
        check(query("", "/", None, 2), &["a"], &["b/"], Some("b/"));
        check(query("", "/", Some("b/"), 9), &["é"], &["c/"], None);
        check(query("", "/", Some("b/2"), 9), &["é"], &["c/"], None);
        check(
            query("b/", "/", None, 9),
            &["b/", "b/1", "b/2", "b/\u{10FFFF}x"],
            &["b/c/"],
            None,
        );
        check(query("c/", "/", None, 9), &[], &["c//"], None);
    }

    #[test]
    fn marker_outside_of_the_prefix() {
        check(query("b/c", "", Some("a"), 9), &["b/c/3"], &[], None);
        check(query("b/c", "", Some("c"), 9), &[], &[], None);
    }

    #[test]
    fn keys_are_encoded_when_asked() {
        assert_eq!(
            KeyEncoding(true).write("a b/é+\u{1}~"),
            "a%20b/%C3%A9%2B%01%7E"
        );
        assert_eq!(KeyEncoding(false).write("a b"), "a b");
    }
}
