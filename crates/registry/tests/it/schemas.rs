//! Models against schemas.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use b2bi_local_model::{OperationShape, Shape};
use b2bi_local_registry::{Properties, Schema};
use serde_json::{Value, json};

use crate::surroundings::{World, members};

fn schema() -> Schema {
    let text = json!({
        "typeName": "Test::Unit::Thing",
        "definitions": {
            "Tag": {
                "type": "object",
                "properties": {"Key": {"type": "string", "minLength": 1}, "Value": {"type": "string"}},
                "required": ["Key"],
                "additionalProperties": false,
            },
            "Shape": {"oneOf": [
                {"type": "object", "properties": {"Round": {"type": "boolean"}}, "required": ["Round"],
                 "additionalProperties": false},
                {"type": "object", "properties": {"Sides": {"type": "integer"}}, "required": ["Sides"],
                 "additionalProperties": false},
            ]},
        },
        "properties": {
            "Name": {"type": "string", "maxLength": 5, "pattern": "^[a-z]+$"},
            "Colour": {"type": "string", "enum": ["red", "blue"]},
            "Size": {"type": "integer", "minimum": 1, "maximum": 10},
            "Weight": {"type": "number"},
            "Loud": {"type": "boolean"},
            "Tags": {"type": "array", "maxItems": 2, "uniqueItems": true,
                     "items": {"$ref": "#/definitions/Tag"}},
            "Shape": {"$ref": "#/definitions/Shape"},
            "Labels": {"type": "object", "patternProperties": {"^l-": {"type": "string"}},
                       "additionalProperties": false},
            "Document": {"type": ["object", "string"]},
            "Arn": {"type": "string"},
        },
        "required": ["Name"],
        "additionalProperties": false,
        "readOnlyProperties": ["/properties/Arn"],
        "primaryIdentifier": ["/properties/Name", "/properties/Size"],
    });
    Schema::parse(&text.to_string()).unwrap()
}

fn model(mut more: Value) -> Properties {
    if more.get("Name").is_none() {
        more["Name"] = "abc".into();
    }
    members(more)
}

#[test]
fn violations_have_a_path_and_cloudformations_words() {
    let check = |more: Value, expected: &[&str]| {
        let found = schema().validate(&model(more.clone()));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{more}");
    };
    check(json!({}), &[]);
    check(
        json!({"Name": "abcdef"}),
        &["#/Name: expected maxLength: 5, actual: 6"],
    );
    check(
        json!({"Name": "A"}),
        &["#/Name: failed validation constraint for keyword [pattern]"],
    );
    check(
        json!({"Name": ["a"]}),
        &["#/Name: expected type: String, found: JSONArray"],
    );
    check(
        json!({"Other": 1}),
        &["#: extraneous key [Other] is not permitted"],
    );
    check(
        json!({"Colour": "green"}),
        &[
            "#/Colour: #: only 1 subschema matches out of 2",
            "#/Colour: failed validation constraint for keyword [enum]",
        ],
    );
    check(
        json!({"Size": 0}),
        &["#/Size: failed validation constraint for keyword [minimum]"],
    );
    check(
        json!({"Size": 11}),
        &["#/Size: failed validation constraint for keyword [maximum]"],
    );
    check(
        json!({"Size": 1.5}),
        &["#/Size: expected type: Integer, found: Double"],
    );
    check(
        json!({"Size": null}),
        &["#/Size: expected type: Integer, found: Null"],
    );
    check(
        json!({"Loud": "yes"}),
        &["#/Loud: expected type: Boolean, found: String"],
    );
    check(
        json!({"Tags": [{"Key": "a"}, {"Key": "a"}, {"Key": ""}]}),
        &[
            "#/Tags: expected maximum item count: 2, found: 3",
            "#/Tags: array items are not unique",
            "#/Tags/2/Key: expected minLength: 1, actual: 0",
        ],
    );
    check(
        json!({"Tags": [{}]}),
        &["#/Tags/0: required key [Key] not found"],
    );
    check(json!({"Shape": {"Sides": 3}}), &[]);
    check(
        json!({"Shape": {"Sides": "many"}}),
        &[
            "#/Shape: #: 0 subschemas matched instead of one",
            "#/Shape/Sides: expected type: Integer, found: String",
        ],
    );
    check(json!({"Labels": {"l-a": "b"}}), &[]);
    check(
        json!({"Labels": {"x": "b"}}),
        &["#/Labels: extraneous key [x] is not permitted"],
    );
    check(json!({"Document": {"any": [1]}}), &[]);
    check(
        json!({"Document": 1}),
        &["#/Document: expected type: JSONObject or String, found: Integer"],
    );
}

#[test]
fn a_model_without_a_required_property_is_told_so() {
    let found = schema().validate(&Properties::new());
    assert_eq!(found[0].to_string(), "#: required key [Name] not found");
}

#[test]
fn values_get_the_types_of_the_schema() {
    let check = |given: Value, expected: Value| {
        let mut model = members(given);
        schema().coerce(&mut model);
        assert_eq!(Value::Object(model), expected);
    };
    check(json!({"Loud": "true"}), json!({"Loud": true}));
    check(json!({"Loud": "false"}), json!({"Loud": false}));
    check(json!({"Loud": "True"}), json!({"Loud": "True"}));
    check(json!({"Size": "80"}), json!({"Size": 80}));
    check(json!({"Size": "8.5"}), json!({"Size": "8.5"}));
    check(json!({"Weight": "8.5"}), json!({"Weight": 8.5}));
    check(json!({"Weight": "inf"}), json!({"Weight": "inf"}));
    check(json!({"Name": 80}), json!({"Name": "80"}));
    check(json!({"Name": true}), json!({"Name": "true"}));
    check(json!({"Name": ["a"]}), json!({"Name": ["a"]}));
    check(
        json!({"Tags": [{"Key": 1}]}),
        json!({"Tags": [{"Key": "1"}]}),
    );
    check(json!({"Tags": {"Key": 1}}), json!({"Tags": {"Key": 1}}));
    check(
        json!({"Shape": {"Sides": "3"}}),
        json!({"Shape": {"Sides": 3}}),
    );
    check(json!({"Unknown": "3"}), json!({"Unknown": "3"}));
}

