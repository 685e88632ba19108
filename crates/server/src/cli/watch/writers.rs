//! The places of a template that write an element, to find the origin of a problem.

/// The maximum number of places that are named.
const MOST: usize = 3;

/// The lines and columns of a template where an element such as `PO103` or `SV101-02` is written
/// or, if it is not, where its segment is. The first are listed.
pub(super) fn writers(template: &str, element: &str) -> Vec<(usize, usize)> {
    let Some((segment, rest)) = parted(element) else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    if !rest.is_empty() {
        let name = format!("{segment}_{}", rest.replace('-', "_"));
        keys.push([
            format!("\"{name}\""),
            format!("\"{name}_"),
            format!("\"{element}\""),
        ]);
    }
    let first = format!("\"{segment}_");
    keys.push([first, format!("\"{segment}\""), format!("'{segment}'")]);
    let found = keys.iter().map(|keys| places(template, keys));
    found
        .into_iter()
        .find(|places| !places.is_empty())
        .unwrap_or_default()
}

/// The name of a segment, and the numbers behind it.
fn parted(element: &str) -> Option<(&str, &str)> {
    let (name, component) = element.split_once('-').unwrap_or((element, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let at = name.len().checked_sub(2).filter(|&at| at >= 2);
    match at.and_then(|at| name.split_at_checked(at)) {
        Some((segment, number)) if is_number(number) => {
            let rest = element.get(segment.len()..).unwrap_or(number);
            Some((segment, rest))
        }
        _ if component.is_empty() && !name.is_empty() => Some((name, "")),
        _ => None,
    }
}

fn places(template: &str, keys: &[String]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (line, text) in template.lines().enumerate() {
        let at = keys.iter().filter_map(|key| text.find(key.as_str())).min();
        let column = at.and_then(|at| text.get(..at));
        found.extend(column.map(|before| (line + 1, before.chars().count() + 1)));
    }
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::writers;

    #[test]
    fn an_element_is_found_by_its_key_or_else_by_its_segment() {
        let jsonata = "{\n  \"BEG_01\": \"00\",\n  \"SV1_01_02\": code,\n  \"N1_01\": \"ST\"\n}";
        let xslt = "<segment Id=\"BEG\">\n  <element Id=\"BEG03\"/>\n</segment>";
        for (template, element, wanted) in [
            (jsonata, "BEG01", vec![(2, 3)]),
            (jsonata, "SV101-02", vec![(3, 3)]),
            (jsonata, "BEG03", vec![(2, 3)]),
            (jsonata, "N1", vec![(4, 3)]),
            (jsonata, "CTT01", vec![]),
            (xslt, "BEG03", vec![(2, 15)]),
            (xslt, "BEG01", vec![(1, 13)]),
            (jsonata, "", vec![]),
        ] {
            assert_eq!(writers(template, element), wanted, "{element}");
        }
    }
}
