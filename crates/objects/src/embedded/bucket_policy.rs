//! Policies of buckets: the checks of S3 when a policy is put, and whether a policy is public.
//!
//! Source: docs `reference_policies_grammar` of IAM and `access-control-block-public-access`,
//! 2026-11; the texts of errors and the keys that narrow a statement are Assumption A-275.

use s3s::{S3Error, S3ErrorCode, S3Result};
use serde_json::{Map, Value};

const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];
const FIELDS: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT_FIELDS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
const PRINCIPALS: [&str; 4] = ["AWS", "CanonicalUser", "Federated", "Service"];
/// Condition keys that make a statement for everybody not public, in lower case.
const NARROWING_KEYS: [&str; 12] = [
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointarn",
];

/// The maximum length of a policy, in bytes. Source: docs `BucketRestrictions` and
/// `example-bucket-policies`, 2026-11.
const MAX_BYTES: usize = 20 << 10;

/// Checks a new policy of a bucket.
///
/// # Errors
/// `MalformedPolicy`, with what is wrong.
pub(crate) fn check(policy: &str, bucket: &str) -> S3Result<()> {
    if policy.len() > MAX_BYTES {
        let message = "The policy exceeds the maximum allowed document size.";
        return Err(malformed(message));
    }
    let not_json = "Policies must be valid JSON and the first byte must be '{'";
    let document: Value = serde_json::from_str(policy).map_err(|_| malformed(not_json))?;
    let document = document.as_object().ok_or_else(|| malformed(not_json))?;
    check_fields(document, &FIELDS)?;
    let version = document.get("Version");
    if version.is_some_and(|version| !VERSIONS.iter().any(|known| version == known)) {
        return Err(malformed("The policy must contain a valid version string"));
    }
    let statements = document.get("Statement");
    let statements = statements.ok_or_else(|| malformed("Missing required field Statement"))?;
    let statements = items(statements);
    if statements.is_empty() {
        let message = "Could not parse the policy: Statement is empty!";
        return Err(malformed(message));
    }
    statements
        .iter()
        .try_for_each(|statement| check_statement(statement, bucket))
}

fn check_statement(statement: &Value, bucket: &str) -> S3Result<()> {
    let statement = statement
        .as_object()
        .ok_or_else(|| malformed("Invalid policy syntax."))?;
    check_fields(statement, &STATEMENT_FIELDS)?;
    match statement.get("Effect").map(Value::as_str) {
        Some(Some("Allow" | "Deny")) => {}
        Some(effect) => {
            let effect = effect.unwrap_or_default();
            return Err(malformed(&format!("Invalid effect: {effect}")));
        }
        None => return Err(malformed("Missing required field Effect")),
    }
    if !is_principal(either(statement, "Principal", "NotPrincipal")?) {
        return Err(malformed("Invalid principal in policy"));
    }
    let actions = texts(either(statement, "Action", "NotAction")?);
    if !actions.is_some_and(|actions| actions.into_iter().all(is_action)) {
        return Err(malformed("Policy has invalid action"));
    }
    let resources = texts(either(statement, "Resource", "NotResource")?);
    if !resources.is_some_and(|all| all.into_iter().all(|one| is_resource(one, bucket))) {
        return Err(malformed("Policy has invalid resource"));
    }
    let condition = statement.get("Condition");
    let tests = |condition: &Value| {
        let operators = condition.as_object();
        operators.is_some_and(|operators| operators.values().all(Value::is_object))
    };
    if condition.is_some_and(|condition| !tests(condition)) {
        return Err(malformed("Invalid policy syntax."));
    }
    Ok(())
}

fn check_fields(object: &Map<String, Value>, known: &[&str]) -> S3Result<()> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(malformed(&format!("Unknown field {name}"))),
        None => Ok(()),
    }
}

