use std::ops::RangeInclusive;

use super::schema::Dialect;

/// A flexible-from that no version reaches.
const NEVER: i16 = i16::MAX;

/// What the table says of one API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub key: ApiKey,
    pub name: &'static str,
    /// First and last version that our schema can read and write: Kafka 4.3's stable ones.
    known: (i16, i16),
    flexible_from: i16,
    is_served: bool,
}

/// The first version advertised where it is not the first one served. librdkafka up to 2.8 turns
/// compression off unless Produce starts at 0, though nobody serves that any more (KAFKA-18659).
const ADVERTISED_FROM: (ApiKey, i16) = (ApiKey::Produce, 0);

/// One line per API: name, key, versions as Kafka 4.3 has them (`api_versions.json` of the golden
/// vectors holds the same numbers), first flexible version, and whether this broker answers it.
macro_rules! table {
    ($(
        $name:ident = $key:literal: $min:literal-$max:literal, flexible $flex:tt, $served:ident;
    )*) => {
        /// Names what a request asks for. Keys 4 to 7 belonged to ZooKeeper's days.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum ApiKey {
            $($name = $key,)*
        }

        /// All APIs with a schema, in ascending order of their keys.
        const ROWS: &[Row] = &[$(Row {
            key: ApiKey::$name,
            name: stringify!($name),
            known: ($min, $max),
            flexible_from: $flex,
            is_served: $served,
        },)*];
    };
}

/// The last word of a table line: `SERVED` is advertised and answered, `KNOWN` has a schema for
/// our own client and for later.
const SERVED: bool = true;
const KNOWN: bool = false;

table! {
    Produce = 0:                       3-13, flexible 9,     SERVED;
    Fetch = 1:                         4-18, flexible 12,    SERVED;
    ListOffsets = 2:                   1-11, flexible 6,     SERVED;
    Metadata = 3:                      0-13, flexible 9,     SERVED;
    OffsetCommit = 8:                  2-10, flexible 8,     KNOWN;
    OffsetFetch = 9:                   1-10, flexible 6,     KNOWN;
    FindCoordinator = 10:              0-6, flexible 3,     KNOWN;
    JoinGroup = 11:                    0-9, flexible 6,     KNOWN;
    Heartbeat = 12:                    0-4, flexible 4,     KNOWN;
    LeaveGroup = 13:                   0-5, flexible 4,     KNOWN;
    SyncGroup = 14:                    0-5, flexible 4,     KNOWN;
    DescribeGroups = 15:               0-6, flexible 5,     KNOWN;
    ListGroups = 16:                   0-5, flexible 3,     SERVED;
    SaslHandshake = 17:                0-1, flexible NEVER, KNOWN;
    ApiVersions = 18:                  0-4, flexible 3,     SERVED;
    CreateTopics = 19:                 2-7, flexible 5,     SERVED;
    DeleteTopics = 20:                 1-6, flexible 4,     SERVED;
    DeleteRecords = 21:                0-2, flexible 2,     SERVED;
    InitProducerId = 22:               0-5, flexible 2,     SERVED;
    OffsetForLeaderEpoch = 23:         2-4, flexible 4,     SERVED;
    AddPartitionsToTxn = 24:           0-5, flexible 3,     KNOWN;
    AddOffsetsToTxn = 25:              0-4, flexible 3,     KNOWN;
    EndTxn = 26:                       0-5, flexible 3,     KNOWN;
    WriteTxnMarkers = 27:              1-2, flexible 1,     KNOWN;
    TxnOffsetCommit = 28:              0-5, flexible 3,     KNOWN;
    DescribeAcls = 29:                 1-3, flexible 2,     SERVED;
    CreateAcls = 30:                   1-3, flexible 2,     SERVED;
    DeleteAcls = 31:                   1-3, flexible 2,     SERVED;
    DescribeConfigs = 32:              1-4, flexible 4,     SERVED;
    AlterConfigs = 33:                 0-2, flexible 2,     SERVED;
    AlterReplicaLogDirs = 34:          1-2, flexible 2,     KNOWN;
    DescribeLogDirs = 35:              1-5, flexible 2,     SERVED;
    SaslAuthenticate = 36:             0-2, flexible 2,     KNOWN;
    CreatePartitions = 37:             0-3, flexible 2,     SERVED;
    CreateDelegationToken = 38:        1-3, flexible 2,     KNOWN;
    RenewDelegationToken = 39:         1-2, flexible 2,     KNOWN;
    ExpireDelegationToken = 40:        1-2, flexible 2,     KNOWN;
    DescribeDelegationToken = 41:      1-3, flexible 2,     KNOWN;
    DeleteGroups = 42:                 0-2, flexible 2,     KNOWN;
    ElectLeaders = 43:                 0-2, flexible 2,     SERVED;
    IncrementalAlterConfigs = 44:      0-1, flexible 1,     SERVED;
    AlterPartitionReassignments = 45:  0-1, flexible 0,     KNOWN;
    ListPartitionReassignments = 46:   0-0, flexible 0,     SERVED;
    OffsetDelete = 47:                 0-0, flexible NEVER, KNOWN;
    DescribeClientQuotas = 48:         0-1, flexible 1,     SERVED;
    AlterClientQuotas = 49:            0-1, flexible 1,     KNOWN;
    DescribeUserScramCredentials = 50: 0-0, flexible 0,     SERVED;
    AlterUserScramCredentials = 51:    0-0, flexible 0,     KNOWN;
    DescribeQuorum = 55:               0-2, flexible 0,     SERVED;
    UpdateFeatures = 57:               0-2, flexible 0,     SERVED;
    DescribeCluster = 60:              0-2, flexible 0,     SERVED;
    DescribeProducers = 61:            0-0, flexible 0,     SERVED;
    UnregisterBroker = 64:             0-0, flexible 0,     SERVED;
    DescribeTransactions = 65:         0-0, flexible 0,     KNOWN;
    ListTransactions = 66:             0-2, flexible 0,     SERVED;
    ConsumerGroupHeartbeat = 68:       0-1, flexible 0,     KNOWN;
    ConsumerGroupDescribe = 69:        0-1, flexible 0,     KNOWN;
    ListConfigResources = 74:          0-1, flexible 0,     SERVED;
    DescribeTopicPartitions = 75:      0-0, flexible 0,     SERVED;
}

