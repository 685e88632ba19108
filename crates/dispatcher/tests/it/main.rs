//! What the dispatcher promises to whoever plugs services into it.

mod cors;
mod replies;
mod services;
