//! `AWS::Include` and macros.

use std::collections::BTreeMap;

use b2bi_local_template::{Bound, Template, TemplateError, parameters};
use serde_json::{Value, json};

use crate::{Made, pseudo};

/// The contents of S3.
const OBJECTS: &[(&str, &str)] = &[
    (
        "s3://b/bucket.yaml",
        "Type: AWS::S3::Bucket\nProperties: {BucketName: !Ref Name}",
    ),
    (
        "s3://b/resources.yaml",
        "More: {Type: 'AWS::S3::Bucket', Properties: {P: !GetAtt R.Arn}}",
    ),
    (
        "s3://b/properties.json",
        r#"{"P": {"Fn::Sub": "${Name}-x"}}"#,
    ),
    ("s3://b/outputs.yaml", "Outputs: {O: {Value: !Ref R}}"),
    (
        "s3://b/mappings.yaml",
        "Mappings: {M: {us-east-2: {k: mapped}}}\nConditions: {C: !Equals [a, a]}",
    ),
    ("s3://b/wrong.yaml", "a: [\nb"),
    ("s3://b/text.yaml", "only text"),
    (
        "s3://b/nested.yaml",
        "X: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/bucket.yaml}}}",
    ),
    ("s3://b/misspelt.yaml", "P: !Ref Nowhere"),
];

fn include(location: &str) -> String {
    format!("{{Name: AWS::Include, Parameters: {{Location: {location}}}}}")
}

fn included(text: &str) -> Result<Bound, TemplateError> {
    let template = Template::parse(text)?;
    let given = BTreeMap::new();
    let texts = OBJECTS
        .iter()
        .map(|(location, text)| ((*location).to_owned(), (*text).to_owned()));
    let texts: BTreeMap<String, String> = texts.collect();
    let whole = template.includes(&given, &pseudo()).and_then(|locations| {
        let wanted = texts
            .into_iter()
            .filter(|(location, _)| locations.contains(location));
        template.included(&given, &pseudo(), &wanted.collect())
    });
    let whole = whole?;
    let values = parameters(&whole.parameters, &given, &BTreeMap::new()).unwrap();
    Bound::new(&whole, values, pseudo())
}

const START: &str =
    "Parameters: {Name: {Type: String, Default: n}, Where: {Type: String, Default: b}}\n";

fn check(rest: &str, resource: &str, expected: &Value) {
    let bound = included(&format!("{START}{rest}")).unwrap();
    let properties = bound.properties(resource, &Made).unwrap();
    assert_eq!(Value::Object(properties), *expected, "{rest}");
}

#[test]
fn what_is_included_takes_the_place_of_the_call() {
    let bucket = include("s3://b/bucket.yaml");
    check(
        &format!("Resources: {{R: {{'Fn::Transform': {bucket}}}}}"),
        "R",
        &json!({"BucketName": "n"}),
    );
    check(
        &format!(
            "Resources: {{R: !Transform {}}}",
            include("!Sub 's3://${Where}/bucket.yaml'")
        ),
        "R",
        &json!({"BucketName": "n"}),
    );
    check(
        &format!(
            "Resources:\n  R: {{Type: 'AWS::S3::Bucket'}}\n  Fn::Transform: {}",
            include("s3://b/resources.yaml")
        ),
        "More",
        &json!({"P": "R.Arn"}),
    );
    check(
        &format!(
            "Resources: {{R: {{Type: T, Properties: {{A: 1, 'Fn::Transform': {}}}}}}}",
            include("!Join ['', ['s3://', !Ref Where, '/properties.json']]")
        ),
        "R",
        &json!({"A": 1, "P": "n-x"}),
    );
    check(
        &format!(
            "Transform: [{}, 'AWS::LanguageExtensions']\nResources: {{R: {{Type: T, Condition: C, Properties: {{L: !Length [1], M: !FindInMap [M, !Ref 'AWS::Region', k]}}}}}}",
            include("s3://b/mappings.yaml")
        ),
        "R",
        &json!({"L": 1, "M": "mapped"}),
    );
    let outputs = format!(
        "{START}Transform: {}\nResources: {{R: {{Type: T}}}}",
        include("s3://b/outputs.yaml")
    );
    assert_eq!(included(&outputs).unwrap().outputs().count(), 1);
}

