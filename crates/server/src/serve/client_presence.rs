//! Whether the client of a connection is still there.

/// What is known of the client of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientPresence {
    /// Its half of the connection is open.
    Present,
    /// Its half was open before the last write.
    Unconfirmed,
    /// It has closed its half, and has read all that was written before.
    HalfClosed,
    /// It has closed its half, and may not read what was written.
    PerhapsGone,
}

impl ClientPresence {
    pub(super) fn after_write(self) -> Self {
        match self {
            Self::Present | Self::Unconfirmed => Self::Unconfirmed,
            Self::HalfClosed | Self::PerhapsGone => Self::PerhapsGone,
        }
    }

    /// After a read that has to wait for the client.
    pub(super) fn after_wait(self) -> Self {
        match self {
            Self::Unconfirmed => Self::Present,
            other => other,
        }
    }

    /// After a read that found the end of the client's data.
    pub(super) fn after_end(self) -> Self {
        match self {
            Self::Present => Self::HalfClosed,
            Self::Unconfirmed => Self::PerhapsGone,
            other => other,
        }
    }
}
