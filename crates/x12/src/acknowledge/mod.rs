//! Acknowledgements: 997 and 999 for groups and transactions, TA1 for interchanges.
//!
//! Each acknowledgement is valid X12: it copies values from the input only if the standard allows
//! them.

mod code_set;
mod codes;
mod error_segments;
mod findings;
mod form;
mod functional;
mod interchange;
mod received;
mod reply;

pub use findings::Findings;
pub use form::AcknowledgementForm;
pub use received::ReceivedInterchanges;

pub(crate) use code_set::CodeSet;

use received::{Group, Interchange};

use crate::FirstControlNumbers;
use crate::write::Output;

/// The options of acknowledgements; the crate has no clock and keeps no counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcknowledgementOptions {
    /// 997 or 999.
    pub form: AcknowledgementForm,
    /// Whether each transaction is acknowledged, or only the group.
    pub details: bool,
    /// The date, `CCYYMMDD`.
    pub date: String,
    /// The time, `HHMMSS`.
    pub time: String,
    /// The control numbers of the acknowledgement.
    pub numbers: FirstControlNumbers,
}

/// The 997s or 999s for an input; `None` if nothing is to be acknowledged.
///
/// Groups of acknowledgements are not acknowledged. A file with a rejected interchange gets only
/// TA1s, and a file with a rejected group gets an acknowledgement of that group only.
#[must_use]
pub fn acknowledge(
    received: &ReceivedInterchanges,
    findings: &Findings<'_>,
    how: &AcknowledgementOptions,
) -> Option<Vec<u8>> {
    if findings.reject_interchange() {
        return None;
    }
    let is_rejected = findings.reject_file();
    let mut answers: Vec<Vec<u8>> = Vec::new();
    let mut group_control = how.numbers.group;
    for (number, interchange) in (1..).zip(&received.interchanges) {
        let findings = findings.interchange(number);
        let is_due = |number| !is_rejected || functional::is_rejected(findings.group(number));
        let groups = (1..).zip(&interchange.groups).filter(|(number, group)| {
            functional::is_answered(group, interchange, &how.form) && is_due(*number)
        });
        let groups: Vec<(u32, &Group)> = groups.collect();
        if groups.is_empty() {
            continue;
        }
        let answer = answer(interchange, how, answers.len(), |output| {
            for (group_number, group) in groups {
                let findings = findings.group(group_number);
                let control = reply::wrapped(group_control);
                functional::answer(output, (interchange, group), findings, how, control);
                group_control = control.saturating_add(1);
            }
        });
        answers.push(answer);
    }
    (!answers.is_empty()).then(|| answers.concat())
}

/// The TA1s for the interchanges of an input; `None` if there is none to acknowledge.
#[must_use]
pub fn acknowledge_interchanges(
    received: &ReceivedInterchanges,
    findings: &Findings<'_>,
    how: &AcknowledgementOptions,
) -> Option<Vec<u8>> {
    let is_rejected = findings.reject_file();
    let mut answers: Vec<Vec<u8>> = Vec::new();
    for (number, interchange) in (1..).zip(&received.interchanges) {
        if interchange.acknowledges() {
            continue;
        }
        let findings = findings.interchange(number);
        let answer = answer(interchange, how, answers.len(), |output| {
            interchange::answer(output, interchange, findings, is_rejected, how);
        });
        answers.push(answer);
    }
    (!answers.is_empty()).then(|| answers.concat())
}

/// An interchange that replies to another one.
fn answer(
    interchange: &Interchange,
    how: &AcknowledgementOptions,
    earlier: usize,
    content: impl FnOnce(&mut Output<'_>),
) -> Vec<u8> {
    let writing = interchange.writing();
    let mut output = Output::new(&writing);
    let fields = interchange.answering(how, earlier, writing.delimiters);
    output.interchange(fields, "");
    content(&mut output);
    output.interchange_end();
    interchange.encoded(output.finish())
}
