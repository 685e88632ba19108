//! Finds resources by id, or reports which one is missing.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    GetCapabilityResponse, GetPartnershipResponse, GetProfileResponse, GetTransformerResponse,
};

use super::{Record, State, Table};
use crate::arn::ResourceKind;
use crate::errors::not_found;

impl State {
    /// The capability with this id.
    pub(crate) fn capability(&self, id: &str) -> Result<&Record<GetCapabilityResponse>, Error> {
        find(&self.capabilities, ResourceKind::Capability, id)
    }

    /// The capability with this id, for changes.
    pub(crate) fn capability_mut(
        &mut self,
        id: &str,
    ) -> Result<&mut Record<GetCapabilityResponse>, Error> {
        find_mut(&mut self.capabilities, ResourceKind::Capability, id)
    }

    /// The partnership with this id.
    pub(crate) fn partnership(&self, id: &str) -> Result<&Record<GetPartnershipResponse>, Error> {
        find(&self.partnerships, ResourceKind::Partnership, id)
    }

    /// The partnership with this id, for changes.
    pub(crate) fn partnership_mut(
        &mut self,
        id: &str,
    ) -> Result<&mut Record<GetPartnershipResponse>, Error> {
        find_mut(&mut self.partnerships, ResourceKind::Partnership, id)
    }

    /// The profile with this id.
    pub(crate) fn profile(&self, id: &str) -> Result<&Record<GetProfileResponse>, Error> {
        find(&self.profiles, ResourceKind::Profile, id)
    }

    /// The profile with this id, for changes.
    pub(crate) fn profile_mut(
        &mut self,
        id: &str,
    ) -> Result<&mut Record<GetProfileResponse>, Error> {
        find_mut(&mut self.profiles, ResourceKind::Profile, id)
    }

    /// The transformer with this id.
    pub(crate) fn transformer(&self, id: &str) -> Result<&Record<GetTransformerResponse>, Error> {
        find(&self.transformers, ResourceKind::Transformer, id)
    }

    /// The transformer with this id, for changes.
    pub(crate) fn transformer_mut(
        &mut self,
        id: &str,
    ) -> Result<&mut Record<GetTransformerResponse>, Error> {
        find_mut(&mut self.transformers, ResourceKind::Transformer, id)
    }

    /// Refuses capabilities that do not exist.
    pub(crate) fn check_capabilities(&self, ids: &[String]) -> Result<(), Error> {
        ids.iter()
            .try_for_each(|id| self.capability(id).map(|_| ()))
    }
}

fn find<'a, T: Clone>(table: &'a Table<T>, kind: ResourceKind, id: &str) -> Result<&'a T, Error> {
    table.get(id).ok_or_else(|| not_found(kind.as_str(), id))
}

fn find_mut<'a, T: Clone>(
    table: &'a mut Table<Record<T>>,
    kind: ResourceKind,
    id: &str,
) -> Result<&'a mut Record<T>, Error> {
    let missing = || not_found(kind.as_str(), id);
    let record = table.get_mut(id).ok_or_else(missing)?;
    record.unwrite();
    Ok(record)
}

#[cfg(test)]
mod tests {
    use b2bi_local_model::types::{GetProfileResponse, ProfileSummary};
    use b2bi_local_model::{Sensitive, Timestamp};

    use crate::state::{Record, State};

    #[test]
    fn replies_and_lists_show_what_a_change_has_made_of_a_resource() {
        let profile = GetProfileResponse {
            profile_id: "p-1".to_owned(),
            profile_arn: "arn".to_owned(),
            name: "old".to_owned(),
            email: None,
            phone: Sensitive(String::new()),
            business_name: String::new(),
            logging: None,
            log_group_name: None,
            created_at: Timestamp::from_millis(0),
            modified_at: None,
        };
        let mut state = State::default();
        let record = Record::new(profile, Vec::new());
        state.profiles.insert("p-1".to_owned(), record);
        let listed = |state: &State| state.profile("p-1").unwrap().listed::<ProfileSummary>();
        let described = |state: &State| state.profile("p-1").unwrap().described();
        assert!(listed(&state).json().contains("\"old\""));
        assert!(described(&state).json().contains("\"old\""));
        state.profile_mut("p-1").unwrap().description.name = "new".to_owned();
        assert!(listed(&state).json().contains("\"new\""));
        assert!(described(&state).json().contains("\"new\""));
    }
}
