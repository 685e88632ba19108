//! The resource types that are here, one file each.

mod b2bi;

use std::sync::Arc;

use b2bi_local_b2bi::B2bi;

use crate::resource_type::ResourceType;
use crate::schema::{Schema, SchemaError};

const PROFILE: &str = include_str!("../../schemas/b2bi_profile.json");
const TRANSFORMER: &str = include_str!("../../schemas/b2bi_transformer.json");
const CAPABILITY: &str = include_str!("../../schemas/b2bi_capability.json");
const PARTNERSHIP: &str = include_str!("../../schemas/b2bi_partnership.json");

/// The types of B2BI.
pub(crate) fn b2bi(service: &Arc<B2bi>) -> Result<Vec<Arc<dyn ResourceType>>, SchemaError> {
    Ok(vec![
        Arc::new(b2bi::Simple::profile(service, Schema::parse(PROFILE)?)),
        Arc::new(b2bi::Transformer::new(service, Schema::parse(TRANSFORMER)?)),
        Arc::new(b2bi::Simple::capability(
            service,
            Schema::parse(CAPABILITY)?,
        )),
        Arc::new(b2bi::Simple::partnership(
            service,
            Schema::parse(PARTNERSHIP)?,
        )),
    ])
}
