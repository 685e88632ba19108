//! Sorts names so that each comes after the names to which it refers.

use std::collections::{BTreeMap, BTreeSet};

/// The names, each after its dependencies, and otherwise in the given order.
///
/// # Errors
///
/// The names that depend on one another in a circle.
pub(crate) fn order(
    names: &[String],
    dependencies: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Vec<String>, Vec<String>> {
    let mut graph = Graph::new(names, dependencies);
    let ordered = graph.ordered();
    if ordered.len() == names.len() {
        return Ok(ordered.into_iter().map(str::to_owned).collect());
    }
    let left = names.iter().map(String::as_str);
    let left: BTreeSet<&str> = left.filter(|name| !ordered.contains(name)).collect();
    Err(circle(left, dependencies))
}

/// The dependencies.
struct Graph<'a> {
    /// The place of each name in the order given.
    places: BTreeMap<&'a str, usize>,
    names: &'a [String],
    /// How many each name still waits for.
    waiting: BTreeMap<&'a str, usize>,
    /// The dependents of a name.
    followers: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Graph<'a> {
    fn new(names: &'a [String], dependencies: &'a BTreeMap<String, BTreeSet<String>>) -> Self {
        let places: BTreeMap<&str, usize> = names
            .iter()
            .enumerate()
            .map(|(place, name)| (name.as_str(), place))
            .collect();
        let mut waiting = BTreeMap::new();
        let mut followers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in names {
            let needs = dependencies.get(name).into_iter().flatten();
            let needs: Vec<&str> = needs
                .map(String::as_str)
                .filter(|need| places.contains_key(need))
                .collect();
            waiting.insert(name.as_str(), needs.len());
            for need in needs {
                followers.entry(need).or_default().push(name);
            }
        }
        Self {
            places,
            names,
            waiting,
            followers,
        }
    }

    /// The names without dependencies, or with dependencies only on names before them.
    fn ordered(&mut self) -> Vec<&'a str> {
        let is_ready = |name: &&&str| self.waiting.get(**name) == Some(&0);
        let ready = self.places.keys().filter(is_ready);
        let mut ready: BTreeSet<usize> = ready
            .filter_map(|name| self.places.get(name).copied())
            .collect();
        let mut ordered = Vec::with_capacity(self.names.len());
        while let Some(name) = ready.pop_first().and_then(|place| self.names.get(place)) {
            ordered.push(name.as_str());
            for follower in self.followers.remove(name.as_str()).unwrap_or_default() {
                let Some(count) = self.waiting.get_mut(follower) else {
                    continue;
                };
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.extend(self.places.get(follower));
                }
            }
        }
        ordered
    }
}

/// Of names that cannot be ordered, those that are in a cycle: others only depend on one.
fn circle<'a>(
    mut left: BTreeSet<&'a str>,
    dependencies: &'a BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    loop {
        let needed = left
            .iter()
            .filter_map(|name| dependencies.get(*name))
            .flatten();
        let needed: BTreeSet<&str> = needed.map(String::as_str).collect();
        let kept: BTreeSet<&str> = left.intersection(&needed).copied().collect();
        if kept.len() == left.len() {
            return kept.into_iter().map(str::to_owned).collect();
        }
        left = kept;
    }
}