#[test]
fn what_cannot_be_included_is_told_with_the_line_of_the_call() {
    let properties = |call: &str| {
        format!("Resources: {{R: {{Type: T, Properties: {{'Fn::Transform': {call}}}}}}}")
    };
    let failed = |reason: &str| format!("Transform AWS::Include failed with: {reason}");
    for (rest, expected) in [
        (properties(&include("s3://b/none.yaml")), failed("The specified key does not exist. (line 2")),
        (properties(&include("https://b.s3.amazonaws.com/k")), failed("The location parameter is not a valid S3 uri. (line 2")),
        (properties(&include("[a]")), failed("The location parameter is not a valid S3 uri. (line 2")),
        (properties("{Name: AWS::Include}"), failed("The location parameter is required. (line 2")),
        (properties(&include("s3://b/wrong.yaml")), failed("The specified S3 object's content should be valid Yaml/JSON: s3://b/wrong.yaml: ")),
        (properties(&include("s3://b/text.yaml")), "should be valid Yaml/JSON".to_owned()),
        (properties(&include("s3://b/nested.yaml")), failed("What is included cannot use transforms itself. (line 2")),
        (properties(&include("s3://b/misspelt.yaml")), "Unresolved resource dependencies [Nowhere] in the Resources block of the template (line 2".to_owned()),
        (properties("{Name: Mine}"), "No transform named 123456789012::Mine found. Macros run in AWS only: put what it makes into the template (line 2".to_owned()),
        (properties("[1]"), "a Transform must be a name, or an object with a Name and Parameters. (line 2".to_owned()),
        ("Transform: Mine\nResources: {R: {Type: T}}".to_owned(), "No transform named 123456789012::Mine found. Macros run in AWS only: put what it makes into the template (line 2, column 12)".to_owned()),
        ("Transform: [{Name: Mine}]\nResources: {R: {Type: T}}".to_owned(), "No transform named 123456789012::Mine found.".to_owned()),
        (format!("Transform: {}\nConditions: {{C: !Equals [a, b]}}\nResources: {{R: {{Type: T}}}}", include("s3://b/mappings.yaml")), failed("Conditions is in the template already. (line 2")),
        (format!("Resources: {{'Fn::Transform': {}}}", include("s3://b/properties.json")), "(line 2".to_owned()),
    ] {
        let error = included(&format!("{START}{rest}")).map(drop).unwrap_err();
        assert!(error.to_string().contains(&expected), "{rest}: {error}");
    }
}

#[test]
fn inclusions_cannot_fill_the_memory() {
    let large: String = (0..9_000).map(|n| format!("k{n}: v\n")).collect();
    let calls: String = (0..400)
        .map(|n| {
            format!(
                "  R{n}: {{Type: T, Properties: {{'Fn::Transform': {}}}}}\n",
                include("s3://b/large")
            )
        })
        .collect();
    let template = Template::parse(&format!("Resources:\n{calls}")).unwrap();
    let texts = BTreeMap::from([("s3://b/large".to_owned(), large)]);
    let error = template
        .included(&BTreeMap::new(), &pseudo(), &texts)
        .unwrap_err();
    assert_eq!(
        error.message,
        "Transform AWS::Include failed with: it inserts too much into the template."
    );
}

#[test]
fn transforms_are_named_before_they_are_carried_out() {
    let template = Template::parse(&format!(
        "Transform: Mine\nResources: {{R: {{'Fn::Transform': {}}}}}",
        include("s3://b/k")
    ))
    .unwrap();
    assert_eq!(template.transforms, ["Mine", "AWS::Include"]);
    assert_eq!(template.capabilities().0, ["CAPABILITY_AUTO_EXPAND"]);
}
