//! Reads the transactions of a document apart from the rest of it.

use std::fmt;

use jsonata_core::value::JValue;
use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

use super::{Reading, ValueSeed};
use crate::jsonata::memory::Memory;
use crate::jsonata::projection::Projection;
use crate::jsonata::slices::{Unsliced, is_slot};

/// The value of the JSON text of a transaction, limited to what the projection keeps.
///
/// # Errors
///
/// The text is not JSON.
pub(crate) fn parse_transaction(
    text: &str,
    keeping: Keeping<'_>,
) -> Result<JValue, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut reading = Reading {
        memory: Memory::default(),
        slicer: None,
    };
    keeping.seed(&mut reading).deserialize(&mut deserializer)
}

/// What is kept of a transaction.
#[derive(Clone, Copy)]
pub(crate) struct Keeping<'p> {
    pub projection: &'p Projection,
    /// Whether everything in a transaction is kept.
    pub is_whole: bool,
}

impl<'p> Keeping<'p> {
    fn seed<'r, 's>(self, reading: &'r mut Reading<'s>) -> ValueSeed<'r, 's, 'p> {
        ValueSeed {
            reading,
            projection: self.projection,
            is_whole: self.is_whole,
            depth: None,
        }
    }
}

/// Takes the transactions from a document while it is read.
pub(crate) struct Slicer<'s> {
    /// The names from the root to the transactions.
    pub prefix: &'static [&'static str],
    pub transactions: Transactions<'s>,
}

/// How the transactions of a list are taken.
pub(crate) enum Transactions<'s> {
    /// One after the other, as values.
    Values(Keeping<'s>, &'s mut dyn TransactionResults),
    /// The lists of texts of an outline, which has their numbers.
    Texts(&'s [Vec<&'s str>], &'s mut dyn ListResults),
}

/// The members that an object has instead of its list of transactions.
pub(crate) type Members = Vec<(String, JValue)>;

/// What is made of transactions.
pub(crate) trait TransactionResults {
    /// Takes a transaction, and its place in its list.
    ///
    /// # Errors
    ///
    /// The document has to be read as a whole.
    fn take(&mut self, transaction: JValue, nth: usize) -> Result<(), Unsliced>;

    /// The members instead of the list of transactions, which was read.
    fn members(&mut self) -> Members;
}

/// What is made of a list of transactions.
pub(crate) trait ListResults {
    /// The members instead of a list of these transactions.
    ///
    /// # Errors
    ///
    /// The document has to be read as a whole.
    fn members(&mut self, transactions: &[&str]) -> Result<Members, Unsliced>;
}

impl Slicer<'_> {
    /// Whether a member of this name can only be one that is on the way to the transactions.
    pub(super) fn is_reserved(&self, name: &str) -> bool {
        self.prefix.last() == Some(&name) || is_slot(name)
    }
}

/// The value of a JSON text without its transactions, limited to what the projection keeps.
///
/// # Errors
///
/// The text is not JSON, its transactions are not in separate lists, or one was not taken.
pub(crate) fn parse_sliced(
    text: &str,
    projection: &Projection,
    slicer: Slicer<'_>,
) -> Result<JValue, serde_json::Error> {
    Reading {
        memory: Memory::default(),
        slicer: Some(slicer),
    }
    .document(text, projection)
}

/// Passes on the transactions of a list.
pub(super) struct TransactionsSeed<'r, 's>(pub(super) &'r mut Reading<'s>);

impl<'de> DeserializeSeed<'de> for TransactionsSeed<'_, '_> {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Members, D::Error> {
        // Within a transaction, names have no special meaning.
        let mut slicer = self.0.slicer.take();
        let transactions = slicer.as_mut().map(|slicer| &mut slicer.transactions);
        let members = match transactions {
            None => Vec::new(),
            Some(Transactions::Values(keeping, results)) => {
                deserializer.deserialize_seq(Values(self.0, *keeping, *results))?
            }
            Some(Transactions::Texts(lists, results)) => {
                let nth = usize::deserialize(deserializer)?;
                let list = lists.get(nth).map(|texts| results.members(texts));
                let members = list.unwrap_or(Err(Unsliced));
                members.map_err(|_| Error::custom("a transaction was not taken"))?
            }
        };
        self.0.slicer = slicer;
        Ok(members)
    }
}

/// Passes on the values of a list, one after the other.
struct Values<'r, 's, 'k>(
    &'r mut Reading<'s>,
    Keeping<'k>,
    &'r mut dyn TransactionResults,
);

impl<'de> Visitor<'de> for Values<'_, '_, '_> {
    type Value = Members;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of transactions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Members, A::Error> {
        let Self(reading, keeping, results) = self;
        for nth in 0.. {
            let Some(transaction) = from.next_element_seed(keeping.seed(reading))? else {
                break;
            };
            if !matches!(transaction, JValue::Object(_)) {
                return Err(Error::custom("a transaction is not an object"));
            }
            let taken = results.take(transaction, nth);
            taken.map_err(|_| Error::custom("a transaction was not taken"))?;
        }
        Ok(results.members())
    }
}
