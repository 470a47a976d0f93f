use serde::Serialize;

use super::acl::{AccessControlEntryRecord, RemoveAccessControlEntryRecord};
use super::broker::{BrokerRegistrationChangeRecord, FenceBrokerRecord, RegisterBrokerRecord};
use super::broker::{UnfenceBrokerRecord, UnregisterBrokerRecord};
use super::config::ConfigRecord;
use super::controller::RegisterControllerRecord;
use super::credential::{DelegationTokenRecord, RemoveDelegationTokenRecord};
use super::credential::{RemoveUserScramCredentialRecord, UserScramCredentialRecord};
use super::feature::FeatureLevelRecord;
use super::partition::{PartitionChangeRecord, PartitionRecord};
use super::producer_ids::ProducerIdsRecord;
use super::quota::ClientQuotaRecord;
use super::topic::{ClearElrRecord, RemoveTopicRecord, TopicRecord};
use super::transaction::{AbortTransactionRecord, BeginTransactionRecord, EndTransactionRecord};
use super::transaction::{NoOpRecord, ZkMigrationStateRecord};
use crate::wire::schema::{Dialect, Field};
use crate::wire::{Cursor, EncodeFault, Malformed, Writer, json};

/// The only frame version there is.
const FRAME_VERSION: u32 = 1;
/// Bodies of metadata records are flexible at all versions.
const FLEXIBLE_FROM: i16 = 0;

/// One line per record: name, type number, newest version. All start at version 0.
macro_rules! records {
    ($($name:ident = $number:literal: $last:literal, $body:ident;)*) => {
        /// Any record of cluster metadata.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Record<'a> {
            $($name($body<'a>),)*
        }

        impl<'a> Record<'a> {
            /// Kafka's number of the record type.
            pub fn number(&self) -> u32 {
                match self {
                    $(Record::$name(_) => $number,)*
                }
            }

            /// Kafka's name of the record type, without the `Record` at its end.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Record::$name(_) => stringify!($name),)*
                }
            }

            /// The newest version of the record type that this build knows.
            pub fn version_max(&self) -> i16 {
                match self {
                    $(Record::$name(_) => $last,)*
                }
            }

            fn read(number: u32, c: &mut Cursor<'a>, d: Dialect) -> Result<Self, Malformed> {
                match number {
                    $($number if d.version <= $last => $body::read(c, d).map(Record::$name),)*
                    _ => Err(unknown(number, d.version)),
                }
            }

            fn write(&self, writer: &mut Writer, d: Dialect) -> Result<(), EncodeFault> {
                match self {
                    $(Record::$name(body) => body.write(writer, d),)*
                }
            }

            /// The body in Kafka's JSON form.
            pub fn json(&self, version: i16) -> String {
                match self {
                    $(Record::$name(body) => json::of(body, version),)*
                }
            }
        }

        $(impl<'a> From<$body<'a>> for Record<'a> {
            fn from(body: $body<'a>) -> Self {
                Record::$name(body)
            }
        })*
    };
}

records! {
    RegisterBroker = 0: 4, RegisterBrokerRecord;
    UnregisterBroker = 1: 0, UnregisterBrokerRecord;
    Topic = 2: 0, TopicRecord;
    Partition = 3: 2, PartitionRecord;
    Config = 4: 0, ConfigRecord;
    PartitionChange = 5: 2, PartitionChangeRecord;
    FenceBroker = 7: 0, FenceBrokerRecord;
    UnfenceBroker = 8: 0, UnfenceBrokerRecord;
    RemoveTopic = 9: 0, RemoveTopicRecord;
    DelegationToken = 10: 0, DelegationTokenRecord;
    UserScramCredential = 11: 0, UserScramCredentialRecord;
    FeatureLevel = 12: 0, FeatureLevelRecord;
    ClientQuota = 14: 0, ClientQuotaRecord;
    ProducerIds = 15: 0, ProducerIdsRecord;
    BrokerRegistrationChange = 17: 3, BrokerRegistrationChangeRecord;
    AccessControlEntry = 18: 0, AccessControlEntryRecord;
    RemoveAccessControlEntry = 19: 0, RemoveAccessControlEntryRecord;
    NoOp = 20: 0, NoOpRecord;
    ZkMigrationState = 21: 0, ZkMigrationStateRecord;
    RemoveUserScramCredential = 22: 0, RemoveUserScramCredentialRecord;
    BeginTransaction = 23: 0, BeginTransactionRecord;
    EndTransaction = 24: 0, EndTransactionRecord;
    AbortTransaction = 25: 0, AbortTransactionRecord;
    RemoveDelegationToken = 26: 0, RemoveDelegationTokenRecord;
    RegisterController = 27: 0, RegisterControllerRecord;
    ClearElr = 28: 0, ClearElrRecord;
}

fn unknown(record: u32, version: i16) -> Malformed {
    Malformed::Record {
        record,
        version: u32::from(version.cast_unsigned()),
    }
}

impl<'a> Record<'a> {
    /// Reads a whole record and the version it was written at. Unknown types and versions are
    /// refused, and so are trailing bytes: a metadata log that is not understood in full must
    /// not be replayed in part.
    pub fn decode(bytes: &'a [u8]) -> Result<(Record<'a>, i16), Malformed> {
        let mut cursor = Cursor::new(bytes);
        let frame = cursor.uvarint()?;
        if frame != FRAME_VERSION {
            return Err(Malformed::Frame(frame));
        }
        let record = cursor.uvarint()?;
        let version = cursor.uvarint()?;
        let version = i16::try_from(version).map_err(|_| Malformed::Record { record, version })?;
        let record = Record::read(record, &mut cursor, Dialect::new(version, FLEXIBLE_FROM))?;
        match cursor.remaining() {
            0 => Ok((record, version)),
            left => Err(Malformed::Trailing(left)),
        }
    }

    /// Writes a whole record at a version that the cluster's metadata level allows.
    pub fn encode(&self, version: i16) -> Result<Vec<u8>, EncodeFault> {
        if !(0..=self.version_max()).contains(&version) {
            return Err(EncodeFault::Record {
                record: self.number(),
                version,
            });
        }
        let mut measure = Writer::measuring();
        self.encode_into(&mut measure, version)?;
        let mut writer = Writer::with_capacity(measure.size().total());
        self.encode_into(&mut writer, version)?;
        Ok(writer.into_bytes())
    }

    fn encode_into(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeFault> {
        writer.put_uvarint(FRAME_VERSION);
        writer.put_uvarint(self.number());
        writer.put_uvarint(u32::from(version.cast_unsigned()));
        self.write(writer, Dialect::new(version, FLEXIBLE_FROM))
    }
}
