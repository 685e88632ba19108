//! Dates, times and periods whose format another element names (elements 1250 and 1251).

use super::values::{days_of, is_digits, number};

/// The element that names a format, and the one with a value in it.
pub(crate) const FORMAT: &str = "1250";
pub(crate) const PERIOD: &str = "1251";

/// The layouts of formats: `CC`, `YY`, `MM`, `DD` for a date, `DDD` for the day of a year, `Y` for
/// the year of a decade, `HH`, `MM`, `SS` for a time; a range has two layouts, separated by a
/// hyphen. Formats of free text and of month names have none.
const LAYOUTS: [(&str, &str); 32] = [
    ("CM", "CCYYMM"),
    ("CY", "CCYY"),
    ("D6", "YYMMDD"),
    ("D8", "CCYYMMDD"),
    ("DA", "DD-DD"),
    ("DB", "MMDDCCYY"),
    ("DD", "DD"),
    ("DT", "CCYYMMDDHHMM"),
    ("DTS", "CCYYMMDDHHMMSS-CCYYMMDDHHMMSS"),
    ("EH", "YDDD"),
    ("MD", "MMDD"),
    ("MM", "MM"),
    ("RD", "MMDDCCYY-MMDDCCYY"),
    ("RD2", "YY-YY"),
    ("RD4", "CCYY-CCYY"),
    ("RD5", "CCYYMM-CCYYMM"),
    ("RD6", "YYMMDD-YYMMDD"),
    ("RD8", "CCYYMMDD-CCYYMMDD"),
    ("RDM", "YYMMDD-MMDD"),
    ("RDT", "CCYYMMDDHHMM-CCYYMMDDHHMM"),
    ("RMD", "MMDD-MMDD"),
    ("RMY", "YYMM-YYMM"),
    ("RTM", "HHMM-HHMM"),
    ("RTS", "CCYYMMDDHHMMSS"),
    ("TC", "DDD"),
    ("TM", "HHMM"),
    ("TQ", "MMYY"),
    ("TR", "DDMMYYHHMM"),
    ("TS", "HHMMSS"),
    ("TT", "MMDDYY"),
    ("TU", "YYDDD"),
    ("YY", "YY"),
];

/// The layout of values in a format.
fn layout_of(format: &[u8]) -> Option<&'static str> {
    let at = LAYOUTS
        .binary_search_by(|(code, _)| code.as_bytes().cmp(format))
        .ok()?;
    LAYOUTS.get(at).map(|(_, layout)| *layout)
}

/// An example value in a format.
pub(crate) fn example(format: &str) -> Option<String> {
    let layout = layout_of(format.as_bytes())?;
    let digits = [
        ("CC", "20"),
        ("YY", "26"),
        ("YDDD", "6060"),
        ("DDD", "060"),
        ("DD", "01"),
        ("HH", "12"),
    ];
    let times = [("MM", "30"), ("SS", "59")];
    let replaced = |text: &str, with: &[(&str, &str)]| {
        let replace = |text: String, (token, digits): &(&str, &str)| text.replace(token, digits);
        with.iter().fold(text.to_owned(), replace)
    };
    let half = |layout: &str| {
        let (before, time) = layout.split_at(layout.find("HH").unwrap_or(layout.len()));
        let date = replaced(before, &digits).replace("MM", "03");
        date + &replaced(&replaced(time, &times), &digits)
    };
    Some(layout.split('-').map(half).collect::<Vec<_>>().join("-"))
}

/// The layout that a value should have according to its format, but does not.
pub(super) fn wrong_layout(format: &[u8], value: &[u8]) -> Option<&'static str> {
    let layout = layout_of(format)?;
    let mut values = value.split(|byte| *byte == b'-');
    let fits = layout
        .split('-')
        .all(|layout| values.next().is_some_and(|value| has_layout(value, layout)));
    (!fits || values.next().is_some()).then_some(layout)
}

/// Whether a layout has only times.
pub(crate) fn is_of_time(layout: &str) -> bool {
    layout.starts_with("HH")
}

/// The parts of a date that a layout has.
#[derive(Default)]
struct Parts {
    century: Option<u32>,
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
}

