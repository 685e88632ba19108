//! Temporary access keys: minted here, and known again without being remembered.
//!
//! A key has the form of AWS's: `ASIA` and sixteen letters and digits of base 32, of which the first
//! ten encode the account as AWS encodes it. The last five are a checksum, which distinguishes a key that was
//! minted here from one of AWS's.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::credential::Credential;
use crate::secret::Secret;

const PREFIX: &str = "ASIA";
const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Where the account is in the 50 bits that ten digits are.
const ACCOUNT_SHIFT: u32 = 9;
/// The bits below the account, which are free.
const FREE: u64 = 0x1ff;

/// A temporary key of an account; keys differ if the lowest 14 bits of `random` do.
///
/// `None` for anything except an account of twelve digits.
#[must_use]
pub fn mint(account: &str, random: u64) -> Option<String> {
    let is_account = account.len() == 12 && account.bytes().all(|digit| digit.is_ascii_digit());
    let number = account.parse::<u64>().ok().filter(|_| is_account)?;
    let bits = number << ACCOUNT_SHIFT | random & FREE;
    let mut key = PREFIX.to_owned();
    for place in (0..10).rev() {
        key.push(digit(bits >> (5 * place)));
    }
    key.push(digit(random >> 9));
    key.push_str(&checksum(&key));
    Some(key)
}

/// The account of a key that was minted here.
#[must_use]
pub fn account_of_minted(key: &str) -> Option<String> {
    if key.len() != 20 || !key.starts_with(PREFIX) {
        return None;
    }
    let (body, found) = key.split_at_checked(15)?;
    if checksum(body) != found {
        return None;
    }
    let mut bits: u64 = 0;
    for letter in body.bytes().skip(PREFIX.len()).take(10) {
        let place = DIGITS.iter().position(|digit| *digit == letter)?;
        bits = bits << 5 | u64::try_from(place).ok()?;
    }
    Some(format!("{:012}", bits >> ACCOUNT_SHIFT))
}

/// The secret and the token of a key that was minted here, as they follow from the secret of the
/// server.
#[must_use]
pub fn credential(key: &str, server_secret: &Secret) -> Credential {
    let part = |name: &str| {
        let mut hash = Sha256::new();
        for text in [name, server_secret.expose(), key] {
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        hash.finalize()
            .iter()
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
    };
    let secret: String = part("secret").chars().take(40).collect();
    Credential {
        access_key: key.to_owned(),
        secret: Secret::new(secret),
        session_token: Some(Secret::new(part("token"))),
    }
}

fn digit(bits: u64) -> char {
    let place = usize::try_from(bits & 31).unwrap_or_default();
    DIGITS.get(place).copied().map_or('A', char::from)
}

/// Five digits that follow from the text.
fn checksum(text: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"b2bi-local");
    hash.update(text.as_bytes());
    hash.finalize()
        .iter()
        .take(5)
        .map(|byte| digit(u64::from(*byte)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{account_of_minted, credential, mint};
    use crate::secret::Secret;

    #[test]
    fn minted_keys_lead_to_their_account_and_differ() {
        for account in ["000000000000", "111122223333", "999999999999"] {
            let keys: Vec<String> = [0, 1, 511, 512, 16_383, u64::MAX]
                .into_iter()
                .map(|random| mint(account, random).unwrap())
                .collect();
            for key in &keys {
                assert_eq!(key.len(), 20);
                assert_eq!(account_of_minted(key).as_deref(), Some(account), "{key}");
            }
            // The last two have the same bits.
            let different: std::collections::BTreeSet<&String> = keys.iter().collect();
            assert_eq!(different.len(), keys.len() - 1);
        }
        for account in ["", "1", "11112222333a", "1111222233334", "+11122223333"] {
            assert_eq!(mint(account, 1), None, "{account}");
        }
    }

    #[test]
    fn other_keys_are_not_minted_ones() {
        let key = mint("111122223333", 7).unwrap();
        let mut changed = key.clone();
        changed.replace_range(
            6..7,
            if changed.get(6..7) == Some("A") {
                "B"
            } else {
                "A"
            },
        );
        for other in [
            changed.as_str(),
            "ASIAIOSFODNN7EXAMPLE",
            "111122223333",
            "",
            "ASIAäöüäöüäöüäöü",
        ] {
            assert_eq!(account_of_minted(other), None, "{other}");
        }
    }

    #[test]
    fn secrets_follow_from_the_servers() {
        let of = |key, secret: &str| credential(key, &Secret::new(secret));
        assert_eq!(of("ASIA1", "a"), of("ASIA1", "a"));
        assert_ne!(of("ASIA1", "a").secret, of("ASIA1", "b").secret);
        assert_ne!(of("ASIA1", "a").secret, of("ASIA2", "a").secret);
        assert_eq!(of("ASIA1", "a").secret.expose().len(), 40);
    }
}
