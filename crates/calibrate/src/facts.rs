//! The part of a recording that a server can use as data: replies, and values of settings.

use std::collections::BTreeMap;

use b2bi_local_x12::JsonForm;
use serde_json::Value;

use crate::compare::{Change, Difference, compare};
use crate::document::Written;
use crate::error_rules::{ErrorReply, ErrorRules};
use crate::field_rules::FieldRules;
use crate::id_form::IdShape;
use crate::listing::{BY_ID, BY_ID_REVERSED};
use crate::loop_names::{renamed, table};
use crate::recording::{Answer, Recording};
use crate::reply_rules::ReplyRules;

/// The settings that a server takes from a recording.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The number of items in a page if the request does not set it.
    pub page_size: Option<usize>,
    /// The orders of lists, by the operation.
    pub list_orders: BTreeMap<String, RecordedOrder>,
    /// A table of loop names; empty without any.
    pub loop_names: String,
    /// How long a job takes, in milliseconds.
    pub job_ms: Option<u64>,
    /// The forms of ids, by the emulator's prefix without its hyphen.
    pub id_shapes: BTreeMap<String, IdShape>,
    /// The layout of the documents that `TestParsing` replies with.
    pub parsed_form: Option<JsonForm>,
    /// The layout of the documents that jobs write.
    pub job_form: Option<JsonForm>,
    /// The layout of what mappings make in `TestMapping`.
    pub mapping_form: Option<JsonForm>,
    /// The layout of what mappings make in jobs.
    pub job_mapping_form: Option<JsonForm>,
    /// Whether `TestMapping` replies with the document instead of a literal.
    pub plain_mapping: bool,
    /// What would need a change of the program.
    pub unapplied: Vec<Difference>,
    errors: ErrorRules,
    replies: ReplyRules,
    log_fields: FieldRules,
    event_fields: FieldRules,
}

/// The detail of an event with the reason of a failed job.
const FAILURE: &str = "failure-message";

/// A list of this length is hardly in the order of ids by chance.
const LONG: usize = 5;

/// A sort order of lists other than that of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordedOrder {
    /// The newest item first.
    NewestFirst,
    /// By name.
    ByName,
    /// By name, the last first.
    ByNameReversed,
    /// By id.
    ById,
    /// By id, the last first.
    ByIdReversed,
}

impl Facts {
    /// How a recording differs from what the emulator answered to the same questions.
    #[must_use]
    pub fn derive(recorded: &Recording, emulator: &Recording) -> Self {
        let mut facts = Self::default();
        for difference in compare(recorded, emulator).differences {
            let pair = recorded
                .answer(&difference.question, &difference.step)
                .zip(emulator.answer(&difference.question, &difference.step));
            let is_taken = pair.is_some_and(|(theirs, ours)| facts.take(&difference, theirs, ours));
            if !is_taken {
                facts.unapplied.push(difference);
            }
        }
        facts.set_job_form(recorded);
        facts.set_lists_by_id(recorded);
        facts
    }

