//! Access control lists: stored and returned, but not enforced.
//!
//! Source: docs `acl-overview`, `API_PutBucketAcl`, 2026-11.

use http::{HeaderMap, StatusCode};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::configuration::Configurations;
use super::state::{self, Store};
use crate::xml::Element;

const ACL: &str = "x-amz-acl";
const OBJECT_LOCK: &str = "x-amz-bucket-object-lock-enabled";
const OWNERSHIP: &str = "x-amz-object-ownership";
const ENFORCED: &str = "BucketOwnerEnforced";
const OWNERSHIPS: [&str; 3] = ["BucketOwnerPreferred", "ObjectWriter", ENFORCED];
/// The canned ACL that grants the bucket's owner full control.
const OWNERS: &str = "bucket-owner-full-control";
const GRANTS: [(&str, &str); 5] = [
    ("x-amz-grant-full-control", "FULL_CONTROL"),
    ("x-amz-grant-read", "READ"),
    ("x-amz-grant-read-acp", "READ_ACP"),
    ("x-amz-grant-write", "WRITE"),
    ("x-amz-grant-write-acp", "WRITE_ACP"),
];
const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
const GROUPS: [&str; 3] = [ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY];

/// The canonical user by which EC2 reads images. Assumption A-281.
const EC2: &str = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

/// Canned ACLs, and what each grants to others than the owner.
type Canned = [(&'static str, &'static [(&'static str, &'static str)])];

