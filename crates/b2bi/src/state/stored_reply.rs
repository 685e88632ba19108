//! Stored replies to requests with a client token.

use std::fmt::Write as _;

use b2bi_local_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

/// A stored reply.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredReply {
    pub(crate) since: Timestamp,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) reply: Box<RawValue>,
}

/// What distinguishes requests, in this release and in later ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Fingerprint {
    /// `1:` and the SHA-256 hash of the request's JSON, in hexadecimal. A change of the hashed text
    /// changes the number.
    Hash(String),
    /// From an earlier release, with a hash that differs between builds: it matches any request.
    Unknown(u64),
}

impl Fingerprint {
    pub(crate) fn of(request: &impl Serialize) -> Self {
        let json = serde_json::to_vec(request).unwrap_or_default();
        let mut text = "1:".to_owned();
        for byte in Sha256::digest(json) {
            let _ = write!(text, "{byte:02x}");
        }
        Self::Hash(text)
    }

    pub(crate) fn fits(&self, other: &Self) -> bool {
        matches!(self, Self::Unknown(_)) || self == other
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, StoredReply};

    #[test]
    fn fingerprints_are_the_same_in_every_release() {
        let found = Fingerprint::of(&serde_json::json!({"name": "a"}));
        let hash = "d9d719b27480b55cd4918020e7473e716ed3569c8adafe926cf9b10b4f8ef064";
        assert_eq!(found, Fingerprint::Hash(format!("1:{hash}")));
        assert!(!found.fits(&Fingerprint::of(&serde_json::json!({"name": "b"}))));
    }

    #[test]
    fn a_reply_that_an_earlier_release_kept_is_given_again() {
        let text = r#"{"since": "2026-11-23T18:55:00Z", "fingerprint": 123, "reply": {"a": 1}}"#;
        let stored: StoredReply = serde_json::from_str(text).unwrap();
        assert!(stored.fingerprint.fits(&Fingerprint::of(&1)));
        assert_eq!(stored.reply.get(), r#"{"a": 1}"#);
    }
}
