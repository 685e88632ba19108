//! The 997 or 999 of one group.

use super::codes::{ELEMENT_ERRORS, SEGMENT_ERRORS, shown};
use super::findings::Of;
use super::received::{Group, Transaction};
use super::{Acknowledging, Form};
use crate::verdict::Code;
use crate::write::{Draft, Output};
use crate::{Position, Problem};

/// The most codes of one AK5, IK5 or AK9.
const MOST_CODES: usize = 5;
/// The longest value that an element error shows.
const LONGEST_VALUE: usize = 99;

/// Writes a group that holds the answer to `group`.
pub(super) fn answer(
    output: &mut Output<'_>,
    group: &Group,
    findings: Of<'_>,
    how: &Acknowledging,
    number: u64,
) {
    let [kind, sender, receiver, .., answered, _, version] = &group.gs;
    let version = version.as_str();
    let base = version.get(..6).unwrap_or(version);
    let guide = match &how.form {
        Form::Functional => None,
        Form::Implementation(guide) => guide.as_deref(),
    };
    let set = if how.form == Form::Functional {
        "997"
    } else {
        "999"
    };
    let number = format!("{number:09}");
    let header = [
        "FA",
        receiver,
        sender,
        &how.date,
        &how.time,
        &number,
        "X",
        guide.unwrap_or(base),
    ];
    output.group(Draft::new("GS", header));
    let control = format!("{:04}", how.numbers.transaction);
    output.transaction(Draft::new("ST", [set, &control].into_iter().chain(guide)));
    let of_version = Some(version).filter(|_| set == "999");
    output.segment(&Draft::new(
        "AK1",
        [kind.as_str(), answered].into_iter().chain(of_version),
    ));
    let accepted = transactions(output, group, findings, how);
    output.segment(&total(group, findings, accepted));
    output.transaction_end();
    output.group_end();
}

/// Answers each transaction, if wanted, and returns how many are accepted.
fn transactions(
    output: &mut Output<'_>,
    group: &Group,
    findings: Of<'_>,
    how: &Acknowledging,
) -> usize {
    let is_5010 = is_5010(group);
    let mut accepted = 0;
    for (number, transaction) in (1..).zip(&group.transactions) {
        let findings = findings.transaction(number);
        accepted += usize::from(findings.is_empty());
        if how.details {
            answer_transaction(output, transaction, findings, how, is_5010);
        }
    }
    accepted
}

fn is_5010(group: &Group) -> bool {
    let [.., version] = &group.gs;
    version.starts_with("005")
}

fn answer_transaction(
    output: &mut Output<'_>,
    transaction: &Transaction,
    findings: Of<'_>,
    how: &Acknowledging,
    is_5010: bool,
) {
    let is_999 = how.form != Form::Functional;
    let [set, control, guide] = &transaction.st;
    let guide = Some(guide.as_str()).filter(|_| is_999);
    output.segment(&Draft::new(
        "AK2",
        [set.as_str(), control].into_iter().chain(guide),
    ));
    let mut codes: Vec<&str> = Vec::new();
    let mut shown_at: Option<(Position, &str)> = None;
    for problem in findings.problems {
        let at = (
            Position {
                element: 0,
                component: 0,
                repetition: 0,
                byte: 0,
                ..problem.position
            },
            &*problem.segment,
        );
        match problem.code(is_5010) {
            Code::Segment(code) => {
                output.segment(&segment_error(problem, code, is_999));
                note(&mut codes, SEGMENT_ERRORS);
            }
            Code::Element(code) => {
                if shown_at != Some(at) {
                    output.segment(&segment_error(problem, ELEMENT_ERRORS, is_999));
                    shown_at = Some(at);
                }
                output.segment(&element_error(problem, code, is_999));
                note(&mut codes, SEGMENT_ERRORS);
            }
            Code::Transaction(code) => note(&mut codes, code),
            Code::Group(_) | Code::Interchange(_) | Code::Nothing => {}
        }
    }
    for code in findings.omitted_codes() {
        if let Code::Transaction(code) = code {
            note(&mut codes, code);
        }
    }
    let verdict = if findings.is_empty() { "A" } else { "R" };
    let id = if is_999 { "IK5" } else { "AK5" };
    output.segment(&Draft::new(id, [verdict].into_iter().chain(codes)));
}

fn note<'c>(codes: &mut Vec<&'c str>, code: &'c str) {
    if !codes.contains(&code) && codes.len() < MOST_CODES {
        codes.push(code);
    }
}

fn segment_error(problem: &Problem, code: &str, is_999: bool) -> Draft {
    let position = problem.position.segment.to_string();
    let id = if is_999 { "IK3" } else { "AK3" };
    Draft::new(id, [&*problem.segment, &position, "", code])
}

fn element_error(problem: &Problem, code: &str, is_999: bool) -> Draft {
    let value: String = shown(&problem.kind).chars().take(LONGEST_VALUE).collect();
    let id = if is_999 { "IK4" } else { "AK4" };
    // Only a 999 has codes for what a guide demands.
    let code = if is_999 {
        code
    } else {
        code.trim_start_matches('I')
    };
    let mut draft = Draft::new(id, ["", problem.reference, code, &value]);
    let Position {
        element,
        component,
        repetition,
        ..
    } = problem.position;
    for (nth, number) in (1..).zip([element, component, repetition]) {
        if let Some(slot) = draft.slot(1, 1, nth).filter(|_| number > 0) {
            *slot = number.to_string();
        }
    }
    draft
}

fn total(group: &Group, findings: Of<'_>, accepted: usize) -> Draft {
    let received = group.transactions.len();
    let mut codes: Vec<&str> = Vec::new();
    let kept = findings.problems.iter().map(|problem| problem.code(true));
    for code in kept.chain(findings.omitted_codes()) {
        if let Code::Group(code) = code {
            note(&mut codes, code);
        }
    }
    let verdict = match accepted {
        _ if accepted == received && codes.is_empty() => "A",
        _ if accepted == received => "E",
        0 => "R",
        _ => "P",
    };
    let counts = [received, accepted].map(|count| count.to_string());
    let [received, accepted] = &counts;
    let claimed = if group.claimed.is_empty() {
        received
    } else {
        &group.claimed
    };
    Draft::new(
        "AK9",
        [verdict, claimed, received, accepted]
            .into_iter()
            .chain(codes),
    )
}
