//! The rules of tags, and their place in resources.

use b2bi_local_model::Error;
use b2bi_local_model::types::Tag;

use crate::arn;
use crate::arn::ResourceKind;
use crate::context::Ctx;
use crate::errors::{resource_not_found, validation};
use crate::state::State;

/// The maximum number of tags on a resource.
///
/// Source: Assumption A-08.
const LIMIT: usize = 200;

/// The tags of a new resource.
pub(crate) fn initial(ctx: &Ctx<'_>, tags: Option<Vec<Tag>>) -> Result<Vec<Tag>, Error> {
    let mut all = Vec::new();
    merge(ctx, &mut all, tags.unwrap_or_default())?;
    Ok(all)
}

/// Adds tags; existing keys get the new value.
pub(crate) fn merge(ctx: &Ctx<'_>, present: &mut Vec<Tag>, added: Vec<Tag>) -> Result<(), Error> {
    check_keys(&added, ctx.allows_system_tags)?;
    let mut merged = present.clone();
    for tag in added {
        match merged.iter_mut().find(|merged| merged.key == tag.key) {
            Some(old) => *old = tag,
            None => merged.push(tag),
        }
    }
    if merged.len() > LIMIT {
        return Err(validation(format!(
            "A resource can have at most {LIMIT} tags; this one would have {}",
            merged.len()
        )));
    }
    *present = merged;
    Ok(())
}

fn check_keys(tags: &[Tag], allows_system_tags: bool) -> Result<(), Error> {
    for (at, tag) in tags.iter().enumerate() {
        if !allows_system_tags && is_reserved(&tag.key) {
            return Err(validation(format!(
                "The tag key '{}' begins with aws:, which is reserved for AWS",
                tag.key
            )));
        }
        if tags.iter().take(at).any(|item| item.key == tag.key) {
            return Err(validation(format!(
                "The tag key '{}' is given more than once",
                tag.key
            )));
        }
    }
    Ok(())
}

/// Whether only AWS itself may set tags with this key.
fn is_reserved(key: &str) -> bool {
    key.get(..4)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
}

/// The tags of the resource with an ARN.
pub(crate) fn of<'a>(
    ctx: &Ctx<'_>,
    state: &'a mut State,
    arn: &str,
) -> Result<&'a mut Vec<Tag>, Error> {
    if !arn::is_well_formed(arn) {
        return Err(validation(format!(
            "'{arn}' is not the ARN of a B2BI resource, such as {}",
            ctx.arn(ResourceKind::Profile, "p-60fbc37c87f04fce9")
        )));
    }
    let missing = || resource_not_found(format!("The resource {arn} does not exist"));
    let (kind, id) = arn::parse(ctx.scope, arn).ok_or_else(missing)?;
    match kind {
        ResourceKind::Capability => state.capabilities.get_mut(id).map(|entry| &mut entry.tags),
        ResourceKind::Partnership => state.partnerships.get_mut(id).map(|entry| &mut entry.tags),
        ResourceKind::Profile => state.profiles.get_mut(id).map(|entry| &mut entry.tags),
        ResourceKind::Transformer => state.transformers.get_mut(id).map(|entry| &mut entry.tags),
    }
    .ok_or_else(missing)
}
