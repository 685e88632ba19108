//! Prints hierarchical levels: first as a tree, which the template then numbers while writing it.

use super::Printer;
use crate::levels::LEVEL;
use crate::template::Template;

/// The variables of the current level.
pub(super) const VARIABLES: [&str; 2] = ["number", "above"];

impl Printer<'_> {
    /// The number of levels in the output.
    pub(super) fn count_of_levels(&self) -> String {
        match &self.numbered {
            Some(name) => format!("count(exsl:node-set(${name})//{LEVEL})"),
            None => "''".to_owned(),
        }
    }

    /// A variable with the tree of the levels, and the loops made from it: `position()` is the
    /// number of a level, because the levels are in document order.
    pub(super) fn levels(&mut self, tree: &Template) {
        self.exslt = true;
        let name = self.name("numbered".to_owned());
        self.line(&format!("<xsl:variable name=\"{name}\">"));
        self.indent += 1;
        self.template(tree, None);
        self.indent -= 1;
        let before = |axis: &str| format!("count($above/{axis}::{LEVEL})");
        let above = format!("{} + {} + 1", before("preceding"), before("ancestor"));
        let lines = [
            "</xsl:variable>".to_owned(),
            format!("<xsl:for-each select=\"exsl:node-set(${name})//{LEVEL}\">"),
            "  <xsl:variable name=\"number\" select=\"position()\"/>".to_owned(),
            format!("  <xsl:variable name=\"above\" select=\"ancestor::{LEVEL}[1]\"/>"),
            "  <xsl:for-each select=\"loop\">".to_owned(),
            "    <loop Id=\"{@Id}\">".to_owned(),
            "      <segment Id=\"HL\">".to_owned(),
            "        <element Id=\"HL01\"><xsl:value-of select=\"$number\"/></element>".to_owned(),
            "        <xsl:if test=\"$above\">".to_owned(),
            format!("          <element Id=\"HL02\"><xsl:value-of select=\"{above}\"/></element>"),
            "        </xsl:if>".to_owned(),
            "        <xsl:copy-of select=\"segment[1]/element\"/>".to_owned(),
            "      </segment>".to_owned(),
            "      <xsl:copy-of select=\"*[position() &gt; 1]\"/>".to_owned(),
            "    </loop>".to_owned(),
            "  </xsl:for-each>".to_owned(),
            "</xsl:for-each>".to_owned(),
        ];
        self.put(&lines);
        self.numbered = Some(name);
    }
}
