//! The services behind the dispatcher. A new one is a file here, or a crate, and a line in `app`.

mod b2bi;
mod logs;
mod sts;

pub(crate) use b2bi::B2biService;
pub(crate) use logs::Logs;
pub(crate) use sts::Sts;
