//! `UpdateTransformer`.

use b2bi_local_model::types::{
    GetTransformerResponse, TransformerStatus, UpdateTransformerRequest, UpdateTransformerResponse,
};
use b2bi_local_model::{Error, Timestamp};

use crate::ctx::Ctx;
use crate::transformers;

/// Changes an inactive transformer, or activates it; there is no way back.
///
/// # Errors
///
/// The transformer does not exist or is active, members exclude each other, or what would be
/// active says nothing of X12.
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
        transformers::check_complete(&changed)?;
    }
    let now = ctx.now();
    *present = GetTransformerResponse {
        modified_at: Some(now),
        ..changed
    };
    Ok(reply(present, now))
}

fn reply(transformer: &GetTransformerResponse, now: Timestamp) -> UpdateTransformerResponse {
    let it = transformer.clone();
    UpdateTransformerResponse {
        transformer_id: it.transformer_id,
        transformer_arn: it.transformer_arn,
        name: it.name,
        status: it.status,
        created_at: it.created_at,
        modified_at: now,
        file_format: it.file_format,
        mapping_template: it.mapping_template,
        edi_type: it.edi_type,
        sample_document: it.sample_document,
        input_conversion: it.input_conversion,
        mapping: it.mapping,
        output_conversion: it.output_conversion,
        sample_documents: it.sample_documents,
    }
}
