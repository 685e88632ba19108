//! Any bytes are validated, acknowledged and split.
#![no_main]

use b2bi_local_x12::{
    AcknowledgementForm, AcknowledgementOptions, Findings, FirstControlNumbers, ReceivedInterchanges, Strictness, Validator, acknowledge,
    acknowledge_interchanges, read, split,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let sink = (ReceivedInterchanges::new(), Validator::new(Strictness::Inferred, None).guided());
    let ((received, validator), reading) = read(input, sink);
    let validation = validator.finish();
    let _ = validation.report();
    let findings = Findings::new(&reading, Some(&validation));
    let how = AcknowledgementOptions {
        form: AcknowledgementForm::Functional,
        details: true,
        date: "20260301".into(),
        time: "093000".into(),
        numbers: FirstControlNumbers { interchange: 1, group: 1, transaction: 1 },
    };
    let _ = acknowledge(&received, &findings, &how);
    let _ = acknowledge_interchanges(&received, &findings, &how);
    let _ = split(input);
});
