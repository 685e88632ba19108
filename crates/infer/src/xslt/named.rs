//! Elements whose names come from the input.

use super::{Printer, attribute};
use crate::notes::note;
use crate::template::{Template, Value};

impl Printer<'_> {
    /// An element with the name that an expression gives.
    pub(super) fn named(&mut self, key: &Value, element: &Template) {
        let Template::Element {
            attributes,
            body,
            text,
            ..
        } = element
        else {
            return;
        };
        let select = self.expression(&key.expression);
        self.flush();
        self.line(&format!("<!-- name: {} -->", note(self.tree, key)));
        self.line(&format!(
            "<xsl:element name=\"{{{}}}\">",
            attribute(&select)
        ));
        self.indent += 1;
        for (name, value) in attributes {
            self.line(&format!("<xsl:attribute name=\"{name}\">"));
            self.indent += 1;
            self.noted(value);
            self.indent -= 1;
            self.line("</xsl:attribute>");
        }
        match text {
            Some(value) if body.is_empty() => self.noted(value),
            _ => {
                for part in body {
                    self.loops(&part.each, &part.template);
                }
            }
        }
        self.indent -= 1;
        self.line("</xsl:element>");
    }

    /// The instructions for a value, after a comment with its evidence.
    fn noted(&mut self, value: &Value) {
        self.line(&format!("<!-- {} -->", note(self.tree, value)));
        self.content(&value.expression);
    }
}
