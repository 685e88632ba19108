//! Checks the signatures of the chunks and trailers of an `aws-chunked` body.
//!
//! Source: docs sigv4-streaming and sigv4-streaming-trailers, 2026-11.

use std::fmt;
use std::time::SystemTime;

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::credential::Credential;
use crate::signature::CredentialScope;
use crate::time::basic_format;
use crate::verify::hex;

/// Checks the parts of a body in their order: each signature covers the one before it.
#[derive(Clone)]
pub struct ChunkVerifier {
    key: Vec<u8>,
    /// The time and the scope, as each string to sign has them.
    context: String,
    previous: String,
    has_trailer: bool,
}

impl ChunkVerifier {
    pub(crate) fn new(
        credential: &Credential,
        scope: &CredentialScope<'_>,
        time: SystemTime,
        seed: &str,
        has_trailer: bool,
    ) -> Self {
        Self {
            key: signing_key(credential, scope, time),
            context: format!("{}\n{}", basic_format(time), scope.scope()),
            previous: seed.to_owned(),
            has_trailer,
        }
    }

    /// Whether a signed trailer must follow the last chunk.
    #[must_use]
    pub fn has_trailer(&self) -> bool {
        self.has_trailer
    }

    /// Whether the next chunk, with this SHA-256 hash, has this signature.
    pub fn chunk(&mut self, data: &[u8], signature: &str) -> bool {
        let hashes = format!("{}\n{}", hex(&Sha256::digest([])), hex(data));
        self.next("AWS4-HMAC-SHA256-PAYLOAD", &hashes, signature)
    }

    /// Whether the trailer, of lines `name:value\n` in the order of their names, has this signature.
    pub fn trailer(&mut self, lines: &[u8], signature: &str) -> bool {
        let hash = hex(&Sha256::digest(lines));
        self.next("AWS4-HMAC-SHA256-TRAILER", &hash, signature)
    }

    fn next(&mut self, algorithm: &str, hashes: &str, signature: &str) -> bool {
        let to_sign = format!("{algorithm}\n{}\n{}\n{hashes}", self.context, self.previous);
        let expected = calculate_signature(&self.key, to_sign.as_bytes());
        let is_right = expected.as_bytes().ct_eq(signature.as_bytes()).into();
        self.previous = expected;
        is_right
    }
}

impl fmt::Debug for ChunkVerifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ChunkVerifier").finish_non_exhaustive()
    }
}

pub(crate) fn signing_key(
    credential: &Credential,
    scope: &CredentialScope<'_>,
    time: SystemTime,
) -> Vec<u8> {
    let secret = credential.secret.expose();
    generate_signing_key(secret, time, &scope.region, &scope.service)
        .as_ref()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::ChunkVerifier;
    use crate::credential::Credential;
    use crate::error::SignaturePlace;
    use crate::signature::CredentialScope;
    use crate::time::parse_basic;

    /// The example of an upload in three chunks in the documentation of S3's signatures.
    #[test]
    fn the_published_example_is_checked() {
        let scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
        let scope = CredentialScope::read(scope.into(), SignaturePlace::Header).unwrap();
        let credential = Credential::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        );
        let seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        let time = parse_basic("20130524T000000Z").unwrap();
        let chunks = [
            (
                65536,
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            ),
            (
                1024,
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            ),
            (
                0,
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ),
        ];
        for wrong in 0..=chunks.len() {
            let mut verifier = ChunkVerifier::new(&credential, &scope, time, seed, false);
            let found = chunks.iter().enumerate().map(|(at, (length, signature))| {
                let byte = if at == wrong { b'b' } else { b'a' };
                let data = if at == wrong {
                    vec![byte; length + 1]
                } else {
                    vec![byte; *length]
                };
                verifier.chunk(&Sha256::digest(data), signature)
            });
            let found: Vec<bool> = found.collect();
            let expected: Vec<bool> = (0..chunks.len()).map(|at| at < wrong).collect();
            assert_eq!(found, expected, "{wrong}");
        }
    }
}
