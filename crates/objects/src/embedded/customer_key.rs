//! Encryption with a customer's keys (SSE-C): a key is checked, and required again for reads.
//!
//! Bytes are not encrypted here, and no key is stored. Source: docs
//! `ServerSideEncryptionCustomerKeys`, 2026-11; that plain HTTP is allowed is Assumption A-280.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use s3s::crypto::{Checksum as _, Md5};
use s3s::{S3ErrorCode, S3Result, s3_error};

/// The only algorithm.
pub(crate) const AES256: &str = "AES256";
const KEY_BYTES: usize = 32;

/// Checks that the algorithm, key and MD5 of a request are complete and valid; returns the MD5,
/// which identifies the key from then on.
///
/// # Errors
/// `InvalidEncryptionAlgorithmError`, and `InvalidArgument` for a missing or wrong value.
pub(crate) fn checked(
    algorithm: Option<&str>,
    key: Option<&str>,
    md5: Option<&str>,
) -> S3Result<Option<String>> {
    let (algorithm, key, md5) = match (algorithm, key, md5) {
        (None, None, None) => return Ok(None),
        (Some(algorithm), Some(key), Some(md5)) => (algorithm, key, md5),
        _ => {
            return Err(s3_error!(
                InvalidArgument,
                "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm, an appropriate secret key and its MD5."
            ));
        }
    };
    if algorithm != AES256 {
        return Err(s3_error!(
            InvalidEncryptionAlgorithmError,
            "The encryption request you specified is not valid. The valid value is AES256."
        ));
    }
    let key = BASE64_STANDARD.decode(key).unwrap_or_default();
    if key.len() != KEY_BYTES {
        return Err(s3_error!(
            InvalidArgument,
            "The secret key was invalid for the specified algorithm."
        ));
    }
    let mut hasher = Md5::new();
    hasher.update(&key);
    if BASE64_STANDARD.encode(hasher.finalize()) != md5 {
        return Err(s3_error!(
            InvalidArgument,
            "The calculated MD5 hash of the key did not match the hash that was provided."
        ));
    }
    Ok(Some(md5.to_owned()))
}

/// Compares the key of a read with the object's key; both are MD5s.
///
/// # Errors
/// `InvalidRequest` if one of them has none; `AccessDenied` if they differ.
pub(crate) fn check(object: Option<&str>, given: Option<&str>) -> S3Result<()> {
    match (object, given) {
        (None, None) => Ok(()),
        (Some(object), Some(given)) if object == given => Ok(()),
        (Some(_), Some(_)) => Err(S3ErrorCode::AccessDenied.into()),
        (Some(_), None) => Err(s3_error!(
            InvalidRequest,
            "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object."
        )),
        (None, Some(_)) => Err(s3_error!(
            InvalidRequest,
            "The encryption parameters are not applicable to this object."
        )),
    }
}
