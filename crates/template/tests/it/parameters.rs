//! Values of parameters and their constraints.

use std::collections::BTreeMap;

use b2bi_local_template::{Template, TemplateError, parameters, ssm_names};
use serde_json::{Value, json};

fn evaluated(declared: &str, given: Option<&str>) -> Result<Value, TemplateError> {
    let text =
        format!("Parameters: {{P: {declared}}}\nResources: {{R: {{Type: AWS::S3::Bucket}}}}");
    let template = Template::parse(&text)?;
    let given: BTreeMap<_, _> = given
        .map(|value| ("P".to_owned(), value.to_owned()))
        .into_iter()
        .collect();
    let ssm = ssm_names(&template.parameters, &given);
    let ssm = ssm
        .into_iter()
        .filter(|name| name != "absent")
        .map(|name| (name, "v1,v2".to_owned()));
    let values = parameters(&template.parameters, &given, &ssm.collect());
    values.map(|mut values| values.remove("P").unwrap())
}

#[test]
fn values_are_checked_and_converted() {
    for (declared, given, expected) in [
        ("{Type: String}", Some("x"), Ok(json!("x"))),
        ("{Type: String, Default: 5}", None, Ok(json!("5"))),
        ("{Type: Number}", Some("5.5"), Ok(json!("5.5"))),
        (
            "{Type: CommaDelimitedList}",
            Some("a, b"),
            Ok(json!(["a", "b"])),
        ),
        ("{Type: CommaDelimitedList}", Some(""), Ok(json!([]))),
        (
            "{Type: List<Number>}",
            Some("80,20"),
            Ok(json!(["80", "20"])),
        ),
        (
            "{Type: AWS::SSM::Parameter::Value<String>}",
            Some("/a"),
            Ok(json!("v1,v2")),
        ),
        (
            "{Type: AWS::SSM::Parameter::Value<List<String>>}",
            Some("/a"),
            Ok(json!(["v1", "v2"])),
        ),
        (
            "{Type: AWS::SSM::Parameter::Name}",
            Some("/a"),
            Ok(json!("/a")),
        ),
        (
            "{Type: AWS::SSM::Parameter::Value<String>}",
            Some("absent"),
            Err("Unable to fetch parameters [absent] from parameter store for this account."),
        ),
        (
            "{Type: String}",
            None,
            Err("Parameters: [P] must have values"),
        ),
        (
            "{Type: Number}",
            Some("x"),
            Err("Parameter 'P' must be a number"),
        ),
        (
            "{Type: Number, MinValue: 3}",
            Some("2"),
            Err("Parameter 'P' must be a number not less than 3"),
        ),
        (
            "{Type: Number, MaxValue: 3}",
            Some("4"),
            Err("Parameter 'P' must be a number not greater than 3"),
        ),
        (
            "{Type: String, MinLength: 2}",
            Some("a"),
            Err("Parameter 'P' must contain at least 2 characters"),
        ),
        (
            "{Type: String, MaxLength: 2}",
            Some("abc"),
            Err("Parameter 'P' must contain at most 2 characters"),
        ),
        (
            "{Type: String, AllowedValues: [a, b]}",
            Some("c"),
            Err("Parameter 'P' must be one of AllowedValues"),
        ),
        (
            "{Type: String, AllowedPattern: '[a-z]+'}",
            Some("aB"),
            Err("Parameter 'P' must match pattern [a-z]+"),
        ),
        (
            "{Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: small letters}",
            Some("B"),
            Err("Parameter P failed to satisfy constraint: small letters"),
        ),
        (
            "{Type: CommaDelimitedList, AllowedValues: [a, b]}",
            Some("a,c"),
            Err("Parameter 'P' must be one of AllowedValues"),
        ),
        (
            "{Type: Sting}",
            Some("a"),
            Err("Template format error: Unrecognized parameter type: Sting (line 1, column 14)"),
        ),
        (
            "{Default: a}",
            None,
            Err(
                "Template format error: Every Parameters object must contain a Type member. (line 1, column 14)",
            ),
        ),
        (
            "{Type: String, Pattern: a}",
            None,
            Err("Invalid template parameter property 'Pattern' (line 1, column 32)"),
        ),
        (
            "{Type: String, AllowedPattern: '('}",
            Some("a"),
            Err("the AllowedPattern of parameter P cannot be used"),
        ),
    ] {
        let found = evaluated(declared, given);
        match (&found, &expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{declared}"),
            (Err(found), Err(expected)) => {
                assert!(found.to_string().contains(expected), "{declared}: {found}");
            }
            _ => panic!("{declared}: {found:?}"),
        }
    }
}

#[test]
fn patterns_that_take_too_long_are_refused() {
    let declared = "{Type: String, AllowedPattern: '(a|b|ab)*(?>c)'}";
    let found = evaluated(declared, Some(&"ab".repeat(60))).unwrap_err();
    assert!(found.to_string().contains("cannot be used"), "{found}");
}

#[test]
fn parameters_must_be_declared() {
    let template = Template::parse("Resources: {R: {Type: AWS::S3::Bucket}}").unwrap();
    let given = BTreeMap::from([("X".to_owned(), "1".to_owned())]);
    let error = parameters(&template.parameters, &given, &BTreeMap::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Parameters: [X] do not exist in the template"
    );
}
