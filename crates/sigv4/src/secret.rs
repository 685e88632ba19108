//! Text that must not be shown.

use std::fmt;

use subtle::ConstantTimeEq as _;

/// A secret: its `Debug` form is `[redacted]`, and it is compared in constant time.
///
/// The time of a comparison depends only on the lengths of the two texts.
#[derive(Clone, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, to sign with or to send.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether these bytes are the secret.
    #[must_use]
    pub fn is(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.0.as_bytes())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn secrets_are_compared_and_not_shown() {
        let secret = Secret::new("marked");
        for (given, expected) in [
            ("marked", true),
            ("marke", false),
            ("marked2", false),
            ("", false),
        ] {
            assert_eq!(secret.is(given.as_bytes()), expected, "{given}");
            assert_eq!(secret == Secret::from(given), expected, "{given}");
        }
        assert_eq!(
            format!("{secret:?} {:?}", Some(&secret)),
            "[redacted] Some([redacted])"
        );
    }
}