impl ApiKey {
    pub fn from_number(number: i16) -> Option<ApiKey> {
        let at = ROWS
            .binary_search_by_key(&number, |row| row.key as i16)
            .ok()?;
        ROWS.get(at).map(|row| row.key)
    }

    pub fn number(self) -> i16 {
        self as i16
    }

    /// Kafka's name, as tools print it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The versions our schema knows, served or not: what our own client may speak.
    pub fn known(self) -> RangeInclusive<i16> {
        let (first, last) = self.row().known;
        first..=last
    }

    /// From this version on, lengths are varints and structs end in tagged fields.
    pub fn is_flexible(self, version: i16) -> bool {
        version >= self.row().flexible_from
    }

    pub fn request_header_version(self, version: i16) -> i16 {
        if self.is_flexible(version) { 2 } else { 1 }
    }

    /// ApiVersions answers keep version 0 for ever: a client reads them before it knows us.
    pub fn response_header_version(self, version: i16) -> i16 {
        i16::from(self.is_flexible(version) && self != ApiKey::ApiVersions)
    }

    /// How a body of this version is written; `None` for versions that the schema lacks.
    pub(super) fn dialect(self, version: i16) -> Option<Dialect> {
        let row = self.row();
        self.known()
            .contains(&version)
            .then(|| Dialect::new(version, row.flexible_from))
    }

    fn row(self) -> &'static Row {
        let at = ROWS.binary_search_by_key(&self, |row| row.key);
        &ROWS[at.expect("the table that makes the keys has a row for each")]
    }
}

/// The versions of an API that this broker answers; `None` when it does not serve the API.
pub fn served(key: ApiKey) -> Option<RangeInclusive<i16>> {
    key.row().is_served.then(|| key.known())
}

/// The versions that an ApiVersions answer lists.
pub fn advertised(key: ApiKey) -> Option<RangeInclusive<i16>> {
    let range = served(key)?;
    let (exception, first) = ADVERTISED_FROM;
    Some(if key == exception {
        first..=*range.end()
    } else {
        range
    })
}

/// All APIs that have a schema, in ascending order of their keys.
pub fn known_keys() -> impl Iterator<Item = ApiKey> {
    ROWS.iter().map(|row| row.key)
}

/// The APIs that this broker answers, in ascending order of their keys.
pub fn served_keys() -> impl Iterator<Item = ApiKey> {
    ROWS.iter().filter(|row| row.is_served).map(|row| row.key)
}

#[cfg(test)]
mod tests {
    use super::{ApiKey, advertised, known_keys, served};

    #[test]
    fn keys_ascend_and_are_found_by_number() {
        let numbers: Vec<i16> = known_keys().map(ApiKey::number).collect();
        assert!(numbers.is_sorted());
        for key in known_keys() {
            assert_eq!(ApiKey::from_number(key.number()), Some(key));
        }
        assert_eq!(ApiKey::from_number(4), None);
        assert_eq!(ApiKey::from_number(-1), None);
    }

    #[test]
    fn produce_alone_is_advertised_from_below_what_is_served() {
        assert_eq!(served(ApiKey::Produce), Some(3..=13));
        assert_eq!(advertised(ApiKey::Produce), Some(0..=13));
        assert_eq!(advertised(ApiKey::Fetch), served(ApiKey::Fetch));
        assert_eq!(advertised(ApiKey::FindCoordinator), None);
    }
}
