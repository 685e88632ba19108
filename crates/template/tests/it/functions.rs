//! Each function with the values of AWS's documentation.

use serde_json::{Value, json};

use crate::{bound, property};

fn check(cases: &[(&str, Value)]) {
    for (written, expected) in cases {
        assert_eq!(
            property(written).unwrap(),
            Some(expected.clone()),
            "{written}"
        );
    }
}

fn refuses(cases: &[(&str, &str)]) {
    for (written, expected) in cases {
        let error = property(written).unwrap_err().to_string();
        assert!(error.contains(expected), "{written}: {error}");
        assert!(error.contains("(line "), "{written}: {error}");
    }
}

#[test]
fn references() {
    check(&[
        ("!Ref Name", json!("www.example.com")),
        ("{Ref: Names}", json!(["a", "b", "c"])),
        ("!Ref Count", json!("80")),
        ("!Ref AWS::Region", json!("us-east-2")),
        ("!Ref AWS::AccountId", json!("123456789012")),
        ("!Ref AWS::URLSuffix", json!("amazonaws.com")),
        ("!Ref Other", json!("Other-ref")),
        ("!GetAtt Other.Arn", json!("Other.Arn")),
        (
            "!GetAtt [Other, Endpoint.Address]",
            json!("Other.Endpoint.Address"),
        ),
        (
            "!GetAtt Other.Endpoint.Address",
            json!("Other.Endpoint.Address"),
        ),
        (
            "{'Fn::GetAtt': [Other, !Ref Name]}",
            json!("Other.www.example.com"),
        ),
        ("!ImportValue shared", json!("exported")),
        ("2012-10-17", json!("2012-10-17")),
        ("007", json!("007")),
        ("[yes, 1.5, 10, ~]", json!([true, 1.5, 10, null])),
    ]);
    assert_eq!(property("!Ref AWS::NoValue").unwrap(), None);
    refuses(&[
        (
            "!Ref Nobody",
            "Unresolved resource dependencies [Nobody] in the Resources block",
        ),
        (
            "!GetAtt Nobody.Arn",
            "instance of Fn::GetAtt references undefined resource Nobody",
        ),
        (
            "!GetAtt Other.Nothing",
            "resource Other does not support attribute type Nothing in Fn::GetAtt",
        ),
        (
            "!GetAtt Other",
            "Fn::GetAtt object requires two non-empty parameters",
        ),
        ("!ImportValue other", "No export named other found."),
        (
            "{Ref: [a]}",
            "every Ref object must have a single String value.",
        ),
    ]);
}

#[test]
fn sub() {
    check(&[
        ("!Sub '${Name}'", json!("www.example.com")),
        (
            "!Sub ['www.${Domain}', {Domain: !Ref Name}]",
            json!("www.www.example.com"),
        ),
        (
            "!Sub 'arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:vpc/${Other}'",
            json!("arn:aws:ec2:us-east-2:123456789012:vpc/Other-ref"),
        ),
        ("!Sub '${Other.Arn}/*'", json!("Other.Arn/*")),
        ("!Sub 'a ${!Literal} b'", json!("a ${Literal} b")),
        ("!Sub 'no end ${Name'", json!("no end ${Name")),
        ("!Sub '$5 {x} é'", json!("$5 {x} é")),
    ]);
    refuses(&[
        (
            "!Sub '${Nobody}'",
            "Unresolved resource dependencies [Nobody]",
        ),
        (
            "!Sub '${a-b}'",
            "variable names in Fn::Sub syntax must contain only alphanumeric",
        ),
        (
            "!Sub [a]",
            "One or more Fn::Sub intrinsic functions don't specify expected arguments",
        ),
        (
            "!Sub '${Names}'",
            "Fn::Sub cannot put the value of Names into text",
        ),
    ]);
}

#[test]
fn texts_and_lists() {
    check(&[
        ("!Join [':', [a, b, c]]", json!("a:b:c")),
        ("!Join [',', !Ref Names]", json!("a,b,c")),
        ("!Join ['', [a, 1, true]]", json!("a1true")),
        ("!Split ['|', 'a|b|c']", json!(["a", "b", "c"])),
        ("!Split ['|', '|a||b|']", json!(["", "a", "", "b", ""])),
        (
            "!Select ['1', [apples, grapes, oranges, mangoes]]",
            json!("grapes"),
        ),
        ("!Select [0, !Ref Names]", json!("a")),
        ("!Select [2, !Split [',', 'x,y,z']]", json!("z")),
        (
            "{'Fn::Base64': AWS CloudFormation}",
            json!("QVdTIENsb3VkRm9ybWF0aW9u"),
        ),
        (
            "{'Fn::GetAZs': ''}",
            json!(["us-east-2a", "us-east-2b", "us-east-2c"]),
        ),
        (
            "!GetAZs eu-west-1",
            json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ),
        ("{'Fn::Length': [a, b, c]}", json!(3)),
        ("{'Fn::Length': !Ref Names}", json!(3)),
        (
            "{'Fn::ToJsonString': {key1: value1, key2: !Ref Name}}",
            json!("{\"key1\":\"value1\",\"key2\":\"www.example.com\"}"),
        ),
    ]);
    refuses(&[
        ("!Join [a]", "every Fn::Join object requires two parameters"),
        (
            "!Join [a, b]",
            "every Fn::Join object requires two parameters",
        ),
        (
            "!Select [4, [a]]",
            "Fn::Select cannot select nonexistent value at index 4",
        ),
        ("!Select [-1, [a]]", "Fn::Select requires a list argument"),
        (
            "!Split ['', a]",
            "every Fn::Split object requires two parameters",
        ),
        (
            "!Base64 [a]",
            "every Fn::Base64 object must have a String-typed value.",
        ),
        ("!Length a", "every Fn::Length object must have a list."),
        (
            "!ToJsonString a",
            "every Fn::ToJsonString object must have an object or a list.",
        ),
    ]);
}

