//! The parts and the checksum of an object in exports, without values that can be computed from the
//! bytes.

use serde::{Deserialize, Serialize};

use super::checksum::{self, Algorithm, Checksum};
use super::content::Content;
use super::described_error::DescriptionError;
use super::digests::Digests;
use super::fields;
use super::state::{Object, PartRecord};

const COMPOSITE: &str = "COMPOSITE";

/// How an object was uploaded, as far as its `ETag` and its checksum depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DescribedUpload {
    /// `None` means CRC64NVME.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checksum_algorithm: Option<String>,
    /// `None` means `FULL_OBJECT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checksum_type: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<DescribedPart>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedPart {
    number: i32,
    /// In bytes.
    size: u64,
}

impl DescribedUpload {
    pub(super) fn of(object: &Object) -> Self {
        let algorithm = object.checksum.algorithm;
        let is_default = algorithm == Algorithm::Crc64Nvme;
        let parts = object.parts.iter().map(|part| DescribedPart {
            number: part.number,
            size: part.size,
        });
        Self {
            checksum_algorithm: (!is_default).then(|| algorithm.name().to_owned()),
            checksum_type: object.checksum.composite.then(|| COMPOSITE.to_owned()),
            parts: parts.collect(),
        }
    }

    /// Whether it was uploaded in one request with S3's default checksum.
    pub(super) fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// The algorithm of the checksum.
    ///
    /// # Errors
    /// S3 does not have it.
    pub(super) fn algorithm(&self) -> Result<Algorithm, DescriptionError> {
        let Some(name) = self.checksum_algorithm.as_deref() else {
            return Ok(Algorithm::Crc64Nvme);
        };
        let algorithm = Algorithm::named(name);
        algorithm.map_err(|_| DescriptionError::Algorithm)
    }

    /// The object with the `ETag`, the checksum and the parts of its upload.
    ///
    /// # Errors
    /// The parts do not match the bytes, or the type of the checksum is unknown.
    pub(super) fn applied(&self, object: Object) -> Result<Object, DescriptionError> {
        let is_composite = match self.checksum_type.as_deref() {
            None => false,
            Some(COMPOSITE) if !self.parts.is_empty() => true,
            Some(_) => return Err(DescriptionError::ChecksumType),
        };
        if self.parts.is_empty() {
            return Ok(object);
        }
        let algorithm = object.checksum.algorithm;
        let (parts, md5s) = self.digested(algorithm, &object.content)?;
        let sums = parts.iter().map(|part| part.checksum.value.as_str());
        Ok(Object {
            entity_tag: checksum::multipart_etag(md5s.iter().map(Vec::as_slice)),
            checksum: if is_composite {
                Checksum::composite(algorithm, sums)
            } else {
                object.checksum
            },
            parts,
            ..object
        })
    }

    fn digested(
        &self,
        algorithm: Algorithm,
        content: &Content,
    ) -> Result<(Vec<PartRecord>, Vec<Vec<u8>>), DescriptionError> {
        let wrong = || DescriptionError::Parts(fields::size(content.size()));
        let (mut records, mut md5s) = (Vec::new(), Vec::new());
        let (mut start, mut last) = (0_u64, 0);
        for part in &self.parts {
            let end = start.checked_add(part.size);
            let end = end.filter(|end| *end <= content.size() && part.number > last);
            let end = end.ok_or_else(wrong)?;
            let digests = Digests::of(algorithm, &content.slice(start..end));
            let digests = digests.map_err(DescriptionError::Bytes)?;
            records.push(PartRecord {
                number: part.number,
                size: part.size,
                checksum: digests.checksum,
            });
            md5s.push(digests.md5);
            (start, last) = (end, part.number);
        }
        if start == content.size() {
            Ok((records, md5s))
        } else {
            Err(wrong())
        }
    }
}
