//! Holds the rules and asks them in order.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::armed::{Armed, RuleStatus};
use crate::facts::Facts;
use crate::glob::Glob;
use crate::grammar::Chain;
use crate::plan::Plan;
use crate::rule::Rule;

type Rules = Arc<[Arc<Armed>]>;

/// The rules at work.
///
/// A request takes the list for a moment and then reads without a lock; only a rule that is about
/// the request locks its own counters. Times are in milliseconds of any clock that is handed in.
#[derive(Debug)]
pub struct Engine {
    seed: AtomicU64,
    /// What every request is held up, rules or no rules.
    latency_ms: AtomicU64,
    armed: AtomicBool,
    rules: Mutex<Rules>,
}

impl Engine {
    /// An engine without rules. All that it draws follows from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed: AtomicU64::new(seed),
            latency_ms: AtomicU64::new(0),
            armed: AtomicBool::new(false),
            rules: Mutex::new(Arc::from([])),
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

    /// What every request is held up beside what rules say, in milliseconds.
    #[must_use]
    pub fn latency_ms(&self) -> u64 {
        self.latency_ms.load(Ordering::Relaxed)
    }

    /// Holds every request up from now on; 0 ends that.
    pub fn set_latency_ms(&self, latency_ms: u64) {
        let mut current = self.rules();
        self.latency_ms.store(latency_ms, Ordering::Relaxed);
        let rules = Arc::clone(&current);
        self.set(&mut current, rules);
    }

    /// Tells, at the cost of one relaxed load, whether any rule or the latency is switched on.
    #[must_use]
    pub fn is_armed(&self) -> bool {
        self.armed.load(Ordering::Relaxed)
    }

    /// Tells whether any rule is about connections of which no request is known.
    #[must_use]
    pub fn is_armed_at_accept(&self) -> bool {
        let is_about = |rule: &Arc<Armed>| rule.is_enabled() && rule.is_at_accept();
        self.is_armed() && self.rules().iter().any(is_about)
    }

    /// Decides what is to happen to a request, and counts it.
    ///
    /// To be asked once for each request, after routing.
    #[must_use]
    pub fn decide(&self, facts: &Facts<'_>, now_ms: u64) -> Plan {
        let mut plan = self.ask(facts, now_ms, false);
        if self.is_armed() {
            plan.delay.before_ms = plan.delay.before_ms.saturating_add(self.latency_ms());
        }
        plan
    }

    /// Decides by a chain that came with the request, in the place of all rules.
    ///
    /// Nothing is counted: the attempt that the SDK names is the turn that it takes, so a chain
    /// that comes with every attempt of a call is used up by that call. The firing is called
    /// `name`.
    #[must_use]
    pub fn decide_by(&self, name: &str, chain: &Chain, facts: &Facts<'_>, now_ms: u64) -> Plan {
        let turns = facts.attempt.unwrap_or(1).saturating_sub(1);
        let mut plan = Plan::default();
        if let Some(step) = chain.only(turns) {
            let rule = Rule::for_operation(Glob::new("*"), step).counted_per_attempt();
            Armed::new(name, rule, now_ms).apply(facts, now_ms, self.seed(), &mut plan);
        }
        plan
    }

    /// Tells of each rule, by its id, the first key that keeps it from being about the request;
    /// none when it is about the request. Nothing is counted.
    #[must_use]
    pub fn explain(&self, facts: &Facts<'_>) -> Vec<(String, Option<&'static str>)> {
        let rules = Arc::clone(&self.rules());
        let explained = rules
            .iter()
            .map(|it| (it.id().to_owned(), it.mismatch(facts)));
        explained.collect()
    }

    /// Decides what is to happen to a connection of which no request is known.
    ///
    /// To be asked once for each connection; only rules with `at = "accept"` have a say.
    #[must_use]
    pub fn decide_at_accept(&self, now_ms: u64) -> Plan {
        self.ask(&Facts::default(), now_ms, true)
    }