/// The canned ACLs of buckets.
const BUCKET_CANNED: &Canned = &[
    ("private", &[]),
    ("public-read", &[(ALL_USERS, "READ")]),
    (
        "public-read-write",
        &[(ALL_USERS, "READ"), (ALL_USERS, "WRITE")],
    ),
    ("authenticated-read", &[(AUTHENTICATED_USERS, "READ")]),
    (
        "log-delivery-write",
        &[(LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP")],
    ),
];

/// The canned ACLs of objects. The owner of the bucket also owns its objects, so ACLs for the
/// bucket owner grant nothing more.
const OBJECT_CANNED: &Canned = &[
    ("private", &[]),
    ("public-read", &[(ALL_USERS, "READ")]),
    (
        "public-read-write",
        &[(ALL_USERS, "READ"), (ALL_USERS, "WRITE")],
    ),
    ("authenticated-read", &[(AUTHENTICATED_USERS, "READ")]),
    ("aws-exec-read", &[(EC2, "READ")]),
    ("bucket-owner-read", &[]),
    (OWNERS, &[]),
];

/// The ACL in a request's headers, as opposed to a document.
pub(crate) struct AclHeaders<'a> {
    /// The name of a canned ACL.
    pub(crate) canned: Option<&'a str>,
    /// Grantees, and the permission of each.
    pub(crate) grants: Vec<(&'a str, &'static str)>,
}

/// Reads the [`AclHeaders`] from an input shape of an upload.
macro_rules! given_acl {
    ($input:expr) => {{
        let grants = [
            ($input.grant_full_control.as_deref(), "FULL_CONTROL"),
            ($input.grant_read.as_deref(), "READ"),
            ($input.grant_read_acp.as_deref(), "READ_ACP"),
            ($input.grant_write_acp.as_deref(), "WRITE_ACP"),
        ];
        let grants = grants.into_iter();
        $crate::embedded::acl::AclHeaders {
            canned: $input.acl.as_ref().map(|acl| acl.as_str()),
            grants: grants
                .filter_map(|(grantees, permission)| Some((grantees?, permission)))
                .collect(),
        }
    }};
}
pub(crate) use given_acl;

/// The ACL of a bucket on which none was set.
pub(crate) fn private(owner: &str) -> Element {
    document(owner, Vec::new())
}

/// The ACL of an object: the stored one, or the default.
pub(crate) fn of_object(kept: Option<&str>, owner: &str) -> String {
    kept.map_or_else(|| written(&private(owner)), str::to_owned)
}

/// The ACL that the headers of a request set for a bucket; `None` if they set none.
///
/// # Errors
/// `InvalidArgument` for a canned ACL or a grantee that S3 does not have; `InvalidRequest` for a
/// canned ACL together with grants.
pub(crate) fn of_headers(headers: &HeaderMap, owner: &str) -> S3Result<Option<Element>> {
    AclHeaders::of_headers(headers).list(BUCKET_CANNED, owner)
}

/// The ACL that the headers of a request set for an object; `None` if they set none.
///
/// # Errors
/// As [`of_headers`].
pub(crate) fn object_of_headers(headers: &HeaderMap, owner: &str) -> S3Result<Option<Element>> {
    AclHeaders::of_headers(headers).list(OBJECT_CANNED, owner)
}

impl<'a> AclHeaders<'a> {
    fn of_headers(headers: &'a HeaderMap) -> Self {
        let text = |name| {
            let value = headers.get(name)?;
            Some(value.to_str().unwrap_or_default())
        };
        let grants = GRANTS.iter();
        Self {
            canned: text(ACL),
            grants: grants
                .filter_map(|(name, permission)| Some((text(name)?, *permission)))
                .collect(),
        }
    }

    fn list(&self, known: &Canned, owner: &str) -> S3Result<Option<Element>> {
        match self.canned {
            Some(_) if !self.grants.is_empty() => Err(s3_error!(
                InvalidRequest,
                "Specifying both Canned ACLs and Header Grants is not allowed"
            )),
            Some(name) => canned(known, name, owner).map(Some),
            None if self.grants.is_empty() => Ok(None),
            None => {
                let mut grants = Vec::new();
                for (grantees, permission) in &self.grants {
                    for grantee in grantees.split(',') {
                        grants.push(grant(grantee_of(grantee.trim())?, permission));
                    }
                }
                Ok(Some(with_grants(owner, grants)))
            }
        }
    }

    /// The ACL to store for a new object of the bucket; `None` for a private one.
    ///
    /// # Errors
    /// `NoSuchBucket`, and the errors of [`of_headers`], [`check_allowed`] and [`check_ownership`].
    pub(crate) fn of_upload(
        &self,
        store: &Store,
        account: &str,
        bucket_name: &str,
    ) -> S3Result<Option<Box<str>>> {
        store.read(account, |buckets| {
            let bucket = state::bucket(buckets, bucket_name)?;
            let owner = store.owner(account);
            let Some(list) = self.list(OBJECT_CANNED, owner)? else {
                return Ok(None);
            };
            if self.canned != Some(OWNERS) {
                check_ownership(&bucket.configurations)?;
            }
            check_allowed(&list, &bucket.configurations)?;
            Ok(stored(&list, owner))
        })
    }
}

/// The ACL to store for an object; `None` for a private one.
pub(crate) fn stored(list: &Element, owner: &str) -> Option<Box<str>> {
    let list = written(list);
    (list != written(&private(owner))).then(|| list.into())
}

/// Refuses a public ACL if the bucket blocks public ACLs.
///
/// # Errors
/// `AccessDenied`.
pub(crate) fn check_allowed(list: &Element, configurations: &Configurations) -> S3Result<()> {
    let block = configurations.get("publicAccessBlock");
    let block = block.and_then(Option::as_deref);
    let block = block.and_then(|document| Element::read(document.as_bytes()));
    let blocks = block.is_some_and(|block| block.text_of("BlockPublicAcls") == Some("true"));
    if blocks && is_public(list) {
        return Err(s3_error!(
            AccessDenied,
            "This ACL is public, and public ACLs are blocked by the BlockPublicAcls setting of the bucket's public access block."
        ));
    }
    Ok(())
}

fn is_public(list: &Element) -> bool {
    let grants = list
        .child("AccessControlList")
        .into_iter()
        .flat_map(|list| &list.children);
    let mut groups = grants.filter_map(|grant| grant.child("Grantee")?.text_of("URI"));
    groups.any(|group| [ALL_USERS, AUTHENTICATED_USERS].contains(&group))
}

/// The ACL, the ownership and the object lock, which requires versioning, that the headers of
/// `CreateBucket` give the new bucket.
///
/// # Errors
/// As [`of_headers`], `InvalidArgument` for an ownership that S3 does not have, and
/// `InvalidBucketAclWithObjectOwnership` for an ACL where none is allowed.
pub(crate) fn of_new_bucket(headers: &HeaderMap, owner: &str) -> S3Result<Configurations> {
    let mut configurations = Configurations::new();
    let list = of_headers(headers, owner)?;
    if let Some(ownership) = headers.get(OWNERSHIP) {
        let ownership = ownership.to_str().unwrap_or_default();
        if !OWNERSHIPS.contains(&ownership) {
            return Err(invalid());
        }
        let is_private = headers.get(ACL).is_none_or(|acl| acl == "private");
        if list.is_some() && ownership == ENFORCED && !is_private {
            return Err(with_code(
                "InvalidBucketAclWithObjectOwnership",
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            ));
        }
        let ownership = Element::with_text("ObjectOwnership", ownership);
        let rule = Element::with_children("Rule", vec![ownership]);
        let controls = Element::with_children("OwnershipControls", vec![rule]);
        configurations.insert("ownershipControls".to_owned(), Some(written(&controls)));
    }
    if headers.get(OBJECT_LOCK).is_some_and(|lock| lock == "true") {
        let lock = Element::with_text("ObjectLockEnabled", "Enabled");
        let lock = Element::with_children("ObjectLockConfiguration", vec![lock]);
        configurations.insert("object-lock".to_owned(), Some(written(&lock)));
        let status = Element::with_text("Status", "Enabled");
        let versioning = Element::with_children("VersioningConfiguration", vec![status]);
        configurations.insert("versioning".to_owned(), Some(written(&versioning)));
    }
    if let Some(list) = list {
        configurations.insert("acl".to_owned(), Some(written(&list)));
    }
    Ok(configurations)
}

fn written(element: &Element) -> String {
    let mut text = String::new();
    element.write(&mut text);
    text
}

fn canned(known: &Canned, name: &str, owner: &str) -> S3Result<Element> {
    let found = known.iter().find(|(known, _)| *known == name);
    let (_, grants) = found.ok_or_else(invalid)?;
    let grants = grants
        .iter()
        .map(|(who, permission)| grant(grantee(kind_of(who), who), permission));
    Ok(document(owner, grants.collect()))
}

/// The element that names a grantee of a canned ACL.
fn kind_of(grantee: &str) -> &'static str {
    if GROUPS.contains(&grantee) {
        "URI"
    } else {
        "ID"
    }
}

