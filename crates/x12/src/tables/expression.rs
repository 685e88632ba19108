//! The notation of a set: `BEG REF?+ N1-4000=N1?200[N3?2 N4?] PO1-8000=PO1+[PID?]`.
//!
//! After a segment comes how often it may occur: nothing for once, `?` 0..1, `?n` 0..n, `?+` 0 or
//! more, `*n` 1..n, `+` 1 or more, `{m,n}` m..n. Brackets contain the parts of a loop after the
//! segment that opens it, and a loop's name precedes `=`.

/// A piece of the notation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A segment that opens no loop.
    Segment { id: &'a str, min: u32, max: u32 },
    /// The beginning of a loop, with the segment that opens it.
    Open {
        name: &'a str,
        id: &'a str,
        min: u32,
        max: u32,
    },
    /// The end of a loop.
    Close,
}

/// The tokens of an expression; text that does not follow the notation is left out.
pub(crate) fn tokens(mut text: &str) -> impl Iterator<Item = Token<'_>> {
    std::iter::from_fn(move || {
        loop {
            text = text.trim_start_matches(' ');
            if let Some(rest) = text.strip_prefix(']') {
                text = rest;
                return Some(Token::Close);
            }
            let end = text.find([' ', ']', '[']).unwrap_or(text.len());
            let (item, rest) = text.split_at_checked(end)?;
            if item.is_empty() && rest.is_empty() {
                return None;
            }
            let opened = rest.strip_prefix('[');
            text = opened.unwrap_or(rest);
            if let Some(token) = token(item, opened.is_some()) {
                return Some(token);
            }
        }
    })
}

fn token(item: &str, opens: bool) -> Option<Token<'_>> {
    let (name, segment) = item.split_once('=').unwrap_or(("", item));
    let end = segment.find(|c: char| !c.is_ascii_alphanumeric());
    let (id, times) = segment.split_at_checked(end.unwrap_or(segment.len()))?;
    let (min, max) = cardinality(times)?;
    Some(if opens {
        Token::Open { name, id, min, max }
    } else {
        Token::Segment { id, min, max }
    })
}

fn cardinality(text: &str) -> Option<(u32, u32)> {
    Some(match text {
        "" => (1, 1),
        "?" => (0, 1),
        "?+" => (0, u32::MAX),
        "+" => (1, u32::MAX),
        _ => match text.split_at_checked(1)? {
            ("?", max) => (0, max.parse().ok()?),
            ("*", max) => (1, max.parse().ok()?),
            ("{", range) => {
                let (min, max) = range.trim_end_matches('}').split_once(',')?;
                (
                    min.parse().ok()?,
                    if max.is_empty() {
                        u32::MAX
                    } else {
                        max.parse().ok()?
                    },
                )
            }
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_notation() {
        let found: Vec<Token<'_>> = tokens("ST N1-4000=N1?200[N3*2 REF{2,}] SE").collect();
        let segment = |id, min, max| Token::Segment { id, min, max };
        assert_eq!(
            found,
            [
                segment("ST", 1, 1),
                Token::Open {
                    name: "N1-4000",
                    id: "N1",
                    min: 0,
                    max: 200
                },
                segment("N3", 1, 2),
                segment("REF", 2, u32::MAX),
                Token::Close,
                segment("SE", 1, 1),
            ]
        );
    }
}
