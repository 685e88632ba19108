//! The bodies that an operation accepts, and the messages for others.

#![expect(clippy::expect_used, reason = "a test may stop at the first surprise")]

use b2bi_local_model::{DecodeError, OPERATIONS, OperationShape, decode};

/// The message with which `operation` refuses `body`, or the input's debug form.
fn outcome(operation: &str, body: &str) -> String {
    let shape = OperationShape::named(operation).expect("an operation of the model");
    match decode(shape, body.as_bytes()) {
        Ok(decoded) => format!("{:?} unknown {:?}", decoded.input, decoded.unknown),
        Err(error) => error.to_string(),
    }
}

fn check(operation: &str, body: &str, expected: &str) {
    assert_eq!(outcome(operation, body), expected, "{operation} {body}");
}

const PROFILE: &str = r#"{"name":"a","phone":"5555555555","businessName":"b","logging":"ENABLED"}"#;

#[test]
fn operations_are_found_by_name() {
    for shape in &OPERATIONS {
        let found = OperationShape::named(shape.name).expect(shape.name);
        assert_eq!(found.operation, shape.operation);
    }
    assert!(OperationShape::named("CreateProfiles").is_none());
}

#[test]
fn sensitive_values_are_masked_and_unknown_members_left_out() {
    let body = PROFILE.replace("\"name\"", "\"extra\":{\"x\":1},\"email\":null,\"name\"");
    check(
        "CreateProfile",
        &body,
        "CreateProfile(CreateProfileRequest { name: \"a\", email: None, phone: \"***\", \
         business_name: \"b\", logging: Enabled, client_token: None, tags: None }) \
         unknown [\"extra\"]",
    );
}

#[test]
fn every_broken_constraint_is_named() {
    check(
        "CreateProfile",
        r#"{"name":"","logging":"ON","email":"nobody"}"#,
        "5 validation errors detected: \
         Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; \
         Value at 'email' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w\\.\\-]+@[\\w\\.\\-]+; \
         Value at 'phone' failed to satisfy constraint: Member must not be null; \
         Value at 'businessName' failed to satisfy constraint: Member must not be null; \
         Value 'ON' at 'logging' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]",
    );
}

#[test]
fn constraints_reach_into_lists_and_unions() {
    let one = "1 validation error detected: ";
    for (operation, body, expected) in [
        (
            "ListProfiles",
            r#"{"maxResults":0}"#,
            "Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            "ListProfiles",
            r#"{"maxResults":101}"#,
            "Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
        ),
        (
            "TagResource",
            r#"{"ResourceARN":"arn","Tags":[{"Key":"a","Value":"b"},{"Key":"","Value":""}]}"#,
            "Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            "UntagResource",
            r#"{"ResourceARN":"arn","TagKeys":["a",""]}"#,
            "Value '[a, ]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: \
             [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]",
        ),
        (
            "CreateTransformer",
            r#"{"name":"a","ediType":{}}"#,
            "Value at 'ediType' failed to satisfy constraint: Member must have exactly one of these members set: [x12Details]",
        ),
        (
            "GetProfile",
            r#"{"profileId":"p 1"}"#,
            "Value 'p 1' at 'profileId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+",
        ),
    ] {
        check(operation, body, &format!("{one}{expected}"));
    }
}

#[test]
fn wrong_json_types_come_before_constraints() {
    for (operation, body, expected) in [
        (
            "GetProfile",
            "[]",
            "START_ARRAY can not be converted to a Structure",
        ),
        (
            "GetProfile",
            r#"{"profileId":5}"#,
            "NUMBER_VALUE can not be converted to a String at 'profileId'",
        ),
        (
            "ListProfiles",
            r#"{"maxResults":"5"}"#,
            "STRING_VALUE can not be converted to a Integer at 'maxResults'",
        ),
        (
            "ListProfiles",
            r#"{"maxResults":1.5}"#,
            "NUMBER_VALUE can not be converted to a Integer at 'maxResults'",
        ),
        (
            "ListProfiles",
            r#"{"maxResults":4294967296}"#,
            "NUMBER_VALUE can not be converted to a Integer at 'maxResults'",
        ),
        (
            "UntagResource",
            r#"{"TagKeys":[null]}"#,
            "NULL_VALUE can not be converted to a String at 'tagKeys.1.member'",
        ),
    ] {
        check(operation, body, expected);
    }
}

#[test]
fn what_is_not_json_is_malformed() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for body in [
        "{",
        "nonsense",
        "{\"a\":1e999}",
        "\u{feff}{}",
        deep.as_str(),
    ] {
        let shape = OperationShape::named("ListProfiles").expect("an operation of the model");
        let error = decode(shape, body.as_bytes()).expect_err("malformed");
        assert!(
            matches!(error, DecodeError::Malformed(_)),
            "{body:.20}: {error}"
        );
    }
}

#[test]
fn no_body_is_an_empty_object() {
    check(
        "ListProfiles",
        "",
        "ListProfiles(ListProfilesRequest { next_token: None, max_results: None }) unknown []",
    );
}
