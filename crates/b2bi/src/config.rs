//! The configuration of the service.

use std::collections::BTreeMap;

use b2bi_local_mapping::Limits as MappingLimits;
use b2bi_local_x12::{JsonForm, Layout, PROBLEM_LIMIT};

use crate::edi::DocumentStyle;
use crate::ids::IdForms;
use crate::state::job::JobDuration;
use crate::wording::Wording;

/// The settings of the service.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many resources an account may have in a region.
    pub quotas: Quotas,
    /// Whether a repeated `clientToken` replays the first reply.
    ///
    /// Source: Assumption A-10.
    pub replay_client_tokens: bool,
    /// How many items a page of a list has where the request does not say.
    ///
    /// Source: Assumption A-09.
    pub page_size: usize,
    /// The order of lists.
    ///
    /// Source: Assumption A-09.
    pub list_order: ListOrder,
    /// The orders of lists that have another one, by the operation: `ListProfiles`.
    pub list_orders: BTreeMap<String, ListOrder>,
    /// The forms of ids.
    pub id_forms: IdForms,
    /// How many replies are kept for repeated `clientToken`s, of each account and region.
    pub client_tokens: usize,
    /// How service-defined documents look.
    pub style: DocumentStyle,
    /// The layout of the documents that jobs write, where it is another one.
    pub job_layout: Option<Layout>,
    /// The layout of what mapping templates make in `TestMapping`; as JSONata prints it without one.
    pub test_mapping_form: Option<JsonForm>,
    /// The same in jobs.
    pub job_mapping_form: Option<JsonForm>,
    /// Other words for the lines of validation reports.
    pub wording: Option<Wording>,
    /// The most transactions of a file that is split.
    pub split_transactions: usize,
    /// The largest file `TestParsing` takes, in bytes.
    pub test_parsing_bytes: u64,
    /// The largest file a transformer job takes, in bytes.
    pub job_bytes: u64,
    /// How much of a larger file is in memory at a time, in bytes.
    pub window_bytes: u64,
    /// The largest file that is split, in bytes.
    pub split_bytes: u64,
    /// How many jobs are at work at the same time; the others wait for their turn.
    pub job_concurrency: usize,
    /// How many jobs that have ended are in memory, of all accounts and regions together.
    ///
    /// Older ones are read from the disk if state is kept there, and are forgotten else.
    pub jobs_in_memory: usize,
    /// How many older jobs of an account and region are remembered: on disk, if state is kept
    /// there, and else only that their files have been dealt with.
    pub jobs_remembered: usize,
    /// How long jobs take.
    pub job_duration: JobDuration,
    /// The most memory that changes take which are kept for reads that lag behind, in bytes.
    pub history_bytes: u64,
    /// How far the evaluation of a mapping template may go.
    ///
    /// Source: Assumption A-34.
    pub mapping_limits: MappingLimits,
    /// How `TestMapping` gives a JSON document back.
    pub test_mapping_reply: MappingReply,
    /// What the `mappingTemplate` of a transformer reads.
    pub legacy_root: LegacyRoot,
}

impl Config {
    /// How the documents look that jobs write.
    pub(crate) fn job_style(&self) -> DocumentStyle {
        DocumentStyle {
            layout: self.job_layout.unwrap_or(self.style.layout),
            ..self.style.clone()
        }
    }
}

/// The order of the items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOrder {
    /// In the order of creation.
    OldestFirst,
    /// The reverse.
    NewestFirst,
    /// By name.
    ByName,
    /// The reverse.
    ByNameReversed,
    /// By id.
    ById,
    /// The reverse.
    ByIdReversed,
}

/// What the `mappingTemplate` of a transformer reads of a JSON document; templates in `mapping` read
/// the whole document always.
///
/// Source: Assumption A-403.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegacyRoot {
    /// The document, whose member `interchanges` is a list.
    Document,
    /// The interchange itself; of several, their list.
    Interchange,
}

impl Config {
    /// No quotas, and the limits that are documented of the service.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            quotas: Quotas {
                profiles: None,
                transformers: None,
                capabilities: None,
                partnerships: None,
            },
            replay_client_tokens: true,
            page_size: 100,
            list_order: ListOrder::OldestFirst,
            list_orders: BTreeMap::new(),
            id_forms: IdForms::new(),
            client_tokens: 10_000,
            style: DocumentStyle {
                layout: Layout::Pretty,
                loop_names: None,
                problem_limit: PROBLEM_LIMIT,
            },
            job_layout: None,
            test_mapping_form: None,
            job_mapping_form: None,
            wording: None,
            split_transactions: 100,
            test_parsing_bytes: 250_000,
            job_bytes: 150_000_000,
            window_bytes: 8 << 20,
            split_bytes: 5_000_000_000,
            job_concurrency: 8,
            jobs_in_memory: 10_000,
            jobs_remembered: 1_000_000,
            job_duration: JobDuration::Immediate,
            history_bytes: 64 << 20,
            mapping_limits: MappingLimits::standard(),
            test_mapping_reply: MappingReply::Literal,
            legacy_root: LegacyRoot::Document,
        }
    }
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
