//! The messages that a template writes in addition to its output.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The messages of a run, from `xsl:message`; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Messages(Arc<Mutex<String>>);

impl Messages {
    /// The maximum number of bytes that are kept; further text is dropped.
    pub const MAX_BYTES: usize = 1 << 16;

    /// Adds lines of text.
    pub fn add(&self, text: &str) {
        let mut kept = self.lock();
        let room = Self::MAX_BYTES.saturating_sub(kept.len());
        kept.push_str(
            text.get(..text.floor_char_boundary(room))
                .unwrap_or_default(),
        );
    }

    /// Takes the text so far.
    #[must_use]
    pub fn take(&self) -> String {
        std::mem::take(&mut *self.lock())
    }

    /// Every change is one call, so a poisoned lock still contains complete text.
    fn lock(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Messages;

    #[test]
    fn messages_are_bounded_and_taken_once() {
        let messages = Messages::default();
        messages.clone().add("one\n");
        messages.add("two\n");
        assert_eq!(messages.take(), "one\ntwo\n");
        assert_eq!(messages.take(), "");
        for _ in 0..3 {
            messages.add(&"é".repeat(Messages::MAX_BYTES / 4 + 1));
        }
        assert_eq!(messages.take().len(), Messages::MAX_BYTES);
    }
}