/// The value of one of two members, exactly one of which must be present.
fn either<'a>(statement: &'a Map<String, Value>, name: &str, not: &str) -> S3Result<&'a Value> {
    match (statement.get(name), statement.get(not)) {
        (Some(value), None) | (None, Some(value)) => Ok(value),
        (None, None) => Err(malformed(&format!("Missing required field {name}"))),
        (Some(_), Some(_)) => Err(malformed(&format!(
            "Statement cannot contain both {name} and {not}"
        ))),
    }
}

fn is_principal(principal: &Value) -> bool {
    if principal == "*" {
        return true;
    }
    let is_named = |(kind, names): (&String, &Value)| {
        PRINCIPALS.contains(&kind.as_str()) && texts(names).is_some()
    };
    let principals = principal.as_object();
    principals.is_some_and(|members| !members.is_empty() && members.iter().all(is_named))
}

fn is_action(action: &str) -> bool {
    let name = action
        .split_once(':')
        .filter(|(service, _)| service.eq_ignore_ascii_case("s3"));
    action == "*" || name.is_some_and(|(_, name)| !name.is_empty())
}

/// Whether an ARN names the bucket or something in it; it may have wildcards.
fn is_resource(arn: &str, bucket: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "s3", _, _, resource] = parts.as_slice() else {
        return arn == "*";
    };
    let name = resource.split('/').next().unwrap_or_default();
    partition.starts_with("aws") && (name == bucket || name.contains(['*', '?', '$']))
}

/// A text or several texts; at least one.
fn texts(value: &Value) -> Option<Vec<&str>> {
    let texts: Option<Vec<&str>> = items(value).iter().map(Value::as_str).collect();
    texts.filter(|texts| !texts.is_empty() && texts.iter().all(|text| !text.is_empty()))
}

pub(crate) fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

/// Whether a policy allows access to everybody.
pub(crate) fn is_public(policy: &str) -> bool {
    let document: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = document.get("Statement").map(items).unwrap_or_default();
    statements.iter().any(|statement| {
        statement
            .get("Effect")
            .is_some_and(|effect| effect == "Allow")
            && is_everybody(statement)
            && !is_narrowed(statement.get("Condition"))
    })
}

fn is_everybody(statement: &Value) -> bool {
    let Some(principal) = statement.get("Principal") else {
        return true;
    };
    let has_any = |names: &Value| items(names).iter().any(|name| name == "*");
    let mut members = principal.as_object().into_iter().flat_map(Map::values);
    principal == "*" || members.any(has_any)
}

/// Whether a condition requires fixed values of a key that identifies a caller.
fn is_narrowed(condition: Option<&Value>) -> bool {
    let operators = condition.and_then(Value::as_object).into_iter().flatten();
    let mut tests = operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| (operator.as_str(), key.to_ascii_lowercase(), values))
    });
    tests.any(|(operator, key, values)| {
        let is_fixed = |value: &Value| value.as_str().is_some_and(|text| !is_wide(&key, text));
        !operator.contains("Not")
            && !operator.ends_with("IfExists")
            && NARROWING_KEYS.contains(&key.as_str())
            && items(values).iter().all(is_fixed)
    })
}

fn is_wide(key: &str, value: &str) -> bool {
    value.is_empty() || value == "*" || (key == "aws:sourceip" && value.ends_with("/0"))
}

