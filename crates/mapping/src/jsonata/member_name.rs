//! Reads the names of members in an input.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

use super::projection::{Keep, Projection};

/// Reads the name of a member, unless the member is not kept.
pub(super) struct KeySeed<'p> {
    pub projection: Option<&'p Projection>,
    /// Names that are always kept.
    pub also: [Option<&'static str>; 2],
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Option<(String, Keep)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Option<(String, Keep)>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let kept = self.projection;
        let mut keep = kept.map_or(Keep::Whole, |kept| kept.member(name));
        if self.also.contains(&Some(name)) {
            keep = keep.max(Keep::Through);
        }
        Ok((keep != Keep::Nothing).then(|| (name.to_owned(), keep)))
    }
}
