//! Pages of lists and their tokens.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use b2bi_local_model::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::config::ListOrder;
use crate::context::Ctx;
use crate::errors::validation;
use crate::state::Table;

/// What a request asks of a list.
pub(crate) struct Request<'a> {
    /// The list's name and filter; a token is good for these alone.
    pub(crate) list: &'a str,
    pub(crate) next_token: Option<&'a str>,
    pub(crate) max_results: Option<i32>,
}

/// One page: the rows that `view` keeps, in the configured order, and the token of the next page.
pub(crate) fn page<T: Clone, V>(
    ctx: &Ctx<'_>,
    table: &Table<T>,
    request: &Request<'_>,
    view: impl Fn(&T) -> Option<V>,
) -> Result<(Vec<V>, Option<String>), Error> {
    let size = request
        .max_results
        .and_then(|max_results| usize::try_from(max_results).ok())
        .unwrap_or(ctx.config.page_size);
    let token = request.next_token;
    let last = token.map(|token| place_of(ctx, request.list, token));
    let last = last.transpose()?;
    let capacity = size.min(table.len());
    let (items, reached) = match ctx.config.list_order {
        ListOrder::OldestFirst => {
            let start = last.map_or(0, |last| last.saturating_add(1));
            taken(table.starting_at(start), size, capacity, view)
        }
        ListOrder::NewestFirst => {
            taken(table.before(last.unwrap_or(u64::MAX)), size, capacity, view)
        }
    };
    let next = reached.map(|reached| self::token(ctx, request.list, reached));
    Ok((items, next))
}

/// Items of a page, and the place of the last one where others follow.
fn taken<'a, T: 'a, V>(
    rows: impl Iterator<Item = (u64, &'a T)>,
    size: usize,
    capacity: usize,
    view: impl Fn(&T) -> Option<V>,
) -> (Vec<V>, Option<u64>) {
    let mut rows = rows
        .filter_map(|(place, row)| Some((place, view(row)?)))
        .peekable();
    let mut items = Vec::with_capacity(capacity);
    let mut reached = 0;
    while items.len() < size {
        let Some((place, item)) = rows.next() else {
            break;
        };
        reached = place;
        items.push(item);
    }
    let others = rows.peek().map(|_| reached);
    (items, others)
}

/// The place of the last item of a page, sealed with the list and the caller it belongs to.
fn token(ctx: &Ctx<'_>, list: &str, place: u64) -> String {
    let seal = seal(ctx, list, place);
    URL_SAFE_NO_PAD.encode([place.to_be_bytes(), seal.to_be_bytes()].concat())
}

/// The place that a token holds.
fn place_of(ctx: &Ctx<'_>, list: &str, token: &str) -> Result<u64, Error> {
    let refuse = || validation("The value of nextToken is not a token that this list returned");
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| refuse())?;
    let bytes: [u8; 16] = bytes.try_into().map_err(|_| refuse())?;
    let both = u128::from_be_bytes(bytes);
    let place = u64::try_from(both >> 64).map_err(|_| refuse())?;
    let expected = u128::from(place) << 64 | u128::from(seal(ctx, list, place));
    if both == expected {
        Ok(place)
    } else {
        Err(refuse())
    }
}

fn seal(ctx: &Ctx<'_>, list: &str, place: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (ctx.scope, list, place).hash(&mut hasher);
    hasher.finish()
}
