//! Credentials and the region, from the environment or the AWS CLI.

use std::io;
use std::process::Command;

use b2bi_local_sigv4::Credential;
use serde::Deserialize;

/// The credentials of the caller, and the region.
pub(crate) struct CallerCredentials {
    pub(crate) credential: Credential,
    pub(crate) region: String,
}

/// Why there are no credentials or no region.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CredentialsError {
    /// The AWS CLI cannot be started.
    #[error(
        "no credentials: the environment has none, and the AWS CLI, which reads profiles, cannot be \
         started ({0}); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install it"
    )]
    NoCli(#[source] io::Error),
    /// The AWS CLI has none; the text is its own.
    #[error("no credentials: {0}; name a profile with --profile, or log in")]
    Refused(String),
    /// The output of the AWS CLI is invalid.
    #[error("no credentials: `aws configure export-credentials` printed something else: {0}")]
    Unreadable(#[source] serde_json::Error),
    /// No region is set.
    #[error("no region is set: name one with --region or AWS_REGION")]
    NoRegion,
}

/// Credentials as a credential process prints them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Exported {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

impl CallerCredentials {
    /// None, for requests that are signed already.
    pub(crate) fn none() -> Self {
        Self {
            credential: Credential::new("", ""),
            region: String::new(),
        }
    }

    /// Takes the credentials of the environment, unless a profile is named. Without either the AWS CLI
    /// is asked, which knows profiles, SSO, credential processes, containers and instances.
    ///
    /// # Errors
    ///
    /// There are no credentials, or there is no region.
    pub(crate) fn load(
        profile: Option<&str>,
        region: Option<&str>,
    ) -> Result<Self, CredentialsError> {
        let of_environment = profile.is_none().then(environment).flatten();
        let exported = match of_environment {
            Some(found) => found,
            None => parse(&cli(
                &["export-credentials", "--format", "process"],
                profile,
            )?)?,
        };
        let region = match region.map(str::to_owned).or_else(region_of_environment) {
            Some(region) => region,
            None => region_of_cli(profile)?,
        };
        let credential = Credential {
            session_token: exported.session_token.map(Into::into),
            ..Credential::new(exported.access_key_id, exported.secret_access_key)
        };
        Ok(Self { credential, region })
    }
}

fn parse(text: &str) -> Result<Exported, CredentialsError> {
    serde_json::from_str(text).map_err(CredentialsError::Unreadable)
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn environment() -> Option<Exported> {
    Some(Exported {
        access_key_id: variable("AWS_ACCESS_KEY_ID")?,
        secret_access_key: variable("AWS_SECRET_ACCESS_KEY")?,
        session_token: variable("AWS_SESSION_TOKEN"),
    })
}

fn region_of_environment() -> Option<String> {
    variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"))
}

fn region_of_cli(profile: Option<&str>) -> Result<String, CredentialsError> {
    let printed = cli(&["get", "region"], profile);
    let region = printed.map_err(|_| CredentialsError::NoRegion)?;
    match region.trim() {
        "" => Err(CredentialsError::NoRegion),
        region => Ok(region.to_owned()),
    }
}

/// What `aws configure` prints.
fn cli(arguments: &[&str], profile: Option<&str>) -> Result<String, CredentialsError> {
    let mut command = Command::new("aws");
    command.arg("configure").args(arguments);
    if let Some(profile) = profile {
        command.args(["--profile", profile]);
    }
    let output = command.output().map_err(CredentialsError::NoCli)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(refused(&text(&output.stderr)))
}

/// The last line of what the AWS CLI complains, which has the reason.
fn refused(words: &str) -> CredentialsError {
    if words.contains("Invalid choice") {
        let old = "the AWS CLI is too old to export credentials, install version 2";
        return CredentialsError::Refused(old.to_owned());
    }
    let reason = words.lines().rfind(|line| !line.trim().is_empty());
    CredentialsError::Refused(reason.unwrap_or("the AWS CLI failed").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{parse, refused};

    #[test]
    fn the_reason_of_the_cli_is_reported() {
        for (words, expected) in [
            (
                "usage: aws\n\nInvalid choice, valid choices are:\n\nlist",
                "install version 2",
            ),
            (
                "\nThe config profile (x) could not be found\n",
                ": The config profile (x) could not be found;",
            ),
            ("", "the AWS CLI failed"),
        ] {
            let error = refused(words).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn what_the_cli_exports_is_read() {
        let exported = parse(
            r#"{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "s", "Expiration": "2026-01-01T00:00:00Z"}"#,
        );
        let exported = exported.unwrap();
        assert_eq!(exported.access_key_id, "AKIA");
        assert_eq!(exported.session_token, None);
        let with_token = r#"{"AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t"}"#;
        assert_eq!(
            parse(with_token).unwrap().session_token.as_deref(),
            Some("t")
        );
        for text in ["", "{}", "no"] {
            let error = parse(text).err().unwrap().to_string();
            assert!(error.starts_with("no credentials"), "{error}");
        }
    }
}
