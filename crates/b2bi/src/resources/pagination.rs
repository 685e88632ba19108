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

/// A resource with a name and an id, by which lists can be ordered.
pub(crate) trait Named {
    fn name(&self) -> &str;
    fn id(&self) -> &str;
}

macro_rules! named {
    ($($resource:ident $id:ident $name:expr;)*) => {$(
        impl Named for $resource {
            fn name(&self) -> &str {
                let name: fn(&Self) -> &str = $name;
                name(self)
            }

            fn id(&self) -> &str {
                &self.$id
            }
        }
    )*};
}

named! {
    GetCapabilityResponse capability_id |of| &of.name;
    GetPartnershipResponse partnership_id |of| of.name.as_deref().unwrap_or_default();
    GetProfileResponse profile_id |of| &of.name;
    GetTransformerResponse transformer_id |of| &of.name;
}

/// The parameters of a list request.
pub(crate) struct Request<'a> {
    /// The operation.
    pub(crate) operation: &'a str,
    /// The list's filter; a token is valid only for the operation with this filter.
    pub(crate) filter: &'a str,
    pub(crate) next_token: Option<&'a str>,
    pub(crate) max_results: Option<i32>,
}

/// Where a page ended: after the item with this place, and with this name or id if the list is
/// sorted by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    key: String,
    place: u64,
}

/// The sort key of a list, if it is not the time of creation.
#[derive(Clone, Copy)]
enum Key {
    Name,
    Id,
}

impl Key {
    fn of<T: Clone + Named>(self, row: &Record<T>) -> String {
        match self {
            Self::Name => row.description.name().to_owned(),
            Self::Id => row.description.id().to_owned(),
        }
    }
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
    let last = token.map(|token| mark_of(ctx, request, token));
    let last = last.transpose()?;
    let last_place = last.as_ref().map(|last| last.place);
    let capacity = size.min(table.len());
    let of_this = ctx.config.list_orders.get(request.operation);
    let order = of_this.copied().unwrap_or(ctx.config.list_order);
    let sorted = |key: Key, is_reversed: bool| {
        let rows = sorted_after(table, key, is_reversed, last.as_ref());
        (taken(rows, size, capacity, &view), Some(key))
    };
    let ((items, reached), key) = match order {
        ListOrder::OldestFirst => {
            let start = last_place.map_or(0, |last| last.saturating_add(1));
            let rows = table.starting_at(start);
            (taken(rows, size, capacity, &view), None)
        }
        ListOrder::NewestFirst => {
            let rows = table.before(last_place.unwrap_or(u64::MAX));
            (taken(rows, size, capacity, &view), None)
        }
        ListOrder::ByName => sorted(Key::Name, false),
        ListOrder::ByNameReversed => sorted(Key::Name, true),
        ListOrder::ById => sorted(Key::Id, false),
        ListOrder::ByIdReversed => sorted(Key::Id, true),
    };
    let next = reached.map(|place| {
        let key = key.map_or_else(String::new, |key| key_at(table, key, place));
        self::token(ctx, request, &Mark { key, place })
    });
    Ok((items, next))
}

/// Rows sorted by a key or in reverse, after the last one of a page.
fn sorted_after<'t, T: Clone + Named>(
    table: &'t Table<Record<T>>,
    key: Key,
    is_reversed: bool,
    last: Option<&Mark>,
) -> impl Iterator<Item = (u64, &'t Record<T>)> {
    let mut rows = sorted(table, key);
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

/// Rows sorted by a key; rows with the same key are in the order of creation.
fn sorted<T: Clone + Named>(table: &Table<Record<T>>, key: Key) -> Vec<(Mark, &Record<T>)> {
    let rows = table.starting_at(0).map(|(place, row)| {
        let key = key.of(row);
        (Mark { key, place }, row)
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    rows
}

fn key_at<T: Clone + Named>(table: &Table<Record<T>>, key: Key, place: u64) -> String {
    let row = table.starting_at(place).next();
    row.map_or_else(String::new, |(_, row)| key.of(row))
}

/// Items of a page, and the place of the last one if others follow.
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

/// The place of the last item of a page, sealed with the list and its caller.
fn token(ctx: &Ctx<'_>, request: &Request<'_>, mark: &Mark) -> String {
    let seal = seal(ctx, request, mark);
    let head = [mark.place.to_be_bytes(), seal.to_be_bytes()].concat();
    URL_SAFE_NO_PAD.encode([&head, mark.key.as_bytes()].concat())
}

/// The place in a token.
fn mark_of(ctx: &Ctx<'_>, request: &Request<'_>, token: &str) -> Result<Mark, Error> {
    let refuse = || validation("The value of nextToken is not a token that this list returned");
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| refuse())?;
    let (head, key) = bytes.split_first_chunk::<16>().ok_or_else(refuse)?;
    let both = u128::from_be_bytes(*head);
    let place = u64::try_from(both >> 64).map_err(|_| refuse())?;
    let key = String::from_utf8(key.to_vec()).map_err(|_| refuse())?;
    let mark = Mark { key, place };
    let expected = u128::from(place) << 64 | u128::from(seal(ctx, request, &mark));
    if both == expected {
        Ok(mark)
    } else {
        Err(refuse())
    }
}

fn seal(ctx: &Ctx<'_>, request: &Request<'_>, mark: &Mark) -> u64 {
    let list = (request.operation, request.filter);
    let mut hasher = DefaultHasher::new();
    (ctx.scope, list, mark.place, &mark.key).hash(&mut hasher);
    hasher.finish()
}
