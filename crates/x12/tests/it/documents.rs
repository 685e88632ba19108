//! The documents of this project's inputs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use b2bi_local_x12::{JsonWriter, Layout, Reader, to_json, to_xml};

pub(crate) fn inputs() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/x12/documents");
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut inputs: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "edi"))
        .collect();
    inputs.sort();
    inputs
}

fn check(path: &Path, made: &str) {
    if std::env::var_os("B2BI_LOCAL_BLESS").is_some() {
        if made.is_empty() {
            let _ = fs::remove_file(path);
        } else {
            fs::write(path, made).unwrap();
        }
    }
    let wanted = if path.exists() {
        fs::read_to_string(path).unwrap()
    } else {
        String::new()
    };
    assert_eq!(made, wanted, "{}", path.display());
}

#[test]
fn every_input_gives_its_document_and_problems() {
    for input in inputs() {
        let document = to_json(&fs::read(&input).unwrap(), Layout::Pretty);
        let reading = &document.reading;
        let problems = reading
            .problems
            .iter()
            .chain(&reading.notes)
            .map(|problem| format!("{problem}\n"));
        check(
            &input.with_extension("problems"),
            &problems.collect::<String>(),
        );
        let readable = document.reading.fatal().is_none();
        let text = if readable {
            document.text
        } else {
            String::new()
        };
        check(&input.with_extension("json"), &text);
    }
}

#[test]
fn an_input_in_pieces_reads_as_a_whole() {
    for input in inputs() {
        let bytes = fs::read(&input).unwrap();
        let whole = to_json(&bytes, Layout::Compact);
        for size in [1, 2, 7, 64, 300] {
            let mut reader = Reader::new(JsonWriter::new(Layout::Compact, 0));
            let mut text = Vec::new();
            for piece in bytes.chunks(size) {
                reader.push(piece);
                reader.sink().hand_out(|json| text.extend_from_slice(json));
            }
            let (writer, reading) = reader.finish();
            text.extend(writer.finish());
            assert_eq!(
                String::from_utf8(text).unwrap(),
                whole.text,
                "{} by {size}",
                input.display()
            );
            assert_eq!(reading, whole.reading, "{} by {size}", input.display());
        }
    }
}

#[test]
fn a_binary_segment_that_is_none_is_read_as_text() {
    let input = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*^*00501*000000001*0*T*:~\
                 GS*PI*A*B*20260301*0930*1*X*005010~ST*275*0001~BIN0~LX*3*2~BIN~BIN*5~BIN*9999*x~DTP*1*2~SE*8*0001~GE*1*1~\
                 IEA*1*000000001~";
    let whole = to_json(input.as_bytes(), Layout::Compact);
    assert_eq!(whole.reading.problems, []);
    for part in [
        r#""LX_01":"3","LX_02":"2""#,
        r#"{"BIN_01":"5"}"#,
        r#""BIN_02":"x""#,
        r#""DTP_02":"2""#,
    ] {
        assert!(whole.text.contains(part), "{part} in {}", whole.text);
    }
}

/// Values of all lengths and with surrounding spaces, and segments with common and uncommon
/// identifiers and numbers of elements.
fn lengths() -> Vec<u8> {
    let mut text = String::from(
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*^*00501*000000001*0*T*:~\
         GS*PO*A*B*20260301*0930*1*X*005010~ST*850*0001~",
    );
    for length in 0..40 {
        let value = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop".get(..length);
        let value = value.unwrap();
        for id in ["X", "N1", "N1 ", "REF", "ABCD", "R.F", "ZZ\"", ""] {
            let _ = write!(
                text,
                "{id}*{value}*{value}**{value}\"*{value}:* {value}*{value} *~"
            );
            let _ = write!(text, "{id}*{value}*** {value} *{value}*~{id}~{id}**~");
        }
    }
    for elements in [98, 99, 100, 120] {
        let _ = write!(text, "MSG{}~", "*x".repeat(elements));
    }
    text += "SE*0*0001~GE*1*1~IEA*1*000000001~";
    text.into_bytes()
}

