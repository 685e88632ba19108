//! One operation, one file; this one only finds it.

mod create_capability;
mod create_partnership;
mod create_profile;
mod create_starter_mapping_template;
mod create_transformer;
mod delete_capability;
mod delete_partnership;
mod delete_profile;
mod delete_transformer;
mod generate_mapping;
mod get_capability;
mod get_partnership;
mod get_profile;
mod get_transformer;
mod get_transformer_job;
mod list_capabilities;
mod list_partnerships;
mod list_profiles;
mod list_tags_for_resource;
mod list_transformers;
mod start_transformer_job;
mod tag_resource;
mod test_conversion;
mod test_mapping;
mod test_parsing;
mod untag_resource;
mod update_capability;
mod update_partnership;
mod update_profile;
mod update_transformer;

use b2bi_local_model::{Error, Input, Output};

use crate::context::Ctx;

/// Carries out the operation that the input is for.
///
/// Those that wait have a box each: otherwise all would need the room of the largest.
pub(crate) async fn run(ctx: &Ctx<'_>, input: Input) -> Result<Output, Error> {
    Ok(match input {
        Input::CreateCapability(input) => create_capability::create_capability(ctx, *input)?.into(),
        Input::CreatePartnership(input) => {
            Box::pin(create_partnership::create_partnership(ctx, *input))
                .await?
                .into()
        }
        Input::CreateProfile(input) => create_profile::create_profile(ctx, *input)?.into(),
        Input::CreateStarterMappingTemplate(input) => {
            Box::pin(create_starter_mapping_template::create_starter_mapping_template(ctx, *input))
                .await?
                .into()
        }
        Input::CreateTransformer(input) => {
            create_transformer::create_transformer(ctx, *input)?.into()
        }
        Input::DeleteCapability(input) => {
            delete_capability::delete_capability(ctx, *input)?;
            Output::Nothing
        }
        Input::DeletePartnership(input) => {
            delete_partnership::delete_partnership(ctx, *input)?;
            Output::Nothing
        }
        Input::DeleteProfile(input) => {
            delete_profile::delete_profile(ctx, *input)?;
            Output::Nothing
        }
        Input::DeleteTransformer(input) => {
            delete_transformer::delete_transformer(ctx, *input)?;
            Output::Nothing
        }
        Input::GenerateMapping(input) => Box::pin(generate_mapping::generate_mapping(ctx, *input))
            .await?
            .into(),
        Input::GetCapability(input) => get_capability::get_capability(ctx, *input)?.into(),
        Input::GetPartnership(input) => get_partnership::get_partnership(ctx, *input)?.into(),
        Input::GetProfile(input) => get_profile::get_profile(ctx, *input)?.into(),
        Input::GetTransformer(input) => get_transformer::get_transformer(ctx, *input)?.into(),
        Input::GetTransformerJob(input) => get_transformer_job::get_transformer_job(ctx, *input)
            .await?
            .into(),
        Input::ListCapabilities(input) => list_capabilities::list_capabilities(ctx, *input)?.into(),
        Input::ListPartnerships(input) => list_partnerships::list_partnerships(ctx, *input)?.into(),
        Input::ListProfiles(input) => list_profiles::list_profiles(ctx, *input)?.into(),
        Input::ListTagsForResource(input) => {
            list_tags_for_resource::list_tags_for_resource(ctx, *input)?.into()
        }
        Input::ListTransformers(input) => list_transformers::list_transformers(ctx, *input)?.into(),
        Input::StartTransformerJob(input) => {
            Box::pin(start_transformer_job::start_transformer_job(ctx, *input))
                .await?
                .into()
        }
        Input::TagResource(input) => {
            tag_resource::tag_resource(ctx, *input)?;
            Output::Nothing
        }
        Input::TestConversion(input) => Box::pin(test_conversion::test_conversion(ctx, *input))
            .await?
            .into(),
        Input::TestMapping(input) => Box::pin(test_mapping::test_mapping(ctx, *input))
            .await?
            .into(),
        Input::TestParsing(input) => Box::pin(test_parsing::test_parsing(ctx, *input))
            .await?
            .into(),
        Input::UntagResource(input) => {
            untag_resource::untag_resource(ctx, *input)?;
            Output::Nothing
        }
        Input::UpdateCapability(input) => {
            Box::pin(update_capability::update_capability(ctx, *input))
                .await?
                .into()
        }
        Input::UpdatePartnership(input) => {
            Box::pin(update_partnership::update_partnership(ctx, *input))
                .await?
                .into()
        }
        Input::UpdateProfile(input) => update_profile::update_profile(ctx, *input)?.into(),
        Input::UpdateTransformer(input) => {
            update_transformer::update_transformer(ctx, *input)?.into()
        }
    })
}
