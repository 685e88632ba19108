//! Holds the rules and asks them in order.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::armed::{Armed, RuleStatus};
use crate::facts::Facts;
use crate::plan::Plan;
use crate::rule::Rule;

type Rules = Arc<[Arc<Armed>]>;

/// The rules at work.
///
/// A request takes the list for a moment and then reads without a lock; only a rule that is about
/// the request locks its own counters. Times are in milliseconds of any clock that is handed in.
#[derive(Debug)]
pub struct Engine {
    seed: u64,
    armed: AtomicBool,
    rules: Mutex<Rules>,
}

impl Engine {
    /// An engine without rules. All that it draws follows from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            armed: AtomicBool::new(false),
            rules: Mutex::new(Arc::from([])),
        }
    }

    /// The seed of all draws.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Tells, at the cost of one relaxed load, whether any rule is switched on.
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
        self.ask(facts, now_ms, false)
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
                rule.apply(facts, now_ms, self.seed, &mut plan);
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
        let is_armed = rules.iter().any(|rule| rule.is_enabled());
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