    /// How many errors are replaced.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors.len()
    }

    /// The replacement of an error reply of an operation; `None` if no such error was recorded.
    #[must_use]
    pub fn error(
        &self,
        operation: (&str, &str),
        status: u16,
        body: &Value,
        account: &str,
    ) -> Option<ErrorReply> {
        self.errors.reply(operation, status, body, account)
    }

    /// Whether replies of a B2BI operation that are not errors may change.
    #[must_use]
    pub fn changes_replies(&self, operation: &str) -> bool {
        const OPERATIONS: [&str; 5] = [
            "TestParsing",
            "TestConversion",
            "GetTransformerJob",
            "CreateStarterMappingTemplate",
            "GenerateMapping",
        ];
        !self.replies.is_empty() && OPERATIONS.contains(&operation)
    }

    /// Gives a reply to a request the form that was recorded.
    pub fn change_reply(&self, operation: &str, request: &Value, reply: &mut Value) {
        self.replies.apply(operation, request, reply);
    }

    /// A line of a validation report with the recorded text; `None` if it is unchanged.
    #[must_use]
    pub fn report_line(&self, line: &str) -> Option<String> {
        self.replies.report_line(line)
    }

    /// Whether lines of validation reports have other texts.
    #[must_use]
    pub fn changes_reports(&self) -> bool {
        self.replies.changes_reports()
    }

    /// Gives the message of a log record the fields that were recorded.
    pub fn change_log_record(&self, message: &mut Value) {
        self.log_fields.apply(message);
    }

    /// Gives the detail of an event the fields that were recorded.
    pub fn change_event(&self, detail: &mut Value) {
        if let Some(reason) = detail.get_mut(FAILURE) {
            self.replies.reword(reason);
        }
        self.event_fields.apply(detail);
    }

    fn take(&mut self, difference: &Difference, theirs: &Answer, ours: &Answer) -> bool {
        let texts = difference
            .recorded
            .as_str()
            .zip(difference.emulator.as_str());
        match difference.change {
            Change::Error => self.errors.learn(theirs, ours),
            Change::ListOrder => self.take_order(difference, theirs),
            Change::LoopNames => self.take_loop_names(difference, theirs),
            Change::PageSize => {
                self.page_size = theirs.page_size;
                true
            }
            Change::JobDuration => {
                self.job_ms = Some(theirs.waited_ms);
                true
            }
            Change::IdShape => self.take_id_shape(difference),
            Change::Layout => self.take_layout(difference),
            Change::ValidationMessages => texts.is_some_and(|(theirs, ours)| {
                if difference.call.starts_with("GET ") {
                    self.replies.learn_report_line(theirs, ours)
                } else {
                    self.replies.learn_message(theirs, ours)
                }
            }),
            Change::StarterTemplate => {
                let request = ours.request.input.clone().unwrap_or_default();
                texts.is_some_and(|(theirs, ours)| {
                    self.replies.learn_starter(&request, theirs, ours)
                })
            }
            Change::GeneratedMapping => self.take_generated(difference, theirs),
            Change::Fields => self.take_fields(difference),
            Change::Code => false,
        }
    }

    fn take_order(&mut self, difference: &Difference, theirs: &Answer) -> bool {
        let sorted_by = theirs.sorted_by.as_deref();
        let order = order(&difference.recorded, &difference.emulator, sorted_by);
        let order = order.map(|order| (difference.call.clone(), order));
        let is_known = order.is_some();
        self.list_orders.extend(order);
        is_known
    }

    fn take_id_shape(&mut self, difference: &Difference) -> bool {
        let shape = |value: &Value| value.as_str().and_then(IdShape::read);
        let shapes = shape(&difference.recorded).zip(shape(&difference.emulator));
        let Some((theirs, ours)) = shapes else {
            return false;
        };
        let kind = ours.prefix.trim_end_matches('-').to_owned();
        let known = self.id_shapes.entry(kind);
        *known.or_insert_with(|| theirs.clone()) == theirs
    }

    fn take_loop_names(&mut self, difference: &Difference, theirs: &Answer) -> bool {
        let (recorded, emulator) = (&difference.recorded, &difference.emulator);
        let texts = recorded.as_str().zip(emulator.as_str());
        let names = texts.and_then(|(recorded, emulator)| renamed(recorded, emulator));
        let table = names.and_then(|names| table(theirs, &names));
        self.loop_names
            .push_str(table.as_deref().unwrap_or_default());
        table.is_some()
    }

    fn take_layout(&mut self, difference: &Difference) -> bool {
        let written = difference.recorded.as_str().and_then(Written::read);
        let Some(written) = written else {
            return false;
        };
        match difference.call.as_str() {
            "TestParsing" => self.parsed_form = written.form,
            "TestMapping" => {
                self.plain_mapping |= !written.is_literal;
                self.mapping_form = written.form;
            }
            _ if written.is_service_defined() => self.job_form = written.form,
            _ => self.job_mapping_form = written.form,
        }
        written.form.is_some()
    }

    /// Documents of jobs are like those of `TestParsing`, unless the recording has both.
    fn set_job_form(&mut self, recorded: &Recording) {
        if self.parsed_form.is_none() || self.job_form.is_some() {
            return;
        }
        let objects = recorded
            .answers
            .iter()
            .filter(|answer| answer.request.service == "s3");
        let mut documents = objects.filter_map(|answer| Written::read(answer.body.as_str()?));
        let of_a_job = documents.find(Written::is_service_defined);
        self.job_form = of_a_job.and_then(|written| written.form);
    }

    /// A list of few items may be by id and by something else. It is by id if a longer one is.
    fn set_lists_by_id(&mut self, recorded: &Recording) {
        for (order, sorted_by) in [
            (RecordedOrder::ById, BY_ID),
            (RecordedOrder::ByIdReversed, BY_ID_REVERSED),
        ] {
            let is_long = |answer: &&Answer| {
                let lists = answer.body.as_object();
                let mut lists = lists.into_iter().flatten();
                lists.any(|(_, list)| list.as_array().is_some_and(|items| items.len() >= LONG))
            };
            let of_order = recorded
                .answers
                .iter()
                .filter(|answer| answer.sorted_by.as_deref() == Some(sorted_by));
            let calls = of_order.clone().map(|answer| answer.request.call.clone());
            let is_known = of_order
                .filter(is_long)
                .any(|answer| self.list_orders.get(&answer.request.call) == Some(&order));
            if is_known {
                self.list_orders.extend(calls.map(|call| (call, order)));
            }
        }
    }

    fn take_generated(&mut self, difference: &Difference, theirs: &Answer) -> bool {
        if difference.at == "body/mappingAccuracy" {
            let (theirs, ours) = (&difference.recorded, &difference.emulator);
            return self.replies.learn_accuracy(theirs, ours);
        }
        let look = theirs.body.get("form:/mappingTemplate");
        if let Some(look) = look {
            self.replies.learn_look(look);
        }
        look.is_some()
    }

    fn take_fields(&mut self, difference: &Difference) -> bool {
        let (theirs, ours) = (&difference.recorded, &difference.emulator);
        if difference.call == "FilterLogEvents" {
            self.log_fields.learn(theirs, ours);
            return self.log_fields.explain(theirs, ours);
        }
        let member = |event: &Value, name: &str| event.get(name).cloned().unwrap_or_default();
        if member(theirs, "detail-type") != member(ours, "detail-type") {
            return false;
        }
        let (theirs, ours) = (member(theirs, "detail"), member(ours, "detail"));
        self.event_fields.learn(&theirs, &ours);
        self.event_fields.explain(&theirs, &ours)
    }
}

