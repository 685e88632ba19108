//! The B2BI service: its operations, state and jobs.