fn has_layout(value: &[u8], layout: &str) -> bool {
    value.len() == layout.len() && is_digits(value) && parts_fit(value, layout).unwrap_or(false)
}

fn parts_fit(mut value: &[u8], mut layout: &str) -> Option<bool> {
    let mut parts = Parts::default();
    let mut in_time = false;
    while !layout.is_empty() {
        let length = match layout.as_bytes() {
            [b'D', b'D', b'D', ..] => 3,
            [b'Y', b'D', ..] => 1,
            _ => 2,
        };
        let (token, rest) = layout.split_at_checked(length)?;
        let (digits, others) = value.split_at_checked(length)?;
        let part = number(digits)?;
        let fits = match token {
            "CC" => parts.century.replace(part).is_none(),
            "YY" => parts.year.replace(part).is_none(),
            "MM" if in_time => part < 60,
            "MM" => parts.month.replace(part).is_none(),
            "DD" => parts.day.replace(part).is_none(),
            "DDD" => (1..=366).contains(&part),
            "HH" => {
                in_time = true;
                part < 24
            }
            "SS" => part < 60,
            _ => true,
        };
        if !fits {
            return Some(false);
        }
        (layout, value) = (rest, others);
    }
    Some(parts.is_date())
}

impl Parts {
    /// Whether the day exists; without a year, February may have 29 days.
    fn is_date(&self) -> bool {
        // Without a century, 00 is a leap year, like 2000.
        let year = self.century.unwrap_or(20) * 100 + self.year.unwrap_or(0);
        let month = self.month.unwrap_or(1);
        (1..=12).contains(&month)
            && self
                .day
                .is_none_or(|day| (1..=days_of(year, month)).contains(&day))
    }
}

#[cfg(test)]
mod tests {
    use super::{LAYOUTS, wrong_layout};

    #[test]
    fn layouts_are_in_order() {
        assert!(LAYOUTS.is_sorted());
    }

    /// A format, matching values, and values that do not match.
    const VALUES: [(&str, &str, &str); 16] = [
        (
            "D8",
            "20240229 19991231",
            "20230229 202601 260301 2026-3-1 20261301 20260100 20260101-20260102 2O260101",
        ),
        (
            "RD8",
            "20260101-20260131",
            "20260101 20260101- -20260101 20260101-20260132 2026010120260131 20260101-20260102-20260103",
        ),
        ("D6", "260301 000229", "20260301 261301 250229"),
        (
            "DT",
            "202603010930",
            "20260301 202603012530 202603010960 20260301093000",
        ),
        ("RTS", "20260301093059", "202603010930"),
        (
            "RDT",
            "202603010930-202603010931",
            "20260301-20260302 202603010930",
        ),
        ("TM", "0930 2359", "2400 0960 9:30 093000 930"),
        ("TS", "093059", "093060 0930"),
        ("RTM", "0930-1730", "0930 0930-2430"),
        ("CM", "202612", "202613 2612"),
        ("CY", "2026", "26 2O26"),
        ("MD", "0229 1231", "0230 1301"),
        ("RD4", "2025-2026", "20252026"),
        ("TU", "26366", "26367 2026001"),
        ("EH", "6001", "6000 600"),
        ("DB", "02292024", "02292023 20240229"),
    ];

    #[test]
    fn values_have_the_layout_of_their_format() {
        for (format, good, bad) in VALUES {
            for value in good.split(' ') {
                assert_eq!(
                    wrong_layout(format.as_bytes(), value.as_bytes()),
                    None,
                    "{format} {value}"
                );
            }
            for value in bad.split(' ') {
                assert!(
                    wrong_layout(format.as_bytes(), value.as_bytes()).is_some(),
                    "{format} {value}"
                );
            }
        }
        for (format, _) in LAYOUTS {
            let example = super::example(format).unwrap();
            assert_eq!(
                wrong_layout(format.as_bytes(), example.as_bytes()),
                None,
                "{format} {example}"
            );
        }
        for format in ["UN", "ZZ", "", "D"] {
            assert_eq!(wrong_layout(format.as_bytes(), b"any text"), None);
        }
    }
}
