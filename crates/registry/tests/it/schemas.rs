//! Models against schemas.

use b2bi_local_registry::{Properties, Schema};
use serde_json::{Value, json};

use crate::surroundings::members;

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
