//! Rules that rename, change, add and remove fields of events and log records.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::message_rule::MessageRule;

/// How objects of AWS differ from ours; places are names with `/` between.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldRules {
    names: BTreeMap<String, String>,
    left_out: BTreeSet<String>,
    added: BTreeMap<String, BTreeMap<String, Value>>,
    values: Vec<(String, MessageRule)>,
}

impl FieldRules {
    /// Learns from one object of AWS and ours about the same.
    pub(crate) fn learn(&mut self, theirs: &Value, ours: &Value) {
        if let (Some(theirs), Some(ours)) = (theirs.as_object(), ours.as_object()) {
            self.learn_members(theirs, ours, "");
        }
    }

    /// Whether an object of ours becomes theirs, and would so with other values.
    pub(crate) fn explain(&self, theirs: &Value, ours: &Value) -> bool {
        let mut ours = ours.clone();
        self.apply(&mut ours);
        let added = self.added.values().flat_map(BTreeMap::values);
        let are_constant = added
            .map(Value::to_string)
            .all(|text| !text.contains("${") && !text.contains("-xxxxxxxxxxxx"));
        ours == *theirs && are_constant
    }

    /// Gives an object of ours the fields of AWS.
    pub(crate) fn apply(&self, ours: &mut Value) {
        if let Some(members) = ours.as_object_mut() {
            self.apply_members(members, "");
        }
    }

    fn learn_members(&mut self, theirs: &Map<String, Value>, ours: &Map<String, Value>, at: &str) {
        let mut more: Vec<(&String, &Value)> = theirs
            .iter()
            .filter(|(name, _)| !ours.contains_key(*name))
            .collect();
        let fewer: Vec<(&String, &Value)> = ours
            .iter()
            .filter(|(name, _)| !theirs.contains_key(*name))
            .collect();
        let is_one = more.len() == 1 && fewer.len() == 1;
        for (name, ours) in fewer {
            let same = more
                .iter()
                .position(|(_, theirs)| *theirs == ours || is_one);
            let place = joined(at, name);
            match same {
                Some(same) => {
                    let (other, theirs) = more.remove(same);
                    self.names.insert(place.clone(), other.clone());
                    self.learn_value(theirs, ours, &place);
                }
                None => {
                    self.left_out.insert(place);
                }
            }
        }
        for (name, value) in more {
            let added = self.added.entry(at.to_owned()).or_default();
            added.insert(name.clone(), value.clone());
        }
        for (name, ours) in ours {
            if let Some(theirs) = theirs.get(name) {
                self.learn_value(theirs, ours, &joined(at, name));
            }
        }
    }

    fn learn_value(&mut self, theirs: &Value, ours: &Value, place: &str) {
        match (theirs, ours) {
            (Value::Object(theirs), Value::Object(ours)) => self.learn_members(theirs, ours, place),
            (Value::String(theirs), Value::String(ours)) if theirs != ours => {
                let is_known = |rule: &MessageRule| {
                    let mut known = self.values.iter();
                    known.any(|(at, known)| at == place && known.is_about_the_same(rule))
                };
                let rule = MessageRule::between(ours, theirs);
                if let Some(rule) = rule.filter(|rule| !is_known(rule)) {
                    self.values.push((place.to_owned(), rule));
                }
            }
            _ => {}
        }
    }

    fn apply_members(&self, members: &mut Map<String, Value>, at: &str) {
        for (name, mut value) in std::mem::take(members) {
            let place = joined(at, &name);
            if self.left_out.contains(&place) {
                continue;
            }
            match &mut value {
                Value::Object(inner) => self.apply_members(inner, &place),
                Value::String(text) => {
                    let mut rules = self.values.iter().filter(|(at, _)| *at == place);
                    if let Some(changed) = rules.find_map(|(_, rule)| rule.apply(text)) {
                        *text = changed;
                    }
                }
                _ => {}
            }
            members.insert(self.names.get(&place).cloned().unwrap_or(name), value);
        }
        let added = self.added.get(at).into_iter().flatten();
        members.extend(added.map(|(name, value)| (name.clone(), value.clone())));
    }
}

fn joined(at: &str, name: &str) -> String {
    if at.is_empty() {
        name.to_owned()
    } else {
        format!("{at}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::FieldRules;

    #[test]
    fn fields_are_renamed_left_out_added_and_reworded() {
        let check = |theirs: Value, is_explained: bool| {
            let ours = json!({"state": "File Transform", "jobId": "tj-xxxxxxxxxxxxxxxxxxxxxx", "n": 1,
                "notes": "Written to s3://${bucket}/a.", "file": {"bucket": "${bucket}", "size": 3}});
            let mut rules = FieldRules::default();
            rules.learn(&theirs, &ours);
            assert_eq!(rules.explain(&theirs, &ours), is_explained, "{theirs}");
            let mut other = json!({"state": "File Transform", "jobId": "tj-1", "n": 2,
                "notes": "Written to s3://files/a.", "file": {"bucket": "files", "size": 4}, "more": true});
            rules.apply(&mut other);
            other
        };
        let theirs = json!({"status": "TRANSFORM", "job": "tj-xxxxxxxxxxxxxxxxxxxxxx", "n": 1, "version": "2",
            "notes": "To ${bucket}", "file": {"bucketName": "${bucket}", "size": 3}});
        let expected = json!({"state": "File Transform", "job": "tj-1", "n": 2, "version": "2",
            "notes": "To files", "file": {"bucketName": "files", "size": 4}, "more": true});
        let made = check(theirs, true);
        // If neither has an equal value, the state is left out, and the status is a constant.
        let expected = {
            let mut expected = expected;
            expected.as_object_mut().unwrap().remove("state");
            expected["status"] = "TRANSFORM".into();
            expected
        };
        assert_eq!(made, expected);
        check(json!({"n": 7}), false);
        check(json!({"run": "${run}"}), false);
    }
}
