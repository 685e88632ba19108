//! Changes JSON in a few places, chosen by the bytes of an input.

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

/// The maximum number of changes in one input.
const CHANGES: usize = 8;
/// Larger documents are not changed further.
const MOST_NODES: usize = 2_000;

/// The document that an input means: JSON where it is some, else changes of one of the bases.
pub fn document(bases: &[Value], input: &[u8]) -> Value {
    serde_json::from_slice(input).unwrap_or_else(|_| {
        let mut u = Unstructured::new(input);
        let mut value = u.choose(bases).cloned().unwrap_or_default();
        // The bytes may end within a change; those before it are made.
        let _ = change(&mut value, &mut u);
        value
    })
}

fn change(value: &mut Value, u: &mut Unstructured<'_>) -> Result<()> {
    for _ in 0..CHANGES {
        let mut places = Vec::new();
        list(value, String::new(), &mut places);
        if places.len() > MOST_NODES || u.is_empty() {
            break;
        }
        let place = u.choose(&places)?.clone();
        let other = u.choose(&places)?.clone();
        let copied = value.pointer(&other).cloned().unwrap_or_default();
        let Some(node) = value.pointer_mut(&place) else {
            continue;
        };
        let new = if u.arbitrary()? { copied } else { hostile(u)? };
        match (u.int_in_range(0..=2_u8)?, node) {
            (0, Value::Array(items)) => items.push(new),
            (1, Value::Array(items)) if !items.is_empty() => {
                drop(items.remove(u.choose_index(items.len())?))
            }
            (0, Value::Object(members)) => drop(members.insert(key(members, &other, u)?, new)),
            (1, Value::Object(members)) => drop(members.remove(&key(members, &other, u)?)),
            (_, node) => *node = new,
        }
    }
    Ok(())
}

/// The pointers to all values.
fn list(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(at, item)| list(item, format!("{place}/{at}"), places));
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            list(member, format!("{place}/{name}"), places);
        }),
        _ => {}
    }
    places.push(place);
}

/// An existing key, one of another place, or any.
fn key(members: &Map<String, Value>, other: &str, u: &mut Unstructured<'_>) -> Result<String> {
    let there: Vec<&String> = members.keys().collect();
    Ok(match u.int_in_range(0..=3_u8)? {
        0 => u.arbitrary::<&str>()?.chars().take(20).collect(),
        1 => other.rsplit('/').next().unwrap_or_default().to_owned(),
        _ if there.is_empty() => String::new(),
        _ => (*u.choose(&there)?).clone(),
    })
}

/// A value at the limit of what is allowed, or beyond it.
fn hostile(u: &mut Unstructured<'_>) -> Result<Value> {
    let nested = |depth: usize| (0..depth).fold(json!([]), |inner, _| json!([inner]));
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(1e300),
        json!(-0.5),
        json!(100.0),
        json!(""),
        json!("\u{0}"),
        json!("é\u{1f600}\u{202e}"),
        json!("*"),
        json!("2026-03-01T09:30:00Z"),
        json!("-262143-01-01T00:00:00Z"),
        json!("9".repeat(40)),
        json!("a/../b"),
        json!("x".repeat(5_000)),
        json!([]),
        json!({}),
        nested(100),
    ];
    match u.ratio(1, 5)? {
        true => Ok(u.arbitrary::<&str>()?.into()),
        false => u.choose(&values).cloned(),
    }
}