#[test]
fn identifiers_of_several_properties_are_joined() {
    let model = model(json!({"Size": 3}));
    assert_eq!(schema().identifier(&model).as_deref(), Some("abc|3"));
    assert_eq!(schema().identifier(&Properties::new()), None);
}

#[test]
fn texts_that_are_no_schema_are_refused() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"typeName":"A::B::C","primaryIdentifier":[],"properties":{"A":{"pattern":"("}}}"#,
    ] {
        assert!(Schema::parse(text).is_err(), "{text}");
    }
}

#[test]
fn texts_with_an_invalid_regular_expression_anywhere_are_refused() {
    for rule in [
        r#""pattern":"(""#,
        r#""items":{"pattern":"("}"#,
        r#""patternProperties":{"(":{}}"#,
        r#""patternProperties":{"a":{"pattern":"("}}"#,
        r#""oneOf":[{},{"pattern":"("}]"#,
        r#""anyOf":[{"pattern":"("}]"#,
        r#""allOf":[{"properties":{"B":{"pattern":"("}}}]"#,
    ] {
        for text in [
            format!(r#"{{"typeName":"A::B::C","primaryIdentifier":[],{rule}}}"#),
            format!(
                r#"{{"typeName":"A::B::C","primaryIdentifier":[],"definitions":{{"A":{{{rule}}}}}}}"#
            ),
        ] {
            assert!(Schema::parse(&text).is_err(), "{text}");
            assert!(Schema::parse_trusted(&text).is_ok(), "{text}");
        }
    }
}

#[test]
fn the_schemas_of_all_types_have_valid_regular_expressions() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut count = 0;
    for folder in ["registry/schemas", "stacks/schemas"] {
        for file in fs::read_dir(crates.join(folder)).unwrap() {
            let path = file.unwrap().path();
            let parsed = Schema::parse(&fs::read_to_string(&path).unwrap());
            assert!(parsed.is_ok(), "{}: {parsed:?}", path.display());
            count += 1;
        }
    }
    assert!(count >= 12, "{count}");
}

/// The definition that a rule refers to, or the rule.
fn resolved<'a>(document: &'a Value, rule: &'a Value) -> &'a Value {
    let reference = rule.get("$ref").and_then(Value::as_str);
    reference.map_or(rule, |reference| {
        document.pointer(reference.trim_start_matches('#')).unwrap()
    })
}

/// The property of a member: it begins with a capital.
fn property(member: &str) -> String {
    member.get(..1).unwrap().to_uppercase() + member.get(1..).unwrap()
}

/// Where a schema has other members, enumerations or ranges than the service model.
fn differences(document: &Value, rule: &Value, shape: &Shape, path: &str, found: &mut Vec<String>) {
    let rule = resolved(document, rule);
    match shape {
        Shape::Structure(structure) => {
            let alternatives = rule.get("oneOf").and_then(Value::as_array);
            for member in structure.members {
                let name = property(member.name);
                let of = |rule: &'_ Value| rule.pointer(&format!("/properties/{name}")).cloned();
                let inner = match alternatives {
                    Some(alternatives) => alternatives.iter().find_map(of),
                    None => of(rule),
                };
                let at = format!("{path}/{name}");
                match inner {
                    Some(inner) => differences(document, &inner, member.shape, &at, found),
                    None => found.push(at),
                }
            }
        }
        Shape::List(list) => {
            differences(
                document,
                &rule["items"],
                list.element,
                &format!("{path}/*"),
                found,
            );
        }
        Shape::Text(text) => {
            let allowed = rule.get("enum").and_then(Value::as_array);
            let allowed = allowed.into_iter().flatten().filter_map(Value::as_str);
            let allowed: BTreeSet<&str> = allowed.collect();
            if allowed != text.values.iter().copied().collect() {
                found.push(format!("{path}: enum"));
            }
            let most = rule.get("maxLength").and_then(Value::as_u64);
            if most.is_some() && text.max.is_some() && most != text.max.map(|max| max as u64) {
                found.push(format!("{path}: maxLength"));
            }
        }
        Shape::Integer(number) => {
            if rule.get("maximum").and_then(Value::as_i64) != number.max {
                found.push(format!("{path}: maximum"));
            }
        }
        Shape::Boolean => {
            if rule.get("type") != Some(&json!("boolean")) {
                found.push(format!("{path}: type"));
            }
        }
    }
}

#[tokio::test]
async fn the_schemas_of_b2bi_agree_with_its_service_model() {
    let world = World::new();
    for noun in ["Profile", "Transformer", "Capability", "Partnership"] {
        let resource_type = world.of(&format!("AWS::B2BI::{noun}"));
        let document = resource_type.schema().document();
        let operation = OperationShape::named(&format!("Create{noun}")).unwrap();
        let mut found = Vec::new();
        differences(document, document, operation.input, "", &mut found);
        assert_eq!(found, ["/ClientToken"], "{noun}");
    }
}
