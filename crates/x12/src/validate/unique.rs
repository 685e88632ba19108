//! Control numbers that must not occur twice.

use std::collections::HashSet;

/// The control numbers so far. Consecutive numbers need no memory.
#[derive(Default)]
pub(super) struct SeenNumbers {
    /// The first and the last of a run of consecutive numbers with the same length.
    run: Option<(u64, u64, usize)>,
    others: HashSet<Box<[u8]>>,
}

impl SeenNumbers {
    pub(super) fn clear(&mut self) {
        self.run = None;
        self.others.clear();
    }

    /// Records a number; returns false if it has been recorded before.
    pub(super) fn is_new(&mut self, id: &[u8]) -> bool {
        let number = number(id).map(|number| (number, id.len()));
        match (&mut self.run, number) {
            (None, Some((number, length))) => {
                self.run = Some((number, number, length));
                !self.others.contains(id)
            }
            (Some((first, last, known)), Some((number, length)))
                if *known == length && (*first..=*last).contains(&number) =>
            {
                false
            }
            (Some((_, last, known)), Some((number, length)))
                if *known == length
                    && last.checked_add(1) == Some(number)
                    && (self.others.is_empty() || !self.others.contains(id)) =>
            {
                *last = number;
                true
            }
            _ => self.others.insert(id.into()),
        }
    }
}

fn number(id: &[u8]) -> Option<u64> {
    let is_number = !id.is_empty() && id.len() <= 18 && id.iter().all(u8::is_ascii_digit);
    is_number.then(|| {
        let digits = id.iter().map(|byte| u64::from(byte.wrapping_sub(b'0')));
        digits.fold(0, |number, digit| number * 10 + digit)
    })
}

#[cfg(test)]
mod tests {
    use super::SeenNumbers;

    #[test]
    fn only_a_number_met_before_is_not_new() {
        let mut numbers = SeenNumbers::default();
        for (id, is_new) in [
            ("0001", true),
            ("0002", true),
            ("0001", false),
            ("0003", true),
            ("3", true),
            ("3", false),
            ("0005", true),
            ("0004", true),
            ("0005", false),
            ("0006", true),
            ("A1", true),
            ("A1", false),
            ("0002", false),
        ] {
            assert_eq!(numbers.is_new(id.as_bytes()), is_new, "{id}");
        }
        numbers.clear();
        assert!(numbers.is_new(b"0001"));
    }
}
