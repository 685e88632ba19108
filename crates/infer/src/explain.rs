//! The evidence for each member of an inferred template, as rows of a table.

/// A member of an inferred template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The member's path in the output, such as `lines.sku`.
    pub member: String,
    /// The template's expression for it.
    pub expression: String,
    /// The evidence for the expression, such as `from 3 of 4`.
    pub support: String,
}

/// The members of a JSONata template that [`generate`](crate::generate) made, in order. The list is
/// empty for other templates and for XSLT.
#[must_use]
pub fn explain(template: &str) -> Vec<Explanation> {
    let mut open: Vec<(usize, String)> = Vec::new();
    let mut rows = Vec::new();
    for line in template.lines() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        let key = key(text);
        if !text.is_empty() {
            // A closing bracket ends a member and has the same indentation as the member.
            open.retain(|(outer, _)| *outer < indent);
        }
        if let Some((name, _)) = key {
            open.push((indent, name.to_owned()));
        }
        if let Some((expression, support)) = noted(key.map_or(text, |(_, rest)| rest)) {
            let names: Vec<&str> = open.iter().map(|(_, name)| name.as_str()).collect();
            rows.push(Explanation {
                member: names.join("."),
                expression: expression.to_owned(),
                support: support.to_owned(),
            });
        }
    }
    rows
}

/// The name of the member that starts on a line, and the text after the colon.
fn key(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix('"')?.split_once("\": ")?;
    Some((name, rest))
}

/// The text before a comment at the end of a line, and the comment.
fn noted(text: &str) -> Option<(&str, &str)> {
    let (expression, support) = text.strip_suffix("*/")?.rsplit_once("/*")?;
    let expression = expression.trim().trim_end_matches(',').trim_end();
    (!expression.is_empty()).then_some((expression, support.trim()))
}

#[cfg(test)]
mod tests {
    use super::explain;

    #[test]
    fn members_have_their_paths() {
        let template = "{\n  \"a\": x, /* seen once */\n  \"b\": {\n    \"c\": y /* from 2 of 3 */\n  },\n  \
                        \"d\": [\n    z.{\n      \"e\": w /* constant: not found in the input */\n    }\n  ]\n}\n";
        let rows: Vec<String> = explain(template)
            .iter()
            .map(|row| format!("{}={}: {}", row.member, row.expression, row.support))
            .collect();
        assert_eq!(
            rows,
            [
                "a=x: seen once",
                "b.c=y: from 2 of 3",
                "d.e=w: constant: not found in the input",
            ]
        );
    }
}
