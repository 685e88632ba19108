//! Turns messages of the libraries into readable errors.

#![allow(unsafe_code, reason = "C is called here")]

use std::ffi::{CStr, c_char, c_void};
use std::sync::{Mutex, PoisonError};

use b2bi_local_mapping::{Cause, MappingError, Position};

use super::ffi::{self, xmlError};
use super::reports;
use crate::problems::problem;

/// The errors so far.
#[derive(Default)]
pub(super) struct Captured {
    /// The first error in a document.
    pub(super) xml: Option<Fault>,
    /// The first error in an XPath expression.
    pub(super) xpath: Option<Fault>,
    /// The first address that was refused.
    pub(super) refused: Option<String>,
}

/// An error with its place.
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

static CAPTURED: Mutex<Captured> = Mutex::new(Captured {
    xml: None,
    xpath: None,
    refused: None,
});

fn captured<T>(look: impl FnOnce(&mut Captured) -> T) -> T {
    look(&mut CAPTURED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Clears earlier errors.
pub(super) fn forget() {
    take();
}

/// Takes the errors.
pub(super) fn take() -> Captured {
    captured(std::mem::take)
}

pub(super) fn has_refused() -> bool {
    captured(|item| item.refused.is_some())
}

/// An error about namespaces in the template, which libxml2 reads all the same.
pub(super) fn of_namespaces() -> Option<MappingError> {
    captured(|item| {
        let fault = item
            .xml
            .take_if(|fault| fault.message.starts_with("Namespace"))?;
        let reason = fault.message.replace('\n', " ");
        Some(MappingError {
            position: fault.position(),
            ..problem(Cause::Template, reason)
        })
    })
}

/// Remembers the first address that was refused.
pub(super) fn note_refused(address: &str) {
    captured(|item| {
        item.refused.get_or_insert_with(|| address.to_owned());
    });
}

/// The error about an address that was refused.
pub(super) fn refusal(address: &str) -> String {
    format!("Nothing but the template and the input is read or written: {address} is refused")
}

/// Remembers the first error of each kind; libxml2 calls it.
pub(super) extern "C" fn note(_context: *mut c_void, error: *const xmlError) {
    if error.is_null() {
        return;
    }
    // SAFETY: libxml2 passes an error that lives while this runs, with texts that end with a zero
    // or are null.
    let (error, message) = unsafe { (&*error, text((*error).message)) };
    if error.level < ffi::XML_ERR_ERROR {
        return;
    }
    let number = |item| usize::try_from(item).unwrap_or_default();
    let fault = Fault {
        message: message.trim().to_owned(),
        line: number(error.line),
        column: number(error.int2),
    };
    captured(|item| {
        let place = if error.domain == ffi::XML_FROM_XPATH {
            &mut item.xpath
        } else {
            &mut item.xml
        };
        place.get_or_insert(fault);
    });
}

/// # Safety
///
/// The text is null or ends with a zero.
unsafe fn text(start: *const c_char) -> String {
    if start.is_null() {
        return String::new();
    }
    // SAFETY: as the caller promises.
    unsafe { CStr::from_ptr(start) }
        .to_string_lossy()
        .into_owned()
}

impl Fault {
    /// The place, unless it is not known.
    pub(super) fn position(&self) -> Option<Position> {
        (self.line > 0).then(|| Position {
            line: self.line,
            column: (self.column > 0).then_some(self.column),
        })
    }
}

impl Captured {
    /// Why a template cannot be compiled.
    pub(super) fn of_template(&self, messages: &str) -> MappingError {
        reports::unknown_element(messages)
            .or_else(|| self.reported(Cause::Template, messages))
            .unwrap_or_else(|| problem(Cause::Template, "The template is not an XSLT stylesheet"))
    }

    /// Why a template cannot be evaluated.
    pub(super) fn of_evaluation(&self, messages: &str, stopped: bool) -> MappingError {
        if let Some(problem) = self.reported(Cause::Evaluation, messages) {
            return problem;
        }
        let said = messages.trim();
        if stopped && !said.is_empty() {
            return problem(Cause::Evaluation, reports::shortened(said));
        }
        problem(Cause::Evaluation, "The template gave no result")
    }

    fn reported(&self, cause: Cause, messages: &str) -> Option<MappingError> {
        let mut found = reports::problem_of(cause, messages, self.xpath.as_ref());
        if let Some(address) = &self.refused {
            let problem = found.get_or_insert_with(|| problem(cause, ""));
            problem.reason = refusal(address);
        }
        found
    }
}
