//! `GetAccessKeyInfo`.

use b2bi_local_dispatcher::{ServiceError, account_in_key};
use b2bi_local_sigv4::account_of_minted;

use super::super::form::Form;
use super::{Members, Sts};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    key: String,
}

impl Input {
    /// A key of twelve digits is shorter than AWS's keys, and names its account here.
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let input = Self {
            key: form.required("AccessKeyId", (12, 128), |letter| {
                letter.is_ascii_alphanumeric() || letter == '_'
            }),
        };
        form.end()?;
        Ok(input)
    }
}

/// The account of an access key: the one that it is or encodes, else the default.
pub(super) fn run(sts: &Sts, input: &Input) -> Members {
    let key = &input.key;
    let is_account = key.len() == 12 && key.bytes().all(|digit| digit.is_ascii_digit());
    let named = is_account.then(|| key.clone());
    let account = named
        .or_else(|| account_of_minted(key))
        .or_else(|| account_in_key(key));
    let account = account.unwrap_or_else(|| sts.default_account.to_string());
    vec![("Account", account.into())]
}
