//! The environment of resource types.

use std::sync::Arc;

use b2bi_local_b2bi::{B2bi, Clock, Ids};

use crate::buckets::Buckets;
use crate::documents::Documents;
use crate::interceptor::Interceptor;
use crate::parameters::Parameters;

/// The services, the documents, the clock and the source of identifiers that types work with.
#[derive(Clone)]
pub struct Environment {
    /// The service of B2BI.
    pub service: Arc<B2bi>,
    /// The hook around calls of the service by handlers.
    pub interceptor: Arc<dyn Interceptor>,
    /// Where buckets are.
    pub buckets: Arc<dyn Buckets>,
    /// The storage for the models of other types.
    pub documents: Documents,
    /// Parameters of Systems Manager.
    pub parameters: Arc<Parameters>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The source of identifiers.
    pub ids: Arc<dyn Ids>,
}
