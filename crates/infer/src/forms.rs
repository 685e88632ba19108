//! The types of a document's elements, from the tables of its transaction set.

use std::collections::HashMap;

use b2bi_local_x12::{ElementType, Outline, Version};

use super::scalar::Scalar;
use super::tree::{SchemaId, Tree};

/// The types of elements by their names, such as `CLP06`.
#[derive(Debug, Default)]
pub(super) struct Forms(HashMap<String, ElementType>);

impl Forms {
    /// The types for a service-defined document; for other documents no types are known.
    pub(super) fn of(tree: &Tree) -> Self {
        let value = |code: &str| {
            let is_it = |(_, node): &(usize, &super::tree::Node)| {
                tree.schema(node.schema).label.code().as_deref() == Some(code)
            };
            let found = tree.nodes().find(is_it);
            found
                .and_then(|(_, node)| node.value.as_ref())
                .map(Scalar::text)
        };
        let (Some(version), Some(set)) = (value("GS08"), value("ST01")) else {
            return Self::default();
        };
        let version = Version::of_group(version.as_bytes());
        let outline = version.and_then(|version| Outline::new(version, &set, None));
        let mut forms = HashMap::new();
        for segment in outline.iter().flat_map(|outline| &outline.segments) {
            for element in segment.elements.iter().filter(|element| !element.composite) {
                let name = format!("{}{:02}", segment.id, element.position);
                if let Some(value) = element.values.first() {
                    forms.entry(name).or_insert(value.form);
                }
            }
        }
        Self(forms)
    }

    /// Whether no types are known, as for a user's own document.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether leaves of a kind are measures, that is quantities, amounts or dates, and not codes.
    pub(super) fn is_measure(&self, tree: &Tree, schema: SchemaId) -> bool {
        let code = tree.schema(schema).label.code();
        let form = code.and_then(|code| self.0.get(&code).copied());
        form.is_some_and(|form| !matches!(form, ElementType::Code | ElementType::Text))
    }

    /// Whether leaves of a kind are quantities or amounts, which can be large or small.
    pub(super) fn is_amount(&self, tree: &Tree, schema: SchemaId) -> bool {
        let code = tree.schema(schema).label.code();
        let form = code.and_then(|code| self.0.get(&code).copied());
        form.is_some_and(|form| matches!(form, ElementType::Decimal | ElementType::Integer))
    }

    /// Whether leaves of a kind are codes. Codes may consist of digits, but are never the source of
    /// a number.
    pub(super) fn is_code(&self, tree: &Tree, schema: SchemaId) -> bool {
        let code = tree.schema(schema).label.code();
        code.and_then(|code| self.0.get(&code))
            .is_some_and(|code| *code == ElementType::Code)
    }
}
