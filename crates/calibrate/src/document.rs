//! The layout of a JSON text.

use b2bi_local_x12::JsonForm;
use serde_json::Value;

/// A JSON document and how it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    pub(crate) document: Value,
    /// Whether the text is a string literal that contains the document.
    pub(crate) is_literal: bool,
    /// The layout of the document, if it is one that the emulator can write.
    pub(crate) form: Option<JsonForm>,
}

impl Written {
    /// The object or list in a text.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let outer: Value = serde_json::from_str(text).ok()?;
        let literal = outer.as_str().map(str::to_owned);
        let document = match &literal {
            Some(literal) => serde_json::from_str(literal).ok()?,
            None => outer,
        };
        let is_document = document.is_object() || document.is_array();
        is_document.then(|| Self {
            form: JsonForm::detect(literal.as_deref().unwrap_or(text)),
            is_literal: literal.is_some(),
            document,
        })
    }

    /// Whether it is the document of an X12 file, and not the output of a mapping.
    pub(crate) fn is_service_defined(&self) -> bool {
        self.document.get("interchanges").is_some()
    }
}
