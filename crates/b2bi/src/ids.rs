//! Identifiers in AWS's form, or in a configured form.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::environment::Ids;

/// The prefix of ids of jobs.
const JOB: &str = "tj";
/// The number of characters after the prefix of resource ids.
const RESOURCE_LENGTH: usize = 17;

/// The forms of ids by their usual prefix: `p`, `tr`, `ca`, `ps`, `tp`, `tj`. Ids without an entry
/// have the form that AWS documents.
pub type IdForms = BTreeMap<String, IdForm>;

/// The form of ids: a prefix, and groups of characters with hyphens between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdForm {
    prefix: String,
    groups: Vec<usize>,
    alphabet: Vec<char>,
}

impl IdForm {
    /// The minimum number of bits; ids with fewer could collide.
    const LEAST_BITS: u32 = 48;

    /// A form from its prefix (including the hyphen), the length of each group, and the characters.
    /// Groups are extended if there would be too few ids.
    #[must_use]
    pub fn new(prefix: &str, groups: &[usize], alphabet: &str) -> Self {
        let mut alphabet: Vec<char> = alphabet.chars().collect();
        if alphabet.len() < 2 {
            alphabet = ('0'..='9').collect();
        }
        let bits_of_one = alphabet.len().ilog2().max(1);
        let least = usize::try_from(Self::LEAST_BITS.div_ceil(bits_of_one)).unwrap_or(usize::MAX);
        let length = groups
            .iter()
            .fold(0, |sum: usize, group| sum.saturating_add(*group));
        let mut groups = groups.to_vec();
        if length < least {
            let missing = least.saturating_sub(length);
            match groups.last_mut() {
                Some(group) => *group = group.saturating_add(missing),
                None => groups.push(missing),
            }
        }
        Self {
            prefix: prefix.to_owned(),
            groups,
            alphabet,
        }
    }

    fn id(&self, ids: &dyn Ids) -> String {
        let mut source = Characters {
            ids,
            bits: 0,
            left: 0,
        };
        let groups = self.groups.iter().map(|length| {
            let characters = (0..*length).filter_map(|_| source.next(&self.alphabet));
            characters.collect::<String>()
        });
        let groups: Vec<String> = groups.collect();
        format!("{}{}", self.prefix, groups.join("-"))
    }
}

/// Draws characters from random bits.
struct Characters<'a> {
    ids: &'a dyn Ids,
    bits: u128,
    /// The number of values that the remaining bits can distinguish.
    left: u128,
}

impl Characters<'_> {
    fn next(&mut self, alphabet: &[char]) -> Option<char> {
        /// With fewer values left, some characters would be more frequent than others.
        const LEAST: u128 = 1 << 32;
        if self.left < LEAST {
            (self.bits, self.left) = (self.ids.bits(), u128::MAX);
        }
        let count = u128::try_from(alphabet.len()).ok()?;
        let at = self.bits.checked_rem(count)?;
        self.bits = self.bits.checked_div(count)?;
        self.left = self.left.checked_div(count)?;
        alphabet.get(usize::try_from(at).ok()?).copied()
    }
}

/// A new id of a resource, from the usual prefix of its kind.
pub(crate) fn of_resource(forms: &IdForms, prefix: &str, ids: &dyn Ids) -> String {
    match forms.get(prefix) {
        Some(form) => form.id(ids),
        None => resource_id(prefix, ids.bits()),
    }
}

/// A new id of a job.
pub(crate) fn of_job(forms: &IdForms, ids: &dyn Ids) -> String {
    match forms.get(JOB) {
        Some(form) => form.id(ids),
        None => job_id(ids.bits()),
    }
}

/// A prefix and 17 hexadecimal digits, the 13th of which is `4`: a truncated random UUID.
///
/// Source: the service model's examples; that all ids have this form is Assumption A-430.
fn resource_id(prefix: &str, bits: u128) -> String {
    let digits = format!("{bits:032x}");
    let (head, tail) = digits.split_at(12);
    let tail = tail.get(1..).unwrap_or_default();
    let digits: String = head
        .chars()
        .chain(['4'])
        .chain(tail.chars())
        .take(RESOURCE_LENGTH)
        .collect();
    format!("{prefix}-{digits}")
}

/// `tj-` and 16 bytes in unpadded URL-safe base64.
///
/// Source: the service model's examples.
fn job_id(bits: u128) -> String {
    format!("{JOB}-{}", URL_SAFE_NO_PAD.encode(bits.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::{IdForm, IdForms, job_id, of_job, of_resource, resource_id};
    use crate::environment::Ids;

    #[derive(Debug, Default)]
    struct Counted(AtomicU64);

    impl Ids for Counted {
        fn bits(&self) -> u128 {
            let count = self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
            u128::from(count).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        }
    }

    #[test]
    fn ids_have_the_form_of_the_models_examples() {
        for (bits, resource, job) in [
            (0, "p-00000000000040000", "tj-AAAAAAAAAAAAAAAAAAAAAA"),
            (
                u128::MAX,
                "p-ffffffffffff4ffff",
                "tj-_____________________w",
            ),
            (
                0x60fb_c37c_87f0_9fce_9000_0000_0000_0000,
                "p-60fbc37c87f04fce9",
                "tj-YPvDfIfwn86QAAAAAAAAAA",
            ),
        ] {
            assert_eq!(resource_id("p", bits), resource);
            assert_eq!(job_id(bits), job);
        }
    }

    #[test]
    fn ids_have_the_form_that_is_configured() {
        let check = |form: IdForm, prefix: &str, groups: &[usize], alphabet: &str| {
            let ids = Counted::default();
            let forms = IdForms::from([("tj".to_owned(), form.clone()), ("p".to_owned(), form)]);
            let made: BTreeSet<String> = (0..500)
                .flat_map(|_| [of_job(&forms, &ids), of_resource(&forms, "p", &ids)])
                .collect();
            assert_eq!(made.len(), 1000, "{prefix}");
            for id in &made {
                let rest = id.strip_prefix(prefix).unwrap();
                let lengths: Vec<usize> = match groups.len() {
                    1 => vec![rest.len()],
                    _ => rest.split('-').map(str::len).collect(),
                };
                assert_eq!(lengths, groups, "{id}");
                let is_known = |c: char| alphabet.contains(c) || (groups.len() > 1 && c == '-');
                assert!(rest.chars().all(is_known), "{id}");
            }
            assert_eq!(of_resource(&forms, "tr", &ids).len(), "tr-".len() + 17);
        };
        let hex = "0123456789abcdef";
        check(IdForm::new("prf-", &[20], hex), "prf-", &[20], hex);
        let uuid = [8, 4, 4, 4, 12];
        check(IdForm::new("", &uuid, hex), "", &uuid, hex);
        // Too short for the number of ids: then ids are longer.
        check(IdForm::new("p_", &[4], hex), "p_", &[12], hex);
        check(IdForm::new("", &[], ""), "", &[16], "0123456789");
        check(IdForm::new("é-", &[60], "XYZ"), "é-", &[60], "XYZ");
    }
}
