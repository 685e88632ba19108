//! A rule of a running engine, with its counters.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::bucket::Rate;
use crate::chance::{Draw, Purpose};
use crate::effect::Effect;
use crate::facts::Facts;
use crate::grammar::{Step, StepEffect};
use crate::latency::Latency;
use crate::partition::{Counters, Partitions, key};
use crate::plan::{Firing, Outcome, Plan, When};
use crate::recording::{Decided, Decisions};
use crate::reply::{HttpReply, Throttle};
use crate::rule::{Phase, Rule};
use crate::scenario::States;
use crate::steps::Steps;

/// A rule, and how it has fared since it was armed or its counters were reset.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleStatus {
    /// The rule; its id is given or generated.
    #[serde(flatten)]
    pub rule: Rule,
    /// Requests that matched it, including those where another rule was decisive or it did not act.
    pub matched: u64,
    /// Requests on which it acted.
    pub fired: u64,
    /// Requests it is about and let pass.
    pub passed: u64,
    /// When it acted last, in milliseconds of the clock that the engine is handed.
    #[serde(skip)]
    pub last_fired_ms: Option<u64>,
    /// The maximum number of requests on which it can still act, in the partition where that is
    /// greatest.
    ///
    /// Absent when nothing (`times`, `nth`, `steps`) limits it; for steps, turns with `ok` count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u64>,
    /// Whether it is exhausted.
    pub completed: bool,
}

#[derive(Debug)]
pub(crate) struct ActiveRule {
    id: Arc<str>,
    rule: Rule,
    since_ms: u64,
    /// For a rule in a replay: its recorded decisions.
    recorded: Option<Arc<Decisions>>,
    state: Mutex<State>,
}

/// The context of a decision: the same for all rules.
#[derive(Clone, Copy)]
pub(crate) struct DecisionContext<'a, 'f> {
    pub(crate) facts: &'a Facts<'f>,
    pub(crate) now_ms: u64,
    pub(crate) seed: u64,
    /// The scenarios as they were when the request arrived.
    pub(crate) states: &'a States,
}

#[derive(Debug, Default)]
struct State {
    matched: u64,
    fired: u64,
    last_fired_ms: Option<u64>,
    partitions: Partitions,
}

/// The effect of the rule on one request.
#[derive(Default)]
struct RuleAction {
    delay_ms: u64,
    when: When,
    outcome: Option<Outcome>,
}

impl ActiveRule {
    pub(crate) fn new(id: &str, rule: Rule, since_ms: u64) -> Self {
        Self {
            id: id.into(),
            rule: rule.called(id),
            since_ms,
            recorded: None,
            state: Mutex::default(),
        }
    }

    /// The same rule, with recorded decisions.
    pub(crate) fn repeating(self, recorded: Arc<Decisions>) -> Self {
        let recorded = Some(recorded);
        Self { recorded, ..self }
    }

    pub(crate) fn rule(&self) -> &Rule {
        &self.rule
    }

    pub(crate) fn is_repeating(&self) -> bool {
        self.recorded.is_some()
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.rule.is_enabled()
    }

    pub(crate) fn is_like(&self, other: &Rule) -> bool {
        self.rule.is_like(other)
    }

