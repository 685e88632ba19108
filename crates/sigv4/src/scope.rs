//! Which service and region a signature must be for.

/// How a service's requests are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service<'a> {
    /// An API of this signing name: the path is normalised and encoded twice, and the body is hashed.
    Api(&'a str),
    /// S3: the path is not encoded again, and `x-amz-content-sha256` says what is hashed.
    S3,
}

/// The facts for checking a request, in addition to the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningTarget<'a> {
    /// The service that was called.
    pub service: Service<'a>,
    /// The server's own region, which signatures may name even if AWS has none of that name.
    pub region: &'a str,
}

/// The prefixes of regions.
///
/// Source: the region patterns of AWS's partitions; Assumption A-191.
const AREAS: [&str; 17] = [
    "us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn", "us-gov", "us-iso", "us-isob",
    "eu-isoe", "us-isof", "eusc", "eusc-de",
];

impl Service<'_> {
    /// The name in a credential scope.
    #[must_use]
    pub fn signing_name(&self) -> &str {
        match self {
            Self::Api(name) => name,
            Self::S3 => "s3",
        }
    }
}

impl SigningTarget<'_> {
    /// Whether a signature may be for this region.
    pub(crate) fn accepts_region(&self, region: &str) -> bool {
        region == self.region || is_region(region)
    }
}

/// Whether a name is `AREA-PLACE-NUMBER`.
fn is_region(name: &str) -> bool {
    let mut parts = name.rsplitn(3, '-');
    let (number, place, area) = (parts.next(), parts.next(), parts.next());
    let is = |part: Option<&str>, is_right: fn(u8) -> bool| {
        part.is_some_and(|part| !part.is_empty() && part.bytes().all(is_right))
    };
    is(number, |item| item.is_ascii_digit())
        && is(place, |item| item.is_ascii_lowercase())
        && area.is_some_and(|area| AREAS.contains(&area))
}

#[cfg(test)]
mod tests {
    use super::{Service, SigningTarget};

    #[test]
    fn regions_have_a_form() {
        let target = SigningTarget {
            service: Service::S3,
            region: "here",
        };
        for (region, expected) in [
            ("us-east-1", true),
            ("eu-west-3", true),
            ("us-gov-west-1", true),
            ("cn-north-1", true),
            ("ap-southeast-12", true),
            ("here", true),
            ("", false),
            ("us-east", false),
            ("us-east-", false),
            ("US-EAST-1", false),
            ("mars-east-1", false),
            ("us-east-1a", false),
            ("us--1", false),
        ] {
            assert_eq!(target.accepts_region(region), expected, "{region}");
        }
    }
}
