//! The engine: it has the rules and evaluates them in order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::active_rule::{ActiveRule, DecisionContext, RuleStatus};
use crate::facts::Facts;
use crate::glob::Glob;
use crate::grammar::Chain;
use crate::plan::Plan;
use crate::recording::{Firings, Recording};
use crate::rule::{Phase, Rule, is_id};
use crate::rule_errors::{AddRulesError, DuplicateIdError, MAX_RULES, PutRuleError};
use crate::rule_list::RuleList;
use crate::scenario::{START, Scenario, States};

type Rules = Arc<RuleList>;

/// A rule or the latency is switched on.
const RULES: u8 = 1;
/// Requests may bring faults of their own.
const OWN: u8 = 2;

/// The rules at work.
///
/// A request takes the list for a moment and then reads without a lock; only a rule that applies to
/// the request locks its own counters. Times are in milliseconds of any clock.
#[derive(Debug)]
pub struct Engine {
    seed: AtomicU64,
    /// The latency of every request, independent of rules.
    latency_ms: AtomicU64,
    /// Which faults may act on a request: `RULES`, `OWN`, both or none.
    acting: AtomicU8,
    rules: Mutex<Rules>,
    states: Mutex<States>,
    firings: Mutex<Firings>,
}

impl Engine {
    /// An engine without rules. All its draws follow from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed: AtomicU64::new(seed),
            latency_ms: AtomicU64::new(0),
            acting: AtomicU8::new(0),
            rules: Mutex::default(),
            states: Mutex::default(),
            firings: Mutex::default(),
        }
    }

    /// The seed of all draws.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed.load(Ordering::Relaxed)
    }

    /// Sets the seed, and all counters, steps and buckets back to the start.
    pub fn set_seed(&self, seed: u64) {
        self.seed.store(seed, Ordering::Relaxed);
        self.reset_counters();
    }

    /// The latency of every request in addition to that of rules, in milliseconds.
    #[must_use]
    pub fn latency_ms(&self) -> u64 {
        self.latency_ms.load(Ordering::Relaxed)
    }

    /// Delays every request from now on; 0 ends this.
    pub fn set_latency_ms(&self, latency_ms: u64) {
        let mut current = self.rules();
        self.latency_ms.store(latency_ms, Ordering::Relaxed);
        let rules = Arc::clone(&current);
        self.set(&mut current, rules);
    }

    /// Whether any rule or the latency is switched on.
    #[must_use]
    pub fn is_armed(&self) -> bool {
        self.acting.load(Ordering::Relaxed) & RULES != 0
    }

    /// Whether nothing can act on a request: there is no rule, no latency, and requests may not
    /// define their own faults.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.acting.load(Ordering::Relaxed) == 0
    }

    /// Whether requests may define their own faults, for [`decide_by`](Self::decide_by).
    #[must_use]
    pub fn accepts_request_faults(&self) -> bool {
        self.acting.load(Ordering::Relaxed) & OWN != 0
    }

    /// Allows requests to define their own faults, or forbids it; it is forbidden at first.
    pub fn accept_request_faults(&self, accepts: bool) {
        self.set_active_phases(OWN, accepts);
    }

    fn set_active_phases(&self, who: u8, may: bool) {
        if may {
            self.acting.fetch_or(who, Ordering::Relaxed);
        } else {
            self.acting.fetch_and(!who, Ordering::Relaxed);
        }
    }

    /// Whether any rule applies to connections without a known request.
    #[must_use]
    pub fn is_armed_at_accept(&self) -> bool {
        self.is_armed() && self.has_rule_for(Phase::Accept)
    }

    /// Whether any rule depends on the handler's answer.
    #[must_use]
    pub fn is_armed_for_results(&self) -> bool {
        self.is_armed() && self.has_rule_for(Phase::Answered)
    }

    /// The maximum age of stale reads, in milliseconds; 0 if there are none.
    #[must_use]
    pub fn longest_stale_ms(&self) -> u64 {
        let rules = Arc::clone(&self.rules());
        let enabled = rules.iter().filter(|rule| rule.is_enabled());
        enabled
            .map(|enabled| enabled.rule().stale_ms())
            .max()
            .unwrap_or(0)
    }

    fn has_rule_for(&self, phase: Phase<'_>) -> bool {
        self.rules().has_rule_for(phase)
    }

    /// Whether the latency or any rule may act on a request with this service, region, operation
    /// and account; other facts are ignored.
    #[must_use]
    pub fn may_act_on(&self, facts: &Facts<'_>) -> bool {
        if !self.is_armed() {
            return false;
        }
        let rules = Arc::clone(&self.rules());
        let mut candidates = [Phase::Request, Phase::Answered]
            .into_iter()
            .flat_map(|phase| rules.candidates(phase, facts));
        self.latency_ms() > 0 || candidates.any(|rule| rule.rule().criteria().accept_call(facts))
    }

    /// Decides about a request, and counts it.
    ///
    /// To be asked once for each request, after routing.
    #[must_use]
    pub fn decide(&self, facts: &Facts<'_>, now_ms: u64) -> Plan {
        let mut plan = Plan::default();
        self.ask(facts, now_ms, Phase::Request, &mut plan);
        if self.is_armed() {
            plan.delay.before_ms = plan.delay.before_ms.saturating_add(self.latency_ms());
        }
        plan
    }

    /// Decides by a chain in the request, instead of all rules.
    ///
    /// Nothing is counted: the attempt that the SDK names selects the step, so a chain that is in
    /// every attempt of a call is used up by that call. The firing is called `name`.
    #[must_use]
    pub fn decide_by(&self, name: &str, chain: &Chain, facts: &Facts<'_>, now_ms: u64) -> Plan {
        let turns = facts.attempt.unwrap_or(1).saturating_sub(1);
        let mut plan = Plan::default();
        if let Some(step) = chain.only(turns) {
            let rule = Rule::for_operation(Glob::new("*"), step).counted_per_attempt();
            let asking = DecisionContext {
                facts,
                now_ms,
                seed: self.seed(),
                states: &States::new(),
            };
            ActiveRule::new(name, rule, now_ms).apply(&asking, &mut plan);
        }
        plan
    }

    /// Returns for each rule, by its id, the first key that does not match the request; `None` if
    /// the rule matches. Nothing is counted.
    #[must_use]
    pub fn explain(&self, facts: &Facts<'_>) -> Vec<(String, Option<&'static str>)> {
        let rules = Arc::clone(&self.rules());
        let explained = rules
            .iter()
            .map(|rule| (rule.id().to_owned(), rule.mismatch(facts)));
        explained.collect()
    }

    /// Decides about a connection without a known request.
    ///
    /// Call it once for each connection; only rules with `at = "accept"` apply.
    #[must_use]
    pub fn decide_at_accept(&self, now_ms: u64) -> Plan {
        let mut plan = Plan::default();
        self.ask(&Facts::default(), now_ms, Phase::Accept, &mut plan);
        plan
    }

    /// Adds to the plan of a request the decision about the handler's reply, which is in the facts;
    /// only rules with `result` apply, and none if the plan is final.
    pub fn decide_answered(&self, facts: &Facts<'_>, now_ms: u64, plan: &mut Plan) {
        self.ask(facts, now_ms, Phase::Answered, plan);
    }

    /// Decides about a job that is about to enter a stage.
    ///
    /// Call it once for each stage of each job; only rules with `job` apply.
    #[must_use]
    pub fn decide_stage(&self, facts: &Facts<'_>, stage: &str, now_ms: u64) -> Plan {
        let mut plan = Plan::default();
        self.ask(facts, now_ms, Phase::Stage(stage), &mut plan);
        plan
    }

    fn ask(&self, facts: &Facts<'_>, now_ms: u64, phase: Phase<'_>, plan: &mut Plan) {
        if !self.is_armed() {
            return;
        }
        let rules = Arc::clone(&self.rules());
        let candidates = rules.candidates(phase, facts);
        // Rules see the scenarios as they were when the request arrived; nothing else changes them
        // meanwhile.
        let has_scenario =
            |active_rule: &Arc<ActiveRule>| active_rule.rule().trigger().scenario.is_some();
        let mut states = candidates.clone().any(has_scenario).then(|| self.states());
        let seen = states.as_deref().cloned().unwrap_or_default();
        let asking = DecisionContext {
            facts,
            now_ms,
            seed: self.seed(),
            states: &seen,
        };
        let before = plan.firings.len();
        for rule in candidates.filter(|rule| rule.is_about(facts)) {
            if plan.is_settled() {
                rule.note(facts);
            } else if rule.apply(&asking, plan)
                && let Some(states) = &mut states
            {
                move_on(states, rule.rule());
            }
        }
        if let Some(new @ [_, ..]) = plan.firings.get(before..) {
            self.firings().add(new);
        }
    }

    /// The states of the scenarios in rules, and of those that were set.
    #[must_use]
    pub fn scenarios(&self) -> BTreeMap<String, String> {
        let rules = Arc::clone(&self.rules());
        let named = rules
            .iter()
            .filter_map(|rule| rule.rule().trigger().scenario.as_ref());
        let mut states: States = named
            .map(|named| (named.name.clone(), START.to_owned()))
            .collect();
        states.extend(self.states().clone());
        states
    }

    /// Puts a scenario into a state.
    pub fn set_scenario(&self, name: &str, state: &str) {
        self.states().insert(name.to_owned(), state.to_owned());
    }

    /// Puts every scenario back to its start.
    pub fn reset_scenarios(&self) {
        *self.states() = States::default();
    }

    /// The decisions since the rules were set, or their counters.
    #[must_use]
    pub fn recording(&self) -> Recording {
        let rules = Arc::clone(&self.rules());
        let rules = rules.iter().map(|rule| rule.rule().clone()).collect();
        Recording::new(self.seed(), rules, &self.firings())
    }

    /// Replaces all rules by those of a recording. They decide as recorded, by partition and
    /// ordinal, regardless of probability and limits.
    ///
    /// # Errors
    /// When two rules have the same id, or there are too many; then nothing has changed.
    pub fn replay(&self, recording: &Recording, now_ms: u64) -> Result<(), AddRulesError> {
        let mut current = self.rules();
        let rules = arm(&[], recording.rules.clone(), now_ms)?;
        let repeating = rules.iter().map(|rule| {
            let active_rule = ActiveRule::new(rule.id(), rule.rule().clone(), now_ms);
            Arc::new(active_rule.repeating(recording.decisions(Some(rule.id()))))
        });
        self.seed.store(recording.seed, Ordering::Relaxed);
        self.start_anew();
        self.set(&mut current, Arc::new(repeating.collect()));
        Ok(())
    }

    /// Whether rules decide as they were recorded to have done.
    #[must_use]
    pub fn is_replaying(&self) -> bool {
        self.rules().iter().any(|rule| rule.is_repeating())
    }

    fn start_anew(&self) {
        *self.states() = States::default();
        *self.firings() = Firings::default();
    }

    /// Puts `rules` in place of all that were; windows count from `now_ms`.
    ///
    /// # Errors
    /// When two rules have the same id, or there are too many; then nothing has changed.
    pub fn replace(&self, rules: Vec<Rule>, now_ms: u64) -> Result<(), AddRulesError> {
        let mut current = self.rules();
        let rules = arm(&[], rules, now_ms)?;
        self.start_anew();
        self.set(&mut current, rules);
        Ok(())
    }

    /// Replaces the rule with this id, or appends a new one.
    ///
    /// # Errors
    /// The id is invalid, or the rule has another one; then nothing has changed.
    pub fn put(&self, id: &str, rule: Rule, now_ms: u64) -> Result<(), PutRuleError> {
        if !is_id(id) {
            return Err(PutRuleError::InvalidId);
        }
        if let Some(other) = rule.id().filter(|own| *own != id) {
            return Err(PutRuleError::OtherId(other.to_owned()));
        }
        let mut current = self.rules();
        let rule = Arc::new(ActiveRule::new(id, rule, now_ms));
        let place = current.iter().position(|current| current.id() == id);
        let mut rules = current.to_vec();
        if place.is_none() && rules.len() >= MAX_RULES {
            return Err(PutRuleError::TooMany);
        }
        match place.and_then(|at| rules.get_mut(at)) {
            Some(old) => *old = rule,
            None => rules.push(rule),
        }
        self.set(&mut current, Arc::new(rules.into_iter().collect()));
        Ok(())
    }

    /// Appends `rules`; their windows count from `now_ms`.
    ///
    /// # Errors
    /// When two rules have the same id, or there are too many; then nothing has changed.
    pub fn append(&self, rules: Vec<Rule>, now_ms: u64) -> Result<(), AddRulesError> {
        let mut current = self.rules();
        let rules = arm(&current, rules, now_ms)?;
        self.set(&mut current, rules);
        Ok(())
    }

    /// Removes a rule, and returns whether there was one.
    pub fn remove(&self, id: &str) -> bool {
        let mut current = self.rules();
        let kept: RuleList = current
            .iter()
            .filter(|rule| rule.id() != id)
            .cloned()
            .collect();
        let found = kept.len() < current.len();
        self.set(&mut current, Arc::new(kept));
        found
    }

    /// Removes every rule that equals one of these.
    pub fn remove_like(&self, rules: &[Rule]) {
        let mut current = self.rules();
        let is_kept =
            |active_rule: &&Arc<ActiveRule>| !rules.iter().any(|rule| active_rule.is_like(rule));
        let kept: RuleList = current.iter().filter(is_kept).cloned().collect();
        self.set(&mut current, Arc::new(kept));
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.start_anew();
        self.set(&mut self.rules(), Arc::default());
    }

    /// The rule of this id, with its counters.
    #[must_use]
    pub fn status(&self, id: &str) -> Option<RuleStatus> {
        let rules = Arc::clone(&self.rules());
        let found = rules.iter().find(|rule| rule.id() == id);
        found.map(|found| found.status())
    }

    /// The rules in order, with their counters.
    #[must_use]
    pub fn list(&self) -> Vec<RuleStatus> {
        let rules = Arc::clone(&self.rules());
        rules.iter().map(|rule| rule.status()).collect()
    }

    /// Resets all counters, steps, buckets and scenarios, and clears the recording; windows
    /// continue.
    pub fn reset_counters(&self) {
        self.start_anew();
        let rules = Arc::clone(&self.rules());
        rules.iter().for_each(|rule| rule.reset_counters());
    }

    fn states(&self) -> MutexGuard<'_, States> {
        // A scenario changes in one statement, so a poisoned lock contains a complete state.
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn firings(&self) -> MutexGuard<'_, Firings> {
        // A firing is added in one statement; at worst the recording lacks one.
        self.firings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        // The list is replaced in one statement, so a poisoned lock contains a complete one.
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, current: &mut Rules, rules: Rules) {
        let is_armed = self.latency_ms() > 0 || rules.iter().any(|rule| rule.is_enabled());
        *current = rules;
        self.set_active_phases(RULES, is_armed);
    }
}

