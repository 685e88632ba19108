//! A B2BI Local server inside a Rust test.
