//! `AssumeRole`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use serde_json::Value;

use super::super::form::Form;
use super::sessions::Holder;
use super::{Members, Sts, roles};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    role: String,
    session: String,
    seconds: i64,
    source_identity: Option<String>,
    policy: Option<String>,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let (role, session) = roles::read(form);
        form.optional("ExternalId", (2, 1224), |letter| {
            roles::is_word(letter) || ":/".contains(letter)
        });
        let input = Self {
            role,
            session,
            seconds: form.duration(3600, 43_200),
            source_identity: form.optional("SourceIdentity", (2, 256), roles::is_word),
            policy: form.optional("Policy", (1, 2048), |_| true),
        };
        form.end()?;
        Ok(input)
    }
}

/// Gives credentials that lead to the account of the role. Every caller may assume any role.
///
/// Source: Assumption A-310.
pub(super) async fn run(sts: &Sts, input: &Input) -> Result<Members, ServiceError> {
    check_policy(input.policy.as_deref())?;
    let mut members = assumed(sts, &input.role, &input.session, input.seconds).await?;
    if let Some(source) = &input.source_identity {
        members.push(("SourceIdentity", source.as_str().into()));
    }
    Ok(members)
}

/// Refuses an invalid session policy; policies are not enforced.
pub(super) fn check_policy(policy: Option<&str>) -> Result<(), ServiceError> {
    let Some(policy) = policy else { return Ok(()) };
    let read = serde_json::from_str::<Value>(policy);
    if read.is_ok_and(|policy| policy.get("Statement").is_some()) {
        return Ok(());
    }
    let message = "The policy is not in the valid JSON format.";
    let status = http::StatusCode::BAD_REQUEST;
    Err(ServiceError::front(
        status,
        "MalformedPolicyDocument",
        message,
    ))
}

/// What both operations that assume a role answer.
pub(super) async fn assumed(
    sts: &Sts,
    arn: &str,
    session: &str,
    seconds: i64,
) -> Result<Members, ServiceError> {
    let role = roles::checked(arn)?;
    let arn = role.session_arn(session);
    let id = format!("{}:{session}", role.id());
    let holder = Holder {
        account: &role.account,
        arn: &arn,
        user_id: &id,
    };
    let credentials = sts.sessions.begin(&holder, seconds).await?;
    let user = vec![("AssumedRoleId", id.into()), ("Arn", arn.into())];
    Ok(vec![
        ("Credentials", credentials),
        ("AssumedRoleUser", QueryValue::Structure(user)),
    ])
}
