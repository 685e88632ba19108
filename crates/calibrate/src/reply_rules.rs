//! Recorded replies that are not errors, and the form that they give to replies of the emulator.

use serde_json::{Value, json};

use crate::message_rule::MessageRule;
use crate::template_form::TemplateForm;

/// How replies of some operations differ from ours.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReplyRules {
    messages: Vec<MessageRule>,
    /// The same of messages without their place, as reports have them.
    placeless: Vec<MessageRule>,
    report_lines: Vec<MessageRule>,
    starters: Vec<StarterRule>,
    generated: Option<TemplateForm>,
    accuracy: Option<AccuracyForm>,
}

/// The facts about the starter templates of a language.
#[derive(Clone, Debug)]
struct StarterRule {
    /// A request with a known reply.
    request: Value,
    /// The form of all templates of the language.
    form: Option<TemplateForm>,
    template: String,
}

/// How `mappingAccuracy` is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AccuracyForm {
    Absent,
    /// A multiple of the share, with at most this many decimals.
    Times(i32, Option<i32>),
}

impl AccuracyForm {
    fn between(ours: &Value, theirs: &Value) -> Option<Self> {
        if theirs.is_null() {
            return Some(Self::Absent);
        }
        let decimals = [None, Some(0), Some(1), Some(2), Some(3), Some(4)];
        let mut forms = [1, 100]
            .into_iter()
            .flat_map(|factor| decimals.map(|decimals| Self::Times(factor, decimals)));
        forms.find(|form| form.apply(ours).as_f64() == theirs.as_f64())
    }

    fn apply(self, ours: &Value) -> Value {
        let (Some(share), Self::Times(factor, decimals)) = (ours.as_f64(), self) else {
            return Value::Null;
        };
        let value = share * f64::from(factor);
        json!(match decimals {
            Some(decimals) => {
                let unit = 10_f64.powi(decimals);
                (value * unit).round() / unit
            }
            None => value,
        })
    }
}

impl ReplyRules {
    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
            && self.starters.is_empty()
            && self.generated.is_none()
            && self.accuracy.is_none()
    }

    pub(crate) fn learn_message(&mut self, theirs: &str, ours: &str) -> bool {
        if let Some((theirs, ours)) = without_place(theirs).zip(without_place(ours)) {
            learn(&mut self.placeless, theirs, ours);
        }
        learn(&mut self.messages, theirs, ours)
    }

    pub(crate) fn learn_report_line(&mut self, theirs: &str, ours: &str) -> bool {
        learn(&mut self.report_lines, theirs, ours)
    }

    pub(crate) fn changes_reports(&self) -> bool {
        !self.report_lines.is_empty() || !self.placeless.is_empty()
    }

    /// A line of a report with another text: as recorded, or else with the message of a reply.
    pub(crate) fn report_line(&self, line: &str) -> Option<String> {
        if let Some(changed) = changed(&self.report_lines, line) {
            return Some(changed);
        }
        let (place, message) = line.split_once(": ").filter(|_| is_error(line))?;
        let message = changed(&self.placeless, message)?;
        Some(format!("{place}: {message}"))
    }

    pub(crate) fn learn_starter(&mut self, request: &Value, theirs: &str, ours: &str) -> bool {
        let form = TemplateForm::between(ours, theirs);
        let is_known = form.is_some() || has_no_sample(request);
        if is_known {
            self.starters.push(StarterRule {
                request: request.clone(),
                form,
                template: theirs.to_owned(),
            });
        }
        is_known
    }

    pub(crate) fn learn_look(&mut self, look: &Value) {
        self.generated = Some(TemplateForm::of_look(look));
    }

    pub(crate) fn learn_accuracy(&mut self, theirs: &Value, ours: &Value) -> bool {
        let found = AccuracyForm::between(ours, theirs);
        self.accuracy = found.or(self.accuracy);
        found.is_some()
    }

    /// The members of a successful reply to a request.
    pub(crate) fn apply(&self, operation: &str, request: &Value, reply: &mut Value) {
        match operation {
            "TestParsing" | "TestConversion" => {
                let messages = reply.get_mut("validationMessages");
                let messages = messages.and_then(Value::as_array_mut);
                for message in messages.into_iter().flatten() {
                    self.reword(message);
                }
            }
            "CreateStarterMappingTemplate" => {
                if let Some(Value::String(template)) = reply.get_mut("mappingTemplate")
                    && let Some(changed) = self.starter(request, template)
                {
                    *template = changed;
                }
            }
            "GetTransformerJob" => {
                if let Some(message) = reply.get_mut("message") {
                    self.reword(message);
                }
            }
            "GenerateMapping" => self.generated(reply),
            _ => {}
        }
    }

    /// Replaces the text of a message, if there is a replacement.
    pub(crate) fn reword(&self, message: &mut Value) {
        let text = message.as_str().unwrap_or_default();
        if let Some(changed) = changed(&self.messages, text) {
            *message = changed.into();
        }
    }

    fn starter(&self, request: &Value, template: &str) -> Option<String> {
        let member = |of: &Value, name: &str| of.get(name).cloned();
        let is_of_language = |rule: &&StarterRule| {
            member(&rule.request, "mappingType") == member(request, "mappingType")
        };
        let rules = || self.starters.iter().filter(is_of_language);
        let is_same = |rule: &&StarterRule| {
            has_no_sample(request)
                && has_no_sample(&rule.request)
                && member(&rule.request, "templateDetails") == member(request, "templateDetails")
        };
        if let Some(rule) = rules().find(is_same) {
            return Some(rule.template.clone());
        }
        let is_alike = |rule: &&StarterRule| has_no_sample(request) == has_no_sample(&rule.request);
        let formed = || rules().filter(|rule| rule.form.is_some());
        let rule = formed().find(is_alike).or_else(|| formed().next())?;
        Some(rule.form.as_ref()?.apply(template))
    }

    fn generated(&self, reply: &mut Value) {
        if let Some(form) = &self.generated
            && let Some(Value::String(template)) = reply.get_mut("mappingTemplate")
        {
            *template = form.apply(template);
        }
        let Some(members) = reply.as_object_mut() else {
            return;
        };
        if let Some(form) = self.accuracy
            && let Some(ours) = members.remove("mappingAccuracy")
        {
            let value = form.apply(&ours);
            if !value.is_null() {
                members.insert("mappingAccuracy".to_owned(), value);
            }
        }
    }
}

