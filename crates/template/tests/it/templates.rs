//! Sections, orders, loops and outputs.

use b2bi_local_template::{Policy, Template, replace_dynamic_references, ssm_references};
use serde_json::json;

use crate::{Made, bound};

fn refused(text: &str, expected: &str) {
    let error = bound(text, &[]).map(|_| ()).unwrap_err().to_string();
    assert_eq!(error, expected, "{text}");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (text, expected) in [
        (
            "[]",
            "Template format error: unsupported structure. (line 1, column 1)",
        ),
        (
            "{}",
            "Template format error: At least one Resources member must be defined. (line 1, column 1)",
        ),
        (
            "{\n  \"Resources\": {,}\n}",
            "Template format error: JSON not well-formed. (line 2, column 17)",
        ),
        (
            "Resources:\n\tR: 1",
            "Template format error: YAML not well-formed: tabs disallowed within this context (block indentation) (line 2, column 2)",
        ),
        (
            "Foo: 1\nResources: {R: {Type: A}}",
            "Invalid template property or properties [Foo] (line 1, column 1)",
        ),
        (
            "AWSTemplateFormatVersion: 2010-09-08\nResources: {R: {Type: A}}",
            "Template format error: unsupported value for AWSTemplateFormatVersion. (line 1, column 27)",
        ),
        (
            "Resources:\n  a-b: {Type: A}",
            "Template format error: Resource name a-b is non alphanumeric. (line 2, column 3)",
        ),
        (
            "Resources:\n  R: {Type: A, Propertys: {}}",
            "Invalid template resource property 'Propertys' (line 2, column 16)",
        ),
        (
            "Resources:\n  R: {Properties: {}}",
            "Template format error: [/Resources/R] Every Resources object must contain a Type member. (line 2, column 3)",
        ),
        (
            "Resources:\n  R: {Type: A}\n  R: {Type: B}",
            "Template format error: duplicate key 'R'. (line 3, column 3)",
        ),
        (
            "Resources:\n  R: &a {Type: A}\n  S: *a",
            "Template error: YAML aliases are not allowed in CloudFormation templates (line 3, column 6)",
        ),
        (
            "Resources: {R: {Type: A, DependsOn: S}}",
            "Template format error: Unresolved resource dependencies [S] in the Resources block of the template (line 1, column 16)",
        ),
        (
            "Resources:\n  A: {Type: T, DependsOn: B}\n  B: {Type: T, Properties: {x: !GetAtt C.Arn}}\n  C: {Type: T, Properties: {x: !Sub '${A}'}}\n  D: {Type: T, DependsOn: A}",
            "Circular dependency between resources: [A, B, C] (line 2, column 6)",
        ),
        (
            "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\nResources: {R: {Type: T}}",
            "Template format error: Circular dependency between conditions: [A, B] (line 1, column 14)",
        ),
        (
            "Conditions: {A: !Equals [!Ref R, a]}\nResources: {R: {Type: T}}",
            "Template format error: Unresolved dependencies [R]. Cannot reference resources in the Conditions block of the template (line 1, column 31)",
        ),
        (
            "Resources: {R: {Type: T, Condition: C}}",
            "Template format error: Unresolved condition dependency C in the Resources block of the template (line 1, column 16)",
        ),
        (
            "Transform: AWS::Serverless-2016-10-31\nResources: {R: {Type: AWS::Serverless::Function}}",
            "Template format error: the type AWS::Serverless::Function of resource R is not supported: the server does not apply the transform AWS::Serverless-2016-10-31 (line 2, column 16)",
        ),
        (
            "Mappings: {M: {a: {b: !Ref R}}}\nResources: {R: {Type: T}}",
            "Template format error: Every Mappings attribute must be a String or a List. (M) (line 1, column 28)",
        ),
        (
            "Mappings: {M: {a: {b: [x, {c: d}]}}}\nResources: {R: {Type: T}}",
            "Template format error: Every Mappings attribute must be a String or a List. (M) (line 1, column 23)",
        ),
        (
            "Mappings: {M: {a: b}}\nResources: {R: {Type: T}}",
            "Template format error: Every Mappings object must contain a map of values (M) (line 1, column 19)",
        ),
        (
            "Mappings: {M: a}\nResources: {R: {Type: T}}",
            "Template format error: Every Mappings member must be a map (M) (line 1, column 15)",
        ),
        (
            "Resources: {R: {Type: T, DeletionPolicy: Keep}}",
            "Template error: Unrecognized DeletionPolicy Keep for resource R (line 1, column 42)",
        ),
        (
            "Resources: {R: {Type: T}}\nOutputs: {O: {}}",
            "Template format error: Output O is malformed. Every Outputs member must contain a Value object (line 2, column 11)",
        ),
        (
            "Resources: {R: {Type: T}}\nOutputs: {O: {Value: !Ref X}}",
            "Template format error: Unresolved resource dependencies [X] in the Outputs block of the template (line 2, column 27)",
        ),
        (
            "Resources: {R: {Type: T}}\nRulez: {}",
            "Invalid template property or properties [Rulez] (line 2, column 1)",
        ),
        (
            "a: 1\n---\nb: 2",
            "Template format error: YAML not well-formed: there is more than one document. (line 2, column 1)",
        ),
        (
            "Resources: {R: {Type: T, Properties: {x: {'Fn::Length': [a]}}}}",
            "Template format error: Fn::Length needs the transform AWS::LanguageExtensions (line 1, column 42)",
        ),
    ] {
        refused(text, expected);
    }
}

