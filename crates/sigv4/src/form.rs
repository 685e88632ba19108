//! Checks the signature of an S3 upload form, which signs the form's policy.
//!
//! Source: docs sigv4-UsingHTTPPOST, 2026-11.

use std::time::SystemTime;

use aws_sigv4::sign::v4::calculate_signature;
use subtle::ConstantTimeEq as _;

use crate::chunk::signing_key;
use crate::error::{SignatureError, SignaturePlace};
use crate::scope::SigningTarget;
use crate::signature::{ALGORITHM, CredentialScope, malformed};
use crate::time::parse_basic;
use crate::verify::{Verifier, WEEK, check_scope, check_validity};

/// The fields of a form that are about its signature.
#[derive(Clone, Copy, Default)]
pub struct FormFields<'a> {
    /// `policy`, in base 64.
    pub policy: Option<&'a str>,
    /// `x-amz-algorithm`.
    pub algorithm: Option<&'a str>,
    /// `x-amz-credential`.
    pub credential: Option<&'a str>,
    /// `x-amz-date`.
    pub date: Option<&'a str>,
    /// `x-amz-signature`.
    pub signature: Option<&'a str>,
    /// `x-amz-security-token`.
    pub token: Option<&'a str>,
    /// Whether there is a signature of version 2.
    pub is_version_2: bool,
}

impl Verifier {
    /// Checks the signature of an upload form. The caller checks the policy itself.
    ///
    /// # Errors
    ///
    /// Why the signature is refused.
    pub fn form(
        &self,
        fields: &FormFields<'_>,
        target: SigningTarget<'_>,
        now: SystemTime,
    ) -> Result<(), SignatureError> {
        let place = SignaturePlace::Form;
        let Some(signature) = fields.signature else {
            return Err(if fields.is_version_2 {
                SignatureError::Unsupported
            } else {
                SignatureError::Missing
            });
        };
        let required = |field: Option<&'_ str>, name: &str| {
            let problem = format!("Bucket POST must contain a field named '{name}'.");
            field
                .map(str::to_owned)
                .ok_or(SignatureError::Malformed(place, problem))
        };
        if required(fields.algorithm, "x-amz-algorithm")? != ALGORITHM {
            return Err(SignatureError::Unsupported);
        }
        let policy = required(fields.policy, "policy")?;
        let scope = required(fields.credential, "x-amz-credential")?;
        let scope = CredentialScope::read(scope.into(), place)?;
        let date = required(fields.date, "x-amz-date")?;
        let time = parse_basic(&date).ok_or_else(|| {
            malformed(place, "The field x-amz-date must be YYYYMMDD'T'HHMMSS'Z'.")
        })?;
        check_validity(time, now, WEEK, place)?;
        check_scope(&scope, &date, target, place)?;
        let credential = self.credential(&scope.access_key)?;
        Self::check_token(&credential, fields.token.map(str::as_bytes))?;
        let expected =
            calculate_signature(signing_key(&credential, &scope, time), policy.as_bytes());
        if expected.as_bytes().ct_eq(signature.as_bytes()).into() {
            Ok(())
        } else {
            Err(SignatureError::Mismatch)
        }
    }
}
