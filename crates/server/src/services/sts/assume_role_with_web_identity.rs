//! `AssumeRoleWithWebIdentity`.

use b2bi_local_dispatcher::ServiceError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::Value;

use super::super::form::Form;
use super::assume_role::{assumed, check_policy};
use super::{Members, Sts, roles};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    role: String,
    session: String,
    seconds: i64,
    token: String,
    provider: Option<String>,
    policy: Option<String>,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let (role, session) = roles::read(form);
        let input = Self {
            role,
            session,
            seconds: form.duration(3600, 43_200),
            token: form.required("WebIdentityToken", (4, 20_000), |_| true),
            provider: form.optional("ProviderId", (4, 2048), |_| true),
            policy: form.optional("Policy", (1, 2048), |_| true),
        };
        form.end()?;
        Ok(input)
    }
}

/// Gives credentials to the holder of a JSON web token. Its signature and its time are not checked.
///
/// Source: Assumption A-310.
pub(super) async fn run(sts: &Sts, input: &Input) -> Result<Members, ServiceError> {
    check_policy(input.policy.as_deref())?;
    let claims = claims(&input.token).ok_or_else(|| {
        let message = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
        ServiceError::front(StatusCode::BAD_REQUEST, "InvalidIdentityToken", message)
    })?;
    let mut members = assumed(sts, &input.role, &input.session, input.seconds).await?;
    let claim = |name: &str| claims.get(name).and_then(first_text);
    for (name, value) in [
        ("SubjectFromWebIdentityToken", claim("sub")),
        ("Provider", claim("iss").or(input.provider.as_deref())),
        ("Audience", claim("aud")),
    ] {
        if let Some(value) = value {
            members.push((name, value.into()));
        }
    }
    Ok(members)
}

/// A text, or the first of a list of texts.
fn first_text(value: &Value) -> Option<&str> {
    value
        .as_str()
        .or_else(|| value.as_array()?.first()?.as_str())
}

/// The claims in a JSON web token: the second of its three parts.
fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    (parts.next().is_none() && claims.is_object()).then_some(claims)
}

#[cfg(test)]
mod tests {
    use super::claims;

    #[test]
    fn claims_are_read_from_tokens_of_three_parts() {
        assert_eq!(claims("e30.eyJzdWIiOiJtZSJ9.x").unwrap()["sub"], "me");
        for token in ["", "a.b", "a.!.c", "a.e30.c.d", "a.W10.c"] {
            assert_eq!(claims(token), None, "{token}");
        }
    }
}
