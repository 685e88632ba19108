//! Delimiters, characters, and files that are not X12.

use super::*;

/// Changes the order's delimiters: one message, TA1 R with normal delimiters.
fn check_delimiters(input: &[u8], message: &str, note: &str) {
    let found = answers(input);
    assert_eq!(found.report.len(), 1, "{:?}", found.report);
    assert!(
        found.report[0].contains(message),
        "{message}: {:?}",
        found.report
    );
    assert_eq!(found.interchanges, [format!("R*{note}")]);
}

#[test]
fn delimiters_that_cannot_be_any_are_told_once() {
    let check = |old: &str, new: &str, message: &str, note: &str| {
        check_delimiters(ORDER.replacen(old, new, 1).as_bytes(), message, note);
    };
    check(
        "*T*>~",
        "*T*> ~",
        "ISA segment is longer than 106 characters",
        "004",
    );
    check(
        "*T*>~",
        "*T*>",
        "The terminator of the ISA segment is missing",
        "004",
    );
    check("*T*>~", "*T**~", "component separator", "027");
    check("*T*>~", "*T*~~", "component separator", "027");
    check("*T*>~", "*T*A~", "a letter or a digit", "027");
    check("*T*>~", "*T* ~", "it is a blank", "027");
    check("*U*00401", "***00501", "repetition separator", "016");
    check(
        "*U*00401",
        "*>*00501",
        "it is the component separator too",
        "016",
    );
    check("*U*00401", "* *00501", "repetition separator", "016");
    check_delimiters(
        ORDER.replace('~', "*").as_bytes(),
        "segment terminator",
        "004",
    );
    check_delimiters(
        ORDER.replace('*', "Q").as_bytes(),
        "element separator",
        "026",
    );
}

#[test]
fn an_isa_segment_has_sixteen_elements() {
    for (old, new, count) in [
        ("*T*>~", "*>~", 15),
        ("*T*>~", "*T*>*1~", 17),
        ("*0*T*>~", "*>~", 14),
    ] {
        let found = answers(ORDER.replacen(old, new, 1).as_bytes());
        assert_eq!(found.report.len(), 1, "{:?}", found.report);
        let wanted = format!("The ISA segment has {count} elements");
        assert!(found.report[0].contains(&wanted), "{:?}", found.report);
    }
}

/// One message names the element and both lengths, whatever else the ISA segment has.
#[test]
fn isa_elements_have_their_lengths() {
    for (old, new, element, note) in [
        ("BLUEBIKES      ", "BLUEBIKES       ", "ISA06", "006"),
        ("BLUEBIKES      ", "BLUEBIKES", "ISA06", "006"),
        ("NORTHMILL      ", "NORTHMILL AND SONS", "ISA08", "008"),
        ("*00401*", "*004010*", "ISA12", "017"),
        ("*260301*0930*U", "*20260301*0930*U", "ISA09", "014"),
        ("000000042", "0000000042", "ISA13", "018"),
        ("000000042", "00000042", "ISA13", "018"),
    ] {
        let found = answers(ORDER.replace(old, new).as_bytes());
        assert_eq!(found.report.len(), 1, "{new}: {:?}", found.report);
        let wanted = format!("ISA fixed-length field {element} has incorrect length");
        assert!(found.report[0].contains(&wanted), "{:?}", found.report);
        assert_eq!(found.interchanges, [format!("R*{note}")], "{new}");
    }
}

#[test]
fn utf_8_is_read_by_characters() {
    let plain = to_json(ORDER.as_bytes(), Layout::Compact).text;
    let mut input = ORDER.replace('~', "¦").replace('*', "§").replace('>', "…");
    assert_eq!(to_json(input.as_bytes(), Layout::Compact).text, plain);
    input.push_str(&ORDER.replace("000000042", "000000043"));
    let found = answers(input.as_bytes());
    assert_eq!(found.report, Vec::<String>::new());
    assert_eq!(found.interchanges, ["A*000", "A*000"]);
    for size in 1..9 {
        let mut reader = Reader::new(ReceivedInterchanges::new());
        input
            .as_bytes()
            .chunks(size)
            .for_each(|piece| reader.push(piece));
        let (received, reading) = reader.finish();
        assert_eq!((received.transactions(), reading.problems), (4, Vec::new()));
    }
    let (pieces, _) = split(input.as_bytes());
    let piece = std::str::from_utf8(&pieces[0].bytes).unwrap();
    assert!(piece.contains("ST§850§0001¦"), "{piece}");
    let named = ORDER.replace("BLUEBIKES      ", "SOCIÉTÉ BLEUE  ");
    let found = answers(named.as_bytes());
    assert_eq!(found.report, Vec::<String>::new());
    assert_eq!(found.functional[0].chars().count(), 105);
    // The same in Latin-1, and the reply in Latin-1 too.
    let latin: Vec<u8> = named
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let (received, reading) = read(&latin, ReceivedInterchanges::new());
    assert_eq!(reading.problems, []);
    let answer =
        acknowledge_interchanges(&received, &Findings::new(&reading, None), &how()).unwrap();
    assert_eq!(answer.iter().position(|byte| *byte == b'~'), Some(105));
}

#[test]
fn other_files_are_named_for_what_they_are() {
    for (input, wanted) in [
        (&b""[..], "The file is empty."),
        (
            b" \r\n ",
            "The file holds nothing but blanks and line breaks.",
        ),
        (b"UNA:+.? 'UNB+UNOA:1'", "the file is EDIFACT"),
        (b"\xff\xfeI\0S\0A\0*\0", "the file is UTF-16 text"),
        (b"\xfe\xff\0I\0S\0A", "the file is UTF-16 text"),
        (b"\0I\0S\0A\0*\0", "the file is UTF-16 text"),
        (b"\xff\xfe\0\0I\0\0\0", "the file is UTF-32 text"),
        (b"MSH|^~\\&|LAB", "the file is HL7 version 2"),
        (b"\xc9\xe2\xc1\x5c\xf0\xf0", "the file is EBCDIC text"),
        (b"\x1f\x8b\x08\0\0\0", "the file is a gzip file"),
        (b"PK\x03\x04\x14\0", "the file is a zip file"),
        (b"-----BEGIN PGP MESSAGE-----", "the file is a PGP message"),
        (b"MIME-Version: 1.0\r\n", "the file is a MIME message"),
        (b"<!DOCTYPE html><html>", "the file is an HTML page"),
        (b"GS*PO*A*B", "the file is X12 without its ISA segment"),
    ] {
        let found = answers(input);
        assert_eq!(found.report.len(), 1, "{:?}", found.report);
        assert!(
            found.report[0].contains(wanted),
            "{wanted}: {:?}",
            found.report
        );
        assert!(!found.report[0].chars().any(char::is_control));
    }
}
