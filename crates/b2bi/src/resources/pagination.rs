//! Pages of lists and their tokens.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    GetCapabilityResponse, GetPartnershipResponse, GetProfileResponse, GetTransformerResponse,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::config::ListOrder;
use crate::context::Ctx;
use crate::errors::validation;
use crate::state::{Record, Table};

/// A resource with a name, by which lists can be ordered.
pub(crate) trait Named {
    fn name(&self) -> &str;
}

impl Named for GetCapabilityResponse {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for GetPartnershipResponse {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}

impl Named for GetProfileResponse {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for GetTransformerResponse {
    fn name(&self) -> &str {
        &self.name
    }
}

/// What a request asks of a list.
pub(crate) struct Request<'a> {
    /// The list's name and filter; a token is good for these alone.
    pub(crate) list: &'a str,
    pub(crate) next_token: Option<&'a str>,
    pub(crate) max_results: Option<i32>,
}

/// Where a page ended: at the item of this place, and of this name where lists are in the order of names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    name: String,
    place: u64,
}

/// One page: the rows that `view` keeps, in the configured order, and the token of the next page.
pub(crate) fn page<T: Clone + Named, V>(
    ctx: &Ctx<'_>,
    table: &Table<Record<T>>,
    request: &Request<'_>,
    view: impl Fn(&Record<T>) -> Option<V>,
) -> Result<(Vec<V>, Option<String>), Error> {
    let size = request
        .max_results
        .and_then(|max_results| usize::try_from(max_results).ok())
        .unwrap_or(ctx.config.page_size);
    let token = request.next_token;
    let last = token.map(|token| mark_of(ctx, request.list, token));
    let last = last.transpose()?;
    let last_place = last.as_ref().map(|last| last.place);
    let capacity = size.min(table.len());
    let (items, reached) = match ctx.config.list_order {
        ListOrder::OldestFirst => {
            let start = last_place.map_or(0, |last| last.saturating_add(1));
            taken(table.starting_at(start), size, capacity, view)
        }
        ListOrder::NewestFirst => {
            let rows = table.before(last_place.unwrap_or(u64::MAX));
            taken(rows, size, capacity, view)
        }
        ListOrder::ByName | ListOrder::ByNameReversed => {
            let rows = by_name_after(table, ctx.config.list_order, last.as_ref());
            taken(rows, size, capacity, view)
        }
    };
    let next = reached.map(|place| {
        let name = match ctx.config.list_order {
            ListOrder::OldestFirst | ListOrder::NewestFirst => String::new(),
            ListOrder::ByName | ListOrder::ByNameReversed => name_at(table, place),
        };
        self::token(ctx, request.list, &Mark { name, place })
    });
    Ok((items, next))
}

/// Rows in the order of their names or the reverse order, after the last one of a page.
fn by_name_after<'t, T: Clone + Named>(
    table: &'t Table<Record<T>>,
    order: ListOrder,
    last: Option<&Mark>,
) -> impl Iterator<Item = (u64, &'t Record<T>)> {
    let is_reversed = order == ListOrder::ByNameReversed;
    let mut rows = by_name(table);
    if is_reversed {
        rows.reverse();
    }
    if let Some(last) = last {
        rows.retain(|(mark, _)| {
            if is_reversed {
                mark < last
            } else {
                mark > last
            }
        });
    }
    rows.into_iter().map(|(mark, row)| (mark.place, row))
}

/// Rows in the order of their names, those of one name in the order of creation.
fn by_name<T: Clone + Named>(table: &Table<Record<T>>) -> Vec<(Mark, &Record<T>)> {
    let rows = table.starting_at(0).map(|(place, row)| {
        let name = row.description.name().to_owned();
        (Mark { name, place }, row)
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    rows
}

fn name_at<T: Clone + Named>(table: &Table<Record<T>>, place: u64) -> String {
    let row = table.starting_at(place).next();
    row.map_or_else(String::new, |(_, row)| row.description.name().to_owned())
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
fn token(ctx: &Ctx<'_>, list: &str, mark: &Mark) -> String {
    let seal = seal(ctx, list, mark);
    let head = [mark.place.to_be_bytes(), seal.to_be_bytes()].concat();
    URL_SAFE_NO_PAD.encode([&head, mark.name.as_bytes()].concat())
}

/// The place that a token holds.
fn mark_of(ctx: &Ctx<'_>, list: &str, token: &str) -> Result<Mark, Error> {
    let refuse = || validation("The value of nextToken is not a token that this list returned");
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| refuse())?;
    let (head, name) = bytes.split_first_chunk::<16>().ok_or_else(refuse)?;
    let both = u128::from_be_bytes(*head);
    let place = u64::try_from(both >> 64).map_err(|_| refuse())?;
    let name = String::from_utf8(name.to_vec()).map_err(|_| refuse())?;
    let mark = Mark { name, place };
    let expected = u128::from(place) << 64 | u128::from(seal(ctx, list, &mark));
    if both == expected {
        Ok(mark)
    } else {
        Err(refuse())
    }
}

fn seal(ctx: &Ctx<'_>, list: &str, mark: &Mark) -> u64 {
    let mut hasher = DefaultHasher::new();
    (ctx.scope, list, mark.place, &mark.name).hash(&mut hasher);
    hasher.finish()
}
