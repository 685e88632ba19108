//! Members of an error's document that only the code that creates the error knows.
//!
//! They are attached to the error as headers, which [`take`] removes before it is sent.

use http::{HeaderMap, HeaderName, HeaderValue};
use s3s::S3Error;

/// A member of an error's document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    StorageClass,
    /// In bytes.
    ObjectSize,
    PartCount,
}

const ALL: [Detail; 3] = [Detail::StorageClass, Detail::ObjectSize, Detail::PartCount];

impl Detail {
    /// The name of the member.
    fn member(self) -> &'static str {
        match self {
            Self::StorageClass => "StorageClass",
            Self::ObjectSize => "ActualObjectSize",
            Self::PartCount => "ActualPartCount",
        }
    }

    fn header(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::StorageClass => "x-error-storage-class",
            Self::ObjectSize => "x-error-object-size",
            Self::PartCount => "x-error-part-count",
        })
    }

    /// Adds the member to an error.
    pub(crate) fn add(self, mut error: S3Error, text: &str) -> S3Error {
        let mut headers = error.headers().cloned().unwrap_or_default();
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(self.header(), value);
        }
        error.set_headers(headers);
        error
    }
}

/// Removes and returns the members of an error before it is sent.
pub(crate) fn take(headers: &mut HeaderMap) -> Vec<(&'static str, String)> {
    let taken = ALL.into_iter().filter_map(|detail| {
        let value = headers.remove(detail.header())?;
        Some((detail.member(), value.to_str().ok()?.to_owned()))
    });
    taken.collect()
}

#[cfg(test)]
mod tests {
    use s3s::s3_error;

    use super::*;

    #[test]
    fn members_are_taken_from_the_error_once() {
        let error = Detail::ObjectSize.add(s3_error!(InvalidRange), "10");
        let error = Detail::StorageClass.add(error, "GLACIER");
        let mut headers = error.headers().unwrap().clone();
        let expected = vec![
            ("StorageClass", "GLACIER".to_owned()),
            ("ActualObjectSize", "10".to_owned()),
        ];
        assert_eq!(take(&mut headers), expected);
        assert_eq!(take(&mut headers), Vec::new());
        assert!(headers.is_empty());
    }
}
