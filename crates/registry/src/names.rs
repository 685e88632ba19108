//! Generated names of resources, for models that have none.

use crate::context::HandlerContext;

/// A name in CloudFormation's form: `stack-LogicalId-1A2B3C4D5E6F`, cut at the start if it is too
/// long; without a stack, random letters.
pub(crate) fn generated(context: &HandlerContext, bits: u128, longest: usize) -> String {
    let random = random(bits, 12);
    let parts = [context.stack_name.as_deref(), context.logical_id.as_deref()];
    let known: Vec<&str> = parts.into_iter().flatten().collect();
    if known.is_empty() {
        return random;
    }
    let room = longest.saturating_sub(random.len() + 1);
    let known: String = known.join("-").chars().take(room).collect();
    format!("{known}-{random}")
}

/// So many capital letters and digits that follow from these bits.
pub(crate) fn random(bits: u128, count: usize) -> String {
    const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut rest = bits;
    let letters = (0..count).filter_map(|_| {
        let place = usize::try_from(rest % 36).ok()?;
        rest /= 36;
        LETTERS.get(place).copied().map(char::from)
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use b2bi_local_b2bi::Scope;

    use super::generated;
    use crate::context::HandlerContext;

    #[test]
    fn names_tell_the_stack_and_the_logical_id() {
        let scope = Scope {
            account: "111122223333".into(),
            region: "us-east-1".into(),
        };
        let mut context = HandlerContext::new(scope, "aws");
        assert_eq!(generated(&context, 0, 63), "AAAAAAAAAAAA");
        context.stack_name = Some("orders".to_owned());
        context.logical_id = Some("Inbox".to_owned());
        assert_eq!(generated(&context, 1, 63), "orders-Inbox-BAAAAAAAAAAA");
        assert_eq!(generated(&context, 1, 20), "orders--BAAAAAAAAAAA");
    }
}
