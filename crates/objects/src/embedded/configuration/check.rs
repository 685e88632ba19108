//! Rules of a configuration that its shape does not express, and the values that S3 adds.

use std::collections::BTreeSet;

use s3s::{S3ErrorCode, S3Result, s3_error};

use crate::embedded::acl;
use crate::embedded::operations::tagging;
use crate::embedded::state::{Bucket, Buckets, Versioning};
use crate::xml::Element;

/// The context of a check, in addition to the document, which the check may complete.
pub(super) struct Context<'a> {
    pub(super) buckets: &'a Buckets,
    pub(super) bucket_name: &'a str,
    pub(super) bucket: &'a Bucket,
    /// Whether the caller is another service of AWS.
    pub(super) is_from_service: bool,
    /// Makes identifiers.
    pub(super) new_id: &'a dyn Fn() -> String,
}

pub(super) type Check = fn(&mut Element, &Context<'_>) -> S3Result<()>;

/// The maximum number of rules in each configuration. Source: docs of the PUT operations, 2026-11.
const MAX_LIFECYCLE_RULES: usize = 1000;
const MAX_CORS_RULES: usize = 100;
const MAX_REPLICATION_RULES: usize = 1000;
const MAX_BUCKET_TAGS: usize = 50;
/// The maximum length of a rule's id, in characters.
const MAX_RULE_ID: usize = 255;
const CORS_METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "HEAD"];

/// No check.
#[expect(clippy::unnecessary_wraps, reason = "the table wants this type")]
pub(super) fn nothing(_: &mut Element, _: &Context<'_>) -> S3Result<()> {
    Ok(())
}

pub(super) fn acl(document: &mut Element, context: &Context<'_>) -> S3Result<()> {
    acl::check_ownership(&context.bucket.configurations)?;
    acl::check_allowed(document, &context.bucket.configurations)?;
    acl::check(document)
}

fn malformed() -> s3s::S3Error {
    S3ErrorCode::MalformedXML.into()
}

fn check_that(holds: bool) -> S3Result<()> {
    if holds { Ok(()) } else { Err(malformed()) }
}

fn rules<'a>(document: &'a Element, name: &'a str, most: usize) -> S3Result<Vec<&'a Element>> {
    let rules: Vec<&Element> = document.children_named(name).collect();
    check_that((1..=most).contains(&rules.len()))?;
    Ok(rules)
}

/// Gives each rule without an id one, and refuses duplicate ids.
fn name_rules(document: &mut Element, tag: &str, context: &Context<'_>) -> S3Result<()> {
    let mut seen = BTreeSet::new();
    for rule in &mut document.children {
        if rule.text_of(tag).is_none_or(str::is_empty) {
            let is_other = |child: &Element| child.name != tag;
            rule.children.retain(is_other);
            let named = Element::with_text(tag, (context.new_id)());
            rule.children.insert(0, named);
        }
        let id = rule.text_of(tag).unwrap_or_default();
        if id.chars().count() > MAX_RULE_ID {
            return Err(s3_error!(
                InvalidArgument,
                "ID length should not exceed allowed limit of {MAX_RULE_ID}"
            ));
        }
        if !seen.insert(id.to_owned()) {
            return Err(s3_error!(
                InvalidArgument,
                "Rule ID must be unique. Found same ID for more than one rule"
            ));
        }
    }
    Ok(())
}

pub(super) fn accelerate(document: &mut Element, context: &Context<'_>) -> S3Result<()> {
    check_that(document.child("Status").is_some())?;
    if context.bucket_name.contains('.') {
        return Err(s3_error!(
            InvalidRequest,
            "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names"
        ));
    }
    Ok(())
}

pub(super) fn cors(document: &mut Element, _: &Context<'_>) -> S3Result<()> {
    for rule in rules(document, "CORSRule", MAX_CORS_RULES)? {
        for method in rule.children_named("AllowedMethod") {
            let method = method.text.as_str();
            if !CORS_METHODS.contains(&method) {
                return Err(s3_error!(
                    InvalidRequest,
                    "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
                ));
            }
        }
        for name in ["AllowedOrigin", "AllowedHeader"] {
            let mut patterns = rule.children_named(name);
            let wild = patterns.find(|pattern| pattern.text.matches('*').count() > 1);
            if let Some(pattern) = wild {
                let text = &pattern.text;
                return Err(s3_error!(
                    InvalidRequest,
                    "{name} \"{text}\" can not have more than one wildcard."
                ));
            }
        }
        let mut exposed = rule.children_named("ExposeHeader");
        if let Some(header) = exposed.find(|header| header.text.contains('*')) {
            let text = &header.text;
            return Err(s3_error!(
                InvalidRequest,
                "ExposeHeader \"{text}\" contains wildcard. We currently do not support wildcard for ExposeHeader."
            ));
        }
    }
    Ok(())
}

