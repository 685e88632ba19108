//! `GetSessionToken`.

use b2bi_local_dispatcher::{Caller, ServiceError};

use super::super::form::Form;
use super::sessions::Holder;
use super::{Members, Sts, get_caller_identity};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    seconds: i64,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let input = Self {
            seconds: form.duration(43_200, 129_600),
        };
        form.end()?;
        Ok(input)
    }
}

/// Gives the caller temporary credentials.
pub(super) async fn run(
    sts: &Sts,
    caller: &Caller,
    input: &Input,
) -> Result<Members, ServiceError> {
    let (arn, user_id) = get_caller_identity::identity(sts, caller);
    let holder = Holder {
        account: &caller.account,
        arn: &arn,
        user_id: &user_id,
    };
    let credentials = sts.sessions.begin(&holder, input.seconds).await?;
    Ok(vec![("Credentials", credentials)])
}
