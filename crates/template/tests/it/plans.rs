//! What changes from one template to another.

use b2bi_local_template::{Action, ChangeSource, Replacement, TypeFacts, plan};

use crate::bound;

/// `Fixed` is create-only.
struct Types;

impl TypeFacts for Types {
    fn is_create_only(&self, _type_name: &str, property: &str) -> bool {
        property == "Fixed"
    }

    fn has_tags(&self, type_name: &str) -> bool {
        type_name == "Tagged"
    }
}

fn changes(
    old: &str,
    new: &str,
    tags_change: bool,
) -> Vec<(String, Action, Replacement, Vec<ChangeSource>)> {
    let [old, new] = [old, new].map(|text| bound(&format!("Resources: {{{text}}}"), &[]).unwrap());
    plan(Some(&old), &new, tags_change, &Types)
        .unwrap()
        .into_iter()
        .map(|change| {
            let sources = change
                .details
                .into_iter()
                .map(|detail| detail.source)
                .collect();
            (
                change.logical_id,
                change.action,
                change.replacement,
                sources,
            )
        })
        .collect()
}

#[test]
fn changes_are_found() {
    use Action::{Add, Modify, Remove};
    use ChangeSource::{Automatic, DirectModification, ResourceAttribute, ResourceReference};
    use Replacement::{Conditional, False, True};
    let named =
        |name: &str, action, replacement, sources| (name.to_owned(), action, replacement, sources);
    for (old, new, tags, expected) in [
        (
            "R: {Type: T, Properties: {a: 1}}",
            "R: {Type: T, Properties: {a: 1}}",
            true,
            vec![],
        ),
        (
            "R: {Type: T}",
            "R: {Type: T}, S: {Type: T}",
            false,
            vec![named("S", Add, False, vec![])],
        ),
        (
            "A: {Type: T}, B: {Type: T, DependsOn: A}, R: {Type: T}",
            "R: {Type: T}",
            false,
            vec![
                named("B", Remove, False, vec![]),
                named("A", Remove, False, vec![]),
            ],
        ),
        (
            "R: {Type: T, Properties: {a: 1}}",
            "R: {Type: T, Properties: {a: 2}}",
            false,
            vec![named("R", Modify, False, vec![DirectModification])],
        ),
        (
            "R: {Type: T, Properties: {Fixed: 1}}, S: {Type: T, Properties: {r: !Ref R, Fixed: !Ref R}}, U: {Type: T, Properties: {x: !GetAtt S.Arn}}",
            "R: {Type: T, Properties: {Fixed: 2}}, S: {Type: T, Properties: {r: !Ref R, Fixed: !Ref R}}, U: {Type: T, Properties: {x: !GetAtt S.Arn}}",
            false,
            vec![
                named("R", Modify, True, vec![DirectModification]),
                named(
                    "S",
                    Modify,
                    Conditional,
                    vec![ResourceReference("R".into()), ResourceReference("R".into())],
                ),
                named("U", Modify, False, vec![ResourceAttribute("S.Arn".into())]),
            ],
        ),
        (
            "R: {Type: T, Properties: {Fixed: 1}}",
            "R: {Type: T}",
            false,
            vec![named("R", Modify, True, vec![DirectModification])],
        ),
        (
            "R: {Type: Tagged}",
            "R: {Type: Tagged}",
            true,
            vec![named("R", Modify, False, vec![Automatic])],
        ),
        (
            "R: {Type: T, DeletionPolicy: Retain}",
            "R: {Type: T}",
            false,
            vec![named("R", Modify, False, vec![DirectModification])],
        ),
    ] {
        assert_eq!(changes(old, new, tags), expected, "{old} -> {new}");
    }
}

#[test]
fn a_resource_keeps_its_type() {
    let [old, new] =
        ["T", "U"].map(|kind| bound(&format!("Resources: {{R: {{Type: {kind}}}}}"), &[]).unwrap());
    let error = plan(Some(&old), &new, false, &Types).unwrap_err();
    assert!(
        error
            .message
            .starts_with("Update of resource type is not permitted."),
        "{error}"
    );
    assert_eq!(error.position.map(|position| position.column), Some(16));
}
