//! Text that logs and debug output must not show.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A string that the model marks sensitive; its debug form is masked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive(pub String);

impl fmt::Debug for Sensitive {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("\"***\"")
    }
}
