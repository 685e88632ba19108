//! `UpdateTransformer`.

use b2bi_local_model::types::{
    GetTransformerResponse, TransformerStatus, UpdateTransformerRequest, UpdateTransformerResponse,
};
use b2bi_local_model::{Error, Timestamp};

use crate::context::Ctx;
use crate::edi::transformer;
use crate::resources::transformers;

/// Changes an inactive transformer, or activates it; an active one cannot become inactive again.
///
/// # Errors
///
/// The transformer does not exist or is active, members exclude each other, or it would be active
/// without a transaction set.
pub(crate) fn update_transformer(
    ctx: &Ctx<'_>,
    input: UpdateTransformerRequest,
) -> Result<UpdateTransformerResponse, Error> {
    let mut state = ctx.state();
    let present = &mut state.transformer_mut(&input.transformer_id)?.description;
    let changed = transformers::changed(present, input)?;
    transformers::check_style(&changed)?;
    transformers::check_rules(&changed)?;
    if changed.status == TransformerStatus::Active {
        transformer::check_complete(&changed)?;
    }
    let now = ctx.now();
    *present = GetTransformerResponse {
        modified_at: Some(now),
        ..changed
    };
    Ok(reply(present, now))
}

fn reply(transformer: &GetTransformerResponse, now: Timestamp) -> UpdateTransformerResponse {
    let current = transformer.clone();
    UpdateTransformerResponse {
        transformer_id: current.transformer_id,
        transformer_arn: current.transformer_arn,
        name: current.name,
        status: current.status,
        created_at: current.created_at,
        modified_at: now,
        file_format: current.file_format,
        mapping_template: current.mapping_template,
        edi_type: current.edi_type,
        sample_document: current.sample_document,
        input_conversion: current.input_conversion,
        mapping: current.mapping,
        output_conversion: current.output_conversion,
        sample_documents: current.sample_documents,
    }
}