/// The sort order of the names in a list, compared with the same list in the order of creation.
pub(crate) fn order(
    theirs: &Value,
    ours: &Value,
    sorted_by: Option<&str>,
) -> Option<RecordedOrder> {
    let names = |list: &Value| -> Option<Vec<String>> {
        let names = list.as_array()?.iter();
        names.map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let (theirs, ours) = (names(theirs)?, names(ours)?);
    let reversed = |names: &[String]| -> Vec<String> { names.iter().rev().cloned().collect() };
    let mut sorted = ours.clone();
    sorted.sort();
    if theirs.len() < 2 {
        None
    } else if theirs == reversed(&ours) {
        Some(RecordedOrder::NewestFirst)
    } else if theirs == sorted {
        Some(RecordedOrder::ByName)
    } else if theirs == reversed(&sorted) {
        Some(RecordedOrder::ByNameReversed)
    } else {
        match sorted_by {
            Some(BY_ID) => Some(RecordedOrder::ById),
            Some(BY_ID_REVERSED) => Some(RecordedOrder::ByIdReversed),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Facts;
    use crate::battery::Battery;
    use crate::recording::{Answer, Recording};

    fn recording(call: &str, input: &Value, status: u16, body: Value) -> Recording {
        let mut battery = Battery::default();
        let text = format!(
            "[[questions]]\nid = 'q'\nasks = ['A-06']\ntitle = 't'\n[[questions.steps]]\ncall = '{call}'\n"
        );
        battery.add("q", &text).unwrap();
        let mut request = battery.questions[0].steps[0].template();
        request.input = Some(input.clone());
        let mut recording = Recording::new("us-east-1", "aws", "2026-11-29");
        recording.answers.push(Answer {
            question: "q".to_owned(),
            step: "1".to_owned(),
            assumptions: vec!["A-06".to_owned()],
            request,
            status,
            headers: [].into(),
            body,
            id_shapes: [].into(),
            sorted_by: None,
            page_size: None,
            waited_ms: 0,
        });
        recording
    }

    /// The errors of any profile are replaced, with the profile's own id.
    #[test]
    fn errors_are_replaced_whatever_they_are_about() {
        let input = json!({"profileId": "p-0123456789abcdef0", "name": "Acme Corp"});
        let ours = json!({"__type": "com.amazonaws.b2bi#ResourceNotFoundException",
            "Message": "The profile p-0123456789abcdef0 of Acme Corp does not exist in 123456789012"});
        let theirs = json!({"__type": "NotFound", "message": "[123456789012] no p-0123456789abcdef0 (Acme Corp)"});
        let facts = Facts::derive(
            &recording("GetProfile", &input, 404, theirs),
            &recording("GetProfile", &input, 400, ours),
        );
        let check = |operation: &str, status: u16, message: &str, expected: Option<&str>| {
            let body = json!({"__type": "com.amazonaws.b2bi#ResourceNotFoundException", "Message": message});
            let reply = facts.error(("b2bi", operation), status, &body, "111122223333");
            let actual = reply
                .as_ref()
                .and_then(|reply| reply.body["message"].as_str());
            assert_eq!(actual, expected, "{operation} {message}");
            if let Some(reply) = reply {
                assert_eq!((reply.status, reply.name.as_str()), (404, "NotFound"));
            }
        };
        let message =
            "The profile p-aaaabbbbccccdddd1 of Blue. (Bikes) does not exist in 111122223333";
        let expected = Some("[111122223333] no p-aaaabbbbccccdddd1 (Blue. (Bikes))");
        check("GetProfile", 400, message, expected);
        check("DeleteProfile", 400, message, expected);
        check("GetProfile", 404, message, None);
        check("GetProfile", 400, "Something else", None);
        check("GetProfile", 400, "", None);
    }
}
