//! The services behind the dispatcher. A new one is a file here, or a crate, and a line in `app`.

mod b2bi;
pub(crate) mod cloudcontrol;
mod logs;
pub(crate) mod sts;

use std::sync::Arc;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::Caller;

pub(crate) use b2bi::B2biService;
pub(crate) use cloudcontrol::CloudControl;
pub(crate) use logs::Logs;
pub(crate) use sts::Sts;

/// The account and region of a caller.
fn scope_of(caller: &Caller) -> Scope {
    Scope {
        account: Arc::clone(&caller.account),
        region: Arc::clone(&caller.region),
    }
}
