//! The mini-language of faults: a text that is accepted is printed in a form with the same meaning.
#![no_main]

use b2bi_local_faults::{Chain, Engine, Facts, FaultList};
use b2bi_local_server::fault_rules;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match text.parse::<FaultList>() {
        Ok(list) => {
            let written = list.to_string();
            assert_eq!(written.parse().as_ref(), Ok(&list), "{text} is written as {written}");
            decide(text);
        }
        Err(error) => assert!((1..=text.len() + 1).contains(&error.column()), "{error}: {text}"),
    }
    // As the header x-mock-fault has it.
    if let Ok(chain) = text.parse::<Chain>() {
        let written = chain.to_string();
        assert_eq!(written.parse().as_ref(), Ok(&chain), "{text} is written as {written}");
        let plan = Engine::new(7).decide_by("request", &chain, &Facts::default(), 0);
        drop(plan);
    }
});

fn decide(text: &str) {
    let engine = Engine::new(7);
    let rules = fault_rules(text).expect("it was read before");
    engine.replace(rules, 0).expect("the rules have no ids");
    let facts = Facts { service: "b2bi", operation: "CreateProfile", ..Facts::default() };
    for now in [0, 1_000, u64::MAX] {
        let _ = engine.decide(&facts, now);
        let _ = engine.decide_at_accept(now);
    }
}
