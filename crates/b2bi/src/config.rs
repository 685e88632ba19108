//! What a user may set.

use b2bi_local_x12::Layout;

/// The settings of the service.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many resources an account may have in a region.
    pub quotas: Quotas,
    /// Whether a repeated `clientToken` replays the first reply.
    ///
    /// Source: Assumption A-10.
    pub replay_client_tokens: bool,
    /// How the service-defined document is laid out as JSON.
    ///
    /// Source: Assumption A-21.
    pub layout: Layout,
    /// The largest file `TestParsing` takes, in bytes.
    pub test_parsing_bytes: u64,
    /// The largest file a transformer job takes, in bytes.
    pub job_bytes: u64,
}

/// The most resources of each kind; none lifts the limit.
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    /// Profiles.
    pub profiles: Option<usize>,
    /// Transformers.
    pub transformers: Option<usize>,
    /// Capabilities.
    pub capabilities: Option<usize>,
    /// Partnerships.
    pub partnerships: Option<usize>,
}
