//! Quotas of users, clients and addresses.

use crate::client::{ClientFault, Cluster};
use crate::wire::Text;
use crate::wire::api::{alter_client_quotas, describe_client_quotas};

/// Whom a quota binds: types (`user`, `client-id`, `ip`) with a name each, `None` for the default.
pub type QuotaEntity = Vec<(String, Option<String>)>;

/// Which entities of one type are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuotaMatch {
    Exactly(String),
    Default,
    Any,
}

/// A new value of a quota, or none: then it is lifted.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotaEdit {
    pub key: String,
    pub value: Option<f64>,
}

/// The quotas of the entities that match all of `filter`; with `strict` those that have no
/// further types.
pub async fn quotas(
    cluster: &Cluster,
    filter: &[(String, QuotaMatch)],
    strict: bool,
) -> Result<Vec<(QuotaEntity, Vec<(String, f64)>)>, ClientFault> {
    let component = |(kind, wanted): &(String, QuotaMatch)| {
        let (match_type, name) = match wanted {
            QuotaMatch::Exactly(name) => (0, Some(Text::Owned(name.clone()))),
            QuotaMatch::Default => (1, None),
            QuotaMatch::Any => (2, None),
        };
        describe_client_quotas::ComponentData {
            entity_type: Text::Owned(kind.clone()),
            match_type,
            r#match: name,
            ..Default::default()
        }
    };
    let request = describe_client_quotas::Request {
        components: filter.iter().map(component).collect(),
        strict,
        ..describe_client_quotas::Request::default()
    };
    let answer = cluster.any().await?.call(&request).await?;
    let answer: describe_client_quotas::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, answer.error_message.as_deref())?;
    let entry = |entry: &describe_client_quotas::EntryData<'_>| {
        let entity = entry.entity.iter().map(|part| {
            let name = part.entity_name.as_deref().map(str::to_owned);
            (part.entity_type.to_string(), name)
        });
        let values = entry.values.iter();
        let values = values.map(|value| (value.key.to_string(), value.value));
        (entity.collect(), values.collect())
    };
    Ok(answer.entries.iter().flatten().map(entry).collect())
}

/// Changes quotas of one entity, all or none.
pub async fn alter_quotas(
    cluster: &Cluster,
    entity: &QuotaEntity,
    edits: &[QuotaEdit],
) -> Result<(), ClientFault> {
    let part = |(kind, name): &(String, Option<String>)| alter_client_quotas::EntityData {
        entity_type: Text::Owned(kind.clone()),
        entity_name: name.clone().map(Text::Owned),
        ..Default::default()
    };
    let operation = |edit: &QuotaEdit| alter_client_quotas::OpData {
        key: Text::Owned(edit.key.clone()),
        value: edit.value.unwrap_or_default(),
        remove: edit.value.is_none(),
        ..Default::default()
    };
    let entry = alter_client_quotas::EntryData {
        entity: entity.iter().map(part).collect(),
        ops: edits.iter().map(operation).collect(),
        ..Default::default()
    };
    let request = alter_client_quotas::Request {
        entries: vec![entry],
        ..alter_client_quotas::Request::default()
    };
    let answer = cluster.change(&request).await?;
    let answer: alter_client_quotas::Response<'_> = answer.read()?;
    let mut rows = answer.entries.iter();
    rows.try_for_each(|row| ClientFault::check(row.error_code, row.error_message.as_deref()))
}