/// Checks the grantees of an ACL from a document.
///
/// # Errors
/// `MalformedACLError` for an ACL without an owner or a list; `InvalidArgument` for a group that S3
/// does not have.
pub(crate) fn check(list: &Element) -> S3Result<()> {
    let grants = list
        .child("AccessControlList")
        .ok_or(S3ErrorCode::MalformedACLError)?;
    let owner = list.child("Owner").and_then(|owner| owner.text_of("ID"));
    owner.ok_or(S3ErrorCode::MalformedACLError)?;
    for grant in &grants.children {
        let grantee = grant
            .child("Grantee")
            .ok_or(S3ErrorCode::MalformedACLError)?;
        grant
            .child("Permission")
            .ok_or(S3ErrorCode::MalformedACLError)?;
        let (name, is_known): (_, fn(&str) -> bool) = match grantee.kind.as_deref() {
            Some("Group") => ("URI", |uri| GROUPS.contains(&uri)),
            Some("AmazonCustomerByEmail") => ("EmailAddress", |address| address.contains('@')),
            _ => ("ID", |id| !id.is_empty()),
        };
        let value = grantee
            .text_of(name)
            .ok_or(S3ErrorCode::MalformedACLError)?;
        if !is_known(value) {
            return Err(invalid());
        }
    }
    Ok(())
}

/// Refuses an ACL if the ownership controls of the bucket forbid ACLs.
///
/// Assumption A-274: a bucket without ownership controls accepts ACLs.
///
/// # Errors
/// `AccessControlListNotSupported`.
pub(crate) fn check_ownership(configurations: &Configurations) -> S3Result<()> {
    let ownership = configurations
        .get("ownershipControls")
        .and_then(Option::as_deref);
    if ownership.is_none_or(|document| !document.contains(ENFORCED)) {
        return Ok(());
    }
    Err(with_code(
        "AccessControlListNotSupported",
        "The bucket does not allow ACLs",
    ))
}