    fn ask(&self, facts: &Facts<'_>, now_ms: u64, at_accept: bool) -> Plan {
        let mut plan = Plan::default();
        if !self.is_armed() {
            return plan;
        }
        let rules = Arc::clone(&self.rules());
        let asked = rules.iter().filter(|it| it.is_at_accept() == at_accept);
        for rule in asked.filter(|rule| rule.is_about(facts)) {
            if plan.is_settled() {
                rule.note(facts);
            } else {
                rule.apply(facts, now_ms, self.seed(), &mut plan);
            }
        }
        plan
    }

    /// Puts `rules` in place of all that were; windows count from `now_ms`.
    ///
    /// # Errors
    /// When two rules have the same id; then nothing has changed.
    pub fn replace(&self, rules: Vec<Rule>, now_ms: u64) -> Result<(), DuplicateId> {
        let mut current = self.rules();
        let rules = arm(&[], rules, now_ms)?;
        self.set(&mut current, rules);
        Ok(())
    }

    /// Puts `rules` behind those that are there; their windows count from `now_ms`.
    ///
    /// # Errors
    /// When two rules have the same id; then nothing has changed.
    pub fn append(&self, rules: Vec<Rule>, now_ms: u64) -> Result<(), DuplicateId> {
        let mut current = self.rules();
        let rules = arm(&current, rules, now_ms)?;
        self.set(&mut current, rules);
        Ok(())
    }

    /// Takes a rule away, and tells whether there was one.
    pub fn remove(&self, id: &str) -> bool {
        let mut current = self.rules();
        let kept: Rules = current
            .iter()
            .filter(|rule| rule.id() != id)
            .cloned()
            .collect();
        let found = kept.len() < current.len();
        self.set(&mut current, kept);
        found
    }

    /// Takes every rule away that says the same as one of these.
    pub fn remove_like(&self, rules: &[Rule]) {
        let mut current = self.rules();
        let is_kept = |it: &&Arc<Armed>| !rules.iter().any(|rule| it.is_like(rule));
        let kept: Rules = current.iter().filter(is_kept).cloned().collect();
        self.set(&mut current, kept);
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.set(&mut self.rules(), Arc::from([]));
    }

    /// The rules in order, with their counters.
    #[must_use]
    pub fn list(&self) -> Vec<RuleStatus> {
        let rules = Arc::clone(&self.rules());
        rules.iter().map(|rule| rule.status()).collect()
    }

    /// Sets all counters, steps and buckets back to the start; windows go on.
    pub fn reset_counters(&self) {
        let rules = Arc::clone(&self.rules());
        rules.iter().for_each(|rule| rule.reset_counters());
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        // The list is exchanged in one statement, so a poisoned lock holds a whole one.
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, current: &mut Rules, rules: Rules) {
        let is_armed = self.latency_ms() > 0 || rules.iter().any(|rule| rule.is_enabled());
        *current = rules;
        self.armed.store(is_armed, Ordering::Relaxed);
    }
}

/// Two rules have the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateId(String);

impl DuplicateId {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DuplicateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there are two rules with the id `{}`: give one of them another id",
            self.0
        )
    }
}

impl std::error::Error for DuplicateId {}

/// Joins new rules to old ones; a rule without an id is called after its position.
fn arm(old: &[Arc<Armed>], new: Vec<Rule>, now_ms: u64) -> Result<Rules, DuplicateId> {
    let mut taken: BTreeSet<String> = old.iter().map(|rule| rule.id().to_owned()).collect();
    for id in new.iter().filter_map(Rule::id) {
        if !taken.insert(id.to_owned()) {
            return Err(DuplicateId(id.to_owned()));
        }
    }
    let named = new
        .into_iter()
        .zip(old.len() + 1..)
        .map(|(rule, position)| {
            let id = rule
                .id()
                .map_or_else(|| free_id(&mut taken, position), str::to_owned);
            Arc::new(Armed::new(&id, rule, now_ms))
        });
    let named = named.collect::<Vec<_>>();
    Ok(old.iter().cloned().chain(named).collect())
}

fn free_id(taken: &mut BTreeSet<String>, position: usize) -> String {
    let mut ids = (position..).map(|number| format!("rule-{number}"));
    ids.find(|id| taken.insert(id.clone())).unwrap_or_default()
}
