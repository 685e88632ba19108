//! The 997 or 999 of one group.

use super::codes::SEGMENT_ERRORS;
use super::error_segments::{Errors, GUIDE_ERRORS};
use super::findings::PartFindings;
use super::received::{Group, Interchange, Transaction};
use super::reply::{self, Reply};
use super::{AcknowledgementForm, AcknowledgementOptions};
use crate::Outcome;
use crate::tables::{self, Version};
use crate::verdict::Code;
use crate::write::{Output, SegmentDraft};

/// The maximum number of codes in one AK5, IK5 or AK9.
const MOST_CODES: usize = 5;
/// The control number that replaces an invalid one.
const NO_NUMBER: &str = "0000";
/// The reply to a group: its form, and its tables.
pub(super) struct GroupReply<'g> {
    pub(super) reply: Reply,
    pub(super) is_999: bool,
    guide: Option<String>,
    group: &'g Group,
}

/// Whether a group is acknowledged: it does not contain acknowledgements, and AK1 can name its
/// type.
pub(super) fn is_answered(
    group: &Group,
    interchange: &Interchange,
    form: &AcknowledgementForm,
) -> bool {
    let answer = GroupReply::new(group, interchange, form);
    !group.acknowledges() && answer.reply.group_type(group).is_some()
}

/// Whether a group is rejected whatever it contains.
pub(super) fn is_rejected(findings: PartFindings<'_>) -> bool {
    let codes = GroupReply::group_codes(findings);
    let mut outcomes = codes.into_iter().map(|code| Code::Group(code).outcome());
    outcomes.any(|outcome| outcome == Outcome::Rejected)
}

/// Writes a group with the reply to `group`.
pub(super) fn answer(
    output: &mut Output<'_>,
    (interchange, group): (&Interchange, &Group),
    findings: PartFindings<'_>,
    how: &AcknowledgementOptions,
    number: u64,
) {
    let answer = GroupReply::new(group, interchange, &how.form);
    output.group(answer.header(interchange, how, number));
    let set = if answer.is_999 { "999" } else { "997" };
    let control = format!("{:04}", how.numbers.transaction);
    let guide = answer.guide.as_deref();
    output.transaction(SegmentDraft::new(
        "ST",
        [set, &control].into_iter().chain(guide),
    ));
    output.segment(&answer.group_header());
    let codes = GroupReply::group_codes(findings);
    let is_rejected = is_rejected(findings);
    let accepted = if is_rejected {
        0
    } else {
        answer.transactions(output, findings, how.details)
    };
    output.segment(&answer.total(codes, is_rejected, accepted));
    output.transaction_end();
    output.group_end();
}

/// Whether the 999 of a guide allows a type of group: it allows fewer than the standard.
fn has_type(guide: &str, kind: &str) -> bool {
    let Some(guide) = tables::guide("999", guide) else {
        return false;
    };
    let mut places = guide.loops.iter().flatten();
    let place = places.find(|place| place.segment == "AK1");
    let used = place.and_then(|place| place.elements.iter().find(|used| used.element == 1));
    used.is_none_or(|used| !used.codes.is_known() || used.codes.contains(kind.as_bytes()))
}

impl<'g> GroupReply<'g> {
    fn new(group: &'g Group, interchange: &Interchange, form: &AcknowledgementForm) -> Self {
        let [kind, .., version] = &group.gs;
        let own = Version::of_group(version.as_bytes());
        let (is_999, guide) = match form.of_group(group) {
            AcknowledgementForm::Implementation(guide) => {
                (true, guide.filter(|guide| has_type(guide, kind)))
            }
            AcknowledgementForm::Functional | AcknowledgementForm::ByGroup => (false, None),
        };
        // Only version 5010 has a 999.
        let version = if is_999 {
            Version::V5010
        } else {
            own.unwrap_or_else(|| interchange.version())
        };
        Self {
            reply: Reply { version },
            is_999,
            guide,
            group,
        }
    }

    fn header(
        &self,
        interchange: &Interchange,
        how: &AcknowledgementOptions,
        number: u64,
    ) -> SegmentDraft {
        let [_, sender, receiver, ..] = &self.group.gs;
        let id = |own: &str, element: &str, position: usize| {
            let of_interchange = || self.reply.fitted(element, &interchange.text(position));
            let own = self.reply.fitted(element, own);
            own.or_else(of_interchange)
                .unwrap_or_else(|| "UNKNOWN".to_owned())
        };
        let (from, to) = (id(receiver, "142", 8), id(sender, "124", 6));
        let base = format!("00{}", self.reply.version.digits());
        let version = self.guide.as_deref().unwrap_or(&base);
        let number = format!("{number:09}");
        let elements = [
            "FA", &from, &to, &how.date, &how.time, &number, "X", version,
        ];
        SegmentDraft::new("GS", elements)
    }