#[test]
fn cidr() {
    check(&[
        (
            "!Cidr ['192.168.0.0/24', 6, 5]",
            json!([
                "192.168.0.0/27",
                "192.168.0.32/27",
                "192.168.0.64/27",
                "192.168.0.96/27",
                "192.168.0.128/27",
                "192.168.0.160/27"
            ]),
        ),
        (
            "!Select [1, !Cidr ['10.0.0.0/16', 2]]",
            json!("10.0.1.0/24"),
        ),
        (
            "!Cidr ['2001:db8::/56', 2, 64]",
            json!(["2001:db8::/64", "2001:db8:0:1::/64"]),
        ),
    ]);
    refuses(&[
        ("!Cidr ['10.0.0.0/24', 2, 8]", "cannot make 2 blocks"),
        ("!Cidr ['10.0.0.0/24', 257]", "from 1 to 256"),
        ("!Cidr ['nonsense', 1]", "cannot make 1 blocks"),
        ("!Cidr ['10.0.0.0/24', 1, 999]", "cannot make 1 blocks"),
    ]);
}

#[test]
fn condition_functions() {
    let holds = |written: &str| {
        let text = format!(
            "Parameters:
  EnvironmentType: {{Type: String, Default: prod}}
  ASecurityGroup: {{Type: String, Default: sg-mysggroup}}
Conditions:
  SomeOtherCondition: !Equals [a, a]
  C: {written}
Resources: {{R: {{Type: T, Condition: C}}, S: {{Type: T}}}}"
        );
        bound(&text, &[]).map(|bound| bound.resources().contains_key("R"))
    };
    for (written, expected) in [
        ("!Equals [!Ref EnvironmentType, prod]", true),
        ("!Equals [!Ref EnvironmentType, Prod]", false),
        ("!Equals [1, '1']", true),
        ("!Not [!Equals [!Ref EnvironmentType, prod]]", false),
        (
            "!And [!Equals [sg-mysggroup, !Ref ASecurityGroup], !Condition SomeOtherCondition]",
            true,
        ),
        (
            "!And [!Equals [sg-mysggroup, other], !Condition SomeOtherCondition]",
            false,
        ),
        (
            "!Or [!Equals [sg-mysggroup, other], !Condition SomeOtherCondition]",
            true,
        ),
        ("!Or [!Equals [a, b], !Equals [c, d]]", false),
        ("!Condition SomeOtherCondition", true),
    ] {
        assert_eq!(holds(written).unwrap(), expected, "{written}");
    }
    for written in [
        "!And [!Condition SomeOtherCondition]",
        "!Not [!Condition SomeOtherCondition, !Condition SomeOtherCondition]",
        "!Equals [a]",
        "!Condition Nobody",
        "!Equals [!GetAtt S.Arn, a]",
    ] {
        let error = holds(written).unwrap_err().to_string();
        assert!(error.contains("(line "), "{written}: {error}");
    }
}

#[test]
fn mappings_and_conditions() {
    check(&[
        (
            "!FindInMap [RegionMap, us-east-1, HVM64]",
            json!("ami-0ff8a91507f77f867"),
        ),
        (
            "!FindInMap [RegionMap, !Ref 'AWS::Region', List]",
            json!(["x", "y"]),
        ),
        (
            "!FindInMap [RegionMap, nowhere, x, {DefaultValue: d}]",
            json!("d"),
        ),
        ("!If [Is, a, b]", json!("a")),
        ("!If [Isnt, a, b]", json!("b")),
        ("[!If [Isnt, a, !Ref 'AWS::NoValue'], c]", json!(["c"])),
        (
            "{a: !If [Is, !Ref 'AWS::NoValue', x], b: 1}",
            json!({"b": 1}),
        ),
        // A policy's own member with this name is not a function.
        (
            "{Condition: {StringEquals: {a: b}}}",
            json!({"Condition": {"StringEquals": {"a": "b"}}}),
        ),
    ]);
    refuses(&[
        (
            "!FindInMap [RegionMap, nowhere, x]",
            "Unable to get mapping for RegionMap::nowhere::x",
        ),
        (
            "!FindInMap [Nobody, a, b]",
            "Mapping named 'Nobody' is not present",
        ),
        (
            "!FindInMap [a]",
            "every Fn::FindInMap object requires three parameters",
        ),
        ("!If [Maybe, a, b]", "Unresolved condition dependency Maybe"),
        (
            "!If [Is, a]",
            "Fn::If requires a list argument with three elements",
        ),
        (
            "!Equals [a, b]",
            "Fn::Equals can be used in conditions only",
        ),
        ("{'Fn::Foo': a}", "Fn::Foo is not a function of templates"),
        ("{'Fn::Sub': a, b: c}", "Fn::Sub must be the only member"),
        ("!Foo a", "the tag !Foo is not a function"),
    ]);
}
