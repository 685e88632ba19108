//! Identifiers.

use b2bi_local_b2bi::Scope;

/// A random UUID of these bits.
pub(crate) fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf000_u128 << 64) | 0x4000_u128 << 64;
    let bits = bits & !(0xc000_u128 << 48) | 0x8000_u128 << 48;
    let [time, middle, high, clock] = [
        (bits >> 96) & 0xffff_ffff,
        (bits >> 80) & 0xffff,
        (bits >> 64) & 0xffff,
        (bits >> 48) & 0xffff,
    ];
    let node = bits & 0xffff_ffff_ffff;
    format!("{time:08x}-{middle:04x}-{high:04x}-{clock:04x}-{node:012x}")
}

/// An ARN of CloudFormation, such as that of `stack/NAME/UUID`.
pub(crate) fn arn(partition: &str, scope: &Scope, resource: &str) -> String {
    let Scope { account, region } = scope;
    format!("arn:{partition}:cloudformation:{region}:{account}:{resource}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_uuid_has_its_version() {
        assert_eq!(super::uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(
            super::uuid(u128::MAX),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
    }
}
