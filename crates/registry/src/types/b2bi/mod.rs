//! The resource types of B2BI.
//!
//! Source: the handlers that AWS publishes for them; which operations they call, and in which order.

mod api;
mod capability;
mod names;
mod partnership;
mod profile;
mod simple;
mod tags;
mod transformer;

pub(crate) use self::simple::Simple;
pub(crate) use self::transformer::Transformer;
