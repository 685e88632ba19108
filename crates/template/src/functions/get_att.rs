//! `Fn::GetAtt`: an attribute of a resource.

use serde_json::Value;

use crate::error::TemplateError;
use crate::evaluate::Evaluator;
use crate::node::Node;

const SHAPE: &str = "Fn::GetAtt object requires two non-empty parameters, the resource name and the \
                     resource attribute";

/// The resource and the attribute, which may be a function.
pub(crate) fn target(argument: &Node) -> Result<(String, Node), TemplateError> {
    let malformed = || TemplateError::function(argument.position, SHAPE);
    if let Some(text) = argument.as_text() {
        let (resource, attribute) = text.split_once('.').ok_or_else(malformed)?;
        let attribute = Node::text(argument.position, attribute);
        return Ok((resource.to_owned(), attribute));
    }
    match argument.as_list() {
        Some([resource, attribute]) => {
            let resource = resource.as_text().filter(|text| !text.is_empty());
            Ok((
                resource.ok_or_else(malformed)?.to_owned(),
                attribute.clone(),
            ))
        }
        _ => Err(malformed()),
    }
}

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let (resource, attribute) = target(argument)?;
    match evaluator
        .scalar(&attribute)?
        .filter(|name| !name.is_empty())
    {
        Some(name) => evaluator
            .attribute(&resource, &name, argument.position)
            .map(Some),
        None => Err(TemplateError::function(argument.position, SHAPE)),
    }
}
