//! XSLT 1.0 by libxslt, in the process of the worker.

#![allow(unsafe_code, reason = "C is called here")]

mod errors;
mod ffi;
mod handles;
mod libraries;
mod names;
mod reports;
mod setup;
mod template;

use std::ffi::CStr;
use std::ptr;
use std::sync::{Mutex, PoisonError};

use b2bi_local_mapping::{Cause, Engine, MappingError, Run, Template};

use crate::problems::{NEEDS_NEWER, NEWER, UNABLE, coded, problem};
use errors::Captured;
use ffi::{XSLT_STATE_OK, XSLT_STATE_STOPPED};
use handles::{Context, Document, Messages, Stylesheet, Text};

/// The address of templates: what `document('')` asks for.
const TEMPLATE: &CStr = c"mapping-template";
/// The address of inputs.
const INPUT: &CStr = c"mapping-input";

/// The libraries have settings for the whole process: one transformation at a time.
static TURN: Mutex<()> = Mutex::new(());

/// XSLT 1.0, in this very process: what a worker serves.
///
/// It calls C, so only a worker should have one. It does not check time, memory and cancellation:
/// these end the process.
#[derive(Debug)]
pub struct Libxslt {
    /// Why the libraries cannot be loaded.
    missing: Option<String>,
}

impl Libxslt {
    /// Loads the libraries. If they are missing, every evaluation reports it.
    #[must_use]
    pub fn load() -> Self {
        Self {
            missing: ffi::load().err().map(|error| error.to_string()),
        }
    }
}

/// A template that was not read yet.
struct UncompiledTemplate(String);

impl Engine for Libxslt {
    fn compile(&self, template: &str) -> Result<Box<dyn Template>, MappingError> {
        match &self.missing {
            Some(reason) => Err(coded(Cause::Evaluation, UNABLE, reason)),
            None => Ok(Box::new(UncompiledTemplate(template.to_owned()))),
        }
    }
}

impl Template for UncompiledTemplate {
    fn evaluate(&self, input: &str, run: &Run) -> Result<Option<String>, MappingError> {
        transform(&self.0, input, run).map(Some)
    }
}

fn transform(template: &str, input: &str, run: &Run) -> Result<String, MappingError> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let messages = Messages::open().ok_or_else(|| problem(Cause::Limit, "No memory is left"))?;
    setup::prepare(template, run, &messages);
    let template = Document::read(template.as_bytes(), TEMPLATE).ok_or_else(unreadable_template)?;
    if let Some(error) = errors::of_namespaces() {
        return Err(error);
    }
    if let Some(version) = template::newer_version(&template) {
        let reason =
            format!("The template is in XSLT {version}, and 1.0 is built in; {NEEDS_NEWER}");
        return Err(coded(Cause::Template, NEWER, reason));
    }
    template::write_unicode(&template);
    let stylesheet = Stylesheet::compile(template)
        .ok_or_else(|| errors::take().of_template(&messages.text()))?;
    // An element that XSLT 1.0 has not is only warned about.
    if let Some(problem) = reports::unknown_element(&messages.text()) {
        return Err(problem);
    }
    let input = Document::read(input.as_bytes(), INPUT).ok_or_else(unreadable_input)?;
    let result = applied(&stylesheet, &input, &messages)?;
    run.messages.add(reports::messages(&messages.text()));
    let text = Text::of(&result, &stylesheet)
        .ok_or_else(|| problem(Cause::Evaluation, "The result cannot be written"))?;
    let longest = run.limits.output_bytes;
    if text.bytes().len() > longest {
        let reason = format!("The output is longer than {longest} bytes");
        return Err(problem(Cause::Limit, reason));
    }
    String::from_utf8(text.bytes().to_vec()).map_err(|error| {
        let reason = format!("The output is not UTF-8: {error}");
        problem(Cause::Evaluation, reason)
    })
}

fn applied(
    stylesheet: &Stylesheet,
    input: &Document,
    messages: &Messages,
) -> Result<Document, MappingError> {
    let context = Context::new(stylesheet, input)
        .ok_or_else(|| problem(Cause::Limit, "No memory is left"))?;
    // SAFETY: the preferences live as long as the process; the others are alive here, and the
    // result is a document of our own or null.
    let result = unsafe {
        ffi::xsltSetCtxtSecurityPrefs(setup::preferences(), context.0);
        let none = ptr::null();
        ffi::xsltApplyStylesheetUser(
            stylesheet.0,
            input.0,
            ptr::null(),
            none,
            ptr::null_mut(),
            context.0,
        )
    };
    let result = Document::own(result);
    // SAFETY: the context is alive, and `state` is at its start.
    let state = unsafe { (*context.0).state };
    match (state, result) {
        (XSLT_STATE_OK, Some(result)) => Ok(result),
        (state, _) => {
            let stopped = state == XSLT_STATE_STOPPED;
            Err(errors::take().of_evaluation(&messages.text(), stopped))
        }
    }
}

fn unreadable_template() -> MappingError {
    let Captured { xml, refused, .. } = errors::take();
    let mut problem = problem(Cause::Template, "The template is not XML: it is empty");
    if let Some(fault) = xml {
        problem.position = fault.position();
        problem.reason = format!("The template is not XML: {}", fault.message);
    }
    if let Some(address) = refused {
        problem.reason = errors::refusal(&address);
    }
    problem
}

fn unreadable_input() -> MappingError {
    let Captured { xml, refused, .. } = errors::take();
    let reason = match (refused, xml) {
        (Some(address), _) => errors::refusal(&address),
        (None, Some(fault)) => format!(
            "The input is not XML: {} at line {} column {}",
            fault.message, fault.line, fault.column
        ),
        (None, None) => "The input is not XML: it is empty".to_owned(),
    };
    problem(Cause::Input, reason)
}
