//! Writes bytes of unknown encoding as text in JSON and XML.

use std::borrow::Cow;

use crate::delimiters::{Class, ESCAPE, MARKUP, WIDE};

/// The bytes as text: UTF-8 if they are valid, otherwise Latin-1.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// Appends the inside of a JSON string; `classes` has the classes of bytes that occur in `bytes`.
#[inline]
pub(crate) fn push_json(out: &mut Vec<u8>, bytes: &[u8], classes: Class) {
    if classes & (ESCAPE | WIDE) == 0 {
        out.extend_from_slice(bytes);
    } else {
        push_json_escaped(out, &decode(bytes));
    }
}

#[cold]
fn push_json_escaped(out: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            0..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
}

/// Appends character data or the inside of an XML attribute.
#[inline]
pub(crate) fn push_xml(out: &mut Vec<u8>, bytes: &[u8], classes: Class) {
    if classes & (ESCAPE | MARKUP | WIDE) == 0 {
        out.extend_from_slice(bytes);
    } else {
        push_xml_escaped(out, &decode(bytes));
    }
}

#[cold]
fn push_xml_escaped(out: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\t' | b'\n' | b'\r' => out.extend_from_slice(format!("&#{byte};").as_bytes()),
            // XML 1.0 cannot represent these, not even as references.
            0..=0x1f => out.push(b'?'),
            _ => out.push(byte),
        }
    }
}