pub(super) fn encryption(document: &mut Element, _: &Context<'_>) -> S3Result<()> {
    rules(document, "Rule", 1)?;
    for rule in &mut document.children {
        let default = rule.child("ApplyServerSideEncryptionByDefault");
        let is_kms = default
            .and_then(|default| default.text_of("SSEAlgorithm"))
            .is_some_and(|algorithm| algorithm.starts_with("aws:"));
        let has_key = default.is_some_and(|default| default.child("KMSMasterKeyID").is_some());
        if has_key && !is_kms {
            return Err(s3_error!(
                InvalidArgument,
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
            ));
        }
        if rule.child("BucketKeyEnabled").is_none() {
            let key = Element::with_text("BucketKeyEnabled", "false");
            rule.children.push(key);
        }
    }
    Ok(())
}

pub(super) fn lifecycle(document: &mut Element, context: &Context<'_>) -> S3Result<()> {
    for rule in rules(document, "Rule", MAX_LIFECYCLE_RULES)? {
        check_that(rule.child("Filter").is_some() != rule.child("Prefix").is_some())?;
        if let Some(filter) = rule.child("Filter") {
            check_that(filter.children.len() <= 1)?;
            let and = filter.child("And");
            check_that(and.is_none_or(|and| and.children.len() >= 2))?;
        }
        let actions = rule.children.iter();
        let is_about = ["ID", "Status", "Filter", "Prefix"];
        let mut actions = actions.filter(|child| !is_about.contains(&child.name.as_str()));
        if actions.next().is_none() {
            return Err(s3_error!(
                InvalidRequest,
                "At least one action needs to be specified in a rule"
            ));
        }
        if let Some(expiration) = rule.child("Expiration") {
            check_that(expiration.children.len() == 1)?;
        }
        for action in &rule.children {
            check_action(action)?;
        }
    }
    name_rules(document, "ID", context)
}

/// Checks the numbers and dates of an action of a lifecycle rule.
fn check_action(action: &Element) -> S3Result<()> {
    for name in ["Days", "NoncurrentDays", "DaysAfterInitiation"] {
        let days = action
            .text_of(name)
            .and_then(|days| days.parse::<i32>().ok());
        let least = i32::from(!action.name.ends_with("Transition"));
        if action.child(name).is_some() && days.is_none_or(|days| days < least) {
            let kind = if least == 0 {
                "nonnegative"
            } else {
                "positive"
            };
            return Err(s3_error!(
                InvalidArgument,
                "'{name}' for {} action must be a {kind} integer",
                action.name
            ));
        }
    }
    let date = action.text_of("Date").unwrap_or_default();
    if date.contains('T') && !date.contains("T00:00:00") {
        return Err(s3_error!(InvalidArgument, "'Date' must be at midnight GMT"));
    }
    Ok(())
}

pub(super) fn logging(document: &mut Element, context: &Context<'_>) -> S3Result<()> {
    let enabled = document.child("LoggingEnabled");
    let target = enabled.and_then(|enabled| enabled.text_of("TargetBucket"));
    if target.is_some_and(|target| !context.buckets.contains_key(target)) {
        return Err(s3_error!(
            InvalidTargetBucketForLogging,
            "The target bucket for logging does not exist"
        ));
    }
    Ok(())
}

pub(super) fn notification(document: &mut Element, context: &Context<'_>) -> S3Result<()> {
    for target in &mut document.children {
        for name in ["Topic", "Queue", "CloudFunction"] {
            let arn = target.text_of(name);
            if arn.is_some_and(|arn| !is_target(name, arn)) {
                return Err(s3_error!(
                    InvalidArgument,
                    "The ARN could not be parsed or is not one of the destination's service"
                ));
            }
        }
        let filters = target
            .child("Filter")
            .and_then(|filter| filter.child("S3Key"));
        let names = filters.into_iter().flat_map(|filter| &filter.children);
        let names = names.map(|rule| rule.text_of("Name").unwrap_or_default().to_lowercase());
        let names: Vec<String> = names.collect();
        let unique: BTreeSet<&String> = names.iter().collect();
        if unique.len() < names.len() {
            return Err(s3_error!(
                InvalidArgument,
                "Cannot specify more than one prefix or suffix rule in a filter."
            ));
        }
    }
    let (mut named, others) = std::mem::take(&mut document.children)
        .into_iter()
        .partition(|target| target.name != "EventBridgeConfiguration");
    document.children = std::mem::take(&mut named);
    name_rules(document, "Id", context)?;
    document.children.extend::<Vec<Element>>(others);
    Ok(())
}

/// Whether an ARN belongs to the service that the element names.
fn is_target(element: &str, arn: &str) -> bool {
    let service = match element {
        "Topic" => "sns",
        "Queue" => "sqs",
        _ => "lambda",
    };
    let mut parts = arn.splitn(6, ':');
    let mut part = || parts.next().unwrap_or_default();
    part() == "arn"
        && part().starts_with("aws")
        && part() == service
        && !part().is_empty()
        && !part().is_empty()
        && !part().is_empty()
}

