//! Reads an input in little memory: equal texts are shared, and so are equal objects where a template cannot
//! tell them apart. Of an X12 document most segments repeat another one.

use std::fmt;
use std::hash::Hasher;
use std::rc::Rc;

use jsonata_core::value::{JArray, JMap, JValue};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How many texts and objects are remembered: the last one of each remainder of a hash.
const SLOTS: usize = 1 << 15;
/// The shortest input of which values are shared, in bytes: for others the time counts more than the memory.
const LARGE: usize = 16 << 20;
/// The longest text that is remembered, in bytes.
const MAX_TEXT: usize = 64;
/// The most members of an object that is remembered.
const MAX_MEMBERS: usize = 32;

/// The value of a JSON text. `shares_objects` says whether equal objects may be one.
///
/// # Errors
///
/// The text is not JSON.
pub(super) fn parse(text: &str, shares_objects: bool) -> Result<JValue, serde_json::Error> {
    if text.len() < LARGE {
        return JValue::from_json_str(text);
    }
    shared(text, shares_objects)
}

fn shared(text: &str, shares_objects: bool) -> Result<JValue, serde_json::Error> {
    let mut memory = Memory::new(shares_objects);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = ValueSeed(&mut memory).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// What was read last, by hash. A slot holds one value, so the memory does not grow.
struct Memory {
    texts: Vec<Option<Known<str>>>,
    objects: Vec<Option<Known<JMap>>>,
}

/// A value with its hash: of most others the hash differs, so they need not be looked at.
struct Known<T: ?Sized> {
    hash: u64,
    value: Rc<T>,
}

impl Memory {
    fn new(shares_objects: bool) -> Self {
        Self {
            texts: empty(SLOTS),
            objects: empty(if shares_objects { SLOTS } else { 0 }),
        }
    }

    fn text(&mut self, text: &str) -> JValue {
        if text.len() > MAX_TEXT {
            return JValue::string(text);
        }
        let mut mix = Mix::default();
        mix.write(text.as_bytes());
        let hash = mix.finish();
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

    fn object(&mut self, members: Vec<(String, JValue)>) -> JValue {
        let hash = hash_of(&members);
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
    let high = (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    usize::try_from(high).unwrap_or_default() % SLOTS
}

/// A map with room for its members and no more; of members of one name the last counts.
fn new_object(members: Vec<(String, JValue)>) -> Rc<JMap> {
    Rc::new(members.into_iter().collect())
}

/// The hash of an object whose members are texts, numbers, flags and objects.
fn hash_of(members: &[(String, JValue)]) -> Option<u64> {
    if members.len() > MAX_MEMBERS {
        return None;
    }
    let mut hash = Mix::default();
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

/// A fast hash. Where two values have the same, one is not shared, and that is all.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.write_u64(u64::from_le_bytes(word));
        }
        self.write_u64(bytes.len() as u64);
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Reads a value with the memory of those before it.
struct ValueSeed<'m>(&'m mut Memory);

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = JValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<JValue, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = JValue;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any valid JSON value")
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<JValue, E> {
        Ok(JValue::Bool(flag))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a number of JSONata is a double"
    )]
    fn visit_i64<E: Error>(self, number: i64) -> Result<JValue, E> {
        Ok(JValue::Number(number as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a number of JSONata is a double"
    )]
    fn visit_u64<E: Error>(self, number: u64) -> Result<JValue, E> {
        Ok(JValue::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<JValue, E> {
        Ok(JValue::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<JValue, E> {
        Ok(self.0.text(text))
    }

    fn visit_unit<E: Error>(self) -> Result<JValue, E> {
        Ok(JValue::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<JValue, A::Error> {
        let mut items = Vec::new();
        // The library looks at the items of a list that holds lists.
        let mut is_flat = true;
        while let Some(item) = from.next_element_seed(ValueSeed(self.0))? {
            is_flat &= !matches!(item, JValue::Array(_));
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(JValue::Array(JArray::new_flat(items, is_flat)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<JValue, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some(key) = from.next_key::<String>()? {
            members.push((key, from.next_value_seed(ValueSeed(self.0))?));
        }
        Ok(self.0.object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        for shares_objects in [false, true] {
            let ours = shared(text, shares_objects).map_err(|error| error.to_string());
            let theirs = JValue::from_json_str(text).map_err(|error| error.to_string());
            match (ours, theirs) {
                (Ok(ours), Ok(theirs)) => assert_eq!(
                    ours.to_json_string().unwrap(),
                    theirs.to_json_string().unwrap(),
                    "{text}"
                ),
                (ours, theirs) => assert_eq!(ours, theirs, "{text}"),
            }
        }
    }

    #[test]
    fn an_input_is_read_as_the_library_reads_it() {
        for text in [
            r#"{"a": 1, "b": {"a": 1, "b": -0.5e3}, "c": [[], [1, "x"], {}]}"#,
            r#"{"a": 1, "a": 2, "b": 18446744073709551615, "c": -9007199254740993}"#,
            r#"["é", "\u00e9", "\ud83d\ude00", "", null, true, false, 1e400]"#,
            r#"[{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1, "b": 2}, {"a": "1", "b": 2}]"#,
            "[1, 2] 3",
            "[1, 2",
            "{\"a\" 1}",
            r#""\ud800""#,
            "",
        ] {
            check(text);
        }
    }

    #[test]
    fn equal_texts_and_objects_are_one() {
        let text = r#"[{"a": "x", "b": {"c": "y"}}, {"a": "x", "b": {"c": "y"}}, {"b": {"c": "y"}, "a": "x"}]"#;
        let objects = |value: &JValue| -> Vec<Rc<JMap>> {
            let items = value.as_array().unwrap().iter();
            let objects = items.map(|item| match item {
                JValue::Object(object) => Rc::clone(object),
                other => panic!("{other:?}"),
            });
            objects.collect()
        };
        let one = objects(&shared(text, true).unwrap());
        assert!(Rc::ptr_eq(&one[0], &one[1]));
        assert!(!Rc::ptr_eq(&one[0], &one[2]));
        let apart = objects(&shared(text, false).unwrap());
        assert!(!Rc::ptr_eq(&apart[0], &apart[1]));
        let texts = [&apart[0], &apart[1]].map(|object| object["a"].as_rc_str().unwrap().clone());
        assert!(Rc::ptr_eq(&texts[0], &texts[1]));
    }
}
