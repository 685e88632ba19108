//! Asks the questions one after another, and deletes what each has created.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::{answer, captured};
use crate::battery::{Battery, Question, Setup, Step};
use crate::build::{self, b2bi_request, logs_request};
use crate::clean::PREFIX;
use crate::endpoint::{Endpoint, EndpointError, Request, Response, Signature};
use crate::events;
use crate::id_form::IdShape;
use crate::listing::{KINDS, Kind, pages, sorted_by_id};
use crate::probe::refusal;
use crate::question_error::QuestionError;
use crate::recording::{Answer, Recording, Skipped};
use crate::retry::send;
use crate::sanitise::{Sanitiser, id_shape};
use crate::variables::Variables;
use crate::waiting::{Pauses, SHORT, Waiting, is_final};

/// The call of steps that read the events of the run.
pub(crate) const EVENTS: &str = "Events";

/// The options of a run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Eight characters that name the run.
    pub run: String,
    /// A bucket of the user's for files, instead of one of the run.
    pub bucket: Option<String>,
    /// A log group that a rule of `EventBridge` fills with the events of the service. The emulator is asked itself.
    pub event_log_group: Option<String>,
    /// `aws` or `endpoint`.
    pub source: String,
    /// The day.
    pub date: String,
    /// Values that no recording may contain, in addition to those with a known form: the host of
    /// the endpoint.
    pub secrets: Vec<String>,
    /// The timeout for something that does not arrive.
    pub longest_wait: Duration,
    /// Called while something is waited for, with what that is and for how long it has been.
    pub waiting: fn(&Waiting<'_>),
}

impl RunOptions {
    /// The prefix of the names of everything that the run creates.
    #[must_use]
    pub fn prefix(&self) -> String {
        format!("{PREFIX}{}", self.run)
    }
}

/// A run of questions.
pub struct Runner<'a, E: ?Sized> {
    endpoint: &'a E,
    battery: &'a Battery,
    options: RunOptions,
    variables: Variables,
    sanitiser: Sanitiser,
    /// Setups that were tried, and why they failed.
    setups: BTreeMap<String, Result<(), QuestionError>>,
    made: Vec<Made>,
    /// The remaining timeout of this question for something that does not arrive.
    timeout: Duration,
}

/// A resource that the run has created and must delete.
enum Made {
    Resource(&'static Kind, String),
    LogGroup(String),
}

/// The result of a request.
struct Reply {
    response: Response,
    waited_ms: u64,
    page_size: Option<usize>,
    sorted_by: Option<String>,
}

impl<'a, E: Endpoint + ?Sized> Runner<'a, E> {
    /// A run that has asked nothing yet.
    pub fn new(endpoint: &'a E, battery: &'a Battery, options: RunOptions) -> Self {
        let mut runner = Self {
            endpoint,
            battery,
            variables: Variables::default(),
            sanitiser: Sanitiser::default(),
            setups: BTreeMap::new(),
            made: Vec::new(),
            timeout: options.longest_wait,
            options,
        };
        runner.set_variables();
        runner
    }

