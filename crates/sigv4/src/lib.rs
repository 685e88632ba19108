//! AWS Signature Version 4: checks the signatures of requests, of the chunks of a body and of upload
//! forms, and signs requests.
//!
//! [`Verifier`] has the credentials. [`Verifier::request`] checks the signature in a header or in
//! the query, and [`Verifier::form`] that of an S3 upload form. The canonical request and the HMAC
//! come from the library aws-sigv4: a request is signed again with the secret of its access key,
//! and the two signatures are compared in constant time. Nothing here reads a clock or a body.

mod canonical;
mod chunk;
mod credential;
mod error;
mod form;
mod scope;
mod secret;
mod sign;
mod signature;
mod temporary;
mod time;
mod verify;

pub use chunk::ChunkVerifier;
pub use credential::Credential;
pub use error::{SignatureError, SignaturePlace};
pub use form::FormFields;
pub use scope::{Service, SigningTarget};
pub use secret::Secret;
pub use sign::{SignError, sign};
pub use temporary::{
    account_of_minted, credential as temporary_credential, mint as mint_temporary_key,
};
pub use time::parse_iso;
pub use verify::{BodyHash, Payload, Verified, Verifier};

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
