//! XSLT 1.0 by libxslt, in this very process: what a worker does.

#![allow(unsafe_code, reason = "C is called here")]

mod errors;
mod ffi;
mod handles;
mod libraries;
mod reports;
mod setup;
mod template;

use std::ffi::CStr;
use std::ptr;
use std::sync::{Mutex, PoisonError};

use b2bi_local_mapping::{Cause, Problem};

use crate::frame::{Reply, Request};
use crate::problems::problem;
use errors::Captured;
use ffi::{XSLT_STATE_OK, XSLT_STATE_STOPPED};
use handles::{Context, Document, Messages, Stylesheet, Text};

/// The address of templates: what `document('')` asks for.
const TEMPLATE: &CStr = c"mapping-template";
/// The address of inputs.
const INPUT: &CStr = c"mapping-input";

/// The libraries have settings for the whole process: one transformation at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Makes the libraries ready to be called; comes before everything else.
///
/// # Errors
///
/// Why they are not there, and what to do.
pub(crate) fn load() -> Result<(), String> {
    ffi::load()
}

/// Carries a request out.
///
/// # Errors
///
/// The template or the input cannot be read, or the one does not fit the other.
pub(crate) fn transform(request: &Request) -> Result<Reply, Problem> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let messages = Messages::open().ok_or_else(|| problem(Cause::Limit, "No memory is left"))?;
    setup::prepare(request, &messages);
    let template = Document::read(&request.template, TEMPLATE).ok_or_else(unreadable_template)?;
    if let Some(version) = template::newer_version(&template) {
        return Ok(Reply::Newer(version));
    }
    template::write_unicode(&template);
    let stylesheet = Stylesheet::compile(template)
        .ok_or_else(|| errors::take().of_template(&messages.text()))?;
    // An element that XSLT 1.0 has not is only warned about.
    if let Some(problem) = reports::unknown_element(&messages.text()) {
        return Err(problem);
    }
    let input = Document::read(&request.input, INPUT).ok_or_else(unreadable_input)?;
    let result = applied(&stylesheet, &input, &messages)?;
    let text = Text::of(&result, &stylesheet)
        .ok_or_else(|| problem(Cause::Evaluation, "The result cannot be written"))?;
    if text.bytes().len() as u64 > request.output_bytes {
        let reason = format!("The output is longer than {} bytes", request.output_bytes);
        return Err(problem(Cause::Limit, reason));
    }
    match String::from_utf8(text.bytes().to_vec()) {
        Ok(mapped) => Ok(Reply::Mapped(mapped)),
        Err(error) => Err(problem(
            Cause::Evaluation,
            format!("The output is not UTF-8: {error}"),
        )),
    }
}

fn applied(
    stylesheet: &Stylesheet,
    input: &Document,
    messages: &Messages,
) -> Result<Document, Problem> {
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
    // SAFETY: the context is alive, and `state` lies in its beginning.
    let state = unsafe { (*context.0).state };
    match (state, result) {
        (XSLT_STATE_OK, Some(result)) => Ok(result),
        (state, _) => {
            let stopped = state == XSLT_STATE_STOPPED;
            Err(errors::take().of_evaluation(&messages.text(), stopped))
        }
    }
}

fn unreadable_template() -> Problem {
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

fn unreadable_input() -> Problem {
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
