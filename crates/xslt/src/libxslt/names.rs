//! The names of XSLT 1.0 and XPath 1.0, for corrections of misspelled ones.
//!
//! Source: XSLT 1.0, appendix C; XPath 1.0, section 4; XSLT 1.0, section 12.

use b2bi_local_mapping::closest;

const ELEMENTS: [&str; 35] = [
    "apply-imports",
    "apply-templates",
    "attribute",
    "attribute-set",
    "call-template",
    "choose",
    "comment",
    "copy",
    "copy-of",
    "decimal-format",
    "element",
    "fallback",
    "for-each",
    "if",
    "import",
    "include",
    "key",
    "message",
    "namespace-alias",
    "number",
    "otherwise",
    "output",
    "param",
    "preserve-space",
    "processing-instruction",
    "sort",
    "strip-space",
    "stylesheet",
    "template",
    "text",
    "transform",
    "value-of",
    "variable",
    "when",
    "with-param",
];

const FUNCTIONS: [&str; 36] = [
    "boolean",
    "ceiling",
    "concat",
    "contains",
    "count",
    "current",
    "document",
    "element-available",
    "false",
    "floor",
    "format-number",
    "function-available",
    "generate-id",
    "id",
    "key",
    "lang",
    "last",
    "local-name",
    "name",
    "namespace-uri",
    "normalize-space",
    "not",
    "number",
    "position",
    "round",
    "starts-with",
    "string",
    "string-length",
    "substring",
    "substring-after",
    "substring-before",
    "sum",
    "system-property",
    "translate",
    "true",
    "unparsed-entity-uri",
];

/// What to write instead of an element that XSLT 1.0 does not have, if that is likely.
pub(super) fn instead_of_element(name: &str) -> Option<String> {
    if ["else", "elseif", "elsif", "elif", "case", "switch"].contains(&name) {
        return Some("Write xsl:choose with xsl:when and xsl:otherwise".to_owned());
    }
    closest(name, ELEMENTS).map(|near| format!("Did you mean xsl:{near}?"))
}

/// What to write instead of a function that XPath 1.0 does not have, if that is likely.
pub(super) fn instead_of_function(name: &str) -> Option<String> {
    closest(name, FUNCTIONS).map(|near| format!("Did you mean {near}()?"))
}

#[cfg(test)]
mod tests {
    use super::{instead_of_element, instead_of_function};

    #[test]
    fn misspelled_names_are_corrected() {
        let element = |name: &str, wanted: Option<&str>| {
            assert_eq!(instead_of_element(name).as_deref(), wanted, "{name}");
        };
        element("value-off", Some("Did you mean xsl:value-of?"));
        element("foreach", Some("Did you mean xsl:for-each?"));
        element(
            "else",
            Some("Write xsl:choose with xsl:when and xsl:otherwise"),
        );
        for newer in [
            "for-each-group",
            "function",
            "analyze-string",
            "result-document",
            "sequence",
            "try",
        ] {
            element(newer, None);
        }
        let function = |name: &str, wanted: Option<&str>| {
            assert_eq!(instead_of_function(name).as_deref(), wanted, "{name}");
        };
        function("concatt", Some("Did you mean concat()?"));
        function("normalise-space", Some("Did you mean normalize-space()?"));
        for newer in [
            "upper-case",
            "matches",
            "replace",
            "ends-with",
            "string-join",
            "max",
            "abs",
            "avg",
            "exists",
            "tokenize",
            "current-date",
        ] {
            function(newer, None);
        }
    }
}
