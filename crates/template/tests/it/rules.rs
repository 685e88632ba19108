//! Rules on parameters.

use crate::bound;

#[test]
fn rules_hold_or_tell_what_must_be() {
    let text = |rule: &str| {
        format!(
            "Parameters:
  Stage: {{Type: String, Default: dev}}
  Zones: {{Type: CommaDelimitedList, Default: 'a,b'}}
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
            Err("Rule 'R' failed: be so (line 5"),
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
            "{'Fn::ValueOf': [Stage, X]}",
            Err("Fn::ValueOf is not supported"),
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
