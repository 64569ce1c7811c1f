//! Logs of which a look at the data directory finds what was known: nearly all of them, nearly always.
//!
//! They are compared where they are read, one after the other, and are not kept: what is known of a
//! hundred thousand logs takes some 50 MB. What is left is compared with each other, too.

use std::collections::HashSet;

use rusqlite::Connection;

use super::{
    assess::ProfileRules,
    digests::Digests,
    entry::{self, Entry, Facts, Seen},
    log_state::next_change,
    packed::ContentHash,
    refresh::{digest, is_denied, renewed},
};
use crate::source::scan::{Found, Scan};

/// The logs that are as they were, in short.
#[derive(Default)]
pub(super) struct Settled {
    /// Each of them; without a meaning where none was asked for.
    pub digests: Digests,
    /// How many.
    pub logs: usize,
    /// When the state of one of them changes next though nothing but time passes.
    pub next_change_us: Option<i64>,
    /// Which of the logs that were found they are: by their places in [`Scan::found`].
    is_settled: Vec<bool>,
}

/// What decides whether a log is settled.
pub(super) struct Comparison<'a> {
    /// What was found, in the order of raw paths.
    pub scan: &'a Scan,
    /// The rules of now.
    pub rules: &'a ProfileRules,
    /// Logs that are being harvested.
    pub held: &'a HashSet<String>,
    /// Whether digests are asked for.
    pub tells: bool,
    /// Microseconds since 1970.
    pub now_us: i64,
}

impl Settled {
    /// The logs that were found and are not settled, in order.
    pub(super) fn others<'a>(&'a self, scan: &'a Scan) -> impl Iterator<Item = &'a Found> {
        let found = scan.found.iter().enumerate();
        let is_settled = |at: usize| self.is_settled.get(at).copied().unwrap_or_default();
        found.filter_map(move |(at, found)| (!is_settled(at)).then_some(found))
    }
}

impl Comparison<'_> {
    /// All logs that the catalog knows: those that are settled, and the others.
    pub(super) fn load(&self, db: &Connection) -> rusqlite::Result<(Settled, Vec<Entry>)> {
        let ties = Ties::load(db)?;
        let mut settled = Settled {
            digests: Digests::with_capacity(entry::count(db, "logs")?),
            is_settled: vec![false; self.scan.found.len()],
            ..Settled::default()
        };
        let mut others = Vec::new();
        entry::each(db, "1", [], |entry| {
            let at = self.place_of(&entry, &ties);
            // A path that the catalog has twice is compared with itself.
            let at = at.filter(|at| settled.is_settled.get(*at) == Some(&false));
            match at {
                Some(at) => settled.add(at, &entry, self),
                None => others.push(entry),
            }
        })?;
        Ok((settled, others))
    }

    /// Where a log was found that is settled: it is as it was, and so is its state, in which no
    /// other log has a part.
    fn place_of(&self, entry: &Entry, ties: &Ties) -> Option<usize> {
        let (raw, seen) = (entry.raw()?, entry.seen.as_ref()?);
        let found = &self.scan.found;
        let at = found.binary_search_by(|f| f.raw.as_slice().cmp(raw)).ok()?;
        let is_as_before = renewed(Some(seen), found.get(at)?, self.now_us) == *seen;
        let stays = is_as_before
            && !seen.wants_footer()
            && !is_denied(entry)
            && !ties.concern(seen, entry.record.as_deref())
            && self.rules.assess_alone(entry, self.now_us) == entry.verdict;
        stays.then_some(at)
    }
}

impl Settled {
    fn add(&mut self, at: usize, entry: &Entry, by: &Comparison<'_>) {
        let digest = match by.tells {
            true => digest(entry, by.held.contains(entry.key())),
            false => 0,
        };
        self.digests.push(entry.key(), digest);
        self.logs += 1;
        let change = |seen: &Seen| next_change(seen, by.now_us);
        let next = [self.next_change_us, entry.seen.as_ref().and_then(change)];
        self.next_change_us = next.into_iter().flatten().min();
        if let Some(is_settled) = self.is_settled.get_mut(at) {
            *is_settled = true;
        }
    }
}

/// What logs may have to do with each other.
struct Ties {
    /// The contents that several logs had when they were harvested.
    contents: HashSet<ContentHash>,
    /// The inodes of logs when they were harvested: a new log with one of them may be renamed.
    inodes: HashSet<u64>,
    /// Whether there are logs that only the lake knows: one that is found may be among them.
    are_unplaced: bool,
}

