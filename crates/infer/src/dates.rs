//! The formats of dates and times in business documents.

/// How a date or a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum DateFormat {
    /// `20260301`
    Compact,
    /// `260301`
    CompactShort,
    /// `2026-03-01`
    Iso,
    /// `03/01/2026`
    American,
    /// `01/03/2026`
    European,
    /// `01.03.2026`
    Dotted,
    /// `2026/03/01`
    Slashed,
    /// `03012026`
    CompactAmerican,
    /// `03/01/26`
    AmericanShort,
    /// `0915`
    Time,
    /// `091500`
    TimeSeconds,
    /// `09:15`
    ClockTime,
    /// `09:15:00`
    ClockSeconds,
}

/// The characters of the formats: `Y`, `M`, `D` for a date, `h`, `m`, `s` for a time. Any other
/// character is literal. A single `YY` is the year without its century.
const FORMS: &[(DateFormat, &str)] = &[
    (DateFormat::Compact, "YYYYMMDD"),
    (DateFormat::Iso, "YYYY-MM-DD"),
    (DateFormat::American, "MM/DD/YYYY"),
    (DateFormat::European, "DD/MM/YYYY"),
    (DateFormat::Dotted, "DD.MM.YYYY"),
    (DateFormat::Slashed, "YYYY/MM/DD"),
    (DateFormat::CompactAmerican, "MMDDYYYY"),
    (DateFormat::CompactShort, "YYMMDD"),
    (DateFormat::AmericanShort, "MM/DD/YY"),
    (DateFormat::TimeSeconds, "hhmmss"),
    (DateFormat::ClockSeconds, "hh:mm:ss"),
    (DateFormat::Time, "hhmm"),
    (DateFormat::ClockTime, "hh:mm"),
];

/// A date or time, independent of its format. Parts that the format lacks have default values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

/// A piece of a converted date: characters copied from the source, or a literal text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The start in the source, and the length.
    Copied(usize, usize),
    Literal(String),
}

impl DateFormat {
    /// The letters of the format.
    pub(super) fn pattern(self) -> &'static str {
        let found = FORMS.iter().find(|(form, _)| *form == self);
        found.map_or("", |(_, pattern)| pattern)
    }

    pub(super) fn is_time(self) -> bool {
        self.pattern().starts_with('h')
    }

    /// The formats in which a text can be read, the most likely first.
    pub(super) fn read(text: &str) -> Vec<(Self, Moment)> {
        let fits = |(form, pattern): &(Self, &str)| Some((*form, read(text, pattern)?));
        if !matches!(text.len(), 4..=10) || !text.starts_with(|c: char| c.is_ascii_digit()) {
            return Vec::new();
        }
        FORMS.iter().filter_map(fits).collect()
    }

    /// The pieces that convert a text from this format to another.
    pub(super) fn pieces(self, to: Self) -> Vec<Piece> {
        let (from, wanted) = (self.pattern(), to.pattern());
        let mut pieces = Vec::new();
        let mut rest = wanted;
        while let Some(first) = rest.chars().next() {
            let run = rest.chars().take_while(|&c| c == first).count();
            let (part, after) = rest.split_at(run);
            rest = after;
            piece(from, part, first, &mut pieces);
        }
        pieces
    }
}

fn piece(from: &str, part: &str, letter: char, pieces: &mut Vec<Piece>) {
    if !letter.is_ascii_alphabetic() {
        pieces.push(Piece::Literal(part.to_owned()));
        return;
    }
    let Some(start) = from.find(letter) else {
        // The source has no seconds.
        pieces.push(Piece::Literal("0".repeat(part.len())));
        return;
    };
    let length = from.matches(letter).count();
    match length.cmp(&part.len()) {
        std::cmp::Ordering::Less => {
            pieces.push(Piece::Literal("20".to_owned()));
            pieces.push(Piece::Copied(start, length));
        }
        _ => pieces.push(Piece::Copied(start + length - part.len(), part.len())),
    }
}

impl Moment {
    /// Writes the moment in a format.
    pub(super) fn write(self, form: DateFormat) -> String {
        let pattern = form.pattern();
        let short = !pattern.contains("YYYY");
        let year = if short {
            format!("{:02}", self.year % 100)
        } else {
            format!("{:04}", self.year)
        };
        let parts = [
            (if short { "YY" } else { "YYYY" }, year),
            ("MM", format!("{:02}", self.month)),
            ("DD", format!("{:02}", self.day)),
            ("hh", format!("{:02}", self.hour)),
            ("mm", format!("{:02}", self.minute)),
            ("ss", format!("{:02}", self.second)),
        ];
        let fill = |text: String, (letters, value): &(&str, String)| text.replace(letters, value);
        parts.iter().fold(pattern.to_owned(), fill)
    }

    /// A key that is the same for all formats of the moment.
    pub(super) fn key(self, form: DateFormat) -> String {
        if form.is_time() {
            return format!("{:02}{:02}{:02}", self.hour, self.minute, self.second);
        }
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

fn read(text: &str, pattern: &str) -> Option<Moment> {
    if text.len() != pattern.len() {
        return None;
    }
    let part = |letter: char, standard: u32| -> Option<u32> {
        let Some(start) = pattern.find(letter) else {
            return Some(standard);
        };
        let length = pattern.matches(letter).count();
        let digits = text.get(start..start + length)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    };
    let literal = |(one, other): (char, char)| one.is_ascii_alphabetic() || one == other;
    if !pattern.chars().zip(text.chars()).all(literal) {
        return None;
    }
    let year = part('Y', 2000)?;
    let moment = Moment {
        year: if year < 100 { year + 2000 } else { year },
        month: part('M', 1)?,
        day: part('D', 1)?,
        hour: part('h', 0)?,
        minute: part('m', 0)?,
        second: part('s', 0)?,
    };
    moment.is_plausible().then_some(moment)
}

impl Moment {
    fn is_plausible(self) -> bool {
        (1950..2100).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=31).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
    }
}
