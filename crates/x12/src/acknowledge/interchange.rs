//! The TA1 of one interchange.

use std::cmp::Reverse;

use super::AcknowledgementOptions;
use super::codes::NO_ERROR;
use super::findings::PartFindings;
use super::received::Interchange;
use super::reply::Reply;
use crate::verdict::Code;
use crate::write::{Output, SegmentDraft};
use crate::{Outcome, Severity};

/// The note codes for unlisted codes.
const OF_CODES: [&str; 9] = [
    "002", "003", "005", "007", "010", "012", "017", "019", "020",
];

/// The code of an interchange without faults in a rejected file: another interchange is the reason.
const OTHER_REJECTED: &str = "022";
/// The code of an interchange with a rejected group.
const GROUP_REJECTED: &str = "024";

/// Writes the TA1.
pub(super) fn answer(
    output: &mut Output<'_>,
    interchange: &Interchange,
    findings: PartFindings<'_>,
    is_file_rejected: bool,
    how: &AcknowledgementOptions,
) {
    let reply = Reply {
        version: interchange.version(),
    };
    let text = |position| interchange.text(position).trim().to_owned();
    let (number, date, time) = (text(13), text(9), text(10));
    let number = reply.or("I12", &number, "000000000");
    let own_date = how.date.get(2..).unwrap_or_default();
    let own_time = how.time.get(..4).unwrap_or_default();
    // A value that is not a date is left out.
    let date = reply.or("I08", &date, own_date);
    let time = reply.or("I09", &time, own_time);
    let (status, note) = match verdict(findings) {
        (status, _) if status != "R" && is_file_rejected => ("R", OTHER_REJECTED),
        verdict => verdict,
    };
    output.segment(&SegmentDraft::new(
        "TA1",
        [number, date, time, status, note],
    ));
}

/// TA104 and TA105: accepted, accepted with errors, or rejected, and the most important reason:
/// what ended the reading, then a value of the wrong form, then an unlisted code.
fn verdict(findings: PartFindings<'_>) -> (&'static str, &'static str) {
    let rank = |code: Code, is_fatal: bool| {
        let note = match code {
            Code::Interchange(note) => note,
            Code::Group(_) if code.outcome() == Outcome::Rejected => GROUP_REJECTED,
            _ => return None,
        };
        let is_of_code = OF_CODES.contains(&note);
        Some((Reverse(code.outcome()), !is_fatal, is_of_code, note))
    };
    let kept = findings.problems.iter().map(|problem| {
        let is_fatal = problem.severity() == Severity::Fatal;
        (problem.code(true), is_fatal)
    });
    let omitted = findings.omitted_codes().map(|code| (code, false));
    let ranked = kept.chain(omitted);
    let worst = ranked
        .filter_map(|(code, is_fatal)| rank(code, is_fatal))
        .min();
    match worst {
        Some((Reverse(Outcome::Rejected), _, _, note)) => ("R", note),
        Some((_, _, _, note)) => ("E", note),
        None => ("A", NO_ERROR),
    }
}
