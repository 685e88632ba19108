//! Settings about recordings.

use super::Setting;

/// The recording whose answers replace the emulator's own.
pub(super) const FACTS: Setting = Setting::new(
    "facts",
    "FILE",
    "",
    "Recording of AWS, made by `b2bi-local record`, whose answers replace the emulator's own",
);

/// The endpoint that calls are passed to.
pub(super) const UPSTREAM_B2BI: Setting = Setting::new(
    "upstream-b2bi",
    "URL",
    "",
    "Pass B2BI requests to this endpoint, such as https://b2bi.us-east-1.amazonaws.com, and record them",
);

/// The file for recorded traffic.
pub(super) const RECORD_TRAFFIC: Setting = Setting::new(
    "record-traffic",
    "FILE",
    "",
    "File for the recording of what --upstream-b2bi passes",
);

/// The signature of passed calls.
pub(super) const UPSTREAM_B2BI_SIGNATURE: Setting = Setting::new(
    "upstream-b2bi-signature",
    "auto|caller|new",
    "auto",
    "Signature for --upstream-b2bi: keep the caller's, or sign with your credentials, which auto does for https",
);

/// The recording that answers calls.
pub(super) const REPLAY: Setting = Setting::new(
    "replay",
    "FILE",
    "",
    "Answer B2BI requests from this recording of --upstream-b2bi, each recorded call once",
);
