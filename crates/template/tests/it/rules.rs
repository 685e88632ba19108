//! Rules on parameters.

use crate::bound;

#[test]
fn rules_hold_or_tell_what_must_be() {
    let text = |rule: &str| {
        format!(
            "Parameters:
  Stage: {{Type: String, Default: dev}}
  Zones: {{Type: CommaDelimitedList, Default: 'a,b'}}
  One: {{Type: 'AWS::EC2::VPC::Id', Default: vpc-1}}
  Two: {{Type: 'AWS::EC2::VPC::Id', Default: vpc-2}}
  More: {{Type: 'List<AWS::EC2::VPC::Id>', Default: 'vpc-3,vpc-4'}}
Rules:
  R: {rule}
Resources: {{B: {{Type: AWS::S3::Bucket}}}}
"
        )
    };
    let assertion = |condition: &str| {
        format!("{{Assertions: [{{Assert: {condition}, AssertDescription: be so}}]}}")
    };
    for (condition, expected) in [
        ("!Equals [!Ref Stage, dev]", Ok(())),
        (
            "!Equals [!Ref Stage, prod]",
            Err("Rule 'R' failed: be so (line 8"),
        ),
        ("!Not [!Equals [!Ref Stage, prod]]", Ok(())),
        ("!Not [{'Fn::Contains': [['1', '2'], !Ref Stage]}]", Ok(())),
        ("{'Fn::Contains': [[dev, prod], !Ref Stage]}", Ok(())),
        ("{'Fn::EachMemberIn': [!Ref Zones, [a, b, c]]}", Ok(())),
        ("{'Fn::EachMemberIn': [!Ref Zones, [a]]}", Err("be so")),
        ("{'Fn::EachMemberEquals': [!Ref Zones, a]}", Err("be so")),
        (
            "!And [!Equals [!Ref Stage, dev], !Equals [a, b]]",
            Err("be so"),
        ),
        ("!Or [!Equals [!Ref Stage, dev], !Equals [a, b]]", Ok(())),
        (
            "{'Fn::EachMemberIn': [{'Fn::RefAll': 'AWS::EC2::VPC::Id'}, [vpc-1, vpc-2, vpc-3]]}",
            Ok(()),
        ),
        (
            "{'Fn::EachMemberEquals': [{'Fn::RefAll': 'AWS::EC2::VPC::Id'}, vpc-1]}",
            Err("be so"),
        ),
        (
            "{'Fn::Contains': [{'Fn::RefAll': 'List<AWS::EC2::VPC::Id>'}, vpc-3]}",
            Ok(()),
        ),
        ("{'Fn::EachMemberIn': [{'Fn::RefAll': Number}, []]}", Ok(())),
        (
            "{'Fn::Contains': [{'Fn::RefAll': [String]}, dev]}",
            Err("Fn::RefAll requires the name of a type of parameters (line 8"),
        ),
        (
            "{'Fn::Equals': [{'Fn::ValueOf': [Stage, X]}, a]}",
            Err(
                "Fn::ValueOf is not supported: it needs attributes of EC2 resources, and EC2 is not available",
            ),
        ),
        (
            "{'Fn::EachMemberEquals': [{'Fn::ValueOfAll': ['AWS::EC2::VPC::Id', Tags.a]}, a]}",
            Err(
                "Fn::ValueOfAll is not supported: it needs attributes of EC2 resources, and EC2 is not available",
            ),
        ),
        ("!Join ['', []]", Err("Fn::Join is not a function of rules")),
        ("true", Err("must use a function")),
    ] {
        let found = bound(&text(&assertion(condition)), &[]).map(drop);
        let found = found.map_err(|error| error.to_string());
        match expected {
            Ok(()) => assert_eq!(found, Ok(()), "{condition}"),
            Err(words) => assert!(found.unwrap_err().contains(words), "{condition}"),
        }
    }
    let unless =
        "{RuleCondition: !Equals [!Ref Stage, prod], Assertions: [{Assert: !Equals [a, b]}]}";
    assert!(bound(&text(unless), &[]).is_ok());
    assert!(bound(&text(unless), &[("Stage", "prod")]).is_err());
    assert!(bound(&text("{}"), &[]).is_err());
}
