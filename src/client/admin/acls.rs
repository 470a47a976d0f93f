//! Access control entries.

use crate::client::{ClientFault, Cluster};
use crate::wire::Text;
use crate::wire::api::describe_acls as api;

/// Any type, pattern, operation or permission, in filters.
const ANY: i8 = 1;

/// What entries are looked for; `None` takes any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AclFilter {
    /// `ResourceType`, by its number on the wire.
    pub kind: Option<i8>,
    pub name: Option<String>,
    /// `PatternType`, by its number on the wire.
    pub pattern: Option<i8>,
}

/// The resources that entries are about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AclPattern {
    pub kind: i8,
    pub name: String,
    pub pattern: i8,
}

/// Who may or may not do what; numbers as on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclEntry {
    pub principal: String,
    pub host: String,
    pub operation: i8,
    pub permission: i8,
}

/// The entries that match, by resource.
pub async fn acls(
    cluster: &Cluster,
    filter: &AclFilter,
) -> Result<Vec<(AclPattern, Vec<AclEntry>)>, ClientFault> {
    let request = api::Request {
        resource_type_filter: filter.kind.unwrap_or(ANY),
        resource_name_filter: filter.name.clone().map(Text::Owned),
        pattern_type_filter: filter.pattern.unwrap_or(ANY),
        principal_filter: None,
        host_filter: None,
        operation: ANY,
        permission_type: ANY,
        ..api::Request::default()
    };
    let answer = cluster.any().await?.call(&request).await?;
    let answer: api::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, answer.error_message.as_deref())?;
    let entry = |row: &api::AclDescription<'_>| AclEntry {
        principal: row.principal.to_string(),
        host: row.host.to_string(),
        operation: row.operation,
        permission: row.permission_type,
    };
    let resource = |row: &api::DescribeAclsResource<'_>| {
        let pattern = AclPattern {
            kind: row.resource_type,
            name: row.resource_name.to_string(),
            pattern: row.pattern_type,
        };
        (pattern, row.acls.iter().map(entry).collect())
    };
    Ok(answer.resources.iter().map(resource).collect())
}
