//! The B2BI service model as Rust types and constraint tables, generated.
