//! The checksum algorithms that a request names in any place.
//!
//! S3 has more algorithms than are implemented here. A request with another one is refused:
//! otherwise a checksum that is not compared would seem correct.

use http::{HeaderMap, HeaderName};
use s3s::{S3Error, S3Result, s3_error};

use super::checksum::Algorithm;

const PREFIX: &str = "x-amz-checksum-";

/// Names with the prefix that are not algorithms.
const OTHER_NAMES: [&str; 3] = ["algorithm", "mode", "type"];

/// Headers whose value is an algorithm.
const VALUE_HEADERS: [&str; 2] = ["x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"];

/// Checks the names and values of a request's headers.
///
/// # Errors
/// `NotImplemented` for an algorithm that is not implemented; `InvalidRequest` for a trailer that
/// is not a checksum, and for a value that is not an algorithm.
pub(crate) fn check_headers(headers: &HeaderMap) -> S3Result<()> {
    check_names(headers.keys().map(HeaderName::as_str))?;
    for header in VALUE_HEADERS {
        for value in headers.get_all(header) {
            check_algorithm(value.to_str().unwrap_or_default())?;
        }
    }
    for trailers in headers.get_all("x-amz-trailer") {
        let trailers = trailers.to_str().unwrap_or_default().split(',');
        for name in trailers.map(str::trim).filter(|name| !name.is_empty()) {
            check_trailer(name)?;
        }
    }
    Ok(())
}

/// Checks the names of headers, trailers or form fields.
///
/// # Errors
/// `NotImplemented` for an algorithm that is not implemented.
pub(crate) fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> S3Result<()> {
    for name in names {
        let Some(algorithm) = name.strip_prefix(PREFIX) else {
            continue;
        };
        if !OTHER_NAMES.contains(&algorithm) && Algorithm::named(algorithm).is_err() {
            return Err(not_implemented(algorithm));
        }
    }
    Ok(())
}

fn check_trailer(name: &str) -> S3Result<()> {
    let name = name.to_ascii_lowercase();
    let algorithm = name.strip_prefix(PREFIX).ok_or_else(|| {
        s3_error!(
            InvalidRequest,
            "The value specified in the x-amz-trailer header is not supported"
        )
    })?;
    check_algorithm(algorithm)
}

/// Algorithms of S3 that are not implemented. Source: the service model of S3, 2026-11.
const NOT_IMPLEMENTED: [&str; 5] = ["SHA512", "MD5", "XXHASH64", "XXHASH3", "XXHASH128"];

fn check_algorithm(name: &str) -> S3Result<()> {
    let is_known = |known: &&str| known.eq_ignore_ascii_case(name);
    if NOT_IMPLEMENTED.iter().any(is_known) {
        return Err(not_implemented(name));
    }
    Algorithm::named(name).map(drop)
}

fn not_implemented(algorithm: &str) -> S3Error {
    s3_error!(
        NotImplemented,
        "The checksum algorithm {} is not implemented; use CRC32, CRC32C, CRC64NVME, SHA1 or SHA256",
        algorithm.to_ascii_uppercase()
    )
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::check_headers;

    fn check(name: &'static str, value: &'static str, expected: Result<(), &str>) {
        let mut headers = HeaderMap::new();
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
        let found = check_headers(&headers).map_err(|error| error.code().as_str().to_owned());
        let found = found.as_ref().copied().map_err(String::as_str);
        assert_eq!(found, expected, "{name}: {value}");
    }

    #[test]
    fn algorithms_that_are_not_carried_out_are_refused_wherever_they_are_named() {
        for (name, value, expected) in [
            ("x-amz-checksum-sha512", "v", Err("NotImplemented")),
            ("x-amz-checksum-md5", "v", Err("NotImplemented")),
            ("x-amz-checksum-xxhash3", "v", Err("NotImplemented")),
            ("x-amz-checksum-of-tomorrow", "v", Err("NotImplemented")),
            ("x-amz-checksum-crc32", "v", Ok(())),
            ("x-amz-checksum-mode", "ENABLED", Ok(())),
            ("x-amz-checksum-type", "COMPOSITE", Ok(())),
            (
                "x-amz-sdk-checksum-algorithm",
                "SHA512",
                Err("NotImplemented"),
            ),
            ("x-amz-sdk-checksum-algorithm", "sha256", Ok(())),
            (
                "x-amz-sdk-checksum-algorithm",
                "ROT13",
                Err("InvalidRequest"),
            ),
            (
                "x-amz-checksum-algorithm",
                "XXHASH128",
                Err("NotImplemented"),
            ),
            ("x-amz-checksum-algorithm", "CRC64NVME", Ok(())),
            ("x-amz-trailer", "x-amz-checksum-crc32c", Ok(())),
            (
                "x-amz-trailer",
                "X-Amz-Checksum-SHA512",
                Err("NotImplemented"),
            ),
            (
                "x-amz-trailer",
                "x-amz-checksum-crc32, x-amz-meta-a",
                Err("InvalidRequest"),
            ),
        ] {
            check(name, value, expected);
        }
    }
}
