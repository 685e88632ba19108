//! The model's regular expressions, compiled for comparison.

use regex::Regex;
use regex_syntax::hir::{Class, HirKind};
use regex_syntax::parse;

/// The form of a whole text.
#[derive(Debug)]
pub(crate) enum Form {
    /// Bytes of one class, this many of them: most of the model's expressions are like this. A
    /// table decides in a tenth of the time of an automaton.
    Class(Box<[bool; 256]>, Count),
    /// Any other form.
    Regex(Regex),
    /// The expression cannot be read, so that nothing fits it.
    Nothing,
}

/// The allowed numbers of bytes.
#[derive(Debug)]
pub(crate) struct Count {
    min: usize,
    max: Option<usize>,
}

impl Form {
    /// The form that an expression without anchors describes; `\w` and `\d` are ASCII.
    pub(crate) fn of(source: &str) -> Self {
        let anchored = format!(r"\A(?-u:{source})\z");
        let regex = || Regex::new(&anchored).map_or(Self::Nothing, Self::Regex);
        class(source).map_or_else(regex, |(class, count)| Self::Class(class, count))
    }

    /// Whether the whole text has this form.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let is_in = |class: &[bool; 256], byte| class.get(usize::from(byte)) == Some(&true);
        match self {
            Self::Class(class, count) => {
                let enough = text.len() >= count.min;
                let too_many = count.max.is_some_and(|max| text.len() > max);
                enough && !too_many && text.bytes().all(|byte| is_in(class, byte))
            }
            Self::Regex(regex) => regex.is_match(text),
            Self::Nothing => false,
        }
    }
}

/// The class and the count of an expression that has only these. Only ASCII is accepted: there,
/// bytes are characters.
fn class(source: &str) -> Option<(Box<[bool; 256]>, Count)> {
    let parsed = parse(source).ok()?;
    let HirKind::Repetition(repetition) = parsed.kind() else {
        return None;
    };
    let HirKind::Class(Class::Unicode(class)) = repetition.sub.kind() else {
        return None;
    };
    let mut table = Box::new([false; 256]);
    for range in class.ranges() {
        let (first, last) = (u8::try_from(range.start()), u8::try_from(range.end()));
        let (Ok(first), Ok(last @ ..0x80)) = (first, last) else {
            return None;
        };
        table
            .get_mut(usize::from(first)..=usize::from(last))?
            .fill(true);
    }
    let max = repetition.max.map(usize::try_from).transpose().ok()?;
    let min = usize::try_from(repetition.min).ok()?;
    Some((table, Count { min, max }))
}

#[cfg(test)]
mod tests {
    use super::Form;
    use regex::Regex;

    #[test]
    fn a_class_takes_what_the_expression_takes() {
        let texts = [
            "", "a", "Z9", "a b", "p-5c88_x", "a\n", "é", "a.b@c-d", "a@", "٣", "aaaa", "\u{7f}",
        ];
        for (source, is_class) in [
            ("[a-zA-Z0-9_-]+", true),
            ("[a-zA-Z0-9 ]*", true),
            ("[a-zA-Z0-9]*", true),
            ("[a-z]{2,3}", true),
            ("[a-z]{2}", true),
            ("[a-z]{2,}", true),
            ("[^@]+", false),
            (r"\w+", false),
            (r"[\w\.\-]+@[\w\.\-]+", false),
            ("[a-z]+|b", false),
            ("[a-z]", false),
        ] {
            let form = Form::of(source);
            assert_eq!(matches!(form, Form::Class(..)), is_class, "{source}");
            let regex = Regex::new(&format!(r"\A(?-u:{source})\z"));
            for text in texts {
                // An expression that can match half a character has no such regex.
                let expected = regex.as_ref().is_ok_and(|regex| regex.is_match(text));
                assert_eq!(form.fits(text), expected, "{source} {text}");
            }
        }
        assert!(matches!(Form::of("[a"), Form::Nothing));
        assert!(!Form::of("[a").fits("a"));
    }
}
