//! A page of a list of objects, as S3 writes it.

use std::time::SystemTime;

use http::HeaderMap;
use http::header::DATE;
use percent_encoding::percent_decode_str;
use s3s::dto::{Timestamp, TimestampFormat};

use crate::store::{Attributes, Listed, Listing};
use crate::xml::Element;

/// The page in a reply; `None` if it is not one.
pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Option<Listing> {
    let page = Element::read(body).filter(|item| item.name() == "ListBucketResult")?;
    let is_encoded = page.text_of("EncodingType") == Some("url");
    let contents = page.children_named("Contents");
    let objects: Vec<Listed> = contents
        .map(|contents| listed(contents, is_encoded))
        .collect::<Option<_>>()?;
    let is_cut = page.text_of("IsTruncated") == Some("true");
    let last = objects.last().filter(|_| is_cut);
    Some(Listing {
        next: last.map(|last| last.key.clone()),
        objects,
        as_of: date(headers),
    })
}

/// The current time by the clock of the S3.
fn date(headers: &HeaderMap) -> Option<SystemTime> {
    let date = headers.get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(date).ok()
}

fn listed(element: &Element, is_encoded: bool) -> Option<Listed> {
    let key = element.text_of("Key")?;
    let key = if is_encoded {
        let spaced = key.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8().ok()?.into_owned()
    } else {
        key.to_owned()
    };
    Some(Listed {
        key,
        attributes: Attributes {
            size: element.text_of("Size")?.parse().ok()?,
            etag: unquoted(element.text_of("ETag").unwrap_or_default()),
            last_modified: time(element.text_of("LastModified")?)?,
            content_type: None,
        },
    })
}

/// An entity tag without its quotes.
pub(super) fn unquoted(etag: &str) -> String {
    etag.trim_matches('"').to_owned()
}

/// `2026-03-01T09:30:00.123Z`, to the second.
fn time(text: &str) -> Option<SystemTime> {
    let time = Timestamp::parse(TimestampFormat::DateTime, text).ok()?;
    let mut date = Vec::new();
    time.format(TimestampFormat::HttpDate, &mut date).ok()?;
    httpdate::parse_http_date(std::str::from_utf8(&date).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use http::{HeaderMap, HeaderValue};

    use super::read;

    fn page(more: &str) -> String {
        format!(
            "<ListBucketResult><IsTruncated>true</IsTruncated>{more}<Contents><Key>in/a+b%2B%c3%a4</Key>\
             <LastModified>2023-11-14T22:13:20.900Z</LastModified><ETag>&quot;e-2&quot;</ETag><Size>7</Size>\
             </Contents></ListBucketResult>"
        )
    }

    #[test]
    fn keys_are_decoded_where_they_are_encoded() {
        let encoded = "<EncodingType>url</EncodingType>";
        for (more, expected) in [(encoded, "in/a b+ä"), ("", "in/a+b%2B%c3%a4")] {
            let listing = read(&HeaderMap::new(), page(more).as_bytes()).unwrap();
            let [object] = listing.objects.try_into().unwrap();
            assert_eq!((object.key.as_str(), object.attributes.size), (expected, 7));
            assert_eq!(object.attributes.etag, "e-2");
            let written = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            assert_eq!(object.attributes.last_modified, written);
            assert_eq!(
                (listing.next.as_deref(), listing.as_of),
                (Some(expected), None)
            );
        }
    }

    #[test]
    fn the_reply_tells_the_time() {
        let date = HeaderValue::from_static("Tue, 14 Nov 2023 22:13:20 GMT");
        let headers = HeaderMap::from_iter([(http::header::DATE, date)]);
        let listing = read(&headers, b"<ListBucketResult/>").unwrap();
        assert_eq!(
            listing.as_of,
            Some(UNIX_EPOCH + Duration::from_secs(1_700_000_000))
        );
        assert!(listing.objects.is_empty() && listing.next.is_none());
    }

    #[test]
    fn what_is_no_page_is_none() {
        for body in [
            "",
            "<Error/>",
            "<ListBucketResult><Contents/></ListBucketResult>",
        ] {
            assert!(read(&HeaderMap::new(), body.as_bytes()).is_none(), "{body}");
        }
    }
}
