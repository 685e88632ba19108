//! Rules that name what does not exist are refused with the nearest name.

use b2bi_local_faults::{Chain, RuleSet, ServiceTerms, Vocabulary};
use serde_json::{Value, json};

fn vocabulary() -> Vocabulary {
    Vocabulary {
        services: vec![
            ServiceTerms {
                name: "b2bi",
                operations: vec!["CreateProfile", "GetProfile", "StartTransformerJob"],
                errors: vec!["ConflictException", "ValidationException"],
                json_bodies: true,
                stale_reads: vec!["GetProfile"],
                job_operations: vec!["StartTransformerJob"],
            },
            ServiceTerms {
                name: "s3",
                operations: vec!["GetObject", "PutObject"],
                errors: vec!["NoSuchKey", "SlowDown"],
                ..ServiceTerms::default()
            },
        ],
        common_errors: vec!["ThrottlingException", "ServiceUnavailable"],
        regions: vec!["local".to_owned()],
    }
}

fn check(rule: Value, expected: Result<(), &[&str]>) {
    let rules = RuleSet::from_value(&json!([{}, rule])).unwrap().rules;
    let checked = vocabulary()
        .check(&rules)
        .map_err(|error| error.to_string());
    match (checked, expected) {
        (Ok(()), Ok(())) => {}
        (Err(message), Err(parts)) => {
            assert!(message.starts_with("rule 2"), "{message}");
            for part in parts {
                assert!(message.contains(part), "{rule}: {message}, expected {part}");
            }
        }
        (checked, expected) => panic!("{rule}: {checked:?}, expected {expected:?}"),
    }
}

#[test]
fn what_exists_is_accepted() {
    for rule in [
        json!({"service": "b2bi", "operation": "CreateProfile"}),
        json!({"service": ["b2bi", "s?"], "operation": ["Create*", "PutObject"]}),
        json!({"operation": "*Object", "region": ["us-east-1", "us-gov-west-1", "eu*", "local"]}),
        json!({"account": ["111122223333", "1111*", "????????????", "*"]}),
        json!({"error": {"code": "ConflictException"}}),
        json!({"service": "s3", "error": {"code": "ConflictException"}}),
        json!({"service": "s3", "error": {"code": "ThrottlingException"}}),
        json!({"error": {"code": "MyOwnError", "statusCode": 418}}),
        json!({"steps": "error(MyOwnError,418)->error(SlowDown)"}),
        json!({"operation": "GetProfile", "stale": {"forMs": 1}}),
        json!({"operation": "Start*", "job": {"stage": "parse", "outcome": "fail"}}),
        json!({"result": ["success", "error", "4*", "404", "NoSuchKey", "*Exception"], "when": "after"}),
        json!({"body": {"/name": "a"}}),
    ] {
        check(rule, Ok(()));
    }
}

#[test]
fn what_no_request_can_be_is_refused() {
    for key in ["accessKey", "appId", "userAgent", "resource"] {
        let part = format!("{key}: an empty text fits no request");
        for value in [json!(""), json!(["a", ""])] {
            check(json!({ key: value }), Err(&[&part]));
        }
    }
    for rule in [
        json!({"operation": "GetProfile", "result": "NoSuchKey", "when": "after"}),
        json!({"operation": "Put*", "result": ["success", "ConflictException"], "when": "after"}),
    ] {
        check(rule, Err(&["result: unknown result `"]));
    }
}

#[test]
fn what_does_not_exist_is_refused_with_the_nearest_name() {
    let code = |code: &str| json!({"error": {"code": code}});
    for (rule, parts) in [
        (
            json!({"operation": "CreateProfil"}),
            &[
                "operation: unknown operation `CreateProfil`",
                "`CreateProfile`",
            ][..],
        ),
        (json!({"operation": "createprofile"}), &["`CreateProfile`"]),
        (
            json!({"operation": ["GetProfile", "CreateProfil"]}),
            &["`CreateProfil`"],
        ),
        (
            json!({"operation": "Craete*"}),
            &["no operation fits `Craete*`; one of them is `Crea"],
        ),
        (
            json!({"service": "b2b"}),
            &["service: unknown service `b2b`", "`b2bi`", "passed on"],
        ),
        (json!({"service": "sq*"}), &["no service fits `sq*`"]),
        (
            json!({"service": "s3", "operation": "GetProfile"}),
            &["unknown operation `GetProfile`", "`b2bi` has it"],
        ),
        (
            json!({"region": "useast1"}),
            &["region: `useast1`", "us-east-1"],
        ),
        (json!({"region": "US-EAST-1"}), &["region"]),
        (json!({"region": "us-east"}), &["region"]),
        (json!({"region": "us_east_1"}), &["region"]),
        (json!({"region": ""}), &["region"]),
        (
            json!({"account": "1111"}),
            &["account: `1111` fits no account"],
        ),
        (json!({"account": "test*"}), &["account"]),
        (json!({"account": "1111222233334*"}), &["account"]),
        (
            code("Throttlingexception"),
            &[
                "error.code: unknown error code `Throttlingexception`",
                "`ThrottlingException`",
                "statusCode",
            ],
        ),
        (code("Oops"), &["unknown error code `Oops`"]),
        (
            json!({"service": "b2bi", "error": {"code": "NoSuchKye"}}),
            &["`NoSuchKye` of the service `b2bi`"],
        ),
        (
            json!({"throttle": {"ratePerSecond": 1, "burst": 1, "error": {"code": "Slowdown"}}}),
            &["`SlowDown`"],
        ),
        (
            json!({"steps": ["ok", "error(ConflictExeption)"]}),
            &["`ConflictException`", "`error(ConflictExeption,400)`"],
        ),
        (
            json!({"operation": "CreateProfile", "stale": {"forMs": 1}}),
            &["operation that reads", "`GetProfile`"],
        ),
        (
            json!({"service": "s3", "stale": {"forMs": 1}}),
            &["no operation that reads"],
        ),
        (
            json!({"operation": "GetProfile", "job": {"stage": "parse", "outcome": "fail"}}),
            &["operation that starts jobs"],
        ),
        (
            json!({"service": "s3", "body": {"/name": "a"}}),
            &["body: requests of the service `s3` have no JSON body"],
        ),
        (
            json!({"result": "NoSuchKye", "when": "after"}),
            &["result: unknown result `NoSuchKye`", "`NoSuchKey`"],
        ),
        (
            json!({"result": "7*", "when": "after"}),
            &["no result fits"],
        ),
    ] {
        check(rule, Err(parts));
    }
}

#[test]
fn the_chain_of_a_request_is_checked_for_its_service() {
    for (chain, service, expected) in [
        ("error(NoSuchKey)", "s3", true),
        ("error(NoSuchKey)", "b2bi", true),
        ("error(NoSuchKye)", "b2bi", false),
        ("ok->error(NoSuchKey,400)", "b2bi", true),
        ("reset", "b2bi", true),
        ("2*ok->error(Throttlingexception)", "b2bi", false),
    ] {
        let chain: Chain = chain.parse().unwrap();
        let checked = vocabulary().check_chain(&chain, service);
        assert_eq!(checked.is_ok(), expected, "{chain} {service}: {checked:?}");
    }
}
