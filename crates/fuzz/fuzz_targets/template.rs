//! Templates of CloudFormation: they are read, bound and evaluated, or refused with a reason; a template
//! does not differ from itself.
#![no_main]

use std::collections::BTreeMap;

use b2bi_local_template::{Bound, Pseudo, Template, TypeFacts, Unresolved, parameters, plan};
use libfuzzer_sys::fuzz_target;

/// Every property is create-only, and every type has tags.
struct Types;

impl TypeFacts for Types {
    fn is_create_only(&self, _: &str, _: &str) -> bool {
        true
    }

    fn has_tags(&self, _: &str) -> bool {
        true
    }
}

fuzz_target!(|input: &str| {
    let Ok(template) = Template::parse(input) else {
        return;
    };
    let Ok(values) = parameters(&template.parameters, &BTreeMap::new(), &BTreeMap::new()) else {
        return;
    };
    let Ok(bound) = Bound::new(&template, values, Pseudo::default()) else {
        return;
    };
    for name in bound.order() {
        let _ = bound.properties(name, &Unresolved);
    }
    for output in bound.outputs() {
        let _ = bound.output(output, &Unresolved);
    }
    let changes = plan(Some(&bound), &bound, false, &Types).expect("the types are the same");
    assert!(changes.is_empty(), "{changes:?}: {input}");
});
