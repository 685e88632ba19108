//! The members of a request, checked against the model's constraints.

use b2bi_local_dispatcher::ServiceError;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::errors::validation;

/// The constraints of a text.
pub(super) struct Text {
    name: &'static str,
    min: usize,
    max: usize,
    pattern: &'static str,
    matches: fn(&str) -> bool,
}

/// `AWS::B2BI::Profile`.
pub(super) const TYPE_NAME: Text = Text {
    name: "TypeName",
    min: 10,
    max: 196,
    pattern: "[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}",
    matches: is_type_name,
};
pub(super) const IDENTIFIER: Text = Text {
    name: "Identifier",
    min: 1,
    max: 1024,
    pattern: ".+",
    matches: |text| !text.contains('\n'),
};
pub(super) const REQUEST_TOKEN: Text = token("RequestToken");
pub(super) const CLIENT_TOKEN: Text = token("ClientToken");
pub(super) const DESIRED_STATE: Text = document("DesiredState");
pub(super) const PATCH_DOCUMENT: Text = document("PatchDocument");
pub(super) const RESOURCE_MODEL: Text = document("ResourceModel");
const TYPE_VERSION: Text = Text {
    name: "TypeVersionId",
    min: 1,
    max: 128,
    pattern: "[A-Za-z0-9-]+",
    matches: |text| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    },
};
const ROLE: Text = Text {
    name: "RoleArn",
    min: 20,
    max: 2048,
    pattern: "arn:.+:iam::[0-9]{12}:role/.+",
    matches: is_role,
};
const NEXT_TOKEN: Text = Text {
    name: "NextToken",
    min: 1,
    max: 4096,
    pattern: ".+",
    matches: |_| true,
};

const fn token(name: &'static str) -> Text {
    Text {
        name,
        min: 1,
        max: 128,
        pattern: "[-A-Za-z0-9+/=]+",
        matches: |text| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-+/=".contains(&byte))
        },
    }
}

const fn document(name: &'static str) -> Text {
    Text {
        name,
        min: 1,
        max: 262_144,
        pattern: "[\\s\\S]*",
        matches: |_| true,
    }
}

