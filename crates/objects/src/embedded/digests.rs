//! The MD5 and the checksum of an object, computed in one pass over its bytes.

use s3s::S3Result;
use s3s::crypto::{Checksum as Hash, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};

use super::checksum::{Algorithm, Checksum};
use super::content::Content;

/// The number of bytes that go through one hash before the other: few enough to stay in the cache.
const SLICE: usize = 16 << 10;

/// Computes the checksum of an algorithm.
enum Hasher {
    Crc32(Crc32),
    Crc32c(Crc32c),
    Crc64Nvme(Crc64Nvme),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hasher {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc32 => Self::Crc32(Hash::new()),
            Algorithm::Crc32c => Self::Crc32c(Hash::new()),
            Algorithm::Crc64Nvme => Self::Crc64Nvme(Hash::new()),
            Algorithm::Sha1 => Self::Sha1(Hash::new()),
            Algorithm::Sha256 => Self::Sha256(Hash::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc32(hash) => hash.update(bytes),
            Self::Crc32c(hash) => hash.update(bytes),
            Self::Crc64Nvme(hash) => hash.update(bytes),
            Self::Sha1(hash) => hash.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Crc32(hash) => hash.finalize().to_vec(),
            Self::Crc32c(hash) => hash.finalize().to_vec(),
            Self::Crc64Nvme(hash) => hash.finalize().to_vec(),
            Self::Sha1(hash) => hash.finalize().to_vec(),
            Self::Sha256(hash) => hash.finalize().to_vec(),
        }
    }
}

/// The digest of the bytes of all pieces.
pub(crate) fn digest<'p>(algorithm: Algorithm, pieces: impl Iterator<Item = &'p [u8]>) -> Vec<u8> {
    let mut hasher = Hasher::new(algorithm);
    pieces.for_each(|piece| hasher.update(piece));
    hasher.finish()
}

/// The MD5 of the bytes of all pieces.
pub(crate) fn md5<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> Vec<u8> {
    let mut hash = Md5::new();
    pieces.for_each(|piece| hash.update(piece));
    hash.finalize().to_vec()
}

/// The checksum of an object's bytes.
///
/// # Errors
/// `InternalError` if they cannot be read.
pub(crate) fn checksum(algorithm: Algorithm, content: &Content) -> S3Result<Checksum> {
    let mut hasher = Hasher::new(algorithm);
    content.visit(|piece| hasher.update(piece))?;
    Ok(Checksum::whole(algorithm, &hasher.finish()))
}

/// Computes the MD5 and the checksum of bytes as they arrive.
pub(crate) struct Digester {
    algorithm: Algorithm,
    md5: Md5,
    hasher: Hasher,
}

/// The MD5 and the checksum of the bytes of an object or a part.
#[derive(Debug)]
pub(crate) struct Digests {
    pub(crate) md5: Vec<u8>,
    pub(crate) checksum: Checksum,
}

impl Digester {
    /// Computes a checksum of this algorithm.
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            md5: Hash::new(),
            hasher: Hasher::new(algorithm),
        }
    }

    /// Adds the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for slice in bytes.chunks(SLICE) {
            self.md5.update(slice);
            self.hasher.update(slice);
        }
    }

    /// The digests of all bytes.
    pub(crate) fn finish(self) -> Digests {
        Digests {
            md5: self.md5.finalize().to_vec(),
            checksum: Checksum::whole(self.algorithm, &self.hasher.finish()),
        }
    }
}

impl Digests {
    /// The digests of the bytes.
    ///
    /// # Errors
    /// `InternalError` if they cannot be read.
    pub(crate) fn of(algorithm: Algorithm, content: &Content) -> S3Result<Self> {
        let mut digester = Digester::new(algorithm);
        content.visit(|piece| digester.update(piece))?;
        Ok(digester.finish())
    }

    /// These digests with the checksum of another algorithm, for which the bytes are read again.
    ///
    /// # Errors
    /// `InternalError` if they cannot be read.
    pub(crate) fn with_algorithm(self, algorithm: Algorithm, content: &Content) -> S3Result<Self> {
        if self.checksum.algorithm == algorithm {
            return Ok(self);
        }
        let checksum = checksum(algorithm, content)?;
        Ok(Self { checksum, ..self })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::embedded::checksum::hex;

    #[test]
    fn pieces_of_any_size_have_the_digests_of_the_whole() {
        let bytes: Vec<u8> = (0..100_000_u32)
            .map(|number| number.to_le_bytes()[0])
            .collect();
        let content = Content::from(Bytes::from(bytes.clone()));
        for (algorithm, _) in Algorithm::headers() {
            let whole = Digests::of(algorithm, &content).unwrap();
            assert_eq!(whole.checksum, checksum(algorithm, &content).unwrap());
            for size in [1, 1000, SLICE, SLICE + 1] {
                let mut digester = Digester::new(algorithm);
                bytes.chunks(size).for_each(|piece| digester.update(piece));
                let digests = digester.finish();
                assert_eq!(digests.md5, whole.md5, "{size}");
                assert_eq!(digests.checksum, whole.checksum, "{size}");
            }
        }
    }

    #[test]
    fn another_algorithm_is_made_of_the_bytes() {
        let content = Content::from(Bytes::from_static(b"123456789"));
        let digests = Digests::of(Algorithm::Sha1, &content).unwrap();
        let digests = digests.with_algorithm(Algorithm::Crc32, &content).unwrap();
        assert_eq!(
            digests.checksum,
            checksum(Algorithm::Crc32, &content).unwrap()
        );
        assert_eq!(hex(&digests.md5), "25f9e794323b453885f5181f1b624d0b");
    }
}
