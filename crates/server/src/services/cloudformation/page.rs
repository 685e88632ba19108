//! Pages of lists.

use b2bi_local_dispatcher::ServiceError;

use super::errors::validation;

/// A page of what there is: where it begins is all that a token says.
pub(super) fn page<T>(
    mut all: Vec<T>,
    token: Option<&str>,
    limit: usize,
) -> Result<(Vec<T>, Option<String>), ServiceError> {
    let start = token.map_or(Ok(0), |token| {
        let start = token.parse::<usize>().ok();
        let start = start.filter(|start| *start <= all.len());
        start.ok_or_else(|| validation("The NextToken is not one that this operation returned"))
    })?;
    let mut rest = all.split_off(start);
    let has_more = rest.len() > limit;
    rest.truncate(limit);
    let next = has_more.then(|| start.saturating_add(limit).to_string());
    Ok((rest, next))
}
