//! Records about records: transactions of the metadata log, and two without content.
//!
//! Records between begin and end take effect together or, after an abort, not at all (KIP-868).

use crate::wire::Text;
use crate::wire::message::schema;

schema! {
    /// What follows takes effect at the end of the transaction only.
    struct BeginTransactionRecord<'a> {
        name: Option<Text<'a>> [nullable, tag(0)];
    }

    /// What came since the beginning takes effect.
    struct EndTransactionRecord<'a> {
    }

    /// What came since the beginning never was.
    struct AbortTransactionRecord<'a> {
        reason: Option<Text<'a>> [nullable, tag(0)];
    }

    /// Moves the end of the log, so that followers see a living leader.
    struct NoOpRecord<'a> {
    }

    /// How far the migration from ZooKeeper got; read and ignored.
    struct ZkMigrationStateRecord<'a> {
        zk_migration_state: i8;
    }
}
