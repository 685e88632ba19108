//! What is allowed of a fault rule but probably not meant.

use b2bi_local_faults::{ErrorReply, Rule};
use b2bi_local_model::{ErrorShape, OPERATIONS, OperationShape, SIGNING_NAME};

use crate::vocabulary::common_status;

/// A sentence for each error that an operation cannot answer with by the service model.
pub(super) fn warnings(rules: &[Rule]) -> Vec<String> {
    let errors = rules
        .iter()
        .flat_map(|rule| rule.errors().into_iter().map(move |error| (rule, error)));
    errors
        .filter_map(|(rule, error)| warning(rule, error))
        .collect()
}

fn warning(rule: &Rule, error: &ErrorReply) -> Option<String> {
    let code = error.code.as_str();
    if ErrorShape::named(code).is_none() {
        return common_status(code)
            .is_none()
            .then(|| format!("{code} is not an error of the service model; it is sent as it is"));
    }
    let lacks = |shape: &&OperationShape| !shape.errors.contains(&code);
    let lacking: Vec<&str> = operations(rule)
        .filter(lacks)
        .map(|operations| operations.name)
        .collect();
    (!lacking.is_empty()).then(|| {
        let names = lacking.join(", ");
        format!(
            "{code} is not declared by {names}: SDKs raise it as an error without a type of its own"
        )
    })
}

/// The operations of the service that the rule is about.
fn operations(rule: &Rule) -> impl Iterator<Item = &'static OperationShape> {
    let criteria = rule.criteria();
    let service = criteria.service.as_ref();
    let is_ours = service.is_none_or(|service| service.accepts(Some(SIGNING_NAME)));
    let named = move |shape: &&OperationShape| {
        let patterns = criteria.operation.as_ref();
        is_ours && patterns.is_none_or(|patterns| patterns.accepts(Some(shape.name)))
    };
    OPERATIONS.iter().filter(named)
}
