//! `corelane features`: Kafka's `kafka-features.sh` (`FeatureCommand`). What releases of Kafka
//! stand for is also told by `corelane storage`, in the same words.

mod level;
mod mapping;
mod options;
mod run;
mod update;

pub use mapping::{dependencies, mapping};
pub use options::{Dependencies, Mapping, Options};
pub use run::run;
