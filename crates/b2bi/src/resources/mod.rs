//! Resources: the operations of the service and the rules that they share.

mod idempotency;
pub(crate) mod operations;
mod pagination;
mod quotas;
mod tags;
mod transformers;
