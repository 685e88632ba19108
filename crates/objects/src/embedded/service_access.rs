//! Whether the policy of a bucket allows a service of AWS.
//!
//! Source: docs `reference_policies_evaluation-logic` and `reference_policies_elements_condition`
//! of IAM, 2026-11. A service outside of the account needs a statement that allows access, and no
//! statement may deny it.

use serde_json::{Map, Value};

use super::EmbeddedS3;
use super::bucket_policy::items;
use super::notifications::NOTIFICATION;

/// The access that a service requests.
#[derive(Clone, Copy, Debug)]
pub struct ServiceAccess<'a> {
    /// Its principal, such as `b2bi.amazonaws.com`.
    pub principal: &'a str,
    /// The action, such as `s3:GetObject`.
    pub action: &'a str,
    /// The key of the object.
    pub key: &'a str,
    /// The account on whose behalf it acts.
    pub source_account: &'a str,
    /// The resource on whose behalf it acts.
    pub source_arn: &'a str,
}

impl EmbeddedS3 {
    /// Whether the account has the bucket.
    #[must_use]
    pub fn has_bucket(&self, account: &str, bucket: &str) -> bool {
        let look = |buckets: &super::state::Buckets| buckets.contains_key(bucket);
        self.memory.read(account, look)
    }

    /// Whether the bucket sends the events of its objects to `EventBridge`.
    #[must_use]
    pub fn has_event_bridge(&self, account: &str, bucket: &str) -> bool {
        self.memory.read(account, |buckets| {
            let bucket = buckets.get(bucket);
            let document = bucket.and_then(|bucket| bucket.configurations.get(NOTIFICATION));
            let document = document.and_then(Option::as_deref).unwrap_or_default();
            document.contains("EventBridgeConfiguration")
        })
    }

    /// Whether the policy of the bucket allows the actions of the service.
    #[must_use]
    pub fn policy_allows(&self, account: &str, bucket: &str, access: &ServiceAccess<'_>) -> bool {
        let policy = self.memory.read(account, |buckets| {
            buckets.get(bucket).and_then(|bucket| bucket.policy.clone())
        });
        policy.is_some_and(|policy| allows(&policy, bucket, access))
    }
}

fn allows(policy: &str, bucket: &str, access: &ServiceAccess<'_>) -> bool {
    let document: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = document.get("Statement").map(items).unwrap_or_default();
    let resource = format!(":s3:::{bucket}/{}", access.key);
    let applies = |effect: &str| {
        let mut statements = statements.iter();
        statements.any(|statement| {
            statement.get("Effect").is_some_and(|known| known == effect)
                && is_about(statement, &resource, access)
        })
    };
    applies("Allow") && !applies("Deny")
}

fn is_about(statement: &Value, resource: &str, access: &ServiceAccess<'_>) -> bool {
    let any = |value: &Value, fits: &dyn Fn(&str) -> bool| {
        items(value).iter().filter_map(Value::as_str).any(fits)
    };
    let either = |name: &str, not: &str, fits: &dyn Fn(&Value) -> bool| {
        let (value, other) = (statement.get(name), statement.get(not));
        value.is_some_and(fits) || other.is_some_and(|other| !fits(other))
    };
    let is_action = |pattern: &str| {
        let (pattern, action) = (pattern.to_ascii_lowercase(), access.action);
        matches(&pattern, &action.to_ascii_lowercase())
    };
    let is_resource = |pattern: &str| {
        let partitions = ["aws", "aws-us-gov", "aws-cn"];
        let mut arns = partitions
            .iter()
            .map(|partition| format!("arn:{partition}{resource}"));
        arns.any(|arn| matches(pattern, &arn))
    };
    either("Principal", "NotPrincipal", &|value| {
        is_principal(value, access)
    }) && either("Action", "NotAction", &|value| any(value, &is_action))
        && either("Resource", "NotResource", &|value| any(value, &is_resource))
        && statement
            .get("Condition")
            .is_none_or(|condition| holds(condition, access))
}

fn is_principal(principal: &Value, access: &ServiceAccess<'_>) -> bool {
    let has = |kind: &str, name: &str| {
        let names = principal.get(kind).map(items).unwrap_or_default();
        names.iter().any(|known| known == name)
    };
    principal == "*" || has("AWS", "*") || has("Service", "*") || has("Service", access.principal)
}

/// Whether all tests of a condition are met.
fn holds(condition: &Value, access: &ServiceAccess<'_>) -> bool {
    let operators = condition.as_object().into_iter().flat_map(Map::iter);
    let mut tests = operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flat_map(Map::iter);
        keys.map(move |(key, values)| (operator.as_str(), key, values))
    });
    tests.all(|(operator, key, values)| {
        let actual = value_of(&key.to_ascii_lowercase(), access);
        is_met(operator, actual, values)
    })
}

/// The value of a condition key in a service's request.
fn value_of<'a>(key: &str, access: &ServiceAccess<'a>) -> Option<&'a str> {
    match key {
        "aws:sourceaccount" => Some(access.source_account),
        "aws:sourcearn" => Some(access.source_arn),
        "aws:principalservicename" => Some(access.principal),
        "aws:securetransport" | "aws:principalisawsservice" => Some("true"),
        "aws:viaawsservice" => Some("false"),
        _ => None,
    }
}