/// Moves the rule's scenario to the next state, if the rule says so.
fn move_on(states: &mut States, rule: &Rule) {
    if let Some(Scenario {
        name,
        then: Some(then),
        ..
    }) = &rule.trigger().scenario
    {
        states.insert(name.clone(), then.clone());
    }
}

/// Joins new rules to old ones; a rule without an id is called after its position.
fn arm(old: &[Arc<ActiveRule>], new: Vec<Rule>, now_ms: u64) -> Result<Rules, AddRulesError> {
    if old.len().saturating_add(new.len()) > MAX_RULES {
        return Err(AddRulesError::TooMany);
    }
    let mut taken: BTreeSet<String> = old.iter().map(|rule| rule.id().to_owned()).collect();
    for id in new.iter().filter_map(Rule::id) {
        if !taken.insert(id.to_owned()) {
            return Err(AddRulesError::DuplicateId(DuplicateIdError::new(id)));
        }
    }
    let named = new
        .into_iter()
        .zip(old.len() + 1..)
        .map(|(rule, position)| {
            let id = rule
                .id()
                .map_or_else(|| free_id(&mut taken, position), str::to_owned);
            Arc::new(ActiveRule::new(&id, rule, now_ms))
        });
    let named = named.collect::<Vec<_>>();
    Ok(Arc::new(old.iter().cloned().chain(named).collect()))
}

fn free_id(taken: &mut BTreeSet<String>, position: usize) -> String {
    let mut ids = (position..).map(|number| format!("rule-{number}"));
    ids.find(|id| taken.insert(id.clone())).unwrap_or_default()
}