fn learn(rules: &mut Vec<MessageRule>, theirs: &str, ours: &str) -> bool {
    let Some(rule) = MessageRule::between(ours, theirs) else {
        return false;
    };
    let mut known = rules.iter();
    if let Some(known) = known.find(|known| known.is_about_the_same(&rule)) {
        // Two texts for one of ours: the first counts, if it does for this one.
        known.apply(ours).as_deref() == Some(theirs)
    } else {
        rules.push(rule);
        true
    }
}

fn changed(rules: &[MessageRule], text: &str) -> Option<String> {
    rules.iter().find_map(|rule| rule.apply(text))
}

/// A message of `validationMessages` without the sentence about the position of the segment.
fn without_place(message: &str) -> Option<&str> {
    let (place, message) = message.split_once(". ")?;
    place.starts_with("Segment ").then_some(message)
}

/// Whether a line of a report is an error of a segment.
fn is_error(line: &str) -> bool {
    line.trim_start().starts_with("*** Segment ")
}

fn has_no_sample(request: &Value) -> bool {
    request
        .get("outputSampleLocation")
        .is_none_or(Value::is_null)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::ReplyRules;

    #[test]
    fn accuracies_are_given_in_the_form_of_aws() {
        let check = |learnt: (Value, Value), ours: f64, expected: Option<f64>| {
            let mut rules = ReplyRules::default();
            assert!(rules.learn_accuracy(&learnt.0, &learnt.1));
            let mut reply = json!({"mappingTemplate": "a", "mappingAccuracy": ours});
            rules.apply("GenerateMapping", &Value::Null, &mut reply);
            assert_eq!(
                reply.get("mappingAccuracy").and_then(Value::as_f64),
                expected
            );
        };
        check((json!(100), json!(1.0)), 0.5, Some(50.0));
        check((json!(66.67), json!(2.0 / 3.0)), 1.0 / 3.0, Some(33.33));
        check((json!(0.667), json!(2.0 / 3.0)), 1.0 / 3.0, Some(0.333));
        check((Value::Null, json!(1.0)), 0.5, None);
        assert!(!ReplyRules::default().learn_accuracy(&json!(0.7), &json!(1.0)));
        assert!(!ReplyRules::default().learn_accuracy(&json!("high"), &json!(1.0)));
    }

    #[test]
    fn a_recorded_starter_template_is_given_again() {
        let details =
            |set: &str| json!({"x12": {"transactionSet": set, "version": "VERSION_4010"}});
        let request =
            |set: &str| json!({"mappingType": "JSONATA", "templateDetails": details(set)});
        let mut rules = ReplyRules::default();
        assert!(rules.learn_starter(
            &request("X12_850"),
            "{\"all\": \"other\"}",
            "{\n  \"a\" : 1\n}\n"
        ));
        let check = |request: &Value, expected: &str| {
            let mut reply = json!({"mappingTemplate": "{\n  \"b\" : 1\n}\n"});
            rules.apply("CreateStarterMappingTemplate", request, &mut reply);
            assert_eq!(reply["mappingTemplate"], expected, "{request}");
        };
        check(&request("X12_850"), "{\"all\": \"other\"}");
        check(&request("X12_810"), "{\n  \"b\" : 1\n}\n");
        let mut sampled = request("X12_850");
        sampled["outputSampleLocation"] = json!({"bucketName": "b", "key": "k"});
        check(&sampled, "{\n  \"b\" : 1\n}\n");
        assert!(!rules.learn_starter(&sampled, "other", "{\n  \"a\" : 1\n}\n"));
    }
}
