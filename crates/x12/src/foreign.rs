//! Names the format of a file that is not X12, from its first bytes.

/// The number of bytes that identifies a format.
pub(crate) const LOOKED_AT: usize = 64;

/// First bytes, and the formats that begin with them. Letters match in either case.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"UNA", "EDIFACT"),
    (b"UNB", "EDIFACT"),
    (b"UNH", "EDIFACT"),
    (b"STX=", "TRADACOMS"),
    (b"MSH|", "HL7 version 2"),
    (b"\xff\xfe\0\0", "UTF-32 text"),
    (b"\0\0\xfe\xff", "UTF-32 text"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"I\0S\0A", "UTF-16 text"),
    (b"I\0\0\0S", "UTF-32 text"),
    (b"\xc9\xe2\xc1", "EBCDIC text"),
    (b"\xc7\xe2", "EBCDIC text"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip file"),
    (b"PK\x05\x06", "a zip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file"),
    (b"%PDF-", "a PDF file"),
    (b"{\\rtf", "an RTF document"),
    (b"-----BEGIN PGP SIGNED", "a PGP signed message"),
    (b"-----BEGIN PGP", "a PGP message"),
    (b"-----BEGIN PKCS7", "an S/MIME message"),
    (b"-----BEGIN", "a PEM file"),
    (b"MIME-Version:", "a MIME message"),
    (b"Content-", "a MIME message"),
    (b"Message-ID:", "a MIME message"),
    (b"Received:", "a MIME message"),
    (b"From: ", "a MIME message"),
    (b"Date: ", "a MIME message"),
    (b"AS2-", "an AS2 message with its headers"),
    (b"--", "a part of a MIME message"),
    (b"HTTP/", "an HTTP response with its headers"),
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "XML"),
    (b"<", "XML or HTML"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"SVNB", "Base64 text"),
    (b"GS", "X12 without its ISA segment"),
    (b"ST", "X12 without its ISA and GS segments"),
    (b"TA1", "X12 without its ISA segment"),
    (b"isa", "X12 with an ISA segment in lower case"),
];

/// The format of a file that begins with these bytes and is not X12, if it is known.
pub(crate) fn name(bytes: &[u8]) -> Option<&'static str> {
    let begins = |(beginning, _): &&(&[u8], _)| {
        let found = bytes.get(..beginning.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(beginning))
            && is_whole(bytes, beginning)
    };
    let known = BEGINNINGS.iter().find(begins).map(|(_, name)| *name);
    known.or_else(|| is_pgp(bytes).then_some("a PGP message"))
}

/// A short segment name counts only if no letter or digit follows.
fn is_whole(bytes: &[u8], beginning: &[u8]) -> bool {
    let is_segment = matches!(beginning, b"GS" | b"ST" | b"TA1" | b"UNH" | b"UNB" | b"isa");
    !is_segment
        || bytes
            .get(beginning.len())
            .is_some_and(|next| !next.is_ascii_alphanumeric() && *next != b' ')
}

/// A binary PGP message begins with a packet of an encrypted session key or of compressed data.
fn is_pgp(bytes: &[u8]) -> bool {
    match bytes {
        // Old packets: tags 1, 3 and 8; the first has version 3, the second version 4.
        [0x84..=0x86, rest @ ..] => rest.iter().take(5).any(|byte| *byte == 3),
        // The others are new packets with the same tags.
        [0x8c..=0x8e | 0xc1 | 0xc3, _, 4..=6, ..] | [0xa3, 0..=3, ..] | [0xc1, _, _, 3 | 6, ..] => {
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn formats_are_named_by_their_first_bytes() {
        for (bytes, wanted) in [
            (&b"UNA:+.? 'UNB+"[..], Some("EDIFACT")),
            (b"UNB+UNOA:1", Some("EDIFACT")),
            (b"UNBELIEVABLE", None),
            (b"\xff\xfeI\0S\0A\0", Some("UTF-16 text")),
            (b"\xfe\xff\0I\0S\0A", Some("UTF-16 text")),
            (b"I\0S\0A\0*\0", Some("UTF-16 text")),
            (b"\xc9\xe2\xc1\x5c", Some("EBCDIC text")),
            (b"\x1f\x8b\x08\0", Some("a gzip file")),
            (b"PK\x03\x04\x14", Some("a zip file")),
            (b"-----BEGIN PGP MESSAGE-----", Some("a PGP message")),
            (b"\x85\x01\x0c\x03\x12\x34", Some("a PGP message")),
            (b"MIME-Version: 1.0", Some("a MIME message")),
            (b"content-type: multipart/signed", Some("a MIME message")),
            (b"<!DOCTYPE html>", Some("an HTML page")),
            (b"<HTML><BODY>", Some("an HTML page")),
            (b"<?xml version='1.0'?>", Some("XML")),
            (b"{\"interchanges\":[]}", Some("JSON")),
            (b"GS*PO*A*B", Some("X12 without its ISA segment")),
            (b"STEEL", None),
            (b"EOF", None),
            (b"", None),
        ] {
            assert_eq!(name(bytes), wanted, "{bytes:?}");
        }
    }
}
