//! Stylesheets from the grammar, with loops and sizes that users would not write.

use libfuzzer_sys::arbitrary::{Result, Unstructured};

use crate::{one_of, several};

/// How deep instructions nest.
const DEPTH: usize = 4;

const HEAD: &str = "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" \
    xmlns:e=\"http://exslt.org/common\" xmlns:s=\"http://exslt.org/strings\" xmlns:m=\"http://exslt.org/math\" \
    xmlns:d=\"http://exslt.org/dates-and-times\" xmlns:y=\"http://exslt.org/dynamic\" xmlns:t=\"http://exslt.org/sets\" \
    xmlns:f=\"http://exslt.org/functions\" extension-element-prefixes=\"f\" xmlns:g=\"urn:g\">";
const PATHS: [&str; 12] = [
    "/", ".", "..", "*", "//*", "@*", "a/b", "//a[1]", "ancestor::*", "following::node()", "key('k', .)",
    "id('x')",
];
const FUNCTIONS: [&str; 34] = [
    "concat", "contains", "count", "document", "format-number", "function-available", "generate-id",
    "normalize-space", "number", "position", "last", "string", "string-length", "substring", "sum",
    "translate", "system-property", "unparsed-entity-uri", "e:node-set", "e:object-type", "s:padding",
    "s:replace", "s:split", "s:tokenize", "s:encode-uri", "m:max", "m:power", "m:constant",
    "d:date-time", "d:add", "d:format-date", "y:evaluate", "t:distinct", "g:f",
];
const VALUES: [&str; 20] = [
    "0", "1", "-1", "1 div 0", "0 div 0", "1e300", "99999999999999999999", "1000000000", "''", "'a'", "'é'",
    "'#,##0.00;(é)'", "'2026-03-02T05:04:03'", "'P9999999999Y'", "'g:f(.)'", "'y:evaluate(.)'", "$v",
    "$missing", "true()", "'//*[//*[//*]]'",
];
const AVTS: [&str; 6] = ["a", "{.}", "{concat(., .)}", "{$v}", "x:é", "{{"];

/// A stylesheet.
///
/// # Errors
///
/// The input is at its end.
pub fn stylesheet(u: &mut Unstructured<'_>) -> Result<String> {
    let matched = one_of(u, &["/", "*", "a", "@*|node()", "//b[1]", "text()"])?;
    let output = one_of(u, &["xml", "html", "text"])?;
    let named = body(u, DEPTH)?;
    Ok(format!(
        "{HEAD}<xsl:output method=\"{output}\"/><xsl:key name=\"k\" match=\"*\" use=\"{}\"/>\
         <f:function name=\"g:f\"><xsl:param name=\"n\"/><f:result select=\"{}\"/></f:function>\
         <xsl:template match=\"/\" name=\"t\"><xsl:param name=\"v\" select=\"{}\"/>{}</xsl:template>\
         <xsl:template match=\"{matched}\" mode=\"m\">{named}</xsl:template></xsl:stylesheet>",
        value(u, 2)?,
        value(u, 2)?,
        value(u, 2)?,
        body(u, DEPTH)?,
    ))
}

fn body(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    several(u, 3, "", |u| instruction(u, depth))
}

fn instruction(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    let Some(inner) = depth.checked_sub(1) else {
        return Ok(format!("<xsl:value-of select=\"{}\"/>", value(u, 2)?));
    };
    Ok(match u.int_in_range(0..=12)? {
        0 | 1 => format!("<xsl:value-of select=\"{}\"/>", value(u, 3)?),
        2 => format!("<xsl:copy-of select=\"{}\"/>", value(u, 3)?),
        3 => format!("<xsl:for-each select=\"{}\">{}</xsl:for-each>", value(u, 2)?, body(u, inner)?),
        4 => format!("<xsl:if test=\"{}\">{}</xsl:if>", value(u, 2)?, body(u, inner)?),
        5 => format!(
            "<xsl:call-template name=\"t\"><xsl:with-param name=\"v\" select=\"{}\"/></xsl:call-template>",
            value(u, 2)?
        ),
        6 => format!("<xsl:apply-templates mode=\"m\" select=\"{}\"/>", one_of(u, &PATHS)?),
        7 => format!("<xsl:variable name=\"v\">{}</xsl:variable>", body(u, inner)?),
        8 => format!("<xsl:element name=\"{}\">{}</xsl:element>", one_of(u, &AVTS)?, body(u, inner)?),
        9 => format!("<x y=\"{}\">{}</x>", one_of(u, &AVTS)?, body(u, inner)?),
        10 => format!(
            "<xsl:number value=\"{}\" format=\"{}\" grouping-separator=\",\" grouping-size=\"{}\"/>",
            value(u, 1)?,
            one_of(u, &["1", "a", "I", "é", "0001", "{.}"])?,
            one_of(u, &["3", "0", "99999999999"])?
        ),
        11 => format!("<xsl:message>{}</xsl:message>", body(u, inner)?),
        _ => format!(
            "<xsl:for-each select=\"//*\"><xsl:sort select=\"{}\" order=\"{}\"/>{}</xsl:for-each>",
            value(u, 1)?,
            one_of(u, &["ascending", "descending", "{.}"])?,
            body(u, inner)?
        ),
    })
}

fn value(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    let Some(inner) = depth.checked_sub(1) else {
        return Ok(one_of(u, &VALUES)?.to_owned());
    };
    Ok(match u.int_in_range(0..=5)? {
        0 => one_of(u, &VALUES)?.to_owned(),
        1 => one_of(u, &PATHS)?.to_owned(),
        2 | 3 => format!("{}({})", one_of(u, &FUNCTIONS)?, several(u, 3, ", ", |u| value(u, inner))?),
        4 => format!("//*[{}]", value(u, inner)?),
        _ => format!(
            "{} {} {}",
            value(u, inner)?,
            one_of(u, &["+", "-", "*", "div", "mod", "=", "&lt;", "and", "|"])?,
            value(u, inner)?
        ),
    })
}
