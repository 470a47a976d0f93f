use serde::Serialize;

use crate::wire::{ApiKey, Cursor, EncodeFault, Malformed, Message, Writer};

/// One line per schema file. Whoever holds bytes of any API (request logs, tests, fuzzers) goes
/// through the two enums; handlers, which know what they expect, decode the struct itself.
macro_rules! catalog {
    ($($name:ident: $module:ident;)*) => {
        catalog!(enum AnyRequest "A request of any API." Request; $($name: $module;)*);
        catalog!(enum AnyResponse "An answer of any API." Response; $($name: $module;)*);
    };
    (enum $any:ident $doc:literal $top:ident; $($name:ident: $module:ident;)*) => {
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum $any<'a> {
            $($name(super::$module::$top<'a>),)*
        }

        impl<'a> $any<'a> {
            /// The message with every field at its default.
            pub fn default_of(key: ApiKey) -> Self {
                match key {
                    $(ApiKey::$name => $any::$name(Default::default()),)*
                }
            }

            pub fn key(&self) -> ApiKey {
                match self {
                    $($any::$name(_) => ApiKey::$name,)*
                }
            }

            /// Reads the body and leaves trailing bytes in the cursor.
            pub fn decode(
                key: ApiKey,
                cursor: &mut Cursor<'a>,
                version: i16,
            ) -> Result<Self, Malformed> {
                match key {
                    $(ApiKey::$name => Message::decode(cursor, version).map($any::$name),)*
                }
            }

            pub fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeFault> {
                match self {
                    $($any::$name(body) => body.encode(writer, version),)*
                }
            }

            /// Bytes that `encode` writes, payloads included.
            pub fn size(&self, version: i16) -> Result<usize, EncodeFault> {
                match self {
                    $($any::$name(body) => body.size(version),)*
                }
            }
        }
    };
}

catalog! {
    Produce: produce;
    Fetch: fetch;
    ListOffsets: list_offsets;
    Metadata: metadata;
    OffsetCommit: offset_commit;
    OffsetFetch: offset_fetch;
    FindCoordinator: find_coordinator;
    JoinGroup: join_group;
    Heartbeat: heartbeat;
    LeaveGroup: leave_group;
    SyncGroup: sync_group;
    DescribeGroups: describe_groups;
    ListGroups: list_groups;
    SaslHandshake: sasl_handshake;
    ApiVersions: api_versions;
    CreateTopics: create_topics;
    DeleteTopics: delete_topics;
    DeleteRecords: delete_records;
    InitProducerId: init_producer_id;
    OffsetForLeaderEpoch: offset_for_leader_epoch;
    AddPartitionsToTxn: add_partitions_to_txn;
    AddOffsetsToTxn: add_offsets_to_txn;
    EndTxn: end_txn;
    WriteTxnMarkers: write_txn_markers;
    TxnOffsetCommit: txn_offset_commit;
    DescribeAcls: describe_acls;
    CreateAcls: create_acls;
    DeleteAcls: delete_acls;
    DescribeConfigs: describe_configs;
    AlterConfigs: alter_configs;
    AlterReplicaLogDirs: alter_replica_log_dirs;
    DescribeLogDirs: describe_log_dirs;
    SaslAuthenticate: sasl_authenticate;
    CreatePartitions: create_partitions;
    CreateDelegationToken: create_delegation_token;
    RenewDelegationToken: renew_delegation_token;
    ExpireDelegationToken: expire_delegation_token;
    DescribeDelegationToken: describe_delegation_token;
    DeleteGroups: delete_groups;
    ElectLeaders: elect_leaders;
    IncrementalAlterConfigs: incremental_alter_configs;
    AlterPartitionReassignments: alter_partition_reassignments;
    ListPartitionReassignments: list_partition_reassignments;
    OffsetDelete: offset_delete;
    DescribeClientQuotas: describe_client_quotas;
    AlterClientQuotas: alter_client_quotas;
    DescribeUserScramCredentials: describe_user_scram_credentials;
    AlterUserScramCredentials: alter_user_scram_credentials;
    DescribeQuorum: describe_quorum;
    UpdateFeatures: update_features;
    DescribeCluster: describe_cluster;
    DescribeProducers: describe_producers;
    UnregisterBroker: unregister_broker;
    DescribeTransactions: describe_transactions;
    ListTransactions: list_transactions;
    ConsumerGroupHeartbeat: consumer_group_heartbeat;
    ConsumerGroupDescribe: consumer_group_describe;
    ListConfigResources: list_config_resources;
    DescribeTopicPartitions: describe_topic_partitions;
}
