//! Identifiers in AWS's form.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A prefix and hexadecimal digits, 17 as AWS has them, of which the 13th is `4`: a random UUID cut short.
///
/// Source: the service model's examples.
pub(crate) fn resource_id(prefix: &str, bits: u128, length: usize) -> String {
    let digits = format!("{bits:032x}");
    let (head, tail) = digits.split_at(12);
    let tail = tail.get(1..).unwrap_or_default();
    let digits: String = head
        .chars()
        .chain(['4'])
        .chain(tail.chars())
        .take(length)
        .collect();
    format!("{prefix}-{digits}")
}

/// `tj-` and 16 bytes in unpadded base 64 for URLs.
///
/// Source: the service model's examples.
pub(crate) fn job_id(bits: u128) -> String {
    format!("tj-{}", URL_SAFE_NO_PAD.encode(bits.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{job_id, resource_id};

    #[test]
    fn ids_have_the_form_of_the_models_examples() {
        for (bits, resource, job) in [
            (0, "p-00000000000040000", "tj-AAAAAAAAAAAAAAAAAAAAAA"),
            (
                u128::MAX,
                "p-ffffffffffff4ffff",
                "tj-_____________________w",
            ),
            (
                0x60fb_c37c_87f0_9fce_9000_0000_0000_0000,
                "p-60fbc37c87f04fce9",
                "tj-YPvDfIfwn86QAAAAAAAAAA",
            ),
        ] {
            assert_eq!(resource_id("p", bits, 17), resource);
            assert_eq!(job_id(bits), job);
        }
    }
}
