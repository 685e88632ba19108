//! The words of a text.

/// The words of a text and the separators between them.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let ends = bounds(text);
    let starts = ends.clone();
    let pairs = starts.into_iter().zip(ends.into_iter().skip(1));
    pairs.filter_map(move |(from, to)| text.get(from..to))
}

/// The bounds of words: at spaces and punctuation, and between digits and letters.
pub(super) fn bounds(text: &str) -> Vec<usize> {
    let kind = |c: char| {
        if c.is_ascii_digit() {
            0
        } else if c.is_alphanumeric() {
            1
        } else {
            2
        }
    };
    let mut bounds = vec![0];
    let mut before = None;
    for (at, letter) in text.char_indices() {
        if before.is_some_and(|before| before != kind(letter)) {
            bounds.push(at);
        }
        before = Some(kind(letter));
    }
    bounds.push(text.len());
    let digits = |from: usize, to: usize| {
        let part = text.get(from..to).unwrap_or_default();
        part.bytes().all(|byte| byte.is_ascii_digit())
    };
    // A number with decimals is one word; a date with points is not.
    let points: Vec<usize> = bounds
        .windows(4)
        .filter_map(|bounds| match *bounds {
            [start, point, after, end] => {
                let is_point = text.get(point..after) == Some(".");
                let is_alone = !text.get(..start).unwrap_or_default().ends_with('.')
                    && !text.get(end..).unwrap_or_default().starts_with('.');
                let is_number = is_point && is_alone && digits(start, point) && digits(after, end);
                is_number.then_some(point)
            }
            _ => None,
        })
        .collect();
    bounds.retain(|bound| {
        !points
            .iter()
            .any(|point| bound == point || *bound == point + 1)
    });
    bounds
}
