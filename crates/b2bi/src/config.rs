//! What a user may set.

use b2bi_local_mapping::Limits as MappingLimits;

use crate::edi::DocumentStyle;

/// The settings of the service.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many resources an account may have in a region.
    pub quotas: Quotas,
    /// Whether a repeated `clientToken` replays the first reply.
    ///
    /// Source: Assumption A-10.
    pub replay_client_tokens: bool,
    /// How service-defined documents look.
    pub style: DocumentStyle,
    /// The most transactions of a file that is split.
    pub split_transactions: usize,
    /// The largest file `TestParsing` takes, in bytes.
    pub test_parsing_bytes: u64,
    /// The largest file a transformer job takes, in bytes.
    pub job_bytes: u64,
    /// How far the evaluation of a mapping template may go.
    ///
    /// Source: Assumption A-34.
    pub mapping_limits: MappingLimits,
    /// How `TestMapping` gives a JSON document back.
    pub test_mapping_reply: MappingReply,
}

/// How `TestMapping` gives a JSON document back.
///
/// Source: Assumption A-30.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MappingReply {
    /// As a JSON string literal that holds the document.
    Literal,
    /// As the document itself.
    Plain,
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