    fn set_variables(&mut self) {
        let prefix = self.options.prefix();
        let bucket = self.options.bucket.clone();
        let bucket = bucket.unwrap_or_else(|| format!("{prefix}-files"));
        let region = self.endpoint.region().to_owned();
        let location = if region == "us-east-1" {
            String::new()
        } else {
            format!(
                "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            )
        };
        let known = [
            ("s3bucket", format!("{prefix}-s3")),
            ("bucket", bucket),
            ("prefix", prefix),
            ("run", self.options.run.clone()),
            ("region", region),
        ];
        for (name, value) in known {
            self.sanitiser.know(&value, name);
            self.variables.set(name, value);
        }
        for secret in self.options.secrets.clone() {
            self.sanitiser.know(&secret, "host");
        }
        self.variables.set("location", location);
    }

    /// A recording of this run without answers.
    #[must_use]
    pub fn recording(&self) -> Recording {
        let options = &self.options;
        Recording::new(self.endpoint.region(), &options.source, &options.date)
    }

    /// Asks these questions and adds the answers to a recording; `progress` is called before each question.
    pub async fn run(
        &mut self,
        questions: &[&Question],
        recording: &mut Recording,
        mut progress: impl FnMut(usize, &Question) + Send,
    ) {
        for (at, question) in questions.iter().enumerate() {
            progress(at, question);
            self.timeout = self.options.longest_wait;
            let prepared = self.prepare(&question.needs).await;
            let needed = self.made.len();
            let mut answers = Vec::new();
            let asked = match prepared {
                Ok(()) => self.ask(question, &mut answers).await,
                Err(reason) => Err(reason),
            };
            recording.answers.extend(answers);
            if let Err(reason) = asked {
                recording.skipped.push(Skipped {
                    question: question.id.clone(),
                    assumptions: question.asks.clone(),
                    reason: self.sanitiser.text(&reason.to_string()),
                });
            }
            self.delete_after(needed).await;
        }
        self.delete_after(0).await;
    }

    /// Creates the resources that a question needs, unless they exist.
    async fn prepare(&mut self, needs: &[String]) -> Result<(), QuestionError> {
        let battery = self.battery;
        for setup in battery.setups_of(needs) {
            let done = if let Some(done) = self.setups.get(&setup.name) {
                done.clone()
            } else {
                let done = self.set_up(setup).await;
                self.setups.insert(setup.name.clone(), done.clone());
                done
            };
            done.map_err(|error| QuestionError::Setup(setup.name.clone(), Arc::new(error)))?;
        }
        Ok(())
    }

    async fn set_up(&mut self, setup: &Setup) -> Result<(), QuestionError> {
        if setup.name == "bucket" && self.options.bucket.is_some() {
            return Ok(());
        }
        for step in &setup.steps {
            let reply = self.send(step).await?;
            if reply.response.status >= 400 {
                return Err(QuestionError::refused(&step.call, &reply.response));
            }
            self.capture(step, &reply.response);
        }
        Ok(())
    }

    async fn ask(
        &mut self,
        question: &Question,
        answers: &mut Vec<Answer>,
    ) -> Result<(), QuestionError> {
        for (at, step) in question.steps.iter().enumerate() {
            let needed = step.only_if.as_ref();
            if needed.is_some_and(|name| self.variables.get(name).is_none()) {
                continue;
            }
            let reply = self.send(step).await?;
            let is_preparation = !step.record && step.until.is_none();
            let is_error = reply.response.status >= 400;
            let is_of_events = step.call == EVENTS;
            if is_refused(step, &reply.response) || is_error && (is_preparation || is_of_events) {
                return Err(QuestionError::refused(&step.call, &reply.response));
            }
            if is_of_events && !events::are_there(&reply.response) {
                return Err(QuestionError::NoEventsCame);
            }
            let id_shapes = self.capture(step, &reply.response);
            if step.record {
                let answer = answer(question, (at, step), &reply.response, &self.sanitiser);
                answers.push(Answer {
                    id_shapes,
                    sorted_by: reply.sorted_by,
                    page_size: reply.page_size,
                    waited_ms: reply.waited_ms,
                    ..answer
                });
            }
        }
        Ok(())
    }

    /// Sends a step's request until its reply is what the step waits for.
    async fn send(&mut self, step: &Step) -> Result<Reply, QuestionError> {
        let request = self.request(step)?;
        let mut pauses = Pauses::new(self.timeout);
        let mut response = self.reply(step, &request).await?;
        while !is_final(step, &response) {
            let Some(pause) = pauses.next() else {
                // Other files of the same step will not arrive either.
                self.timeout = self.timeout.min(SHORT);
                break;
            };
            if let Some(until) = &step.until {
                (self.options.waiting)(&Waiting {
                    until,
                    waited: pauses.waited(),
                    limit: self.timeout,
                });
            }
            self.endpoint.pause(pause).await;
            response = self.reply(step, &request).await?;
        }
        self.note_made(step, &response);
        let reply = Reply {
            response,
            waited_ms: u64::try_from(pauses.waited().as_millis()).unwrap_or(u64::MAX),
            page_size: None,
            sorted_by: None,
        };
        self.own_items(step, reply).await
    }

    fn request(&self, step: &Step) -> Result<Request, QuestionError> {
        let group = self.options.event_log_group.as_deref();
        match step.call.as_str() {
            EVENTS if group.is_none() && self.options.source == "aws" => {
                Err(QuestionError::NoEvents)
            }
            EVENTS => Ok(events::request(group, &self.options.prefix())),
            _ => Ok(build::request(step, &self.variables)?),
        }
    }

    async fn reply(&self, step: &Step, request: &Request) -> Result<Response, EndpointError> {
        let mut response = send(self.endpoint, request).await?;
        if request.service == "logs" && [EVENTS, "FilterLogEvents"].contains(&step.call.as_str()) {
            response = events::all_pages(self.endpoint, request, response).await?;
        }
        if step.call == EVENTS {
            events::of_run(&mut response, &self.options.prefix());
        }
        Ok(response)
    }

    /// For a list, only the items of this run, from all pages.
    async fn own_items(&self, step: &Step, mut reply: Reply) -> Result<Reply, QuestionError> {
        let kind = KINDS.iter().find(|kind| kind.list == step.call);
        let Some(kind) = kind.filter(|_| reply.response.status < 400) else {
            return Ok(reply);
        };
        let input = step.input.clone().unwrap_or_else(|| json!({}));
        let input = self.variables.fill(&input)?;
        let listed = pages(self.endpoint, kind, &input, Some(reply.response)).await?;
        reply.page_size = listed.page_size;
        reply.response = listed.last;
        if reply.response.status < 400 {
            let prefix = self.options.prefix();
            let is_own = |item: &Value| {
                let name = item.get("name").and_then(Value::as_str);
                name.is_some_and(|name| name.starts_with(&prefix))
            };
            let own: Vec<Value> = listed.items.into_iter().filter(is_own).collect();
            reply.sorted_by = sorted_by_id(kind, &own).map(str::to_owned);
            reply.response.body = json!({ (kind.items): own }).to_string().into();
        }
        Ok(reply)
    }

    fn note_made(&mut self, step: &Step, response: &Response) {
        let kind = KINDS.iter().find(|kind| kind.create == step.call);
        if let Some(kind) = kind
            && let Some(id) = captured(response, &format!("/{}", kind.id))
        {
            self.made.push(Made::Resource(kind, id));
        }
        if step.call == "CreateProfile"
            && let Some(group) = captured(response, "/logGroupName")
        {
            self.made.push(Made::LogGroup(group));
        }
    }

    /// Sets the variables of a step, and returns the form of those that are ids.
    fn capture(&mut self, step: &Step, response: &Response) -> BTreeMap<String, String> {
        let mut shapes = BTreeMap::new();
        for (name, place) in &step.capture {
            let Some(value) = captured(response, place) else {
                continue;
            };
            self.sanitiser.know(&value, name);
            if KINDS
                .iter()
                .any(|kind| place.trim_start_matches('/') == kind.id)
                || ["/transformerJobId", "/tradingPartnerId"].contains(&place.as_str())
            {
                let shape = IdShape::of(&value);
                let shape = shape.map_or_else(|| id_shape(&value), |shape| shape.to_string());
                shapes.insert(name.clone(), shape);
            }
            self.variables.set(name, value);
        }
        shapes
    }

    /// Deletes what was created after a point, the latest first. The clean-up finds the rest.
    async fn delete_after(&mut self, length: usize) {
        while self.made.len() > length {
            let request = match self.made.pop() {
                Some(Made::Resource(kind, id)) => {
                    b2bi_request(kind.delete, &json!({ (kind.id): id }))
                }
                Some(Made::LogGroup(group)) => {
                    logs_request("DeleteLogGroup", &json!({ "logGroupName": group }))
                }
                None => return,
            };
            let _ = send(self.endpoint, &request).await;
        }
    }
}

/// Whether a request was refused because of its caller, unless that is the question.
fn is_refused(step: &Step, response: &Response) -> bool {
    let is_usual = step.signature == Signature::Valid
        && !step.headers.contains_key("x-amz-security-token")
        && step.expect.error != response.error_type();
    is_usual && refusal(response).is_some()
}
