//! Shares equal texts and objects of an input. In an X12 document most segments repeat another one.

use std::hash::{DefaultHasher, Hasher as _};
use std::rc::Rc;

use jsonata_core::value::{JMap, JValue};

use super::key_order;

/// The number of texts and objects that are remembered: the last one for each slot of the hash.
const SLOTS: usize = 1 << 15;
/// The maximum length of a remembered text, in bytes.
const MAX_TEXT: usize = 64;
/// The maximum number of members in a remembered object.
const MAX_MEMBERS: usize = 32;

/// The values that were read last, by hash. A slot contains one value, so the memory does not grow.
#[derive(Default)]
pub(super) struct Memory {
    texts: Vec<Option<Known<str>>>,
    objects: Vec<Option<Known<JMap>>>,
}

/// A value with its hash: most other values have another hash, so they need not be compared.
struct Known<T: ?Sized> {
    hash: u64,
    value: Rc<T>,
}

impl Memory {
    pub(super) fn new(shares_objects: bool) -> Self {
        Self {
            texts: empty(SLOTS),
            objects: empty(if shares_objects { SLOTS } else { 0 }),
        }
    }

    pub(super) fn text(&mut self, text: &str) -> JValue {
        if text.len() > MAX_TEXT || self.texts.is_empty() {
            return JValue::string(text);
        }
        let mut hasher = DefaultHasher::new();
        hasher.write(text.as_bytes());
        let hash = hasher.finish();
        let Some(slot) = self.texts.get_mut(slot_of(hash)) else {
            return JValue::string(text);
        };
        if let Some(known) = slot
            && known.hash == hash
            && &*known.value == text
        {
            return JValue::String(Rc::clone(&known.value));
        }
        let value: Rc<str> = text.into();
        *slot = Some(Known {
            hash,
            value: Rc::clone(&value),
        });
        JValue::String(value)
    }

    pub(super) fn object(&mut self, mut members: Vec<(String, JValue)>) -> JValue {
        if members.iter().any(|(name, _)| key_order::is_index(name)) {
            members.sort_by_cached_key(|(name, _)| key_order::rank(name));
        }
        let shares = !self.objects.is_empty();
        let hash = shares.then(|| hash_of(&members)).flatten();
        let Some((hash, slot)) =
            hash.and_then(|hash| Some((hash, self.objects.get_mut(slot_of(hash))?)))
        else {
            return JValue::Object(new_object(members));
        };
        if let Some(known) = slot
            && known.hash == hash
            && is_equal(&known.value, &members)
        {
            return JValue::Object(Rc::clone(&known.value));
        }
        let value = new_object(members);
        *slot = Some(Known {
            hash,
            value: Rc::clone(&value),
        });
        JValue::Object(value)
    }
}

fn empty<T>(slots: usize) -> Vec<Option<T>> {
    std::iter::repeat_with(|| None).take(slots).collect()
}

/// The slot of a hash.
fn slot_of(hash: u64) -> usize {
    usize::try_from(hash % SLOTS as u64).unwrap_or_default()
}

/// A map with exact capacity for its members; of members with the same name, the last is used.
fn new_object(members: Vec<(String, JValue)>) -> Rc<JMap> {
    Rc::new(members.into_iter().collect())
}

/// The hash of an object whose members are texts, numbers, booleans and objects.
fn hash_of(members: &[(String, JValue)]) -> Option<u64> {
    if members.len() > MAX_MEMBERS {
        return None;
    }
    let mut hash = DefaultHasher::new();
    for (key, value) in members {
        hash.write(key.as_bytes());
        match value {
            JValue::String(text) => hash.write(text.as_bytes()),
            JValue::Number(number) => hash.write_u64(number.to_bits()),
            JValue::Bool(flag) => hash.write_u64(u64::from(*flag)),
            JValue::Object(object) => hash.write_usize(Rc::as_ptr(object).addr()),
            JValue::Null => hash.write_u64(2),
            _ => return None,
        }
    }
    Some(hash.finish())
}

/// Whether an object has these members in this order.
fn is_equal(object: &JMap, members: &[(String, JValue)]) -> bool {
    let is_same = |one: &JValue, other: &JValue| match (one, other) {
        (JValue::String(one), JValue::String(other)) => one == other,
        (JValue::Number(one), JValue::Number(other)) => one.to_bits() == other.to_bits(),
        (JValue::Bool(one), JValue::Bool(other)) => one == other,
        (JValue::Object(one), JValue::Object(other)) => Rc::ptr_eq(one, other),
        (JValue::Null, JValue::Null) => true,
        _ => false,
    };
    object.len() == members.len()
        && object
            .iter()
            .zip(members)
            .all(|((key, one), (name, other))| key == name && is_same(one, other))
}