    fn group_header(&self) -> SegmentDraft {
        let [kind, .., number, _, version] = &self.group.gs;
        let number = self.reply.or("28", number, "0");
        let base = format!("00{}", self.reply.version.digits());
        let version = self.reply.or("480", version, &base).to_owned();
        let version = Some(version.as_str()).filter(|_| self.is_999);
        SegmentDraft::new("AK1", [kind.as_str(), number].into_iter().chain(version))
    }

    pub(super) fn is_5010(&self) -> bool {
        self.reply.version == Version::V5010
    }

    /// Acknowledges each transaction, if requested, and returns how many are accepted.
    fn transactions(
        &self,
        output: &mut Output<'_>,
        findings: PartFindings<'_>,
        details: bool,
    ) -> usize {
        let mut accepted = 0;
        for (number, transaction) in (1..).zip(&self.group.transactions) {
            let findings = findings.transaction(number);
            accepted += usize::from(findings.is_empty());
            if details {
                self.transaction(output, transaction, findings);
            }
        }
        accepted
    }

    fn transaction(
        &self,
        output: &mut Output<'_>,
        transaction: &Transaction,
        findings: PartFindings<'_>,
    ) {
        let [set, control, guide] = &transaction.st;
        // Without a type for AK201, only the counts of the group report the transaction.
        let Some(set) = self.reply.set(set, self.group) else {
            return;
        };
        let control = self.reply.fitted("329", control);
        let control = control.as_deref().unwrap_or(NO_NUMBER);
        let guide =
            Some(guide.as_str()).filter(|guide| self.is_999 && self.reply.accepts("1705", guide));
        output.segment(&SegmentDraft::new(
            "AK2",
            [set, control].into_iter().chain(guide),
        ));
        let mut errors = Errors::new(self, output);
        for problem in findings.problems {
            errors.write(problem);
        }
        let mut codes = errors.finish();
        for code in findings.omitted_codes() {
            if let Code::Transaction(code) = code {
                note(&mut codes, code);
            }
        }
        self.verdict(output, findings.is_empty(), codes);
    }

    fn verdict(&self, output: &mut Output<'_>, is_accepted: bool, mut codes: Vec<&str>) {
        let (id, element) = if self.is_999 {
            ("IK5", "618")
        } else {
            ("AK5", "718")
        };
        for code in &mut codes {
            if *code == GUIDE_ERRORS && !self.is_999 {
                *code = SEGMENT_ERRORS;
            }
        }
        codes.retain(|code| self.reply.accepts(element, code));
        codes.dedup();
        codes.truncate(MOST_CODES);
        let verdict = if is_accepted { "A" } else { "R" };
        output.segment(&SegmentDraft::new(id, [verdict].into_iter().chain(codes)));
    }

    /// The codes of AK905, with an empty one for faults that have none.
    fn group_codes(findings: PartFindings<'_>) -> Vec<&'static str> {
        let mut codes: Vec<&str> = Vec::new();
        let kept = findings.problems.iter().map(|problem| problem.code(true));
        for code in kept.chain(findings.omitted_codes()) {
            if let Code::Group(code) = code {
                note(&mut codes, code);
            }
        }
        codes
    }

    fn total(&self, mut codes: Vec<&str>, is_rejected: bool, accepted: usize) -> SegmentDraft {
        let received = self.group.transactions.len();
        let verdict = match accepted {
            _ if is_rejected => "R",
            _ if accepted == received && codes.is_empty() => "A",
            _ if accepted == received => "E",
            0 => "R",
            _ => "P",
        };
        let counts = [received, accepted].map(reply::count);
        let [received, accepted] = &counts;
        let claimed = self.reply.or("97", &self.group.claimed, received);
        codes.retain(|code| self.reply.accepts("716", code));
        codes.truncate(MOST_CODES);
        SegmentDraft::new(
            "AK9",
            [verdict, claimed, received, accepted]
                .into_iter()
                .chain(codes),
        )
    }
}

/// Adds a code unless it is present.
pub(super) fn note(codes: &mut Vec<&'static str>, code: &'static str) {
    if !codes.contains(&code) {
        codes.push(code);
    }
}