pub(super) fn object_lock(document: &mut Element, context: &Context<'_>) -> S3Result<()> {
    check_that(document.child("ObjectLockEnabled").is_some())?;
    if let Some(rule) = document.child("Rule") {
        let default = rule.child("DefaultRetention").ok_or_else(malformed)?;
        check_that(default.child("Mode").is_some())?;
        check_that(default.child("Days").is_some() != default.child("Years").is_some())?;
        let mut numbers = ["Days", "Years"]
            .iter()
            .filter_map(|name| default.text_of(name));
        if !numbers.all(|number| number.parse::<i32>().is_ok_and(|number| number > 0)) {
            return Err(s3_error!(
                InvalidArgument,
                "Default retention period must be a positive integer value."
            ));
        }
    }
    if context.bucket.versioning != Versioning::Enabled {
        return Err(s3_error!(
            InvalidBucketState,
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        ));
    }
    Ok(())
}

pub(super) fn ownership(document: &mut Element, _: &Context<'_>) -> S3Result<()> {
    rules(document, "Rule", 1).map(drop)
}

#[expect(clippy::unnecessary_wraps, reason = "the table wants this type")]
pub(super) fn public_access(document: &mut Element, _: &Context<'_>) -> S3Result<()> {
    for name in [
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    ] {
        if document.child(name).is_none() {
            let setting = Element::with_text(name, "false");
            document.children.push(setting);
        }
    }
    Ok(())
}

pub(super) fn replication(document: &mut Element, context: &Context<'_>) -> S3Result<()> {
    rules(document, "Rule", MAX_REPLICATION_RULES)?;
    if context.bucket.versioning != Versioning::Enabled {
        return Err(s3_error!(
            InvalidRequest,
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        ));
    }
    let (mut named, others): (Vec<_>, Vec<_>) = std::mem::take(&mut document.children)
        .into_iter()
        .partition(|child| child.name == "Rule");
    document.children = std::mem::take(&mut named);
    name_rules(document, "ID", context)?;
    document.children.splice(0..0, others);
    Ok(())
}

pub(super) fn tagging(document: &mut Element, context: &Context<'_>) -> S3Result<()> {
    tags(document, context.is_from_service)
}

/// Checks the tags of a bucket.
///
/// # Errors
/// `InvalidTag`.
pub(super) fn tags(document: &Element, is_from_service: bool) -> S3Result<()> {
    let tags = document.child("TagSet").into_iter();
    let tags = tags.flat_map(|set| &set.children).map(|tag| {
        let text = |name| tag.text_of(name).unwrap_or_default().to_owned();
        (text("Key"), text("Value"))
    });
    let tags: Vec<(String, String)> = tags.collect();
    let is_system = |(key, _): &&(String, String)| key.starts_with("aws:");
    if !is_from_service && tags.iter().any(|tag| is_system(&tag)) {
        return Err(s3_error!(
            InvalidTag,
            "System tags cannot be added/updated by requester"
        ));
    }
    // Tags of AWS itself do not count.
    let own = tags.into_iter().filter(|tag| !is_system(&tag));
    tagging::checked(own.collect(), MAX_BUCKET_TAGS).map(drop)
}

pub(super) fn versioning(document: &mut Element, context: &Context<'_>) -> S3Result<()> {
    let Some(status) = document.text_of("Status") else {
        return Err(s3_error!(
            IllegalVersioningConfigurationException,
            "The Versioning element must be specified"
        ));
    };
    if document.text_of("MfaDelete") == Some("Enabled") {
        return Err(s3_error!(
            AccessDenied,
            "Mfa Authentication must be used for this request"
        ));
    }
    let has = |name: &str| matches!(context.bucket.configurations.get(name), Some(Some(_)));
    if status != "Enabled" && has("object-lock") {
        return Err(s3_error!(
            InvalidBucketState,
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        ));
    }
    if status != "Enabled" && has("replication") {
        return Err(s3_error!(
            InvalidBucketState,
            "A replication configuration is present on this bucket, so you cannot change the versioning state. To change the versioning state, first delete the replication configuration."
        ));
    }
    Ok(())
}

pub(super) fn website(document: &mut Element, _: &Context<'_>) -> S3Result<()> {
    let index = document.child("IndexDocument");
    if document.child("RedirectAllRequestsTo").is_some() {
        if document.children.len() > 1 {
            return Err(s3_error!(
                InvalidArgument,
                "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."
            ));
        }
        return Ok(());
    }
    let suffix = index.and_then(|index| index.text_of("Suffix"));
    match suffix {
        None => Err(s3_error!(
            InvalidArgument,
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
        )),
        Some(suffix) if suffix.is_empty() || suffix.contains('/') => Err(s3_error!(
            InvalidArgument,
            "The IndexDocument Suffix is not well formed"
        )),
        Some(_) => Ok(()),
    }
}
