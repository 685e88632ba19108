//! The acknowledgement of any bytes is valid X12.
#![no_main]

use b2bi_local_x12::{
    AcknowledgementForm, AcknowledgementOptions, Findings, FirstControlNumbers, ReceivedInterchanges, Strictness, Validator, acknowledge,
    acknowledge_interchanges, read,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let sink = (ReceivedInterchanges::new(), Validator::new(Strictness::Attested, None).guided());
    let ((received, validator), reading) = read(input, sink);
    let validation = validator.finish();
    let findings = Findings::new(&reading, Some(&validation));
    for form in [
        AcknowledgementForm::ByGroup,
        AcknowledgementForm::Functional,
        AcknowledgementForm::Implementation(Some("005010X231A1".into())),
    ] {
        let how = AcknowledgementOptions {
            form,
            details: true,
            date: "20260301".into(),
            time: "093000".into(),
            numbers: FirstControlNumbers { interchange: 1, group: 1, transaction: 1 },
        };
        let functional = acknowledge(&received, &findings, &how);
        for answer in [functional, acknowledge_interchanges(&received, &findings, &how)] {
            answer.iter().for_each(|answer| assert_valid(answer));
        }
    }
});

fn assert_valid(answer: &[u8]) {
    let validator = Validator::new(Strictness::Attested, None).guided();
    let (validator, _) = read(answer, validator);
    let validation = validator.finish();
    assert!(validation.total() == 0 && validation.notes.is_empty(), "{}", validation.report());
}
