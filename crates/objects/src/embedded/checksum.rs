//! Checksums of objects and parts: computed, claimed, compared and combined.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderName;
use s3s::dto::{ChecksumAlgorithm, ChecksumType};
use s3s::{S3ErrorCode, S3Request, S3Result, TrailingHeaders, s3_error};

use super::checksum_names;
use super::content::Content;
use super::digests::{self, Digests};
use super::unauthenticated::Trailers;

/// The checksum algorithms of S3 that the library implements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

/// Each algorithm with its name in bodies; its name in headers is the same in lower case.
const ALGORITHMS: [(Algorithm, &str); 5] = [
    (Algorithm::Crc32, ChecksumAlgorithm::CRC32),
    (Algorithm::Crc32c, ChecksumAlgorithm::CRC32C),
    (Algorithm::Crc64Nvme, ChecksumAlgorithm::CRC64NVME),
    (Algorithm::Sha1, ChecksumAlgorithm::SHA1),
    (Algorithm::Sha256, ChecksumAlgorithm::SHA256),
];

/// A checksum that a request claims: its algorithm and its value in base64.
pub(crate) type ClaimedChecksum = (Algorithm, String);

/// A checksum of an object or a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    /// In base64; a composite one ends with `-` and the number of parts.
    pub(crate) value: String,
    /// Whether it is computed from the parts' checksums and not from the object's bytes.
    pub(crate) composite: bool,
}

impl Algorithm {
    /// The algorithm with this name, in any case.
    ///
    /// # Errors
    /// `InvalidRequest` for a name that S3 or the library does not know.
    pub(crate) fn named(name: &str) -> S3Result<Self> {
        let known = ALGORITHMS
            .into_iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name));
        known.map(|(algorithm, _)| algorithm).ok_or_else(|| {
            s3_error!(InvalidRequest, "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
        })
    }

    /// Its name in bodies.
    pub(crate) fn name(self) -> &'static str {
        ALGORITHMS
            .into_iter()
            .find(|(known, _)| *known == self)
            .map_or("", |(_, name)| name)
    }

    /// All implemented algorithms, with their headers.
    pub(crate) fn headers() -> impl Iterator<Item = (Self, String)> {
        let header = |name: &str| format!("x-amz-checksum-{}", name.to_lowercase());
        let known = ALGORITHMS.into_iter();
        known.map(move |(algorithm, name)| (algorithm, header(name)))
    }

    /// Its name in the model.
    pub(crate) fn dto(self) -> ChecksumAlgorithm {
        ChecksumAlgorithm::from_static(self.name())
    }

    /// Whether a multipart upload that requests no checksum type gets a composite checksum.
    pub(crate) fn composite_by_default(self) -> bool {
        self != Self::Crc64Nvme
    }
}

impl Checksum {
    /// The checksum that is the digest of all bytes.
    pub(crate) fn whole(algorithm: Algorithm, digest: &[u8]) -> Self {
        Self {
            algorithm,
            value: BASE64_STANDARD.encode(digest),
            composite: false,
        }
    }

    /// The checksum of the parts' checksums, which are in base64.
    pub(crate) fn composite<'a>(
        algorithm: Algorithm,
        parts: impl Iterator<Item = &'a str>,
    ) -> Self {
        let raw: Vec<Vec<u8>> = parts
            .filter_map(|part| BASE64_STANDARD.decode(part).ok())
            .collect();
        let digest = digests::digest(algorithm, raw.iter().map(Vec::as_slice));
        let digest = BASE64_STANDARD.encode(digest);
        Self {
            algorithm,
            value: format!("{digest}-{}", raw.len()),
            composite: true,
        }
    }

    /// Its type in the model.
    pub(crate) fn dto_type(&self) -> ChecksumType {
        checksum_type(self.composite)
    }

    /// Fails unless the claim is equal; the claim for a composite checksum may omit the number of
    /// parts.
    ///
    /// # Errors
    /// `BadDigest`.
    pub(crate) fn check(&self, claimed: &str) -> S3Result<()> {
        let digest = |value: &str| value.split('-').next().map(str::to_owned);
        if claimed == self.value || (self.composite && digest(claimed) == digest(&self.value)) {
            return Ok(());
        }
        Err(s3_error!(
            BadDigest,
            "The {} you specified did not match the calculated checksum.",
            self.algorithm.name()
        ))
    }
}

/// The type of a checksum in the model.
pub(crate) fn checksum_type(composite: bool) -> ChecksumType {
    ChecksumType::from_static(if composite {
        ChecksumType::COMPOSITE
    } else {
        ChecksumType::FULL_OBJECT
    })
}

/// The algorithm that an upload probably needs, before its body is read: trailers may claim
/// another.
pub(crate) fn likely_algorithm(
    claims: &[ClaimedChecksum],
    wish: Option<&ChecksumAlgorithm>,
) -> Algorithm {
    let claimed = claims.first().map(|(algorithm, _)| *algorithm);
    let wished = || wish.and_then(|name| Algorithm::named(name.as_str()).ok());
    claimed.or_else(wished).unwrap_or(Algorithm::Crc64Nvme)
}

/// Chooses the checksum to store for uploaded bytes, and compares it with the claim.
///
/// The algorithm is that of the claim, or else the requested one, or else S3's default, CRC64NVME.
///
/// # Errors
/// `InvalidRequest` for several claims or a malformed one, `BadDigest` for a wrong one.
pub(crate) fn verify(
    content: &Content,
    digests: Digests,
    claims: &[ClaimedChecksum],
    wish: Option<Algorithm>,
) -> S3Result<Digests> {
    let (algorithm, claimed) = match claims {
        [] => (wish.unwrap_or(Algorithm::Crc64Nvme), None),
        [(algorithm, claimed)] => (*algorithm, Some(claimed)),
        _ => {
            return Err(s3_error!(
                InvalidRequest,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
            ));
        }
    };
    let digests = digests.with_algorithm(algorithm, content)?;
    if let Some(claimed) = claimed {
        well_formed(algorithm, claimed, digests.checksum.value.len())?;
        digests.checksum.check(claimed)?;
    }
    Ok(digests)
}

