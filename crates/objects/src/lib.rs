//! Object storage: one trait and the embedded S3 that implements it.
