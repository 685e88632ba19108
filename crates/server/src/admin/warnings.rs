//! Fault rules that are allowed but probably a mistake.

use b2bi_local_faults::{Effect, ErrorReply, Glob, Patterns, Rule, Vocabulary};
use b2bi_local_model::{ErrorShape, OPERATIONS, OperationShape, SIGNING_NAME, Shape};

use crate::serve::RESOURCE_MEMBERS;
use crate::vocabulary::common_status;

/// A sentence for each rule that never acts, and for each error that an operation cannot answer with by
/// the service model.
pub(crate) fn warnings(rules: &[Rule], vocabulary: &Vocabulary) -> Vec<String> {
    let of_rule = |rule: &Rule| {
        let never = never_acts(rule, vocabulary);
        let errors = rule.errors();
        let errors = errors.into_iter().filter_map(|error| warning(rule, error));
        never.into_iter().chain(errors).collect::<Vec<_>>()
    };
    rules.iter().flat_map(of_rule).collect()
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

/// Why a rule never acts although its names exist.
fn never_acts(rule: &Rule, vocabulary: &Vocabulary) -> Option<String> {
    if rule.trigger().probability == Some(0.0) {
        let message =
            "probability is 0, so the rule never acts; `enabled: false` switches a rule off";
        return Some(message.to_owned());
    }
    // The requests of other services have no models here, and jobs are not requests.
    if is_of_others(rule, vocabulary) || matches!(rule.effect(), Some(Effect::Job(_))) {
        return None;
    }
    let criteria = rule.criteria();
    let operations: Vec<_> = operations(rule).collect();
    let lacking = criteria.body.keys().find(|path| {
        let has = |shape: &&OperationShape| holds_value(shape.input, path);
        !operations.iter().any(has)
    });
    if let Some(path) = lacking {
        let names = names(&operations);
        return Some(format!(
            "body: no request of {names} has a value at {path}, so the rule never acts"
        ));
    }
    if criteria.resource.is_some() && !operations.iter().any(|shape| names_resource(shape)) {
        let names = names(&operations);
        return Some(format!(
            "resource: no request of {names} names a resource, so the rule never acts"
        ));
    }
    let result = criteria.result.as_ref()?;
    never_answered(result, &operations)
}

/// Whether a rule is about operations of other services, too.
fn is_of_others(rule: &Rule, vocabulary: &Vocabulary) -> bool {
    let criteria = rule.criteria();
    vocabulary.services.iter().any(|service| {
        let accepts = |patterns: &Option<Patterns>, name| {
            let patterns = patterns.as_ref();
            patterns.is_none_or(|patterns| patterns.accepts(Some(name)))
        };
        let mut operations = service.operations.iter();
        service.name != SIGNING_NAME
            && accepts(&criteria.service, service.name)
            && operations.any(|name| accepts(&criteria.operation, name))
    })
}

/// Whether inputs of a shape can have a text, a number or a boolean at a JSON pointer.
fn holds_value(shape: &Shape, path: &str) -> bool {
    let Some(path) = path.strip_prefix('/') else {
        return !matches!(shape, Shape::Structure(_) | Shape::List(_)) && path.is_empty();
    };
    let (name, rest) = match path.find('/') {
        Some(at) => path.split_at(at),
        None => (path, ""),
    };
    match shape {
        Shape::Structure(structure) => structure
            .members
            .iter()
            .any(|member| member.name == name && holds_value(member.shape, rest)),
        Shape::List(list) => {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_digit())
                && holds_value(list.element, rest)
        }
        Shape::Text(_) | Shape::Integer(_) | Shape::Boolean => false,
    }
}

/// Whether requests of an operation name a resource by its id or ARN.
fn names_resource(shape: &OperationShape) -> bool {
    let is_named = |name: &str| RESOURCE_MEMBERS.contains(&name);
    matches!(shape.input, Shape::Structure(input) if input.members.iter().any(|member| is_named(member.name)))
}

/// Why a result never occurs: it is an error of the model that no operation declares.
fn never_answered(result: &Patterns, operations: &[&OperationShape]) -> Option<String> {
    let is_never = |code: &str| {
        let declares = |shape: &&OperationShape| shape.errors.contains(&code);
        ErrorShape::named(code).is_some()
            && common_status(code).is_none()
            && !operations.iter().any(declares)
    };
    let codes: Vec<&str> = result.globs().iter().map(Glob::as_str).collect();
    codes.iter().all(|code| is_never(code)).then(|| {
        let (codes, names) = (codes.join(", "), names(operations));
        format!("result: {names} never answers {codes}, so the rule never acts")
    })
}

fn names(operations: &[&OperationShape]) -> String {
    let names: Vec<&str> = operations.iter().map(|shape| shape.name).collect();
    match names.as_slice() {
        names if names.len() == OPERATIONS.len() => SIGNING_NAME.to_owned(),
        names => names.join(", "),
    }
}