fn with_code(code: &str, message: &'static str) -> S3Error {
    let code = S3ErrorCode::from_bytes(code.as_bytes()).unwrap_or(S3ErrorCode::InvalidRequest);
    let mut error = S3Error::with_message(code, message);
    error.set_status_code(StatusCode::BAD_REQUEST);
    error
}

fn document(owner: &str, others: Vec<Element>) -> Element {
    let mut grants = vec![grant(grantee("ID", owner), "FULL_CONTROL")];
    grants.extend(others);
    with_grants(owner, grants)
}

fn with_grants(owner: &str, grants: Vec<Element>) -> Element {
    let owner = Element::with_children("Owner", vec![Element::with_text("ID", owner)]);
    let list = Element::with_children("AccessControlList", grants);
    Element::with_children("AccessControlPolicy", vec![owner, list])
}

fn grant(grantee: Element, permission: &str) -> Element {
    let permission = Element::with_text("Permission", permission);
    Element::with_children("Grant", vec![grantee, permission])
}

fn grantee(name: &str, value: &str) -> Element {
    let kind = match name {
        "URI" => "Group",
        "EmailAddress" => "AmazonCustomerByEmail",
        _ => "CanonicalUser",
    };
    let mut grantee = Element::with_children("Grantee", vec![Element::with_text(name, value)]);
    grantee.kind = Some(kind.to_owned());
    grantee
}

/// Reads a grantee from a header, such as `id="111122223333"`.
fn grantee_of(text: &str) -> S3Result<Element> {
    let (name, value) = text.split_once('=').ok_or_else(invalid)?;
    let value = value.trim().trim_matches('"');
    let name = match name.trim().to_ascii_lowercase().as_str() {
        "id" if !value.is_empty() => "ID",
        "uri" if GROUPS.contains(&value) => "URI",
        "emailaddress" if value.contains('@') => "EmailAddress",
        _ => return Err(invalid()),
    };
    Ok(grantee(name, value))
}

fn invalid() -> S3Error {
    S3ErrorCode::InvalidArgument.into()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::of_headers;

    fn check(headers: &[(&'static str, &'static str)], expected: Result<Option<usize>, &str>) {
        let header = |&(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        };
        let map: HeaderMap = headers.iter().map(header).collect();
        let found = of_headers(&map, "111122223333");
        let found = found.map_err(|error| error.code().as_str().to_owned());
        let found = found
            .map(|list| list.map(|list| list.child("AccessControlList").unwrap().children.len()));
        assert_eq!(
            found.as_ref().map_err(String::as_str),
            expected.as_ref().map_err(|code| *code)
        );
    }

    #[test]
    fn lists_are_canned_or_granted() {
        check(&[], Ok(None));
        check(&[("x-amz-acl", "private")], Ok(Some(1)));
        check(&[("x-amz-acl", "public-read-write")], Ok(Some(3)));
        check(&[("x-amz-acl", "log-delivery-write")], Ok(Some(3)));
        for junk in ["", "Private", "public", "bucket-owner-read", "\u{7f}"] {
            if let Ok(value) = HeaderValue::from_str(junk) {
                let headers = HeaderMap::from_iter([(HeaderName::from_static("x-amz-acl"), value)]);
                let error = of_headers(&headers, "o").unwrap_err();
                assert_eq!(error.code().as_str(), "InvalidArgument", "{junk}");
            }
        }
        check(
            &[("x-amz-grant-read", "id=\"1\", emailAddress=\"a@b\"")],
            Ok(Some(2)),
        );
        check(
            &[(
                "x-amz-grant-read",
                "uri=http://acs.amazonaws.com/groups/global/AllUsers",
            )],
            Ok(Some(1)),
        );
        for junk in [
            "",
            "id",
            "id=",
            "uri=http://elsewhere",
            "name=\"x\"",
            "id=1,",
        ] {
            check(&[("x-amz-grant-write", junk)], Err("InvalidArgument"));
        }
        check(
            &[("x-amz-acl", "private"), ("x-amz-grant-read", "id=1")],
            Err("InvalidRequest"),
        );
    }
}