    /// The first key that does not match the request.
    pub(crate) fn mismatch(&self, facts: &Facts<'_>) -> Option<&'static str> {
        match (self.is_enabled(), self.rule.phase()) {
            (false, _) => Some("enabled"),
            (true, Phase::Accept) => Some("connection"),
            (true, Phase::Stage(_)) => Some("job"),
            (true, _) => self.rule.criteria().mismatch(facts),
        }
    }

    pub(crate) fn is_about(&self, facts: &Facts<'_>) -> bool {
        self.rule.is_enabled() && self.rule.criteria().accept(facts)
    }

    /// Counts a matching request that an earlier rule has settled.
    ///
    /// So what this rule draws for the next one does not depend on the other rule.
    pub(crate) fn note(&self, facts: &Facts<'_>) {
        self.state().count(&key(self.rule.per(), facts));
    }

    /// Counts a matching request, and adds the rule's effect to the plan; returns whether it has
    /// any.
    pub(crate) fn apply(&self, asking: &DecisionContext<'_, '_>, plan: &mut Plan) -> bool {
        let key = key(self.rule.per(), asking.facts);
        let elapsed_ms = asking.now_ms.saturating_sub(self.since_ms);
        let mut state = self.state();
        let (partition, counters) = state.count(&key);
        let ordinal = counters.matched;
        let place = Draw {
            seed: asking.seed,
            rule: &self.id,
            partition: &key,
            ordinal,
        };
        let turn = counters.turns;
        let decided = match &self.recorded {
            None => self.decide(counters, elapsed_ms, asking.states, place),
            Some(recorded) => self.repeat(recorded, counters, elapsed_ms, place),
        };
        let Some((action, draw)) = decided else {
            return false;
        };
        counters.fired += 1;
        state.fired += 1;
        state.last_fired_ms = Some(asking.now_ms);
        drop(state);
        action.add_to(plan);
        plan.firings.push(Firing {
            rule: Arc::clone(&self.id),
            partition,
            ordinal,
            draw,
            turn: self.has_steps().then_some(turn),
        });
        true
    }

    pub(crate) fn status(&self) -> RuleStatus {
        let state = self.state();
        let left = state
            .partitions
            .all()
            .map(|counters| self.remaining(counters))
            .max();
        let remaining = left.unwrap_or_else(|| self.remaining(&Counters::default()));
        RuleStatus {
            rule: self.rule.clone(),
            matched: state.matched,
            fired: state.fired,
            passed: state.matched.saturating_sub(state.fired),
            last_fired_ms: state.last_fired_ms,
            remaining,
            completed: remaining == Some(0),
        }
    }

    pub(crate) fn reset_counters(&self) {
        *self.state() = State::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The counters are complete between any two statements, so a poisoned lock is harmless.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rule's effect, and the number drawn.
    fn decide(
        &self,
        counters: &mut Counters,
        elapsed_ms: u64,
        states: &States,
        place: Draw<'_>,
    ) -> Option<(RuleAction, Option<f64>)> {
        if !self.is_due(counters, elapsed_ms, states) {
            return None;
        }
        let (hit, draw) = self.draw(place);
        let action = if hit {
            self.act(counters, elapsed_ms, place)
        } else {
            None
        };
        Some((action?, draw))
    }

    /// The recorded effect of the rule on this request, regardless of limits and probability.
    fn repeat(
        &self,
        recorded: &Decisions,
        counters: &mut Counters,
        elapsed_ms: u64,
        place: Draw<'_>,
    ) -> Option<(RuleAction, Option<f64>)> {
        let Decided { turn } = recorded.of(place.partition, place.ordinal)?;
        let mut action = match (self.rule.effect(), turn) {
            (Some(Effect::Steps(steps)), Some(turn)) => {
                step_action(steps.step_after(turn)?, place)?
            }
            (Some(Effect::Throttle(throttle)), _) => self.plain(Some(
                take(throttle, counters, elapsed_ms).unwrap_or_else(|| refuse(throttle, 0)),
            )),
            _ => return Some((self.act(counters, elapsed_ms, place)?, None)),
        };
        action.hold_up(self.rule.latency(), place, Purpose::RuleLatency);
        Some((action, None))
    }

    fn has_steps(&self) -> bool {
        matches!(self.rule.effect(), Some(Effect::Steps(_)))
    }

    fn is_due(&self, counters: &Counters, elapsed_ms: u64, states: &States) -> bool {
        let trigger = self.rule.trigger();
        trigger.nth.is_none_or(|nth| nth.contains(counters.matched))
            && trigger.times.is_none_or(|times| counters.fired < times)
            && trigger
                .window
                .as_ref()
                .is_none_or(|window| window.is_open(elapsed_ms))
            && trigger
                .scenario
                .as_ref()
                .is_none_or(|scenario| scenario.is_ready(states))
    }

    /// Whether the draw selects it, and the number drawn; a certain rule draws none.
    fn draw(&self, place: Draw<'_>) -> (bool, Option<f64>) {
        match self.rule.trigger().probability {
            Some(chance) if chance < 1.0 => {
                let draw = place.numbers(Purpose::Rule).next();
                (draw < chance, Some(draw))
            }
            _ => (true, None),
        }
    }

    fn act(&self, counters: &mut Counters, elapsed_ms: u64, place: Draw<'_>) -> Option<RuleAction> {
        let outcome = match self.rule.effect() {
            None => None,
            Some(Effect::Error(error)) => Some(Outcome::Error(error.clone())),
            Some(Effect::Http(reply)) => Some(Outcome::Http(reply.clone())),
            Some(Effect::Connection(effect)) => Some(Outcome::Connection(effect.clone())),
            Some(Effect::Response(effect)) => Some(Outcome::Response(effect.clone())),
            Some(Effect::Stale(effect)) => Some(Outcome::Stale(*effect)),
            Some(Effect::Job(effect)) => Some(Outcome::Job(effect.clone())),
            Some(Effect::Panic) => Some(Outcome::Panic),
            Some(Effect::Throttle(throttle)) => Some(take(throttle, counters, elapsed_ms)?),
            Some(Effect::Steps(steps)) => {
                let mut action = advance(steps, counters, place)?;
                action.hold_up(self.rule.latency(), place, Purpose::RuleLatency);
                return Some(action);
            }
        };
        let mut action = self.plain(outcome);
        action.hold_up(self.rule.latency(), place, Purpose::RuleLatency);
        Some(action)
    }

    fn plain(&self, outcome: Option<Outcome>) -> RuleAction {
        RuleAction {
            outcome,
            when: self.rule.when(),
            delay_ms: 0,
        }
    }

    fn remaining(&self, counters: &Counters) -> Option<u64> {
        let trigger = self.rule.trigger();
        let times = trigger
            .times
            .map(|times| times.saturating_sub(counters.fired));
        let nth = trigger.nth.and_then(|nth| nth.remaining(counters.matched));
        let steps = match self.rule.effect() {
            Some(Effect::Steps(steps)) => steps.remaining(counters.turns),
            _ => None,
        };
        [times, nth, steps].into_iter().flatten().min()
    }
}

impl State {
    fn count(&mut self, key: &str) -> (Arc<str>, &mut Counters) {
        self.matched += 1;
        let (partition, counters) = self.partitions.entry(key);
        counters.matched += 1;
        (partition, counters)
    }
}

impl RuleAction {
    fn hold_up(&mut self, latency: Option<&Latency>, place: Draw<'_>, purpose: Purpose) {
        let delay = latency.map(|latency| latency.sample(|| place.numbers(purpose)));
        self.delay_ms = self.delay_ms.saturating_add(delay.unwrap_or_default());
    }

    fn add_to(self, plan: &mut Plan) {
        let delay = match self.when {
            When::After => &mut plan.delay.after_ms,
            When::Before | When::Twice => &mut plan.delay.before_ms,
        };
        *delay = delay.saturating_add(self.delay_ms);
        if self.outcome.is_some() || self.when == When::Twice {
            (plan.outcome, plan.when) = (self.outcome, self.when);
        }
    }
}

/// Takes a token; the result is the outcome if there is none.
fn take(throttle: &Throttle, counters: &mut Counters, elapsed_ms: u64) -> Option<Outcome> {
    let rate = Rate {
        per_second: throttle.rate_per_second,
        burst: throttle.burst,
    };
    #[expect(clippy::cast_precision_loss, reason = "exact for 285 000 years")]
    let wait_ms = counters.bucket.take(rate, elapsed_ms as f64).err()?;
    Some(refuse(throttle, wait_ms))
}

fn refuse(throttle: &Throttle, wait_ms: u64) -> Outcome {
    Outcome::Throttle {
        error: throttle.error.clone().advising(wait_ms),
        wait_ms,
    }
}

/// Uses a turn of the steps.
fn advance(steps: &Steps, counters: &mut Counters, place: Draw<'_>) -> Option<RuleAction> {
    let step = steps.step_after(counters.turns)?;
    counters.turns += 1;
    if is_hit(step, place) {
        step_action(step, place)
    } else {
        None
    }
}

fn step_action(step: &Step, place: Draw<'_>) -> Option<RuleAction> {
    let mut action = RuleAction {
        when: step.when(),
        ..RuleAction::default()
    };
    match step.effect() {
        StepEffect::Ok if step.when() == When::Twice => {}
        StepEffect::Ok | StepEffect::Off => return None,
        StepEffect::Error(error) => action.outcome = Some(Outcome::Error(error.clone())),
        StepEffect::Http(status) => action.outcome = Some(Outcome::Http(HttpReply::new(*status))),
        StepEffect::Panic => action.outcome = Some(Outcome::Panic),
        StepEffect::Connection(effect) => {
            action.outcome = Some(Outcome::Connection(effect.clone()));
        }
        StepEffect::Response(effect) => action.outcome = Some(Outcome::Response(effect.clone())),
        StepEffect::Delay(latency) => action.hold_up(Some(latency), place, Purpose::StepLatency),
    }
    Some(action)
}

fn is_hit(step: &Step, place: Draw<'_>) -> bool {
    let chance = step.percent().filter(|percent| *percent < 100.0);
    chance.is_none_or(|percent| place.numbers(Purpose::Step).next() * 100.0 < percent)
}