impl Ties {
    fn load(db: &Connection) -> rusqlite::Result<Self> {
        // Statements that stay would keep the memory below them, which the paths of a scan took.
        let mut contents = db.prepare(
            "SELECT content_hash FROM logs WHERE content_hash IS NOT NULL \
             GROUP BY content_hash HAVING count(*) > 1",
        )?;
        let contents = contents.query_map([], |r| Ok(r.get_ref(0)?.as_str()?.into()))?;
        let mut inodes = db.prepare("SELECT rec_inode FROM logs WHERE rec_inode IS NOT NULL")?;
        let inodes = inodes.query_map([], |r| Ok(r.get::<_, i64>(0)?.cast_unsigned()))?;
        let unplaced = "SELECT EXISTS (SELECT 1 FROM logs WHERE file IS NULL)";
        Ok(Self {
            contents: contents.collect::<rusqlite::Result<_>>()?,
            inodes: inodes.collect::<rusqlite::Result<_>>()?,
            are_unplaced: db.prepare(unplaced)?.query_row([], |r| r.get(0))?,
        })
    }

    /// Whether another log may have a part in the state of this one.
    fn concern(&self, seen: &Seen, record: Option<&Facts>) -> bool {
        match record {
            Some(Facts { content_hash, .. }) => content_hash
                .as_ref()
                .is_some_and(|hash| self.contents.contains(hash)),
            None => self.are_unplaced || self.inodes.contains(&seen.inode),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{
        super::{
            fixture::{World, world},
            refresh::{Plan, plan},
        },
        *,
    };
    use crate::profile::{BUILT_IN, Profile};

    /// What a look makes of the logs, with those that are settled apart or among all others.
    fn planned(w: &World, held: &HashSet<String>, now_us: i64, apart: bool) -> (usize, Plan) {
        let c = &w.context;
        let cancel = crate::base::CancelToken::new();
        let scan =
            &crate::source::scan::scan(&c.data_dir, c.lake.root(), c.links, &cancel).unwrap();
        let load = |db: &Connection| {
            let by = Comparison {
                scan,
                rules: &ProfileRules::load(db, c)?,
                held,
                tells: true,
                now_us,
            };
            let (settled, others) = match apart {
                true => by.load(db)?,
                false => (Settled::default(), entry::load_all(db)?),
            };
            Ok((settled.logs, plan(settled, others, &by, &c.data_dir)))
        };
        w.catalog.sql(load).unwrap()
    }

    /// The same both ways; how many logs are settled.
    fn settled(w: &World, held: &HashSet<String>) -> usize {
        let now_us = crate::time::now();
        let [(settled, apart), (_, together)] =
            [true, false].map(|apart| planned(w, held, now_us, apart));
        assert_eq!(apart.save, together.save);
        assert_eq!(apart.delete, together.delete);
        assert_eq!(apart.logs, together.logs);
        assert_eq!(apart.next_change_us, together.next_change_us);
        assert!(apart.digests.keys().eq(together.digests.keys()));
        assert_eq!(apart.digests.changed_since(&together.digests), [""; 0]);
        settled
    }

    #[test]
    fn a_look_finds_the_same_whether_settled_logs_are_kept_or_not() {
        let none = HashSet::new();
        let mut w = world();
        for (path, content) in [
            ("c1/a.parquet", "a"),
            ("c1/b.csv", "b"),
            ("c2/gone.csv", "gone"),
            ("c2/twice.csv", "twice"),
            ("c2/copy.csv", "twice"),
            ("c2/unread.csv", "unread"),
            ("pending.csv", "p"),
        ] {
            w.write(path, content);
        }
        fs::write(w.file("half.parquet"), "PAR1").unwrap();
        assert_eq!(settled(&w, &none), 0);
        w.refresh();
        assert_eq!(settled(&w, &none), 8);
        for (n, (key, path)) in (1_u128..).zip([
            ("c1/a", "c1/a.parquet"),
            ("c1/b.csv", "c1/b.csv"),
            ("c2/gone.csv", "c2/gone.csv"),
            ("c2/twice.csv", "c2/twice.csv"),
            ("c2/copy.csv", "c2/copy.csv"),
        ]) {
            w.harvest(key, path, &[(n, 0)]);
        }
        w.refresh();
        // Not those with one content.
        assert_eq!(settled(&w, &none), 6);
        assert_eq!(settled(&w, &HashSet::from(["c1/a".to_owned()])), 6);
        w.write("c1/b.csv", "longer");
        // Its key is another one: that of the log with an ending is in use.
        w.write("c1/a/b.parquet", "new");
        fs::rename(w.file("c2/gone.csv"), w.file("c2/renamed.csv")).unwrap();
        fs::remove_file(w.file("pending.csv")).unwrap();
        assert_eq!(settled(&w, &none), 3);
        w.refresh();
        // Neither what is gone nor what looks like it.
        assert_eq!(settled(&w, &none), 5);
        let other = BUILT_IN.replacen("hold = 10", "hold = 0", 1);
        w.context.profile = Profile::parse(&other, "p").unwrap().into();
        // What was harvested and is as it was is stale.
        assert_eq!(settled(&w, &none), 4);
    }
}
