//! Functions for URLs and base64 with JavaScript's behaviour; the library's differ.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::overrides::{self, wrong_argument};

/// The characters that `encodeURIComponent` escapes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Characters with a meaning in an address: `encodeURI` and `decodeURI` leave them.
const RESERVED: &[u8] = b";/?:@&=+$,#";

/// The characters that `encodeURI` escapes.
const ADDRESS: &AsciiSet = &COMPONENT
    .remove(b';')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'#');

/// Accepts base64 as node does: with or without padding, and with any trailing bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

const ENCODE_URL: &str = "encodeUrl";
const ENCODE_URL_COMPONENT: &str = "encodeUrlComponent";
const DECODE_URL: &str = "decodeUrl";
const DECODE_URL_COMPONENT: &str = "decodeUrlComponent";
const BASE64_ENCODE: &str = "base64encode";
const BASE64_DECODE: &str = "base64decode";

/// Registers the functions.
pub(super) fn register(evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
    for name in [
        ENCODE_URL,
        ENCODE_URL_COMPONENT,
        DECODE_URL,
        DECODE_URL_COMPONENT,
        BASE64_ENCODE,
        BASE64_DECODE,
    ] {
        overrides::register(evaluator, name, move |given| match given {
            [JValue::String(text), ..] => made(name, text).map(JValue::string),
            [JValue::Undefined, ..] => Ok(JValue::Undefined),
            [] => Err(overrides::wrong_context(name)),
            _ => Err(wrong_argument(name, 1)),
        })?;
    }
    Ok(())
}

fn made(name: &str, text: &str) -> Result<String, EvaluatorError> {
    let malformed = || {
        let reason = format!("D3140: Malformed URL passed to ${name}(): \"{text}\"");
        EvaluatorError::EvaluationError(reason)
    };
    match name {
        ENCODE_URL => Ok(utf8_percent_encode(text, ADDRESS).to_string()),
        ENCODE_URL_COMPONENT => Ok(utf8_percent_encode(text, COMPONENT).to_string()),
        DECODE_URL => decoded(text, RESERVED).ok_or_else(malformed),
        DECODE_URL_COMPONENT => decoded(text, &[]).ok_or_else(malformed),
        BASE64_ENCODE => Ok(LENIENT.encode(latin_1(text))),
        _ => Ok(from_base64(text)),
    }
}

/// The low byte of each UTF-16 unit, which is all that node keeps of it.
fn latin_1(text: &str) -> Vec<u8> {
    let low = |unit: u16| u8::try_from(unit & 0xFF).unwrap_or_default();
    text.encode_utf16().map(low).collect()
}

/// The bytes as characters of Latin-1; characters that are not base64 are ignored.
fn from_base64(text: &str) -> String {
    let letters = text
        .chars()
        .take_while(|c| *c != '=')
        .filter_map(|c| match c {
            '-' => Some('+'),
            '_' => Some('/'),
            '+' | '/' => Some(c),
            _ => Some(c).filter(char::is_ascii_alphanumeric),
        });
    let mut letters: String = letters.collect();
    // A single letter has too few bits for a byte.
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    let bytes = LENIENT.decode(letters).unwrap_or_default();
    bytes.into_iter().map(char::from).collect()
}

/// A text with its percent escapes decoded, except those for characters in `kept`; `None` if the
/// result is not UTF-8.
fn decoded(text: &str, kept: &[u8]) -> Option<String> {
    let mut made = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            made.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let value = u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()?;
        if kept.contains(&value) {
            made.push(b'%');
            made.extend(digits);
        } else {
            made.push(value);
        }
    }
    String::from_utf8(made).ok()
}
