//! Properties of all stacks, for any templates and any resource that fails.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::world::World;

/// A resource: its kind, its value, and which of those before it it depends on.
type Planned = (u8, u8, Vec<usize>);

fn planned() -> impl Strategy<Value = Vec<Planned>> {
    let resource = (0..5_u8, 0..4_u8, prop::collection::vec(0..8_usize, 0..3));
    prop::collection::vec(resource, 1..8)
}

/// A template. A parameter whose value does not match its pattern fails.
fn template(planned: &[Planned]) -> String {
    let mut text = "Resources:\n".to_owned();
    for (place, (kind, value, needed)) in planned.iter().enumerate() {
        let (kind_text, properties) = match kind {
            0 => (
                "AWS::SSM::Parameter",
                format!("{{Name: /p{place}, Type: String, Value: v{value}}}"),
            ),
            1 => (
                "AWS::SSM::Parameter",
                format!("{{Name: /q{place}-{value}, Type: String, Value: v}}"),
            ),
            2 if *value == 0 => (
                "AWS::SSM::Parameter",
                format!("{{Name: /f{place}, Type: String, Value: bad, AllowedPattern: '[0-9]+'}}"),
            ),
            2 | 3 => (
                "AWS::B2BI::Profile",
                format!(
                    "{{Name: n, BusinessName: b{value}, Phone: '5550100200', Logging: {}}}",
                    if value % 2 == 0 {
                        "ENABLED"
                    } else {
                        "DISABLED"
                    }
                ),
            ),
            _ => ("AWS::SQS::Queue", format!("{{DelaySeconds: {value}}}")),
        };
        // The name contains the type: a resource cannot change it.
        let name =
            |place: usize, kind: u8| format!("R{place}{}", [0, 0, 0, 3, 4][usize::from(kind)]);
        let kind = if kind_text == "AWS::B2BI::Profile" {
            3
        } else {
            *kind
        };
        let _ = write!(
            text,
            "  {}:\n    Type: {kind_text}\n    Properties: {properties}\n",
            name(place, kind)
        );
        let needed = needed.iter().filter(|other| **other < place).map(|other| {
            let (kind, value, _) = &planned[*other];
            let kind = if *kind == 2 && *value != 0 { 3 } else { *kind };
            name(*other, kind)
        });
        let needed: std::collections::BTreeSet<String> = needed.collect();
        let needed: Vec<String> = needed.into_iter().collect();
        let _ = writeln!(text, "    DependsOn: [{}]", needed.join(", "));
    }
    text
}

fn profiles(world: &World) -> usize {
    let stack = world.stacks.get(&world.scope, "stack");
    let resources = stack.map(|stack| stack.resources).unwrap_or_default();
    let is_there = |status: &str| !status.starts_with("DELETE") && status != "CREATE_FAILED";
    resources
        .iter()
        .filter(|resource| resource.type_name == "AWS::B2BI::Profile")
        .filter(|resource| is_there(resource.status.as_str()))
        .count()
}

async fn check(first: &[Planned], second: &[Planned]) {
    let world = World::new();
    let (first, second) = (template(first), template(second));
    world.create(&first).await.unwrap();
    if world.status() == "ROLLBACK_COMPLETE" {
        assert_eq!(world.resources().len(), 0, "{first}");
        return;
    }
    assert_eq!(world.status(), "CREATE_COMPLETE", "{first}");
    let before = (world.resources(), profiles(&world));
    let repeated = world.update(&first).await.unwrap_err();
    assert_eq!(
        repeated.message, "No updates are to be performed.",
        "{first}"
    );
    assert_eq!((world.resources(), profiles(&world)), before, "{first}");
    match world.update(&second).await {
        Ok(()) if world.status() == "UPDATE_ROLLBACK_COMPLETE" => {
            assert_eq!(
                (world.resources(), profiles(&world)),
                before,
                "{first} -> {second}"
            );
        }
        Ok(()) => {
            assert_eq!(world.status(), "UPDATE_COMPLETE", "{first} -> {second}");
            let repeated = world.update(&second).await.unwrap_err();
            assert_eq!(
                repeated.message, "No updates are to be performed.",
                "{second}"
            );
            let fresh = World::new();
            fresh.create(&second).await.unwrap();
            let names = |world: &World| -> Vec<String> {
                let parameters = world.resources().into_iter();
                let parameters = parameters.filter(|(id, _)| id.contains("ssm-parameters"));
                parameters.map(|(id, value)| id + &value).collect()
            };
            assert_eq!(names(&world), names(&fresh), "{first} -> {second}");
        }
        Err(error) => assert_eq!(error.message, "No updates are to be performed."),
    }
    world.delete().await;
    assert_eq!(world.resources().len(), 0, "{first} -> {second}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn updates_are_whole_or_undone_and_nothing_is_left(first in planned(), second in planned()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check(&first, &second));
    }
}
