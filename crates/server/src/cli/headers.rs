//! The headers of an X12 file.

/// How many bytes an ISA segment has, with its terminator.
const ISA: usize = 106;
/// How many elements a GS segment has.
const GS_ELEMENTS: usize = 8;

/// The number of bytes at the start of a file that contain its headers.
const HEAD: usize = 1024;

/// The first bytes of a file that arrives in pieces.
#[derive(Default)]
pub(super) struct Head(Vec<u8>);

impl Head {
    /// Takes the next bytes of the file.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let missing = HEAD.saturating_sub(self.0.len()).min(bytes.len());
        let wanted = bytes.get(..missing).unwrap_or_default();
        self.0.extend_from_slice(wanted);
    }

    /// Says so when the segment after ISA has other delimiters than ISA declares.
    pub(super) fn delimiters_differ(&self) -> Option<String> {
        delimiters_differ(&self.0)
    }
}

fn delimiters_differ(head: &[u8]) -> Option<String> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let (isa, rest) = head.trim_ascii_start().split_at_checked(ISA)?;
    let (element, terminator) = (*isa.get(3)?, *isa.last()?);
    let rest = rest.trim_ascii_start();
    let elements = rest.strip_prefix(b"GS")?;
    let found = *elements.first()?;
    if !isa.starts_with(b"ISA") || !element.is_ascii_punctuation() || !found.is_ascii_punctuation()
    {
        return None;
    }
    // A GS segment without elements has no separator to compare.
    if found == terminator {
        return None;
    }
    if found != element {
        return Some(differs("element separator", element, found, "GS segment"));
    }
    let end = rest.iter().position(|byte| *byte == terminator);
    let gs = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
    let separators = memchr::memchr_iter(element, gs).count();
    if separators <= GS_ELEMENTS {
        return None;
    }
    let next = [b"ST".as_slice(), &[element]].concat();
    let at = gs.windows(next.len()).position(|window| window == next)?;
    let found = *gs.get(..at)?.trim_ascii_end().last()?;
    let is_other = found.is_ascii_punctuation() && found != element;
    is_other.then(|| differs("segment terminator", terminator, found, "GS segment"))
}

fn differs(what: &str, declared: u8, found: u8, segment: &str) -> String {
    format!(
        "The {what} is {} by the ISA segment, and {} in the {segment} after it: the delimiters differ, so the \
         rest cannot be read. Use those of the ISA segment throughout the interchange",
        shown(declared),
        shown(found)
    )
}

fn shown(byte: u8) -> String {
    match byte {
        b'\n' => "a line feed".to_owned(),
        b'\r' => "a carriage return".to_owned(),
        0..=0x1f | 0x7f.. => format!("the byte {byte:#04x}"),
        _ => char::from(byte).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::delimiters_differ;

    const ISA: &str = "ISA*00*          *00*          *ZZ*HARBOUR        *ZZ*ORCHARD        \
        *260301*0930*U*00401*000000001*0*T*:~";

    #[test]
    fn delimiters_other_than_those_of_isa_are_reported() {
        let rest = "\nGS*PO*A1*B1*20260301*0930*1*X*004010~\nST*850*0001~\n";
        for (rest, expected) in [
            (rest.to_owned(), ""),
            (
                rest.replace('*', "|"),
                "element separator is * by the ISA segment, and | in",
            ),
            (
                rest.replace('~', "\\"),
                "segment terminator is ~ by the ISA segment, and \\ in",
            ),
            (
                rest.replace('~', "|"),
                "segment terminator is ~ by the ISA segment, and | in",
            ),
            (rest.replace("GS*", "GS*X*"), ""),
            ("\nGS~\nST*850*0001~\n".to_owned(), ""),
            ("TA1|1~".to_owned(), ""),
            (String::new(), ""),
        ] {
            let found = delimiters_differ(format!("{ISA}{rest}").as_bytes());
            let found = found.unwrap_or_default();
            assert!(found.contains(expected), "{rest}: {found}");
            assert_eq!(found.is_empty(), expected.is_empty(), "{rest}: {found}");
        }
        assert_eq!(delimiters_differ(b"ISA"), None);
    }
}
