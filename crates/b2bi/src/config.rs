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
    /// The maximum number of resources of an account in a region.
    pub quotas: Quotas,
    /// Whether a repeated `clientToken` replays the first reply.
    ///
    /// Source: Assumption A-10.
    pub replay_client_tokens: bool,
    /// The number of items in a page of a list if the request does not set it.
    ///
    /// Source: Assumption A-09.
    pub page_size: usize,
    /// The order of lists.
    ///
    /// Source: Assumption A-09.
    pub list_order: ListOrder,
    /// The order of specific lists, by operation: `ListProfiles`.
    pub list_orders: BTreeMap<String, ListOrder>,
    /// The forms of ids.
    pub id_forms: IdForms,
    /// The maximum number of replies that are kept for repeated `clientToken`s, for each account
    /// and region.
    pub client_tokens: usize,
    /// The form of service-defined documents.
    pub style: DocumentStyle,
    /// The layout of the documents that jobs write, if it is a different one.
    pub job_layout: Option<Layout>,
    /// The layout of the output of mapping templates in `TestMapping`; without one, JSONata's own.
    pub test_mapping_form: Option<JsonForm>,
    /// The same in jobs.
    pub job_mapping_form: Option<JsonForm>,
    /// Other texts for the lines of validation reports.
    pub wording: Option<Wording>,
    /// The maximum number of transactions in a file that is split.
    pub split_transactions: usize,
    /// The maximum size of a file for `TestParsing`, in bytes.
    pub test_parsing_bytes: u64,
    /// The maximum size of a file for a transformer job, in bytes.
    pub job_bytes: u64,
    /// The part of a larger file that is in memory at a time, in bytes.
    pub window_bytes: u64,
    /// The maximum size of a file that is split, in bytes.
    pub split_bytes: u64,
    /// The maximum number of jobs that run at the same time; others wait in the queue.
    pub job_concurrency: usize,
    /// The maximum number of ended jobs in memory, for all accounts and regions together.
    ///
    /// Older ones are read from the disk if state is stored there, and are dropped otherwise.
    pub jobs_in_memory: usize,
    /// The maximum number of older jobs of an account and region that are remembered: on disk if
    /// state is stored there; otherwise only the fact that their files have been processed.
    pub jobs_remembered: usize,
    /// The duration of jobs.
    pub job_duration: JobDuration,
    /// The maximum memory for the changes that are kept for stale reads, in bytes.
    pub history_bytes: u64,
    /// The limits on evaluating a mapping template.
    ///
    /// Source: Assumption A-34.
    pub mapping_limits: MappingLimits,
    /// How `TestMapping` returns a JSON document.
    pub test_mapping_reply: MappingReply,
    /// The input of a transformer's `mappingTemplate`.
    pub legacy_root: LegacyRoot,
}

impl Config {
    /// The form of the documents that jobs write.
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
    /// In reverse order of creation.
    NewestFirst,
    /// By name.
    ByName,
    /// By name, reversed.
    ByNameReversed,
    /// By id.
    ById,
    /// By id, reversed.
    ByIdReversed,
}

/// The part of a JSON document that a transformer's `mappingTemplate` reads; templates in `mapping`
/// always read the whole document.
///
/// Source: Assumption A-403.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegacyRoot {
    /// The document, whose member `interchanges` is a list.
    Document,
    /// The interchange itself; for several, a list of them.
    Interchange,
}

impl Config {
    /// No quotas, and the documented limits of the service.
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

/// How `TestMapping` returns a JSON document.
///
/// Source: Assumption A-30.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MappingReply {
    /// As a JSON string literal that contains the document.
    Literal,
    /// As the document itself.
    Plain,
}

/// The maximum number of resources of each kind; `None` means no limit.
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
