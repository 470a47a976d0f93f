use std::collections::BTreeMap;

/// How often each item of a request is named, so that a repeated one is answered once.
pub struct Times<K>(BTreeMap<K, usize>);

impl<K: Ord> Times<K> {
    pub fn of(items: impl Iterator<Item = K>) -> Times<K> {
        let mut times = BTreeMap::new();
        for item in items {
            *times.entry(item).or_insert(0) += 1;
        }
        Times(times)
    }

    /// How often an item was named.
    pub fn count(&self, item: &K) -> usize {
        self.0.get(item).copied().unwrap_or(0)
    }

    /// The count of an item when it is met for the first time, 0 from then on.
    pub fn take(&mut self, item: &K) -> usize {
        self.0.remove(item).unwrap_or(0)
    }
}
