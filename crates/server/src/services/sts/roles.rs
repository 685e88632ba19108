//! Roles, as their ARNs name them. No role has to exist.

use b2bi_local_dispatcher::ServiceError;

use super::super::form::{Form, invalid};

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) partition: String,
    pub(super) account: String,
    /// The name without its path.
    pub(super) name: String,
}

impl Role {
    /// Reads `arn:aws:iam::111122223333:role/path/name`.
    pub(super) fn parse(arn: &str) -> Option<Self> {
        let (partition, rest) = arn.strip_prefix("arn:")?.split_once(":iam::")?;
        let (account, path) = rest.split_once(":role/")?;
        let name = path.rsplit('/').next()?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_role = is_account && !partition.is_empty() && !name.is_empty();
        is_role.then(|| Self {
            partition: partition.to_owned(),
            account: account.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The ARN of a session of the role.
    pub(super) fn session_arn(&self, session: &str) -> String {
        let Self {
            partition,
            account,
            name,
        } = self;
        format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}")
    }

    /// The id of the role, which is derived from its name.
    pub(super) fn id(&self) -> String {
        // FNV-1a, written in the letters of AWS's ids.
        let text = format!("{}/{}", self.account, self.name);
        let mut hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut id = "AROA".to_owned();
        for _ in 0..17 {
            let letter = u8::try_from(hash % 26).unwrap_or_default();
            id.push(char::from(b'A'.saturating_add(letter)));
            hash = hash.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        id
    }
}

/// Reads the role and the session's name of a request.
pub(super) fn read(form: &mut Form) -> (String, String) {
    let arn = form.required("RoleArn", (20, 2048), |letter| !letter.is_control());
    let session = form.required("RoleSessionName", (2, 64), is_word);
    (arn, session)
}

/// The role of an ARN that has to be one.
pub(super) fn checked(arn: &str) -> Result<Role, ServiceError> {
    Role::parse(arn).ok_or_else(|| {
        invalid(format!("{arn} is invalid: it must be the ARN of a role, such as arn:aws:iam::111122223333:role/deploy"))
    })
}

/// The letters of names: `[\w+=,.@-]`.
pub(super) fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn roles_are_read_with_partition_and_path() {
        let role = Role::parse("arn:aws-us-gov:iam::111122223333:role/a/b/deploy").unwrap();
        assert_eq!(
            role.session_arn("me"),
            "arn:aws-us-gov:sts::111122223333:assumed-role/deploy/me"
        );
        assert_eq!(role.id().len(), 21);
        for arn in [
            "",
            "arn:aws:iam::1:role/x",
            "arn:aws:iam::111122223333:user/x",
            "arn:aws:iam::111122223333:role/",
            "arn::iam::111122223333:role/x",
        ] {
            assert_eq!(Role::parse(arn), None, "{arn}");
        }
    }
}
