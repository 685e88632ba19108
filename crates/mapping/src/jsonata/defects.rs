//! Turns panics of the library into errors.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

use jsonata_core::evaluator::EvaluatorError;

/// The message for a panic.
pub(super) const DEFECT: &str =
    "The template reaches a defect of the JSONata engine, which panicked";

/// Runs code that may panic. State that a panic leaves behind must not be used.
///
/// # Errors
///
/// It panicked.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, EvaluatorError> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        // The caller limits the memory and has a better message.
        if is_out_of_memory(&*payload) {
            panic::resume_unwind(payload);
        }
        EvaluatorError::EvaluationError(DEFECT.to_owned())
    })
}

/// Whether the message of a panic reports that memory has run out, for the heap or for the stack.
#[must_use]
pub fn is_out_of_memory(payload: &(dyn Any + Send)) -> bool {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or_default();
    ["capacity overflow", "allocate stack"]
        .iter()
        .any(|item| message.contains(item))
}

#[cfg(test)]
mod tests {
    use super::{DEFECT, caught};

    #[test]
    fn a_panic_is_an_error() {
        let found = caught(|| panic!("at /home/somebody")).unwrap_err();
        assert_eq!(found.message(), DEFECT);
        assert_eq!(caught(|| 1).unwrap(), 1);
    }

    #[test]
    fn memory_is_the_business_of_the_caller() {
        let caught = std::panic::catch_unwind(|| caught(|| Vec::<u8>::with_capacity(usize::MAX)));
        assert!(caught.is_err());
    }
}
