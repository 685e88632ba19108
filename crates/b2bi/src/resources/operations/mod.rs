//! The operations, one file each; this file dispatches to them.

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

/// Writes [`run`]: an arm for each operation, which calls the function with that name in the module
/// with that name.
macro_rules! operations {
    (
        at_once { $($at_once:ident => $reply:ident,)* }
        without_reply { $($without_reply:ident => $nothing:ident,)* }
        waiting { $($waiting:ident => $awaited:ident,)* }
        waiting_boxed { $($waiting_boxed:ident => $boxed:ident,)* }
    ) => {
        /// Runs the operation of the input.
        pub(crate) async fn run(ctx: &Ctx<'_>, input: Input) -> Result<Output, Error> {
            Ok(match input {
                $(Input::$at_once(input) => $reply::$reply(ctx, *input)?.into(),)*
                $(Input::$without_reply(input) => {
                    $nothing::$nothing(ctx, *input)?;
                    Output::Nothing
                })*
                $(Input::$waiting(input) => $awaited::$awaited(ctx, *input).await?.into(),)*
                $(Input::$waiting_boxed(input) => {
                    Box::pin($boxed::$boxed(ctx, *input)).await?.into()
                })*
            })
        }
    };
}

// Those that wait have a box each: otherwise every request would need the memory of the largest.
// The one without a box needs little memory.
operations! {
    at_once {
        CreateCapability => create_capability,
        CreateProfile => create_profile,
        CreateTransformer => create_transformer,
        GetCapability => get_capability,
        GetPartnership => get_partnership,
        GetProfile => get_profile,
        GetTransformer => get_transformer,
        ListCapabilities => list_capabilities,
        ListPartnerships => list_partnerships,
        ListProfiles => list_profiles,
        ListTagsForResource => list_tags_for_resource,
        ListTransformers => list_transformers,
        UpdateProfile => update_profile,
        UpdateTransformer => update_transformer,
    }
    without_reply {
        DeleteCapability => delete_capability,
        DeletePartnership => delete_partnership,
        DeleteProfile => delete_profile,
        DeleteTransformer => delete_transformer,
        TagResource => tag_resource,
        UntagResource => untag_resource,
    }
    waiting {
        GetTransformerJob => get_transformer_job,
    }
    waiting_boxed {
        CreatePartnership => create_partnership,
        CreateStarterMappingTemplate => create_starter_mapping_template,
        GenerateMapping => generate_mapping,
        StartTransformerJob => start_transformer_job,
        TestConversion => test_conversion,
        TestMapping => test_mapping,
        TestParsing => test_parsing,
        UpdateCapability => update_capability,
        UpdatePartnership => update_partnership,
    }
}