/// Tests that no value meets, such as those on addresses, fail for a service.
fn is_met(operator: &str, actual: Option<&str>, values: &Value) -> bool {
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let any = |fits: fn(&str, &str) -> bool| {
        actual.is_some_and(|actual| items(values).iter().any(|value| fits(&text(value), actual)))
    };
    let equal: fn(&str, &str) -> bool = |value, actual| value == actual;
    match operator {
        "Null" => items(values)
            .iter()
            .any(|value| text(value) == actual.is_none().to_string()),
        _ if if_exists && actual.is_none() => true,
        "StringEquals" => any(equal),
        "StringEqualsIgnoreCase" | "Bool" => any(str::eq_ignore_ascii_case),
        "StringLike" | "ArnLike" | "ArnEquals" => any(matches),
        "StringNotEquals" => !any(equal),
        "StringNotEqualsIgnoreCase" => !any(str::eq_ignore_ascii_case),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => !any(matches),
        _ => operator.contains("Not"),
    }
}

/// Whether a text matches a pattern with `*` for any text and `?` for any character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where to continue if the text after the latest `*` does not match.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(from) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == letter => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((star_at, star_from)) = star else {
                    return false;
                };
                star = Some((star_at, star_from + 1));
                at = star_at + 1;
                from = star_from + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ServiceAccess, allows, matches};

    const ACCESS: ServiceAccess<'static> = ServiceAccess {
        principal: "b2bi.amazonaws.com",
        action: "s3:GetObject",
        key: "in/a.edi",
        source_account: "111122223333",
        source_arn: "arn:aws:b2bi:us-east-1:111122223333:capability/ca-1",
    };

    fn statement(change: &Value) -> Value {
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": {"Service": "b2bi.amazonaws.com"},
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws:s3:::b/*",
        });
        for (name, value) in change.as_object().unwrap() {
            statement[name] = value.clone();
        }
        statement
    }

    fn check(changes: &[Value], expected: bool) {
        let statements: Vec<Value> = changes.iter().map(statement).collect();
        let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        assert_eq!(allows(&policy, "b", &ACCESS), expected, "{policy}");
    }

    fn condition(operator: &str, key: &str, value: &str) -> Value {
        json!({"Condition": {operator: {key: value}}})
    }

    #[test]
    fn a_service_needs_to_be_allowed_and_not_to_be_denied() {
        let deny = |change: Value| {
            let mut change = change;
            change["Effect"] = "Deny".into();
            change
        };
        check(&[], false);
        check(&[json!({})], true);
        check(&[json!({}), deny(json!({}))], false);
        check(
            &[json!({}), deny(json!({"Principal": "*", "Action": "s3:*"}))],
            false,
        );
        check(
            &[json!({}), deny(json!({"Action": "s3:DeleteObject"}))],
            true,
        );
        check(
            &[
                json!({}),
                deny(condition("Bool", "aws:SecureTransport", "false")),
            ],
            true,
        );
        check(
            &[
                json!({}),
                deny(condition("StringNotEquals", "aws:SourceAccount", "1")),
            ],
            false,
        );
    }

    #[test]
    fn statements_are_about_principals_actions_and_resources() {
        for (change, expected) in [
            (json!({"Principal": "*"}), true),
            (json!({"Principal": {"AWS": "*"}}), true),
            (
                json!({"Principal": {"Service": ["a", "b2bi.amazonaws.com"]}}),
                true,
            ),
            (json!({"Principal": {"Service": "s3.amazonaws.com"}}), false),
            (json!({"Principal": {"AWS": "111122223333"}}), false),
            (json!({"Action": "s3:*"}), true),
            (json!({"Action": "S3:getobject"}), true),
            (json!({"Action": "s3:Get?bject"}), true),
            (json!({"Action": "s3:PutObject"}), false),
            (json!({"Resource": "arn:aws:s3:::b"}), false),
            (json!({"Resource": "arn:aws:s3:::b/in/*"}), true),
            (
                json!({"Resource": ["arn:aws:s3:::b/out/*", "arn:aws-us-gov:s3:::b/in/a.edi"]}),
                true,
            ),
            (json!({"Resource": "arn:aws:s3:::b/out/*"}), false),
        ] {
            check(&[change], expected);
        }
    }

    #[test]
    fn conditions_are_met_by_what_a_service_says() {
        let arn = "arn:aws:b2bi:us-east-1:111122223333:*";
        for (operator, key, value, expected) in [
            ("StringEquals", "aws:SourceAccount", "111122223333", true),
            ("StringEquals", "AWS:sourceaccount", "444455556666", false),
            ("StringLike", "aws:SourceAccount", "1111*", true),
            ("ArnLike", "aws:SourceArn", arn, true),
            (
                "ArnEquals",
                "aws:SourceArn",
                "arn:aws:b2bi:*:444455556666:*",
                false,
            ),
            ("ArnNotLike", "aws:SourceArn", arn, false),
            ("StringEquals", "aws:PrincipalOrgID", "o-1", false),
            ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1", true),
            ("StringNotEquals", "aws:PrincipalOrgID", "o-1", true),
            ("Null", "aws:PrincipalOrgID", "true", true),
            ("Null", "aws:SourceArn", "true", false),
            ("Bool", "aws:SecureTransport", "true", true),
            ("IpAddress", "aws:SourceIp", "10.0.0.0/8", false),
            ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", true),
        ] {
            check(&[condition(operator, key, value)], expected);
        }
    }

    #[test]
    fn patterns_have_stars_and_question_marks() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abbcd", false),
            ("*a*b*", "xaxxbx", true),
            ("?", "", false),
            ("a?c", "abc", true),
            ("a**", "a", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
