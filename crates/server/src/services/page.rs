//! Pages of lists: a token is the start of the next page.

/// The error for a token that no reply had.
pub(in crate::services) const UNKNOWN_TOKEN: &str =
    "The NextToken is not one that this operation returned";

/// A page of a list, and the token of the next one; `None` if the token is invalid.
pub(in crate::services) fn page<T>(
    mut all: Vec<T>,
    token: Option<&str>,
    limit: usize,
) -> Option<(Vec<T>, Option<String>)> {
    let start = token.map_or(Some(0), |token| token.parse::<usize>().ok())?;
    if start > all.len() {
        return None;
    }
    let mut rest = all.split_off(start);
    let has_more = rest.len() > limit;
    rest.truncate(limit);
    let next = has_more.then(|| start.saturating_add(limit).to_string());
    Some((rest, next))
}