fn well_formed(algorithm: Algorithm, claimed: &str, length: usize) -> S3Result<()> {
    if claimed.len() == length && BASE64_STANDARD.decode(claimed).is_ok() {
        return Ok(());
    }
    let name = algorithm.name().to_ascii_lowercase();
    Err(s3_error!(
        InvalidRequest,
        "Value for x-amz-checksum-{name} header is invalid."
    ))
}

/// Adds the checksums from trailers, which the library provides after the body has been read.
///
/// # Errors
/// `NotImplemented` for a trailer of an algorithm that is not implemented.
pub(crate) fn with_trailers<T>(
    mut claims: Vec<ClaimedChecksum>,
    request: &S3Request<T>,
) -> S3Result<Vec<ClaimedChecksum>> {
    let signed = request.trailing_headers.as_ref();
    let unsigned = request.extensions.get::<Trailers>();
    let headers = signed.and_then(TrailingHeaders::take);
    let Some(headers) = headers.or_else(|| unsigned?.take()) else {
        return Ok(claims);
    };
    checksum_names::check_names(headers.keys().map(HeaderName::as_str))?;
    for (algorithm, name) in ALGORITHMS {
        let header = format!("x-amz-checksum-{}", name.to_ascii_lowercase());
        if let Some(value) = headers.get(header).and_then(|value| value.to_str().ok()) {
            claims.push((algorithm, value.to_owned()));
        }
    }
    Ok(claims)
}

/// The `ETag` of an object made from parts: the MD5 of their MD5s, and their number.
pub(crate) fn multipart_etag<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone) -> String {
    let count = parts.clone().count();
    format!("{}-{count}", hex(&digests::md5(parts)))
}

/// Bytes in lowercase hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    let digits = digits.map(|digit| char::from_digit(digit.into(), 16));
    digits.map(Option::unwrap_or_default).collect()
}

/// The bytes of a hexadecimal text; `None` for any other text.
pub(crate) fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let is_hex = digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit);
    let pair = |pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    is_hex.then(|| digits.chunks_exact(2).map(pair).collect())?
}

/// Fails unless the `Content-MD5` of a request, if present, equals this MD5 in hexadecimal.
///
/// # Errors
/// `InvalidDigest` for a malformed one, `BadDigest` for a wrong one.
pub(crate) fn check_md5(claimed: Option<&str>, md5: &str) -> S3Result<()> {
    let Some(claimed) = claimed else {
        return Ok(());
    };
    match BASE64_STANDARD.decode(claimed) {
        Ok(claimed) if hex(&claimed) == md5 => Ok(()),
        Ok(claimed) if claimed.len() * 2 == md5.len() => Err(S3ErrorCode::BadDigest.into()),
        _ => Err(S3ErrorCode::InvalidDigest.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    /// The check values for `123456789` in the algorithms' catalogues.
    #[test]
    fn known_digests() {
        let content = Content::from(Bytes::from_static(b"123456789"));
        let check = |algorithm: Algorithm, expected: &str| {
            let digest = BASE64_STANDARD
                .decode(Digests::of(algorithm, &content).unwrap().checksum.value)
                .unwrap();
            assert_eq!(hex(&digest), expected, "{}", algorithm.name());
        };
        check(Algorithm::Crc32, "cbf43926");
        check(Algorithm::Crc32c, "e3069283");
        check(Algorithm::Crc64Nvme, "ae8b14860a799888");
        check(Algorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
        check(
            Algorithm::Sha256,
            "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
        );
        let digests = Digests::of(Algorithm::Crc32, &content).unwrap();
        assert_eq!(hex(&digests.md5), "25f9e794323b453885f5181f1b624d0b");
    }

    #[test]
    fn hexadecimal_is_read_as_it_is_written() {
        let bytes: Vec<u8> = (0..=u8::MAX).collect();
        assert_eq!(decode_hex(&hex(&bytes)), Some(bytes));
        for text in ["0", "0g", "+1", "25f9e794323b453885f5181f1b624d0b-2", "é"] {
            assert_eq!(decode_hex(text), None, "{text}");
        }
    }

    #[test]
    fn claims_are_compared() {
        let check = |claims: &[ClaimedChecksum], expected: Result<Algorithm, &str>| {
            let content = Content::from(Bytes::from_static(b"123456789"));
            let digests = Digests::of(likely_algorithm(claims, None), &content).unwrap();
            let actual = verify(&content, digests, claims, Some(Algorithm::Sha1));
            let actual = actual
                .map(|digests| digests.checksum.algorithm)
                .map_err(|error| error.code().as_str().to_owned());
            assert_eq!(
                actual.as_ref().map_err(String::as_str),
                expected.as_ref().map_err(|code| *code)
            );
        };
        let claim = |value: &str| (Algorithm::Crc32, value.to_owned());
        check(&[], Ok(Algorithm::Sha1));
        check(&[claim("y/Q5Jg==")], Ok(Algorithm::Crc32));
        check(&[claim("y/Q5Jw==")], Err("BadDigest"));
        check(&[claim("y/Q5")], Err("InvalidRequest"));
        check(&[claim("????????")], Err("InvalidRequest"));
        check(
            &[claim("y/Q5Jg=="), (Algorithm::Sha1, String::new())],
            Err("InvalidRequest"),
        );
    }
}
