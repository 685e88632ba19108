//! AK3 and AK4, IK3, CTX and IK4: the errors of one transaction.

use super::codes::{ELEMENT_ERRORS, SEGMENT_ERRORS, shown};
use super::functional::{GroupReply, note};
use crate::verdict::Code;
use crate::write::{Output, SegmentDraft};
use crate::{Position, Problem, ProblemKind};

/// The code of transactions that violate rules of the guide.
pub(super) const GUIDE_ERRORS: &str = "I5";
/// The maximum number of element errors that are reported for one segment.
const MOST_ELEMENTS: u32 = 99;
/// The maximum length of a business unit's value.
const LONGEST_UNIT: usize = 35;

/// Writes the errors of a transaction and collects its codes.
pub(super) struct Errors<'a, 'o, 'w> {
    answer: &'a GroupReply<'a>,
    output: &'o mut Output<'w>,
    codes: Vec<&'static str>,
    /// The segment whose element errors are being written, and their number so far.
    current: Option<(u32, String, u32)>,
}

impl<'a, 'o, 'w> Errors<'a, 'o, 'w> {
    pub(super) fn new(answer: &'a GroupReply<'a>, output: &'o mut Output<'w>) -> Self {
        Self {
            answer,
            output,
            codes: Vec::new(),
            current: None,
        }
    }

    pub(super) fn finish(self) -> Vec<&'static str> {
        self.codes
    }

    pub(super) fn write(&mut self, problem: &Problem) {
        match problem.code(self.answer.is_5010()) {
            Code::Segment(code) => {
                self.current = None;
                self.segment(problem, code);
                self.note_error(problem);
            }
            Code::Element(code) => {
                if !self.is_current(problem) {
                    self.segment(problem, ELEMENT_ERRORS);
                    self.current = Some((problem.position.segment, problem.segment.to_string(), 0));
                }
                self.element(problem, code);
                self.note_error(problem);
            }
            Code::Transaction(code) => note(&mut self.codes, code),
            Code::Group(_) | Code::Interchange(_) | Code::Nothing => {}
        }
    }

    fn note_error(&mut self, problem: &Problem) {
        let code = if problem.is_of_guide() {
            GUIDE_ERRORS
        } else {
            SEGMENT_ERRORS
        };
        note(&mut self.codes, code);
    }

    fn is_current(&self, problem: &Problem) -> bool {
        self.current
            .as_ref()
            .is_some_and(|(at, id, _)| *at == problem.position.segment && **id == *problem.segment)
    }

    /// A segment whose identifier the standard does not allow in AK301 is left out; the code of the
    /// transaction reports it.
    fn is_reportable(&self, problem: &Problem) -> bool {
        self.answer.reply.accepts("721", &problem.segment) && problem.position.segment > 0
    }

    fn segment(&mut self, problem: &Problem, code: &'static str) {
        if !self.is_reportable(problem) {
            return;
        }
        let position = problem.position.segment.to_string();
        let (id, element) = if self.answer.is_999 {
            ("IK3", "620")
        } else {
            ("AK3", "720")
        };
        let code = if self.answer.is_999 {
            code
        } else {
            plain_segment(code)
        };
        let code = self.answer.reply.or(element, code, ELEMENT_ERRORS);
        let loop_id = if self.answer.is_999 {
            self.answer.reply.or("447", problem.guide_loop(), "")
        } else {
            ""
        };
        self.output.segment(&SegmentDraft::new(
            id,
            [&*problem.segment, &position, loop_id, code],
        ));
        self.business_unit(problem);
    }

    /// CTX with the value that identifies the claim, member or payment for the sender.
    fn business_unit(&mut self, problem: &Problem) {
        let Some((name, value)) = problem.business_unit().filter(|_| self.answer.is_999) else {
            return;
        };
        let is_valid = value.chars().count() <= LONGEST_UNIT
            && !value.is_empty()
            && !value.chars().any(char::is_control);
        if !is_valid {
            return;
        }
        let mut draft = SegmentDraft::new("CTX", [name]);
        if let Some(slot) = draft.slot(1, 1, 2) {
            value.clone_into(slot);
        }
        self.output.segment(&draft);
    }

    fn element(&mut self, problem: &Problem, code: &'static str) {
        let Some((_, _, count)) = self.current.as_mut() else {
            return;
        };
        *count += 1;
        let within = *count <= MOST_ELEMENTS;
        let Position {
            element,
            component,
            repetition,
            ..
        } = problem.position;
        let fits = (1..=99).contains(&element) && component <= 99;
        if !within || !fits || !self.is_reportable(problem) {
            return;
        }
        let reply = self.answer.reply;
        let (id, list) = if self.answer.is_999 {
            ("IK4", "621")
        } else {
            ("AK4", "723")
        };
        let code = if self.answer.is_999 {
            code
        } else {
            plain_element(code)
        };
        let code = reply.or(list, code, "3");
        let reference = reply.or("725", problem.reference, "");
        let value = reply.or("724", shown(&problem.kind), "");
        let mut draft = SegmentDraft::new(id, ["", reference, code, value]);
        // Version 4010 does not count repetitions.
        let has_repetition = reply.version != crate::Version::V4010 && repetition <= 9_999;
        let repetition = if has_repetition { repetition } else { 0 };
        for (nth, number) in (1..).zip([element, component, repetition]) {
            if let Some(slot) = draft.slot(1, 1, nth).filter(|_| number > 0) {
                *slot = number.to_string();
            }
        }
        self.output.segment(&draft);
        self.trigger(problem);
    }

    /// CTX with the element whose presence makes another one required or not allowed.
    ///
    /// Assumption A-390.
    fn trigger(&mut self, problem: &Problem) {
        let ProblemKind::ElementsUnrelated {
            trigger: Some(element),
            ..
        } = problem.kind
        else {
            return;
        };
        if !self.answer.is_999 || problem.guide.is_none() {
            return;
        }
        let position = problem.position.segment.to_string();
        let loop_id = self.answer.reply.or("447", problem.guide_loop(), "");
        let element = element.to_string();
        self.output.segment(&SegmentDraft::new(
            "CTX",
            [
                "SITUATIONAL TRIGGER",
                &*problem.segment,
                &position,
                loop_id,
                &element,
            ],
        ));
    }
}

/// The 997 code for a code of IK304.
fn plain_segment(code: &'static str) -> &'static str {
    match code {
        "I4" | "I9" => "2",
        "I6" | "I7" | "I8" => "3",
        code => code,
    }
}

/// The 997 code for a code of IK403.
fn plain_element(code: &'static str) -> &'static str {
    match code {
        "I6" | "I12" => "7",
        "I9" | "I11" => "1",
        "I10" | "I13" => "3",
        code => code,
    }
}
