//! Access keys and their secrets.

use crate::secret::Secret;

/// An access key with which requests are signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credential {
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret: Secret,
    /// The session token that requests must carry with a temporary key.
    pub session_token: Option<Secret>,
}

impl Credential {
    /// A long-term key.
    #[must_use]
    pub fn new(access_key: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self {
            access_key: access_key.into(),
            secret: secret.into(),
            session_token: None,
        }
    }

    /// Reads `KEY:SECRET` or `KEY:SECRET:TOKEN`; `None` if the key or the secret is missing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let (access_key, secret) = (parts.next()?, parts.next()?);
        let session_token = parts.next().map(Secret::from);
        (!access_key.is_empty()).then(|| Self {
            session_token,
            ..Self::new(access_key, secret)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Credential;

    #[test]
    fn credentials_are_read() {
        let read = |text| {
            let credential = Credential::parse(text)?;
            let token = credential
                .session_token
                .map(|session_token| session_token.expose().to_owned());
            Some((
                credential.access_key,
                credential.secret.expose().to_owned(),
                token,
            ))
        };
        let expected =
            |token: Option<&str>| Some(("k".into(), "s".into(), token.map(str::to_owned)));
        assert_eq!(read("k:s"), expected(None));
        assert_eq!(read("k:s:t:u"), expected(Some("t:u")));
        for text in ["", "k", ":s"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
