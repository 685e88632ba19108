//! Finds the members of an input that a template can see, so that the others need not be kept.
//!
//! A member is identified by its name alone, anywhere in the input. If the template only goes
//! through a name (`order` in `order.id`), the members below are kept by their own names. If it can
//! see the whole value (`id`, or `order` in `$string(order)`), everything below is kept. For each
//! expression the survey computes the names of the members that it can select.

mod calls;
mod origins;
mod survey;

use std::collections::BTreeMap;

use jsonata_core::ast::AstNode;

pub(super) use self::calls::least_arguments;
use self::origins::Origins;
use self::survey::Survey;
use super::names::Names;

/// The maximum number of rounds of the survey, which is repeated until it finds nothing new.
/// Dependencies between variables require several rounds.
const ROUNDS: usize = 16;

/// The name of the member that an object gets if none of its own is kept: an object without members
/// is false.
pub(super) const MARK: &str = "\0";

/// What is kept from a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Keep {
    /// Nothing at all.
    Nothing,
    /// Its value, but in its objects only members that are kept themselves.
    Through,
    /// Everything.
    Whole,
}

/// What is kept from an input; `None` if a template can see all of it.
#[derive(Debug)]
pub(super) struct Projection(Option<BTreeMap<String, Keep>>);

impl Projection {
    /// What the template with this tree can see.
    pub(super) fn of(tree: &AstNode, names: &Names) -> Self {
        let mut survey = Survey::new(names);
        // A function can be called before the position where its variable is set.
        survey.value(tree, &Origins::anywhere());
        survey.found = survey.found.functions_only();
        for _ in 0..ROUNDS {
            let before = survey.found.clone();
            let result = survey.value(tree, &Origins::anywhere());
            survey.see(&result);
            if survey.found.sees_all {
                break;
            }
            if survey.found == before {
                let kept = survey.found.kept;
                return Self(Some(kept).filter(|kept| !kept.contains_key(MARK)));
            }
        }
        Self(None)
    }

    /// The whole input.
    pub(super) fn whole() -> Self {
        Self(None)
    }

    /// What is kept from the input itself.
    pub(super) fn root(&self) -> Keep {
        match self.0 {
            Some(_) => Keep::Through,
            None => Keep::Whole,
        }
    }

    /// What is kept from a member of an object that is not kept entirely.
    pub(super) fn member(&self, name: &str) -> Keep {
        let kept = self.0.as_ref();
        kept.map_or(Keep::Whole, |kept| {
            kept.get(name).copied().unwrap_or(Keep::Nothing)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonata::input;

    /// `wanted`: what is kept from the input.
    fn check(template: &str, wanted: &str) {
        const INPUT: &str = r#"{"id": 7, "order": {"id": 1, "lines": [{"id": 2, "to": {"city": "x", "zip": 9}}, {"price": 3}, {}]}}"#;
        let mut tree = jsonata_core::parser::parse(template).unwrap();
        let mut names = Names::default();
        names.collect(&mut tree);
        let projection = Projection::of(&tree, &names);
        let kept = input::parse(INPUT, &projection, true).unwrap();
        let kept = kept
            .to_json_string()
            .unwrap()
            .replace(r#""\u0000":null"#, "");
        let wanted = if wanted == "all" { INPUT } else { wanted };
        assert_eq!(kept, wanted.replace(' ', ""), "{template}");
    }

    const IDS: &str = r#"{"id": 7, "order": {"id": 1, "lines": [{"id": 2}, {}, {}]}}"#;
    const LINES: &str = r#"{"order": {"lines": [{}, {}, {}]}}"#;
    const CITIES: &str = r#"{"order": {"lines": [{"to": {"city": "x"}}, {}, {}]}}"#;
    const ORDER: &str = r#"{"order": {"id": 1, "lines": [{"id": 2, "to": {"city": "x", "zip": 9}}, {"price": 3}, {}]}}"#;

    #[test]
    fn what_a_template_names_is_kept() {
        for (template, wanted) in [
            ("1", "{}"),
            ("order.lines.id", IDS),
            (r#"order.lines."id""#, IDS),
            ("$count(order.lines)", LINES),
            ("$exists(order.lines) ? 1 : 2", LINES),
            ("order.lines.to.city", CITIES),
            (
                "$map(order.lines, function($line) { $line.to.city })",
                CITIES,
            ),
            (
                "($city := function($line) { $line.to.city }; $map(order.lines, $city))",
                CITIES,
            ),
            (
                "($city := function($line) { $line.to.city }; $city(order.lines))",
                CITIES,
            ),
            ("order.lines[to].to.city", CITIES),
            ("order.lines@$line.to.$line.to.city", CITIES),
            ("order.lines.to.(%.to.city)", CITIES),
            ("($lines := order.lines; $lines.to.{'city': city})", CITIES),
            (
                "$reduce(order.lines, function($sum, $line) { $sum & $line.to.city }, '')",
                CITIES,
            ),
            (
                "$sort(order.lines, function($a, $b) { $a.to.city > $b.to.city }).to.city",
                CITIES,
            ),
            ("order.lines^(to.city).to.city", CITIES),
            ("order.lines.to{city: $count($)}", CITIES),
            ("$append(order.lines, []).to.city", CITIES),
            ("order.lines.to.city.$uppercase()", CITIES),
        ] {
            check(template, wanted);
        }
    }

    #[test]
    fn what_a_template_sees_as_a_whole_is_kept() {
        for (template, wanted) in [
            ("$", "all"),
            ("*", "all"),
            ("**.city", "all"),
            ("$keys($$)", "all"),
            ("$spread()", "all"),
            ("$eval('order')", "all"),
            ("order.lines.%", "all"),
            ("($keys_of := $keys; $keys_of())", "all"),
            (
                "($f := function($g, $o) { $g($o) }; $f($string, id))",
                "all",
            ),
            ("order", ORDER),
            ("order.$", ORDER),
            ("order.*", ORDER),
            ("order.**.city", ORDER),
            ("order.$keys()", ORDER),
            ("order.$string()", ORDER),
            ("order = {}", ORDER),
            ("order ~> $keys", ORDER),
            ("order ~> |lines|{'a': 1}|", ORDER),
            ("$merge([order, {}])", ORDER),
            ("($o := order; $o)", ORDER),
            ("($f := function($o) { $o }; $f(order))", ORDER),
            ("($f := function($o) { $string($o) }; $f(order))", ORDER),
            ("($f := $string(?); $f(order))", ORDER),
            ("($f := $append(?, order); $f(1))", ORDER),
            ("$map(order, $string)", ORDER),
            ("{'a': [order]}", ORDER),
            ("order[]", ORDER),
            ("order@$o.($o)", ORDER),
            ("(order ? order : 1)", ORDER),
        ] {
            check(template, wanted);
        }
    }

    #[test]
    fn many_names_are_all_names() {
        let names: Vec<String> = (0..300).map(|number| format!("name_{number}")).collect();
        check(&format!("[{}].$keys()", names.join(", ")), "all");
        check(
            &format!("[{}].order.id", names.join(", ")),
            r#"{"id": 7, "order": {"id": 1}}"#,
        );
    }
}