fn malformed(message: &str) -> S3Error {
    S3Error::with_message(S3ErrorCode::MalformedPolicy, message.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{check, is_public};

    fn policy(change: &Value) -> String {
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": {"Service": "b2bi.amazonaws.com"},
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws:s3:::b/*",
        });
        for (name, value) in change.as_object().unwrap() {
            let members = statement.as_object_mut().unwrap();
            if value.is_null() {
                members.remove(name);
            } else {
                members.insert(name.clone(), value.clone());
            }
        }
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    }

    #[test]
    fn policies_are_held_to_the_grammar() {
        for change in [
            json!({}),
            json!({"Sid": "a", "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}),
            json!({"Principal": "*", "Effect": "Deny", "Action": "s3:*"}),
            json!({"Principal": null, "NotPrincipal": {"AWS": ["a", "b"]}}),
            json!({"Resource": ["arn:aws:s3:::b", "arn:aws-us-gov:s3:::b/in/*"]}),
            json!({"Action": null, "NotAction": "s3:DeleteObject"}),
        ] {
            assert!(check(&policy(&change), "b").is_ok(), "{change}");
        }
        let changed = [
            (json!({"Effect": null}), "Missing required field Effect"),
            (json!({"Effect": "allow"}), "Invalid effect: allow"),
            (
                json!({"Principal": null}),
                "Missing required field Principal",
            ),
            (json!({"Principal": "me"}), "Invalid principal in policy"),
            (json!({"Principal": {}}), "Invalid principal in policy"),
            (
                json!({"Principal": {"Nobody": "x"}}),
                "Invalid principal in policy",
            ),
            (json!({"Action": null}), "Missing required field Action"),
            (json!({"Action": []}), "Policy has invalid action"),
            (
                json!({"Action": "sqs:SendMessage"}),
                "Policy has invalid action",
            ),
            (
                json!({"Action": ["s3:GetObject", 1]}),
                "Policy has invalid action",
            ),
            (json!({"Resource": null}), "Missing required field Resource"),
            (
                json!({"Resource": "arn:aws:s3:::other/*"}),
                "Policy has invalid resource",
            ),
            (json!({"Resource": "b"}), "Policy has invalid resource"),
            (json!({"Condition": []}), "Invalid policy syntax."),
            (
                json!({"Condition": {"StringEquals": "x"}}),
                "Invalid policy syntax.",
            ),
            (json!({"Nonsense": 1}), "Unknown field Nonsense"),
            (
                json!({"NotResource": "arn:aws:s3:::b"}),
                "Statement cannot contain both Resource and NotResource",
            ),
        ];
        let not_json = "Policies must be valid JSON and the first byte must be '{'";
        let whole = [
            ("", not_json),
            ("[]", not_json),
            ("{", not_json),
            ("{}", "Missing required field Statement"),
            (
                "{\"Statement\": []}",
                "Could not parse the policy: Statement is empty!",
            ),
            ("{\"Statement\": [1]}", "Invalid policy syntax."),
            (
                "{\"Version\": \"1\"}",
                "The policy must contain a valid version string",
            ),
            ("{\"Rules\": []}", "Unknown field Rules"),
        ];
        let whole = whole.map(|(policy, message)| (policy.to_owned(), message));
        let changed = changed.map(|(change, message)| (policy(&change), message));
        for (policy, message) in changed.into_iter().chain(whole) {
            let error = check(&policy, "b").expect_err(&policy);
            assert_eq!(error.code().as_str(), "MalformedPolicy");
            assert_eq!(error.message(), Some(message), "{policy}");
        }
    }

    #[test]
    fn what_anybody_may_do_is_public() {
        let narrow = |operator: &str, key: &str, value: &str| json!({"Principal": "*", "Condition": {operator: {key: value}}});
        for (change, expected) in [
            (json!({}), false),
            (json!({"Principal": "*"}), true),
            (json!({"Principal": {"AWS": ["111122223333", "*"]}}), true),
            (json!({"Principal": "*", "Effect": "Deny"}), false),
            (
                narrow("StringEquals", "aws:SourceAccount", "111122223333"),
                false,
            ),
            (narrow("StringLike", "aws:SourceAccount", "*"), true),
            (narrow("StringNotEquals", "aws:SourceAccount", "1"), true),
            (narrow("IpAddress", "aws:SourceIp", "0.0.0.0/0"), true),
            (narrow("IpAddress", "aws:SourceIp", "10.0.0.0/8"), false),
            (narrow("Bool", "aws:SecureTransport", "true"), true),
        ] {
            assert_eq!(is_public(&policy(&change)), expected, "{change}");
        }
    }
}
