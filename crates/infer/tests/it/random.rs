//! Mapping by example, from random documents.

use b2bi_local_infer::{self as infer, Language};
use b2bi_local_mapping::{Cancel, Engine, Jsonata, Limits, Run};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1000_i32..1000).prop_map(Value::from),
        (-1000_i32..1000).prop_map(|item| json!(f64::from(item) + 0.25)),
        "[a-z0-9 ,/-]{0,12}".prop_map(Value::from),
        "20[0-9]{6}".prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]",
        "(N1|REF|PO1)_0[1-4]",
        "(N1|PO1)-[12]_loop",
        Just("segments".to_owned()),
        Just("and".to_owned()),
        "\\PC{0,4}",
    ]
}

fn document() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn generate(input: &Value, output: &Value) -> String {
    let (input, output) = (input.to_string(), output.to_string());
    infer::generate(&input, &output, Language::Jsonata, &Cancel::default()).unwrap()
}

fn map(template: &str, input: &Value) -> Value {
    let run = Run::new(0, 1, Limits::standard());
    let mapped = Jsonata.compile(template).unwrap();
    let mapped = mapped.evaluate(&input.to_string(), &run).unwrap();
    mapped.map_or(Value::Null, |mapped| serde_json::from_str(&mapped).unwrap())
}

/// The scalars of a document.
fn scalars(value: &Value, into: &mut Vec<Value>) {
    match value {
        Value::Object(members) => {
            for member in members.values() {
                scalars(member, into);
            }
        }
        Value::Array(items) => {
            for item in items {
                scalars(item, into);
            }
        }
        scalar => into.push(scalar.clone()),
    }
}

/// A typical business document: scalars, and a list of similar records.
fn order() -> impl Strategy<Value = Value> {
    let line = (scalar(), scalar()).prop_map(|(sku, note)| json!({"sku": sku, "note": note}));
    let tags = prop::collection::vec("[a-z]{1,8}", 0..4);
    (scalar(), scalar(), prop::collection::vec(line, 0..4), tags)
        .prop_map(|(number, date, lines, tags)| {
            json!({"number": number, "at": {"date": date}, "lines": lines, "tags": tags})
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_the_two_are_there_is_a_template_that_can_be_carried_out(
        input in document(), output in document(),
    ) {
        map(&generate(&input, &output), &input);
    }

    #[test]
    fn what_is_wanted_of_an_input_comes_out_again(
        input in order(), extra in scalar(),
    ) {
        let mut values = Vec::new();
        scalars(&input, &mut values);
        values.push(extra);
        let named = values.into_iter().enumerate().map(|(n, value)| (format!("f{n}"), value));
        let output = Value::Object(named.collect::<Map<_, _>>());
        let template = generate(&input, &output);
        prop_assert_eq!(map(&template, &input), output, "{}", template);
    }
}
