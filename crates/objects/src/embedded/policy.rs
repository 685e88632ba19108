//! The policy of an upload form: its expiry, and the conditions on its fields.
//!
//! Source: docs sigv4-HTTPPOSTConstructPolicy, 2026-11.

use std::time::SystemTime;

use b2bi_local_sigv4::parse_iso;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use s3s::{S3Error, S3ErrorCode, S3Result};
use serde_json::{Value, json};

use super::form::Fields;

/// The field with the policy.
pub(crate) const POLICY: &str = "policy";
/// Fields that need no condition, in addition to those whose names begin with [`IGNORED`].
const EXEMPT: [&str; 6] = [
    "x-amz-signature",
    "signature",
    "awsaccesskeyid",
    "file",
    "submit",
    POLICY,
];
const IGNORED: [&str; 2] = ["x-ignore-", "x-amz-server-side-encryption"];
/// The expiry in the policy for the library, which knows only the machine's clock.
const NEVER: &str = "9999-12-31T23:59:59Z";

/// A parsed policy.
pub(crate) struct Policy {
    expiration: SystemTime,
    conditions: Vec<Condition>,
    document: Value,
}

/// The condition on a field.
struct Condition {
    /// The name, in lower case.
    field: String,
    value: String,
    is_prefix: bool,
}

impl Policy {
    /// Reads a policy in base64.
    ///
    /// # Errors
    /// `InvalidPolicyDocument`.
    pub(crate) fn read(encoded: &str) -> S3Result<Self> {
        let document = BASE64_STANDARD.decode(encoded).ok();
        let document: Value = document
            .and_then(|document| serde_json::from_slice(&document).ok())
            .ok_or_else(|| invalid("Invalid Policy: Invalid JSON."))?;
        let expiration = document.get("expiration").and_then(Value::as_str);
        let expiration = expiration
            .and_then(parse_iso)
            .ok_or_else(|| invalid("Invalid Policy: Invalid 'expiration' value."))?;
        let conditions = document.get("conditions").and_then(Value::as_array);
        let conditions = conditions
            .ok_or_else(|| invalid("Invalid Policy: Policy must contain a list of conditions."))?;
        let conditions = conditions
            .iter()
            .map(Condition::read)
            .collect::<Option<Vec<_>>>();
        let conditions = conditions.ok_or_else(|| invalid("Invalid Policy: Invalid Condition."))?;
        Ok(Self {
            expiration,
            conditions: conditions.into_iter().flatten().collect(),
            document,
        })
    }

    /// Checks a form for this bucket against the policy. The library checks the length of the file.
    ///
    /// # Errors
    /// `AccessDenied`.
    pub(crate) fn check(&self, fields: &Fields, bucket: &str, now: SystemTime) -> S3Result<()> {
        if now >= self.expiration {
            return Err(denied("Policy expired."));
        }
        for condition in &self.conditions {
            let found = match condition.field.as_str() {
                "bucket" => bucket,
                field => fields.get(field).unwrap_or_default(),
            };
            if !condition.is_met(found) {
                return Err(denied(&format!(
                    "Policy Condition failed: {}",
                    condition.words()
                )));
            }
        }
        let extra = fields
            .iter()
            .map(|(name, _)| name)
            .find(|name| !self.allows(name));
        match extra {
            Some(name) => Err(denied(&format!("Extra input fields: {name}"))),
            None => Ok(()),
        }
    }

    /// The same policy for the library, which must not check the time.
    pub(crate) fn without_expiration(mut self) -> String {
        if let Some(document) = self.document.as_object_mut() {
            document.insert("expiration".to_owned(), NEVER.into());
        }
        BASE64_STANDARD.encode(self.document.to_string())
    }

    fn allows(&self, name: &str) -> bool {
        EXEMPT.contains(&name)
            || IGNORED.iter().any(|item| name.starts_with(item))
            || self
                .conditions
                .iter()
                .any(|condition| condition.field == name)
    }
}

impl Condition {
    /// Reads a condition; a condition on the length of the file is not a condition on a field.
    #[expect(clippy::option_option, reason = "unreadable, on no field, on a field")]
    fn read(condition: &Value) -> Option<Option<Self>> {
        if let Some(members) = condition.as_object() {
            let (field, value) = members.iter().next()?;
            let value = value.as_str()?;
            return (members.len() == 1).then(|| Some(Self::new(field, value, false)));
        }
        let [operator, field, value] = condition.as_array()?.as_slice() else {
            return None;
        };
        let operator = operator.as_str()?.to_ascii_lowercase();
        let on = |is_prefix| Some(Self::new(field.as_str()?, value.as_str()?, is_prefix));
        match operator.as_str() {
            "content-length-range" => Some(None),
            "eq" => on(false).map(Some),
            "starts-with" => on(true).map(Some),
            _ => None,
        }
    }

    fn new(field: &str, value: &str, is_prefix: bool) -> Self {
        let field = field.strip_prefix('$').unwrap_or(field);
        Self {
            field: field.to_ascii_lowercase(),
            value: value.to_owned(),
            is_prefix,
        }
    }

    fn is_met(&self, found: &str) -> bool {
        if self.is_prefix {
            found.starts_with(&self.value)
        } else {
            found == self.value
        }
    }

    /// The condition as the error quotes it; its value may be a credential, but not a secret.
    fn words(&self) -> Value {
        let operator = if self.is_prefix { "starts-with" } else { "eq" };
        json!([operator, format!("${}", self.field), self.value])
    }
}

fn denied(reason: &str) -> S3Error {
    let message = format!("Invalid according to Policy: {reason}");
    S3Error::with_message(S3ErrorCode::AccessDenied, message)
}

fn invalid(message: &'static str) -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidPolicyDocument, message)
}
