//! JavaScript's conversions of values.

use jsonata_core::functions::string;
use jsonata_core::value::{JValue, with_stack};

/// A value as an item of a list that JavaScript joins.
pub(in super::super) fn written(value: &JValue) -> String {
    match value {
        JValue::String(_) | JValue::Number(_) | JValue::Bool(_) => {
            let text = string::string(value, None).ok();
            let text = text.as_ref().and_then(JValue::as_str);
            text.unwrap_or_default().to_owned()
        }
        JValue::Null | JValue::Undefined => String::new(),
        JValue::Array(items) => {
            let items: Vec<String> = with_stack(|| items.iter().map(written).collect());
            items.join(",")
        }
        _ => "[object Object]".to_owned(),
    }
}

/// A value as JavaScript adds it to a text.
pub(super) fn added(value: &JValue) -> String {
    match value {
        JValue::Null => "null".to_owned(),
        JValue::Undefined => "undefined".to_owned(),
        other => written(other),
    }
}

/// A value as a number.
pub(super) fn number(value: &JValue) -> f64 {
    match value {
        JValue::Number(number) => *number,
        JValue::Bool(flag) => f64::from(u8::from(*flag)),
        JValue::Null => 0.0,
        JValue::String(text) => number_of_text(text),
        JValue::Array(_) => number_of_text(&written(value)),
        _ => f64::NAN,
    }
}

fn number_of_text(text: &str) -> f64 {
    let text = text.trim();
    let prefixed = |prefixes: [&str; 2], radix: u32| {
        let digits = prefixes
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix))?;
        u32::from_str_radix(digits, radix).ok().map(f64::from)
    };
    let of_radix = prefixed(["0x", "0X"], 16)
        .or_else(|| prefixed(["0o", "0O"], 8))
        .or_else(|| prefixed(["0b", "0B"], 2));
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => of_radix
            .or_else(|| {
                let is_decimal =
                    !text.contains(|sign: char| sign.is_alphabetic() && !"eE".contains(sign));
                text.parse().ok().filter(|_| is_decimal)
            })
            .unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use jsonata_core::value::JValue;

    use super::number;

    #[test]
    fn texts_are_numbers_as_in_javascript() {
        for (text, wanted) in [
            ("", 0.0),
            (" 12.5 ", 12.5),
            ("-.5e1", -5.0),
            ("0x1F", 31.0),
            ("0b11", 3.0),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            let found = number(&JValue::string(text));
            assert_eq!(found.to_bits(), f64::to_bits(wanted), "{text}");
        }
        for text in ["a", "inf", "nan", "infinity", "1 2", "0x", "--1"] {
            assert!(number(&JValue::string(text)).is_nan(), "{text}");
        }
    }
}
