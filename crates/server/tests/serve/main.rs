//! The request path over real sockets: signatures, browsers, the wire, connections and secrets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::too_many_lines, reason = "tables of requests are long")]

mod browsers;
mod connections;
mod console;
mod harness;
mod journal;
mod metrics;
mod presigned;
mod s3_faults;
mod secrets;
mod signatures;
mod wire;
