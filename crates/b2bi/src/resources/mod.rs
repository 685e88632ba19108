//! Resources: the operations of the service and their shared rules.

mod idempotency;
pub(crate) mod operations;
mod pagination;
mod quotas;
mod tags;
mod transformers;
