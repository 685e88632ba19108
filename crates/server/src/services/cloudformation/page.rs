//! Pages of lists.

use b2bi_local_dispatcher::ServiceError;

use super::super::page;
use super::errors::validation;

/// A page of a list, and the token of the next one.
pub(super) fn page<T>(
    all: Vec<T>,
    token: Option<&str>,
    limit: usize,
) -> Result<(Vec<T>, Option<String>), ServiceError> {
    page::page(all, token, limit).ok_or_else(|| validation(page::UNKNOWN_TOKEN))
}
