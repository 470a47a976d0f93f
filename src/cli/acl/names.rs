//! Kafka's names of what access control entries are made of, by their numbers on the wire.

const RESOURCES: [&str; 8] = [
    "UNKNOWN",
    "ANY",
    "TOPIC",
    "GROUP",
    "CLUSTER",
    "TRANSACTIONAL_ID",
    "DELEGATION_TOKEN",
    "USER",
];
const PATTERNS: [&str; 5] = ["UNKNOWN", "ANY", "MATCH", "LITERAL", "PREFIXED"];
const OPERATIONS: [&str; 16] = [
    "UNKNOWN",
    "ANY",
    "ALL",
    "READ",
    "WRITE",
    "CREATE",
    "DELETE",
    "ALTER",
    "DESCRIBE",
    "CLUSTER_ACTION",
    "DESCRIBE_CONFIGS",
    "ALTER_CONFIGS",
    "IDEMPOTENT_WRITE",
    "CREATE_TOKENS",
    "DESCRIBE_TOKENS",
    "TWO_PHASE_COMMIT",
];
const PERMISSIONS: [&str; 4] = ["UNKNOWN", "ANY", "DENY", "ALLOW"];

fn of(names: &[&'static str], code: i8) -> &'static str {
    let at = usize::try_from(code).unwrap_or(0);
    names.get(at).copied().unwrap_or("UNKNOWN")
}

pub fn resource(code: i8) -> &'static str {
    of(&RESOURCES, code)
}

pub fn pattern(code: i8) -> &'static str {
    of(&PATTERNS, code)
}

pub fn operation(code: i8) -> &'static str {
    of(&OPERATIONS, code)
}

pub fn permission(code: i8) -> &'static str {
    of(&PERMISSIONS, code)
}
