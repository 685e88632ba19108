//! Malicious templates.

use proptest::prelude::*;

use b2bi_local_template::Template;

use crate::bound;

#[test]
fn templates_that_are_too_large_are_refused() {
    let nested = |open: &str, close: &str, depth: usize| {
        format!(
            "{{\"Resources\": {{\"R\": {{\"Type\": \"T\", \"Properties\": {{\"p\": {}1{}}}}}}}}}",
            open.repeat(depth),
            close.repeat(depth)
        )
    };
    let conditions: String = (1..150)
        .map(|n| format!("  C{n}: !And [!Condition C{0}, !Condition C{0}]\n", n - 1))
        .collect();
    let resources: String = (0..501).map(|n| format!("  R{n}: {{Type: T}}\n")).collect();
    let loops = (0..9).fold(
        "{'x${I0}${I1}${I2}${I3}${I4}${I5}${I6}${I7}${I8}': {Type: T}}".to_owned(),
        |body, n| {
            format!("{{'Fn::ForEach::L{n}': [I{n}, [a, b, c, d, e, f, g, h, i, j], {body}]}}")
        },
    );
    let value = "x".repeat(4096);
    let subs = "${P}".repeat(100_000);
    for (text, expected) in [
        (
            "x".repeat(1_000_001),
            "Template may not exceed 1000000 bytes in size.",
        ),
        (nested("[", "]", 90_000), "nests more than 64"),
        (nested("{\"a\":", "}", 90_000), "nests more than 64"),
        (
            nested("[", "]", 80).replace("\"Type\"", "Type"),
            "nests more than 64",
        ),
        ("[".repeat(900_000), "YAML not well-formed"),
        ("{".repeat(900_000), "not well-formed"),
        ("- ".repeat(400_000), "nests more than 64"),
        (
            format!("Resources:\n{resources}"),
            "Number of resources, 501, is greater than maximum allowed, 500",
        ),
        (
            format!("Transform: AWS::LanguageExtensions\nResources: {loops}"),
            "Fn::ForEach produces too large a template.",
        ),
        (
            format!(
                "Parameters: {{P: {{Type: String, Default: {value}}}}}\nResources: {{R: {{Type: T, Properties: {{a: !Sub '{subs}'}}}}}}"
            ),
            "the functions of the template produce too much text.",
        ),
        (
            "Resources: {R: {Type: T, Properties: {p: \u{0}}}}".to_owned(),
            "not well-formed",
        ),
        (
            "Resources: {R: {? [a] : b}}".to_owned(),
            "a key must be text",
        ),
        (
            "%TAG ! tag:x,2000:\n---\nResources: !Sub x".to_owned(),
            "YAML not well-formed",
        ),
    ] {
        let error = bound(&text, &[]).map(|_| ()).unwrap_err().to_string();
        let start: String = text.chars().take(60).collect();
        assert!(error.contains(expected), "{start}: {error}");
    }
    // Each condition uses the one before twice: they are evaluated once each all the same.
    let text = format!(
        "Conditions:\n  C0: !Equals [a, a]\n{conditions}Resources: {{R: {{Type: T, Condition: C149}}}}"
    );
    assert_eq!(bound(&text, &[]).unwrap().order(), ["R"]);
}

#[test]
fn a_long_chain_is_ordered() {
    let resources: String = (0..500)
        .map(|n| {
            if n == 499 {
                format!("  R{n}: {{Type: T}}\n")
            } else {
                format!("  R{n}: {{Type: T, DependsOn: R{}}}\n", n + 1)
            }
        })
        .collect();
    let bound = bound(&format!("Resources:\n{resources}"), &[]).unwrap();
    assert_eq!(bound.order().first().map(String::as_str), Some("R499"));
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("${R}".to_owned()),
        Just("!Ref R".to_owned()),
        Just("!Ref P".to_owned()),
        Just("1".to_owned()),
        Just("'{{resolve:ssm:x}}'".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let name = prop::sample::select(vec![
            "Fn::Sub",
            "Fn::Join",
            "Fn::Select",
            "Fn::Split",
            "Fn::If",
            "Fn::GetAtt",
            "Fn::FindInMap",
            "Fn::Cidr",
            "Fn::Base64",
            "Fn::GetAZs",
            "Fn::ImportValue",
            "Fn::Length",
            "Fn::ToJsonString",
            "Ref",
            "x",
            "Fn::ForEach::L",
            "Condition",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            (name, inner).prop_map(|(name, value)| format!("{{'{name}': {value}}}")),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Template::parse(&text);
    }

    #[test]
    fn any_use_of_functions_is_evaluated_or_refused(value in value()) {
        let text = format!("Transform: AWS::LanguageExtensions\nParameters: {{P: {{Type: String, Default: d}}}}\nResources:\n  R: {{Type: T}}\n  S:\n    Type: T\n    Properties:\n      a: {value}\n");
        let _ = bound(&text, &[]);
    }

    #[test]
    fn json_reads_as_its_own_value(texts in prop::collection::vec(any::<String>(), 0..6)) {
        let properties: serde_json::Map<_, _> = texts.iter().map(|text| (format!("k{text}"), text.clone().into())).collect();
        let written = serde_json::json!({"Resources": {"R": {"Type": "T", "Properties": properties}}});
        let template = Template::parse(&written.to_string()).unwrap();
        prop_assert_eq!(template.to_value(), written);
    }
}
