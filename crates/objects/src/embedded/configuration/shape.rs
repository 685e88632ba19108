//! The shapes of S3's documents, and whether a document has one. Assumption A-270.

use s3s::dto::{Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::xml::Element;

/// The content of an element.
pub(super) enum Shape {
    /// Other elements.
    Structure(&'static [Member]),
    Text,
    Boolean,
    Integer,
    Timestamp,
    /// One of these texts.
    OneOf(&'static [&'static str]),
}

/// An element that a structure may have.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) required: bool,
    /// Whether it is the attribute `xsi:type` instead of an element.
    pub(super) attribute: bool,
    pub(super) count: Count,
    /// The shape of the member, or of each item.
    pub(super) shape: &'static Shape,
}

/// How often a member may occur in its structure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    One,
    /// A list: once for each item.
    Flat,
    /// A list whose items have this name within the member.
    Within(&'static str),
}

impl Shape {
    /// The stored form of the element, if it has the shape.
    ///
    /// # Errors
    /// `MalformedXML`, or a specific code of S3 for a value.
    pub(super) fn read(&self, element: Element) -> S3Result<Element> {
        if let Self::Structure(members) = self {
            return structure(members, element);
        }
        if element.children.is_empty() && self.is_text(&element.text) {
            return Ok(element);
        }
        Err(malformed_value(&element.name))
    }

    fn is_text(&self, text: &str) -> bool {
        match self {
            Self::Structure(_) => false,
            Self::Text => true,
            Self::Boolean => matches!(text, "true" | "false"),
            Self::Integer => text.parse::<i64>().is_ok(),
            Self::Timestamp => is_time(text),
            Self::OneOf(values) => values.contains(&text),
        }
    }
}

fn is_time(text: &str) -> bool {
    let is = |text: &str| Timestamp::parse(TimestampFormat::DateTime, text).is_ok();
    is(text) || is(&format!("{text}T00:00:00Z"))
}

/// The error for a value that the element may not have.
fn malformed_value(name: &str) -> S3Error {
    if name == "Event" {
        return s3_error!(
            InvalidArgument,
            "A specified event is not supported for notifications."
        );
    }
    S3ErrorCode::MalformedXML.into()
}

fn structure(members: &[Member], mut element: Element) -> S3Result<Element> {
    for member in members {
        member.check_count(&element)?;
    }
    let children = std::mem::take(&mut element.children);
    let read = children.into_iter().map(|child| {
        let member = members.iter().find(|member| member.is(&child));
        member.ok_or(S3ErrorCode::MalformedXML)?.read(child)
    });
    element.children = read.collect::<S3Result<_>>()?;
    element.text.clear();
    Ok(element)
}

impl Member {
    fn is(&self, element: &Element) -> bool {
        !self.attribute && self.name == element.name
    }

    fn check_count(&self, element: &Element) -> S3Result<()> {
        let fits = if self.attribute {
            let kind = element.kind.as_deref();
            kind.map_or(!self.required, |kind| self.shape.is_text(kind))
        } else {
            let count = element.children_named(self.name).count();
            let is_flat_list = self.count == Count::Flat;
            (count > 0 || !self.required) && (count < 2 || is_flat_list)
        };
        if fits {
            return Ok(());
        }
        Err(S3ErrorCode::MalformedXML.into())
    }

    fn read(&self, mut element: Element) -> S3Result<Element> {
        let Count::Within(item) = self.count else {
            return self.shape.read(element);
        };
        let children = std::mem::take(&mut element.children);
        let read = children.into_iter().map(|child| {
            if child.name != item {
                return Err(S3ErrorCode::MalformedXML.into());
            }
            self.shape.read(child)
        });
        element.children = read.collect::<S3Result<_>>()?;
        element.text.clear();
        Ok(element)
    }
}

#[cfg(test)]
mod tests {
    use super::super::generated;
    use super::{Element, Shape};

    fn check(shape: &Shape, document: &str, expected: Result<&str, &str>) {
        let element = Element::read(document.as_bytes()).unwrap();
        let read = shape.read(element).map(|element| {
            let mut text = String::new();
            element.write(&mut text);
            text
        });
        let read = read.map_err(|error| error.code().as_str().to_owned());
        let expected = expected.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(read, expected, "{document}");
    }

    #[test]
    fn documents_are_held_to_their_shape() {
        let tagging = |body: &str| format!("<Tagging><TagSet>{body}</TagSet></Tagging>");
        let tag = "<Tag><Key>k</Key><Value>v</Value></Tag>";
        let two = tagging(&[tag, tag].concat());
        check(&generated::TAGGING, &two, Ok(&two));
        for body in [
            "<Tag><Key>k</Key></Tag>",
            "<Tag><Key>k</Key><Key>k</Key><Value>v</Value></Tag>",
            "<Tag><Key><Key>k</Key></Key><Value>v</Value></Tag>",
            "<Tag><Key>k</Key><Value>v</Value><More/></Tag>",
            "<Other/>",
        ] {
            check(&generated::TAGGING, &tagging(body), Err("MalformedXML"));
        }
        check(&generated::TAGGING, "<Tagging/>", Err("MalformedXML"));
    }

    #[test]
    fn values_are_of_their_types() {
        let rule = |body: &str| {
            format!("<C><Rule><Status>Enabled</Status><Expiration>{body}</Expiration></Rule></C>")
        };
        for (body, fits) in [
            ("<Days>1</Days>", true),
            ("<Days>one</Days>", false),
            ("<Date>2027-01-01T00:00:00Z</Date>", true),
            ("<Date>2027-01-01</Date>", true),
            ("<Date>soon</Date>", false),
            (
                "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>",
                true,
            ),
            (
                "<ExpiredObjectDeleteMarker>yes</ExpiredObjectDeleteMarker>",
                false,
            ),
        ] {
            let document = rule(body);
            let expected = if fits {
                Ok(document.as_str())
            } else {
                Err("MalformedXML")
            };
            check(
                &generated::BUCKET_LIFECYCLE_CONFIGURATION,
                &document,
                expected,
            );
        }
        let queue = "<N><QueueConfiguration><Queue>q</Queue><Event>s3:Never:*</Event>\
                     </QueueConfiguration></N>";
        check(
            &generated::NOTIFICATION_CONFIGURATION,
            queue,
            Err("InvalidArgument"),
        );
    }

    #[test]
    fn a_grantee_has_its_type_in_an_attribute() {
        let grant = |kind: &str| {
            format!(
                "<L><LoggingEnabled><TargetBucket>b</TargetBucket><TargetGrants><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"{kind}><ID>1</ID></Grantee></Grant></TargetGrants><TargetPrefix></TargetPrefix></LoggingEnabled></L>"
            )
        };
        let shape = &generated::BUCKET_LOGGING_STATUS;
        let good = grant(" xsi:type=\"CanonicalUser\"");
        check(shape, &good, Ok(&good));
        for kind in ["", " xsi:type=\"Somebody\""] {
            check(shape, &grant(kind), Err("MalformedXML"));
        }
    }
}