fn is_type_name(text: &str) -> bool {
    let mut parts = 0_usize;
    let fits = text.split("::").all(|part| {
        parts = parts.saturating_add(1);
        (2..=64).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    fits && parts == 3
}

fn is_role(text: &str) -> bool {
    let role = text
        .strip_prefix("arn:")
        .and_then(|rest| rest.split_once(":iam::"));
    let Some((partition, rest)) = role else {
        return false;
    };
    let account = rest.split_once(":role/");
    let is_account =
        |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    !partition.is_empty() && account.is_some_and(|(id, name)| is_account(id) && !name.is_empty())
}

/// The members of a request, and the constraints that they break.
pub(super) struct Fields {
    members: Map<String, Value>,
    broken: Vec<String>,
}

impl Fields {
    pub(super) fn parse(body: &Bytes) -> Result<Self, ServiceError> {
        let body = if body.is_empty() { b"{}" } else { &body[..] };
        let members = serde_json::from_slice(body);
        Ok(Self {
            members: members.map_err(|error| ServiceError::serialization(error.to_string()))?,
            broken: Vec::new(),
        })
    }

    /// A required member.
    pub(super) fn required(&mut self, text: &Text) -> Result<String, ServiceError> {
        let found = self.optional(text)?;
        Ok(found.unwrap_or_else(|| {
            let member = member(text.name);
            let message = "failed to satisfy constraint: Member must not be null";
            self.broken
                .push(format!("Value null at '{member}' {message}"));
            String::new()
        }))
    }

    /// An optional member.
    pub(super) fn optional(&mut self, text: &Text) -> Result<Option<String>, ServiceError> {
        match self.take(text.name) {
            None => Ok(None),
            Some(Value::String(found)) => {
                self.check(text, &found);
                Ok(Some(found))
            }
            Some(_) => Err(ServiceError::serialization(format!(
                "{} must be a string",
                text.name
            ))),
        }
    }

    /// The size of a page, 1 to 100; 20 by default.
    pub(super) fn max_results(&mut self) -> Result<usize, ServiceError> {
        let Some(found) = self.take("MaxResults") else {
            return Ok(20);
        };
        let number = found.as_i64();
        let number =
            number.ok_or_else(|| ServiceError::serialization("MaxResults must be an integer"))?;
        if !(1..=100).contains(&number) {
            let bound = if number < 1 {
                "greater than or equal to 1"
            } else {
                "less than or equal to 100"
            };
            self.broken.push(format!(
                "Value '{number}' at 'maxResults' failed to satisfy constraint: Member must have value {bound}"
            ));
        }
        Ok(usize::try_from(number).unwrap_or(1))
    }

    pub(super) fn next_token(&mut self) -> Result<Option<String>, ServiceError> {
        self.optional(&NEXT_TOKEN)
    }

    /// Texts of a list that are among those allowed.
    pub(super) fn choices(
        &mut self,
        list: Option<&Value>,
        name: &str,
        allowed: &[&str],
    ) -> Result<Vec<String>, ServiceError> {
        let wrong = || ServiceError::serialization(format!("{name} must be a list of strings"));
        let items = match list {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(list) => list.as_array().ok_or_else(wrong)?,
        };
        let mut texts = Vec::new();
        for item in items {
            let text = item.as_str().ok_or_else(wrong)?;
            if !allowed.contains(&text) {
                let allowed = allowed.join(", ");
                self.broken.push(format!(
                    "Value '[{text}]' at '{}' failed to satisfy constraint: Member must satisfy constraint: \
                     [Member must satisfy enum value set: [{allowed}]]", member(name)
                ));
            }
            texts.push(text.to_owned());
        }
        Ok(texts)
    }

    /// Removes a member and returns it; null counts as missing.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.members
            .shift_remove(name)
            .filter(|value| !value.is_null())
    }

    /// Ends the reading of a request of a type: version and role are checked, and mean nothing here.
    pub(super) fn end_of_type_request(&mut self) -> Result<(), ServiceError> {
        self.optional(&TYPE_VERSION)?;
        self.optional(&ROLE)?;
        self.end()
    }

    /// Ends the reading: one error names all broken constraints.
    pub(super) fn end(&mut self) -> Result<(), ServiceError> {
        let broken = std::mem::take(&mut self.broken);
        match broken.len() {
            0 => Ok(()),
            1 => Err(validation(format!(
                "1 validation error detected: {}",
                broken.join("; ")
            ))),
            count => {
                let all = broken.join("; ");
                Err(validation(format!(
                    "{count} validation errors detected: {all}"
                )))
            }
        }
    }

    fn check(&mut self, text: &Text, found: &str) {
        let length = found.chars().count();
        let reason = if length < text.min {
            format!(
                "Member must have length greater than or equal to {}",
                text.min
            )
        } else if length > text.max {
            format!("Member must have length less than or equal to {}", text.max)
        } else if !(text.matches)(found) {
            format!(
                "Member must satisfy regular expression pattern: {}",
                text.pattern
            )
        } else {
            return;
        };
        let shown: String = found.chars().take(256).collect();
        let member = member(text.name);
        self.broken.push(format!(
            "Value '{shown}' at '{member}' failed to satisfy constraint: {reason}"
        ));
    }
}

/// A member as messages write it: with a small letter.
fn member(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::{CLIENT_TOKEN, Fields, IDENTIFIER, TYPE_NAME, is_role};

    fn message(body: &'static str) -> String {
        let mut fields = Fields::parse(&body.into()).unwrap();
        let read = fields
            .required(&TYPE_NAME)
            .and_then(|_| fields.required(&IDENTIFIER))
            .and_then(|_| fields.optional(&CLIENT_TOKEN))
            .and_then(|_| fields.max_results())
            .and_then(|_| fields.end_of_type_request());
        read.map_or_else(|error| error.message().to_owned(), |()| String::new())
    }

    #[test]
    fn violated_constraints_are_reported_together() {
        assert_eq!(
            message(r#"{"TypeName":"AWS::B2BI::Profile","Identifier":"p-1"}"#),
            ""
        );
        for (body, expected) in [
            (
                "{}",
                "2 validation errors detected: Value null at 'typeName' failed",
            ),
            (
                r#"{"TypeName":"AWS::B2BI","Identifier":"x"}"#,
                "length greater than or equal to 10",
            ),
            (
                r#"{"TypeName":"AWS::B2BI::A-B","Identifier":"x"}"#,
                "regular expression pattern",
            ),
            (
                r#"{"TypeName":"AWS::B2BI::AB::CD","Identifier":"x"}"#,
                "regular expression pattern",
            ),
            (r#"{"TypeName":1}"#, "TypeName must be a string"),
            (
                r#"{"TypeName":"AWS::B2BI::Profile","Identifier":""}"#,
                "'identifier' failed",
            ),
            (
                r#"{"TypeName":"AWS::B2BI::Profile","Identifier":"x","ClientToken":"a b"}"#,
                "clientToken",
            ),
            (
                r#"{"TypeName":"AWS::B2BI::Profile","Identifier":"x","MaxResults":101}"#,
                "maxResults",
            ),
            (
                r#"{"TypeName":"AWS::B2BI::Profile","Identifier":"x","RoleArn":"a"}"#,
                "roleArn",
            ),
        ] {
            let found = message(body);
            assert!(found.contains(expected), "{body}: {found}");
        }
    }

    #[test]
    fn bodies_that_are_no_objects_are_refused() {
        for body in ["[]", "1", "{", "nul"] {
            assert!(Fields::parse(&body.into()).is_err(), "{body}");
        }
    }

    #[test]
    fn roles_are_distinguished_from_other_arns() {
        for (text, expected) in [
            ("arn:aws:iam::111122223333:role/deploy", true),
            ("arn:aws:iam::111122223333:user/deploy", false),
            ("arn:aws:iam::1111:role/deploy", false),
            ("arn:aws:s3:::bucket", false),
        ] {
            assert_eq!(is_role(text), expected, "{text}");
        }
    }
}
