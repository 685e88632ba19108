//! The guarantees of the dispatcher to services.

mod cors;
mod replies;
mod services;
