//! The rules in order, and an index of those that can match a request.

use std::collections::HashMap;
use std::iter;
use std::ops::Deref;
use std::sync::Arc;

use crate::active_rule::ActiveRule;
use crate::facts::Facts;
use crate::rule::Phase;

/// Rules in order. A request checks those that name its operation, and those that name none.
#[derive(Debug, Default)]
pub(crate) struct RuleList {
    rules: Box<[Arc<ActiveRule>]>,
    accept: PhaseIndex,
    request: PhaseIndex,
    answered: PhaseIndex,
    stage: PhaseIndex,
}

/// The positions of the enabled rules that are asked at one time, ascending.
#[derive(Debug, Default)]
struct PhaseIndex {
    /// The rules whose operations have no wildcard, by operation.
    by_operation: HashMap<Box<str>, Vec<usize>>,
    others: Vec<usize>,
}

impl RuleList {
    /// The enabled rules of a phase that may be about a request, in order.
    pub(crate) fn candidates<'a>(
        &'a self,
        phase: Phase<'a>,
        facts: &Facts<'_>,
    ) -> impl Iterator<Item = &'a Arc<ActiveRule>> + Clone + use<'a> {
        let index = self.index(phase);
        let named = index.by_operation.get(facts.operation);
        let positions = merge(named.map_or(&[], Vec::as_slice), &index.others);
        let rules = positions.filter_map(|position| self.rules.get(position));
        rules.filter(move |rule| rule.rule().phase() == phase)
    }

    /// Whether any enabled rule is asked in this phase.
    pub(crate) fn has_rule_for(&self, phase: Phase<'_>) -> bool {
        let index = self.index(phase);
        !index.others.is_empty() || !index.by_operation.is_empty()
    }

    fn index(&self, phase: Phase<'_>) -> &PhaseIndex {
        match phase {
            Phase::Accept => &self.accept,
            Phase::Request => &self.request,
            Phase::Answered => &self.answered,
            Phase::Stage(_) => &self.stage,
        }
    }

    fn index_mut(&mut self, phase: Phase<'_>) -> &mut PhaseIndex {
        match phase {
            Phase::Accept => &mut self.accept,
            Phase::Request => &mut self.request,
            Phase::Answered => &mut self.answered,
            Phase::Stage(_) => &mut self.stage,
        }
    }
}

impl PhaseIndex {
    fn add(&mut self, position: usize, rule: &ActiveRule) {
        let operation = rule.rule().criteria().operation.as_ref();
        let Some(names) = operation.and_then(|operation| operation.literals()) else {
            self.others.push(position);
            return;
        };
        for name in names {
            let positions = self.by_operation.entry(name.into()).or_default();
            // A rule may name an operation twice.
            if positions.last() != Some(&position) {
                positions.push(position);
            }
        }
    }
}

impl FromIterator<Arc<ActiveRule>> for RuleList {
    fn from_iter<I: IntoIterator<Item = Arc<ActiveRule>>>(rules: I) -> Self {
        let rules: Box<[_]> = rules.into_iter().collect();
        let mut list = Self::default();
        for (position, rule) in rules.iter().enumerate() {
            if rule.is_enabled() {
                list.index_mut(rule.rule().phase()).add(position, rule);
            }
        }
        Self { rules, ..list }
    }
}

impl Deref for RuleList {
    type Target = [Arc<ActiveRule>];

    fn deref(&self) -> &Self::Target {
        &self.rules
    }
}