#[test]
fn json_and_yaml_read_alike() {
    let yaml = "Resources:\n  R:\n    Type: T\n    Properties: {a: !Sub '${R2}', b: [1, true, \"x\\ty\"]}\n  R2: {Type: T}\n";
    let json = r#"{"Resources": {"R": {"Type": "T", "Properties": {"a": {"Fn::Sub": "${R2}"},
        "b": [1, true, "x\ty"]}}, "R2": {"Type": "T"}}}"#;
    let [yaml, json] = [yaml, json].map(|text| Template::parse(text).unwrap().to_value());
    assert_eq!(yaml, json);
}

#[test]
fn resources_come_after_what_they_name() {
    let text = "
Conditions: {Never: !Equals [a, b]}
Resources:
  Partnership: {Type: T, Properties: {Capabilities: [!Ref Capability], ProfileId: !GetAtt Profile.Id}}
  Capability: {Type: T, DependsOn: Policy, Properties: {T: !Sub '${Transformer}/x'}}
  Gone: {Type: T, Condition: Never, DependsOn: Partnership}
  Transformer: {Type: T, DeletionPolicy: Retain}
  Policy: {Type: T}
  Profile: {Type: T}
";
    let bound = bound(text, &[]).unwrap();
    assert_eq!(
        bound.order(),
        [
            "Transformer",
            "Policy",
            "Capability",
            "Profile",
            "Partnership"
        ]
    );
    assert_eq!(
        bound.resources()["Transformer"].deletion_policy,
        Policy::Retain
    );
    assert!(!bound.resources().contains_key("Gone"));
}

#[test]
fn loops_are_expanded() {
    let text = "
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: 'a-1,b'}}
Resources:
  'Fn::ForEach::Buckets':
    - Name
    - !Ref Names
    - 'Bucket&{Name}':
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Sub '${Name}-${AWS::Region}'
          Plain: !Ref Name
          'Fn::ForEach::Inner': [K, [x, y], {'Key${K}': {n: !Ref Name}}]
Outputs:
  'Fn::ForEach::Out':
    - Name
    - [b]
    - 'Out${Name}': {Value: !GetAtt 'Bucket${Name}.Arn', Export: {Name: !Sub 'of-${Name}'}}
";
    let bound = bound(text, &[]).unwrap();
    assert_eq!(bound.order(), ["Bucketa1", "Bucketb"]);
    let properties = bound.properties("Bucketa1", &Made).unwrap();
    let expected = json!({"BucketName": "a-1-us-east-2", "Plain": "a-1", "Keyx": {"n": "a-1"}, "Keyy": {"n": "a-1"}});
    assert_eq!(json!(properties), expected);
    let output = bound.outputs().next().unwrap();
    let value = bound.output(output, &Made).unwrap();
    assert_eq!(value, ("Bucketb.Arn".to_owned(), Some("of-b".to_owned())));
}

#[test]
fn dynamic_references_are_found_and_replaced() {
    let mut value = json!({"a": ["x{{resolve:ssm:/n/m}}y{{resolve:ssm:o:2}}"], "b": "{{resolve:ssm:/n/m}}", "c": "{{x}}"});
    let found = ssm_references(&value).unwrap();
    let values = found.into_iter().map(|reference| {
        let text = format!(
            "<{}|{}>",
            reference.name,
            reference.version.clone().unwrap_or_default()
        );
        (reference, text)
    });
    replace_dynamic_references(&mut value, &values.collect());
    assert_eq!(
        value,
        json!({"a": ["x</n/m|>y<o|2>"], "b": "</n/m|>", "c": "{{x}}"})
    );
    for refused in [
        "{{resolve:ssm-secure:a}}",
        "{{resolve:secretsmanager:a}}",
        "{{resolve:x:y}}",
        "{{resolve:ssm:}}",
    ] {
        assert!(ssm_references(&json!([refused])).is_err(), "{refused}");
    }
}
