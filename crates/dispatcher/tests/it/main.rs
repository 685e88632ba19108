//! What the dispatcher guarantees to services.

mod cors;
mod replies;
mod services;
