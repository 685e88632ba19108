//! Reads an input into little memory. It omits what the template cannot see. Equal texts are stored
//! once, and so are equal objects if the template cannot distinguish them.

mod outline;
mod transactions;

use std::fmt;

use jsonata_core::value::{JArray, JValue};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::key_order;
use super::member_name::KeySeed;
use super::memory::Memory;
use super::passed::Passed;
use super::projection::{Keep, MARK, Projection};
pub(super) use outline::Outline;
use transactions::TransactionsSeed;
pub(super) use transactions::{
    Keeping, ListResults, Members, Slicer, TransactionResults, Transactions, parse_sliced,
    parse_transaction,
};

/// The minimum length of an input whose values are shared, in bytes: for shorter inputs, time
/// matters more than memory.
pub(super) const LARGE: usize = 16 << 20;

/// The value of a JSON text, limited to what the projection keeps. `shares_objects` says whether
/// equal objects may be shared.
///
/// # Errors
///
/// The text is not JSON.
pub(super) fn parse(
    text: &str,
    projection: &Projection,
    shares_objects: bool,
) -> Result<JValue, serde_json::Error> {
    let is_large = text.len() >= LARGE;
    if projection.root() == Keep::Whole && !is_large {
        return JValue::from_json_str(text).map(key_order::ordered);
    }
    let memory = if is_large {
        Memory::new(shares_objects)
    } else {
        Memory::default()
    };
    read(text, projection, memory)
}

fn read(text: &str, projection: &Projection, memory: Memory) -> Result<JValue, serde_json::Error> {
    Reading {
        memory,
        slicer: None,
    }
    .document(text, projection)
}

struct Reading<'s> {
    memory: Memory,
    slicer: Option<Slicer<'s>>,
}

impl Reading<'_> {
    fn document(
        mut self,
        text: &str,
        projection: &Projection,
    ) -> Result<JValue, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let depth = self.slicer.as_ref().map(|_| 0);
        let seed = ValueSeed {
            reading: &mut self,
            projection,
            is_whole: projection.root() == Keep::Whole,
            depth,
        };
        let value = seed.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }
}

/// Reads a value, using the memory of the values before it.
struct ValueSeed<'r, 's, 'p> {
    reading: &'r mut Reading<'s>,
    projection: &'p Projection,
    is_whole: bool,
    /// The number of names of the slicer's prefix that lead here, if no other names do.
    depth: Option<usize>,
}

impl<'s, 'p> ValueSeed<'_, 's, 'p> {
    /// The same for a value within this one.
    fn within(&mut self, is_whole: bool, depth: Option<usize>) -> ValueSeed<'_, 's, 'p> {
        ValueSeed {
            reading: self.reading,
            projection: self.projection,
            is_whole,
            depth,
        }
    }

    /// The next name of the prefix, and whether it is the name of the transactions.
    fn next_name(&self) -> Option<(&'static str, bool)> {
        let (prefix, depth) = (self.reading.slicer.as_ref()?.prefix, self.depth?);
        let name = prefix.get(depth)?;
        Some((name, depth + 1 == prefix.len()))
    }

    /// Reads a member on the path to the transactions; the results of transactions replace them.
    fn member_on_way<'de, A: MapAccess<'de>>(
        &mut self,
        (name, keep): (String, Keep),
        is_last: bool,
        from: &mut A,
    ) -> Result<Members, A::Error> {
        if is_last {
            return from.next_value_seed(TransactionsSeed(self.reading));
        }
        let depth = self.depth.map(|depth| depth + 1);
        let value = from.next_value_seed(self.within(keep == Keep::Whole, depth))?;
        Ok(vec![(name, value)])
    }

    /// The names that are read in any case: the next on the way to the transactions, and theirs.
    fn also(&self) -> [Option<&'static str>; 2] {
        let slicer = self.reading.slicer.as_ref();
        let last = slicer.and_then(|slicer| slicer.prefix.last().copied());
        [self.next_name().map(|(name, _)| name), last]
    }

    fn is_reserved(&self, name: &str) -> bool {
        let slicer = self.reading.slicer.as_ref();
        slicer.is_some_and(|slicer| slicer.is_reserved(name))
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, '_, '_> {
    type Value = JValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<JValue, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_, '_, '_> {
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
        Ok(self.reading.memory.text(text))
    }

    fn visit_unit<E: Error>(self) -> Result<JValue, E> {
        Ok(JValue::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut from: A) -> Result<JValue, A::Error> {
        let mut items = Vec::new();
        // The library inspects the items of a list that contains lists.
        let mut is_flat = true;
        while let Some(item) = from.next_element_seed(self.within(self.is_whole, self.depth))? {
            if self.depth.is_some() && !matches!(item, JValue::Object(_)) {
                return Err(Error::custom("no object on the way to the transactions"));
            }
            is_flat &= !matches!(item, JValue::Array(_));
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(JValue::Array(JArray::new_flat(items, is_flat)))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut from: A) -> Result<JValue, A::Error> {
        let projection = Some(self.projection).filter(|_| !self.is_whole);
        let on_way = self.next_name();
        let mut members = Vec::with_capacity(8);
        let (mut is_empty, mut passed) = (true, false);
        let also = self.also();
        while let Some(key) = from.next_key_seed(KeySeed { projection, also })? {
            is_empty = false;
            match (key, on_way) {
                (Some((name, keep)), Some((wanted, is_last))) if name == wanted => {
                    if std::mem::replace(&mut passed, true) {
                        return Err(Error::custom("a name on the way to the transactions twice"));
                    }
                    members.extend(self.member_on_way((name, keep), is_last, &mut from)?);
                }
                (Some((name, _)), _) if self.is_reserved(&name) => {
                    return Err(Error::custom("transactions elsewhere"));
                }
                (Some((name, keep)), _) => {
                    let seed = self.within(keep == Keep::Whole, None);
                    members.push((name, from.next_value_seed(seed)?));
                }
                (None, _) => {
                    from.next_value::<Passed>()?;
                }
            }
        }
        if members.is_empty() && !is_empty {
            members.push((MARK.to_owned(), JValue::Null));
        }
        Ok(self.reading.memory.object(members))
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use jsonata_core::value::JMap;

    use super::*;

    fn whole(text: &str, shares_objects: bool) -> Result<JValue, serde_json::Error> {
        read(text, &Projection::whole(), Memory::new(shares_objects))
    }

    fn check(text: &str) {
        for shares_objects in [false, true] {
            let ours = whole(text, shares_objects).map_err(|error| error.to_string());
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
        let one = objects(&whole(text, true).unwrap());
        assert!(Rc::ptr_eq(&one[0], &one[1]));
        assert!(!Rc::ptr_eq(&one[0], &one[2]));
        let apart = objects(&whole(text, false).unwrap());
        assert!(!Rc::ptr_eq(&apart[0], &apart[1]));
        let texts = [&apart[0], &apart[1]].map(|object| object["a"].as_rc_str().unwrap().clone());
        assert!(Rc::ptr_eq(&texts[0], &texts[1]));
    }
}
