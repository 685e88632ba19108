//! A correction: every loop that an LS opens ends with an LE.

/// The expression with an LE at the end of each loop that an LS opens: the facts leave out some of
/// nested loops, and once list after LE what follows the loop.
pub(crate) fn ended(expression: &str) -> String {
    let mut out = String::new();
    let mut open: Vec<Bound> = Vec::new();
    for part in expression.split_inclusive(['[', ']']) {
        let (body, bracket) = part.split_at(part.len() - usize::from(part.ends_with(['[', ']'])));
        let early = body
            .split_once(" LE ")
            .filter(|_| open.last() == Some(&Bound::ByLe));
        if let (Some((before, after)), Some(last)) = (early, open.last_mut()) {
            *last = Bound::Closed;
            out.extend([before, " LE] ", after]);
        } else {
            out += body;
        }
        match bracket {
            "[" if opener(body) == "LS" => open.push(Bound::ByLe),
            "[" => open.push(Bound::Free),
            "]" => match open.pop() {
                Some(Bound::ByLe) if !out.ends_with(" LE") => out += " LE",
                Some(Bound::Closed) => continue,
                _ => {}
            },
            _ => {}
        }
        out += bracket;
    }
    out
}

/// How an open loop ends.
#[derive(PartialEq, Eq)]
enum Bound {
    Free,
    ByLe,
    Closed,
}

fn opener(text: &str) -> &str {
    let after = text.rsplit_once('=').map_or("", |(_, after)| after);
    let end = after.find(|c: char| !c.is_ascii_alphanumeric());
    after.get(..end.unwrap_or(after.len())).unwrap_or("")
}
