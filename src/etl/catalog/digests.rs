//! What lists showed of each log, to tell what changed since.

use std::cmp::Ordering;

/// One number for each log, by its key. It stays from one look at the data directory to the next,
/// for a hundred thousand logs, so that it is two pieces of memory and not one for each log.
#[derive(Debug, Default)]
pub(super) struct Digests {
    /// One after the other.
    keys: String,
    logs: Vec<Digest>,
}

#[derive(Debug, Clone, Copy)]
struct Digest {
    digest: u64,
    /// Where its key begins among all keys, and how long it is.
    start: u32,
    length: u32,
}

impl Digest {
    fn range(&self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

impl Digests {
    /// Has room for so many logs.
    pub(super) fn with_capacity(logs: usize) -> Self {
        /// Bytes of a key, about.
        const KEY: usize = 32;
        Self {
            keys: String::with_capacity(logs * KEY),
            logs: Vec::with_capacity(logs),
        }
    }

    /// Adds a log that is not among them. Keys beyond 4 GiB together are not told apart: their logs
    /// are never told to have changed.
    pub(super) fn push(&mut self, key: &str, digest: u64) {
        let place = u32::try_from(self.keys.len()).ok();
        if let Some((start, length)) = place.zip(u32::try_from(key.len()).ok()) {
            self.keys.push_str(key);
            self.logs.push(Digest {
                digest,
                start,
                length,
            });
        }
    }

    /// The keys of all logs.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(key, _)| key)
    }

    /// To be called when all were added.
    pub(super) fn sort(&mut self) {
        self.keys.shrink_to_fit();
        let keys = &self.keys;
        let key = |log: &Digest| keys.get(log.range());
        self.logs.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    }

    /// The keys of the logs that are there now or were there before, and have another digest or
    /// none, in order. Both are sorted.
    pub(super) fn changed_since(&self, before: &Self) -> Vec<String> {
        let (mut now, mut old) = (self.iter().peekable(), before.iter().peekable());
        let mut changed = Vec::new();
        loop {
            let order = match (now.peek(), old.peek()) {
                (None, None) => return changed,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((a, _)), Some((b, _))) => a.cmp(b),
            };
            let come = now.next_if(|_| order != Ordering::Greater);
            let gone = old.next_if(|_| order != Ordering::Less);
            if come != gone {
                changed.extend(come.or(gone).map(|(key, _)| key.to_owned()));
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        let logs = self.logs.iter();
        logs.filter_map(|log| Some((self.keys.get(log.range())?, log.digest)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn logs() -> impl Strategy<Value = Vec<(String, u64)>> {
        let logs = prop::collection::hash_map("[ab/ü]{0,3}", 0..3_u64, 0..20);
        logs.prop_map(|logs| logs.into_iter().collect())
    }

    fn digests(logs: &[(String, u64)]) -> Digests {
        let mut digests = Digests::with_capacity(logs.len());
        for (key, digest) in logs {
            digests.push(key, *digest);
        }
        digests.sort();
        digests
    }

    proptest! {
        #[test]
        fn what_changed_is_what_two_maps_differ_in(before in logs(), now in logs()) {
            let (old, new) = (digests(&before), digests(&now));
            prop_assert_eq!(new.iter().count(), now.len());
            let map = |logs: Vec<(String, u64)>| logs.into_iter().collect::<BTreeMap<_, _>>();
            let (before, now) = (map(before), map(now));
            let mut keys: Vec<String> = before.keys().chain(now.keys()).cloned().collect();
            keys.sort();
            keys.dedup();
            keys.retain(|key| before.get(key) != now.get(key));
            prop_assert_eq!(new.changed_since(&old), keys);
        }
    }
}
