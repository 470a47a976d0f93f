use std::collections::BTreeMap;

use super::broker::{broker_key, family};
use super::key::{Key, Mode};

/// Values that someone set, by key; the text is canonical (see `value`).
pub type Overrides = BTreeMap<String, String>;

/// Where a value comes from, nearest first (`DescribeConfigsResponse.ConfigSource`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(i8)]
pub enum Source {
    Topic = 1,
    DynamicBroker = 2,
    DynamicDefault = 3,
    Static = 4,
    Default = 5,
    ClientMetrics = 7,
    Group = 8,
}

impl Source {
    /// The wire code of DescribeConfigs 1+.
    pub const fn code(self) -> i8 {
        self as i8
    }
}

/// The broker's values by source. Looking up goes from the nearest source to the table's default.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Layers {
    pub broker: Overrides,
    pub cluster: Overrides,
    /// The file and `--set`.
    pub stated: Overrides,
}

impl Layers {
    /// The values given for exactly this key, nearest first, the default last. What is read at
    /// start has no dynamic values, whatever was stored.
    pub fn given(&self, key: &'static Key) -> impl Iterator<Item = (&str, Source)> {
        let dynamic = [
            (&self.broker, Source::DynamicBroker),
            (&self.cluster, Source::DynamicDefault),
        ];
        dynamic
            .into_iter()
            .filter(|_| key.mode == Mode::Dynamic)
            .chain([(&self.stated, Source::Static)])
            .filter_map(|(values, source)| Some((values.get(key.name)?.as_str(), source)))
            .chain(key.default.map(|default| (default, Source::Default)))
    }

    /// The text in force for one key, whatever its relatives say. A dynamic value that its row
    /// does not allow is passed over: it was stored by a version with another table.
    pub fn text(&self, key: &'static Key) -> Option<String> {
        self.given(key)
            .find_map(|(text, _)| key.canonical(text).ok())
    }

    /// The number in force for a key and its relatives in other units, in this key's unit.
    pub fn number(&self, name: &'static str) -> Option<i64> {
        let members = family(name);
        let has_relatives = members.len() > 1;
        let unit = members
            .iter()
            .find(|member| member.0 == name)
            .map_or(1, |member| member.1);
        members.into_iter().find_map(|(member, member_unit)| {
            let number: i64 = self.text(row(member))?.parse().ok()?;
            // A negative time means never, in every unit.
            let never = number < 0 && has_relatives;
            Some(if never {
                -1
            } else {
                number.saturating_mul(member_unit) / unit
            })
        })
    }
}

/// The row of a key that the code names itself.
pub(super) fn row(name: &str) -> &'static Key {
    let key = broker_key(name);
    assert!(
        key.is_some(),
        "the code reads {name}, which the table does not have"
    );
    key.expect("asserted above")
}
