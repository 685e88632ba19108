//! Tests of the template language.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::format_collect,
    clippy::too_many_lines,
    reason = "tests"
)]

mod functions;
mod hostile;
mod parameters;
mod plans;
mod rules;
mod templates;
mod transforms;

use std::collections::BTreeMap;

use b2bi_local_template::{
    Bound, Found, Pseudo, References, Template, TemplateError, parameters as values,
};
use serde_json::{Value, json};

/// Resources that all exist: `Ref` gives `NAME-ref`, an attribute `NAME.ATTRIBUTE`.
struct Made;

impl References for Made {
    fn resource(&self, logical_id: &str) -> Found {
        Found::Value(json!(format!("{logical_id}-ref")))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Found {
        if attribute == "Nothing" {
            return Found::Missing;
        }
        Found::Value(json!(format!("{logical_id}.{attribute}")))
    }

    fn export(&self, name: &str) -> Found {
        if name == "shared" {
            Found::Value(json!("exported"))
        } else {
            Found::Missing
        }
    }
}

fn pseudo() -> Pseudo {
    Pseudo {
        account: "123456789012".to_owned(),
        region: "us-east-2".to_owned(),
        partition: "aws".to_owned(),
        stack_id: "arn:stack".to_owned(),
        stack_name: "demo".to_owned(),
        notification_arns: Vec::new(),
    }
}

fn bound(text: &str, given: &[(&str, &str)]) -> Result<Bound, TemplateError> {
    let template = Template::parse(text)?;
    let given = given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let values = values(&template.parameters, &given.collect(), &BTreeMap::new())?;
    Bound::new(&template, values, pseudo())
}

/// The value of the property `P` of a resource `R`, in a template with mappings, parameters and
/// conditions.
fn property(value: &str) -> Result<Option<Value>, TemplateError> {
    let text = format!(
        "Transform: AWS::LanguageExtensions
Parameters:
  Name: {{Type: String, Default: www.example.com}}
  Names: {{Type: CommaDelimitedList, Default: 'a, b,c'}}
  Count: {{Type: Number, Default: 80}}
Conditions:
  Is: !Equals [!Ref Name, www.example.com]
  Isnt: !Not [!Condition Is]
Mappings:
  RegionMap:
    us-east-1: {{HVM64: ami-0ff8a91507f77f867, HVMG2: ami-0a584ac55a7631c0c}}
    us-east-2: {{List: [x, y]}}
Resources:
  Other: {{Type: AWS::S3::Bucket}}
  R:
    Type: AWS::S3::Bucket
    Properties:
      P: {value}
"
    );
    let bound = bound(&text, &[])?;
    Ok(bound.properties("R", &Made)?.remove("P"))
}