/// Nested levels, deeper than the writer's fast way supports.
fn levels() -> Vec<u8> {
    let mut text = String::from(
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*U*00401*000000001*0*T*:~\
         GS*SH*A*B*20260301*0930*1*X*004010~ST*856*0001~BSN*00*1*20260301*0930~",
    );
    for level in 1..40 {
        let _ = write!(text, "HL*{level}*{}*I~LIN**VN*A-{level}~", level - 1);
    }
    text += "SE*81*0001~GE*1*1~IEA*1*000000001~";
    text.into_bytes()
}

/// Compact JSON with a line for each item, indented by two spaces per level.
pub(crate) fn indented(compact: &str) -> String {
    let (mut text, mut depth, mut is_string, mut is_escaped) = (String::new(), 0, false, false);
    let mut characters = compact.chars().peekable();
    let line = |depth: usize| format!("\n{}", " ".repeat(2 * depth));
    while let Some(character) = characters.next() {
        if is_string || character == '"' {
            text.push(character);
            is_string = !is_string || is_escaped || character != '"';
            is_escaped = is_string && !is_escaped && character == '\\';
            continue;
        }
        match character {
            '{' | '[' if matches!(characters.peek(), Some('}' | ']')) => {
                text.push(character);
                text.extend(characters.next());
            }
            '{' | '[' => {
                depth += 1;
                text.push(character);
                text += &line(depth);
            }
            '}' | ']' => {
                depth -= 1;
                text += &line(depth);
                text.push(character);
            }
            ',' => {
                text.push(character);
                text += &line(depth);
            }
            ':' => text += ": ",
            _ => text.push(character),
        }
    }
    text
}

#[test]
fn compact_and_pretty_say_the_same() {
    assert_eq!(to_json(&lengths(), Layout::Pretty).reading.fatal(), None);
    let files = inputs().into_iter().map(|input| fs::read(input).unwrap());
    for bytes in files.chain([lengths(), levels()]) {
        let value =
            |layout| serde_json::from_str::<serde_json::Value>(&to_json(&bytes, layout).text);
        let (Ok(pretty), Ok(compact)) = (value(Layout::Pretty), value(Layout::Compact)) else {
            assert!(to_json(&bytes, Layout::Pretty).reading.fatal().is_some());
            continue;
        };
        assert_eq!(pretty, compact);
        let text = to_json(&bytes, Layout::Pretty).text;
        assert_eq!(text, indented(&compact.to_string()));
        assert_eq!(to_json(&bytes, Layout::Compact).text, compact.to_string());
    }
}

#[test]
fn xml_is_balanced() {
    for input in inputs() {
        let document = to_xml(&fs::read(&input).unwrap());
        if document.reading.fatal().is_none() {
            for tag in [
                "interchange",
                "group",
                "transaction",
                "loop",
                "segment",
                "element",
            ] {
                let count = |text: &str| document.text.matches(text).count();
                let opened = count(&format!("<{tag} ")) + count(&format!("<{tag}>"));
                assert_eq!(
                    opened,
                    count(&format!("</{tag}>")),
                    "{tag} in {}",
                    input.display()
                );
            }
        }
    }
}

/// Spaces are data in GS and ST02, and padding in the elements of other segments.
#[test]
fn blanks_of_headers_are_kept() {
    let input = "ISA*00*          *00*          *ZZ*FERN           *ZZ*MOSS           *260301*0930*U*00401*000000001*0*T*:~\
                 GS*PO*FERN   *  MOSS*20260301*0930*1*X*004010~ST*850*0001 ~BEG*00*SA*PO-9   **20260301~SE*3*0001 ~GE*1*1~IEA*1*000000001~";
    let text = to_json(input.as_bytes(), Layout::Compact).text;
    for wanted in [
        r#""GS_02_ApplicationSenderCode":"FERN   ""#,
        r#""GS_03_ApplicationReceiverCode":"  MOSS""#,
        r#""ST_02_TransactionSetControlNumber":"0001 ""#,
        r#""BEG_03":"PO-9""#,
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}