/// Two ascending lists without common members, as one.
fn merge<'a>(a: &'a [usize], b: &'a [usize]) -> impl Iterator<Item = usize> + Clone + use<'a> {
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    iter::from_fn(move || match (a.peek(), b.peek()) {
        (Some(first), Some(second)) if first < second => a.next(),
        (Some(_), None) => a.next(),
        _ => b.next(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{ActiveRule, Arc, Facts, Phase, RuleList};
    use crate::{Answered, Engine, RuleSet};

    const OPERATIONS: [&str; 4] = ["GetProfile", "ListProfiles", "GetP*", "Get?rofile"];

    fn rule() -> impl Strategy<Value = serde_json::Value> {
        let operations = prop::collection::vec(prop::sample::select(&OPERATIONS[..]), 0..3);
        (operations, any::<bool>(), 0..4u8).prop_map(|(operations, enabled, kind)| {
            let mut rule = json!({"enabled": enabled});
            if !operations.is_empty() {
                rule["operation"] = json!(operations);
            }
            match kind {
                0 => rule["result"] = json!("error"),
                1 => rule["connection"] = json!({"at": "accept", "action": "reset"}),
                _ => rule["error"] = json!({"code": "ThrottlingException"}),
            }
            rule
        })
    }

    #[test]
    fn the_latency_acts_on_every_call() {
        let engine = Engine::new(1);
        assert!(!engine.may_act_on(&Facts::default()));
        engine.set_latency_ms(5);
        assert!(engine.may_act_on(&Facts::default()));
    }

    proptest! {
        #[test]
        fn candidates_are_all_rules_that_are_about_a_request(
            rules in prop::collection::vec(rule(), 0..12),
        ) {
            let rules: Vec<_> = rules
                .iter()
                .filter_map(|rule| RuleSet::from_value(&json!([rule])).ok())
                .flat_map(|set| set.rules)
                .zip(0..)
                .map(|(rule, at)| Arc::new(ActiveRule::new(&format!("r{at}"), rule, 0)))
                .collect();
            let list: RuleList = rules.iter().cloned().collect();
            for operation in ["GetProfile", "ListProfiles", "GetPartnership", ""] {
                let facts = Facts { operation, ..Facts::default() };
                for phase in [Phase::Accept, Phase::Request, Phase::Answered, Phase::Stage("read")] {
                    let is_about = |rule: &&Arc<ActiveRule>| {
                        let operation = rule.rule().criteria().operation.as_ref();
                        operation.is_none_or(|operation| operation.accepts(Some(facts.operation)))
                    };
                    let expected = rules.iter().filter(|rule| rule.is_enabled());
                    let expected = expected.filter(|rule| rule.rule().phase() == phase);
                    let expected: Vec<_> = expected.filter(is_about).map(|rule| rule.id()).collect();
                    let found = list.candidates(phase, &facts).filter(is_about);
                    let found: Vec<_> = found.map(|rule| rule.id()).collect();
                    prop_assert_eq!(found, expected, "{} {:?}", operation, phase);
                }
            }
        }

        /// Where nothing may act on a call, no rule does, whatever its body and its answer are.
        #[test]
        fn no_rule_acts_where_none_may(
            rules in prop::collection::vec(rule(), 0..4),
            limits in prop::collection::vec((0..4usize, 0..4usize), 0..4),
        ) {
            const LIMITS: [(&str, [&str; 4]); 4] = [
                ("service", ["b2bi", "s3", "b*", "?"]),
                ("region", ["us-east-1", "eu-west-1", "us-*", "?"]),
                ("account", ["111122223333", "1", "1*", "?"]),
                ("account", ["444455556666", "4", "*", "?"]),
            ];
            let limited = rules.into_iter().zip(limits.into_iter().cycle().chain([(0, 0)]));
            let rules = limited.filter_map(|(mut rule, (key, value))| {
                let (key, values) = LIMITS.get(key)?;
                rule[*key] = json!(values.get(value)?);
                Some(RuleSet::from_value(&json!([rule])).ok()?.rules)
            });
            let engine = Engine::new(1);
            engine.append(rules.flatten().collect(), 0).unwrap();
            for operation in ["GetProfile", "ListProfiles", "GetPartnership"] {
                for account in ["111122223333", "444455556666"] {
                    let call = Facts {
                        service: "b2bi", region: "us-east-1", operation, account,
                        ..Facts::default()
                    };
                    let may_act = engine.may_act_on(&call);
                    let mut plan = engine.decide(&call, 0);
                    let result = Some(Answered { status: 400, code: Some("error") });
                    engine.decide_answered(&Facts { result, ..call }, 0, &mut plan);
                    prop_assert!(may_act || plan.is_empty(), "{operation} {account}: {plan:?}");
                }
            }
        }
    }
}
