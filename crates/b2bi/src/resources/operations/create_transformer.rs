//! `CreateTransformer`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    CreateTransformerRequest, CreateTransformerResponse, GetTransformerResponse, TransformerStatus,
};

use crate::arn::ResourceKind;
use crate::context::Ctx;
use crate::resources::idempotency::IdempotentRequest;
use crate::resources::quotas;
use crate::resources::tags;
use crate::resources::transformers;
use crate::state::Record;

/// Creates a transformer, which is inactive.
///
/// # Errors
///
/// Members exclude each other, the quota is reached, or the tags violate a rule.
pub(crate) fn create_transformer(
    ctx: &Ctx<'_>,
    input: CreateTransformerRequest,
) -> Result<CreateTransformerResponse, Error> {
    let attempt =
        IdempotentRequest::new("CreateTransformer", input.client_token.as_deref(), &input);
    attempt.once(ctx, |state| {
        quotas::check(ctx, ResourceKind::Transformer, state.transformers.len())?;
        let description = describe(ctx, &input);
        transformers::check_style(&description)?;
        transformers::check_rules(&description)?;
        let record = Record::new(description, tags::initial(ctx, input.tags.clone())?);
        let reply = CreateTransformerResponse::from(&record.description);
        state
            .transformers
            .insert(reply.transformer_id.clone(), record);
        Ok(reply)
    })
}

fn describe(ctx: &Ctx<'_>, input: &CreateTransformerRequest) -> GetTransformerResponse {
    let id = ctx.new_id("tr");
    GetTransformerResponse {
        transformer_arn: ctx.arn(ResourceKind::Transformer, &id),
        transformer_id: id,
        name: input.name.clone(),
        status: TransformerStatus::Inactive,
        created_at: ctx.now(),
        modified_at: None,
        file_format: input.file_format,
        mapping_template: input.mapping_template.clone(),
        edi_type: input.edi_type.clone(),
        sample_document: input.sample_document.clone(),
        input_conversion: input.input_conversion.clone(),
        mapping: input.mapping.clone(),
        output_conversion: input.output_conversion.clone(),
        sample_documents: input.sample_documents.clone(),
    }
}
