//! Acknowledgements: 997 and 999 for what groups and transactions say, TA1 for interchanges.

mod code_set;
mod codes;
mod findings;
mod functional;
mod received;

pub use findings::Findings;
pub use received::Received;

pub(crate) use code_set::CodeSet;

use codes::NO_ERROR;
use findings::Of;
use received::Interchange;

use crate::verdict::Code;
use crate::write::{Draft, Output};
use crate::{LineBreak, Numbers, Severity, Wrap, Writing};

/// Which acknowledgement answers a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A 997.
    Functional,
    /// A 999, by the guide of this name where there is one, such as `005010X231A1`.
    Implementation(Option<String>),
}

/// How acknowledgements are made; the crate has no clock and keeps no counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledging {
    /// 997 or 999.
    pub form: Form,
    /// Whether each transaction is answered, or only the group.
    pub details: bool,
    /// The date, `CCYYMMDD`.
    pub date: String,
    /// The time, `HHMMSS`.
    pub time: String,
    /// The control numbers of the acknowledgement.
    pub numbers: Numbers,
}

/// The 997s or 999s that answer an input, nothing when it has nothing to be answered.
///
/// Groups of acknowledgements are not answered.
#[must_use]
pub fn acknowledge(
    received: &Received,
    findings: &Findings<'_>,
    how: &Acknowledging,
) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut group_control = how.numbers.group;
    for (number, interchange) in (1..).zip(&received.interchanges) {
        let groups = (1..)
            .zip(&interchange.groups)
            .filter(|(_, group)| !group.acknowledges());
        let groups: Vec<(u32, &received::Group)> = groups.collect();
        let Some((_, first)) = groups.first() else {
            continue;
        };
        let writing = writing(interchange);
        let mut output = Output::new(&writing);
        let [.., version] = &first.gs;
        output.interchange(answering(interchange, how, out.len()), version);
        for (group_number, group) in groups {
            let findings = findings.interchange(number).group(group_number);
            functional::answer(&mut output, group, findings, how, group_control);
            group_control += 1;
        }
        output.interchange_end();
        out.push(output.finish());
    }
    (!out.is_empty()).then(|| out.concat())
}

/// The TA1s that answer the interchanges of an input, nothing when there is none to be answered.
#[must_use]
pub fn acknowledge_interchanges(
    received: &Received,
    findings: &Findings<'_>,
    how: &Acknowledging,
) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for (number, interchange) in (1..).zip(&received.interchanges) {
        let groups = &interchange.groups;
        if !groups.is_empty() && groups.iter().all(received::Group::acknowledges) {
            continue;
        }
        let writing = writing(interchange);
        let mut output = Output::new(&writing);
        output.interchange(answering(interchange, how, out.len()), "");
        let (status, note) = verdict(findings.interchange(number));
        let echo = [13, 9, 10].map(|position| text(interchange, position).trim().to_owned());
        let elements = echo.iter().map(String::as_str).chain([status, note]);
        output.segment(&Draft::new("TA1", elements));
        output.interchange_end();
        out.push(output.finish());
    }
    (!out.is_empty()).then(|| out.concat())
}

/// TA104 and TA105: accepted, accepted with errors, or rejected, and the first reason.
fn verdict(findings: Of<'_>) -> (&'static str, &'static str) {
    if let Some(fatal) = findings
        .problems
        .iter()
        .find(|problem| problem.severity() == Severity::Fatal)
    {
        return match fatal.code(true) {
            Code::Interchange(note) => ("R", note),
            _ => ("R", "022"),
        };
    }
    let kept = findings.problems.iter().map(|problem| problem.code(true));
    let notes = kept
        .chain(findings.omitted_codes())
        .filter_map(|code| match code {
            Code::Interchange(note) => Some(note),
            _ => None,
        });
    notes.min().map_or(("A", NO_ERROR), |note| ("E", note))
}

/// The way an answer is written: with the delimiters of what it answers.
fn writing(interchange: &Interchange) -> Writing {
    Writing {
        delimiters: interchange.isa.delimiters(),
        wrap: Wrap::Segment(LineBreak::Lf),
        ..Writing::standard()
    }
}

/// The ISA of an answer: sender and receiver change places.
fn answering(interchange: &Interchange, how: &Acknowledging, earlier: usize) -> [String; 16] {
    std::array::from_fn(|index| match index + 1 {
        position @ (5 | 6) => text(interchange, position + 2),
        position @ (7 | 8) => text(interchange, position - 2),
        9 => how.date.clone(),
        10 => how.time.clone(),
        position @ (11 | 12 | 15) => text(interchange, position),
        13 => (how.numbers.interchange + earlier as u64).to_string(),
        14 => "0".to_owned(),
        _ => String::new(),
    })
}

fn text(interchange: &Interchange, position: usize) -> String {
    String::from_utf8_lossy(interchange.isa.field(position)).into_owned()
}
