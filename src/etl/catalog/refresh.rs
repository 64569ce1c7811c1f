//! A look at the data directory: what is there, held against what is known.
//!
//! The walk and the footers are read before anything is locked; the transaction only
//! writes rows that differ. A look that finds nothing new writes nothing.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    time::{Duration, Instant},
};

use rayon::prelude::*;
use rusqlite::{Connection, TransactionBehavior};

use super::{
    Catalog, Refresh,
    assess::{ProfileRules, changed_states},
    digests::Digests,
    entry::{self, Assessment, Entry, Seen},
    log_state::next_change,
    reason::Reason,
    rows::LogState,
    settled::{Comparison, Settled},
};
use crate::{
    Error, Result,
    base::CancelToken,
    lake::{Context, lock},
    source::{
        footer,
        key::Keys,
        scan::{self, Found},
    },
    text, time,
};

const SHORTEST_WAIT: Duration = Duration::from_millis(20);

/// What a look would write.
pub(super) struct Plan {
    pub save: Vec<Entry>,
    pub delete: Vec<i64>,
    /// Every log that stays, as [`digest`] sees it.
    pub digests: Digests,
    /// How many stay.
    pub logs: usize,
    /// When the state of a log changes next though nothing but time passes.
    pub next_change_us: Option<i64>,
}

impl Catalog {
    pub(super) fn refresh_from_scan(
        &mut self,
        context: &Context,
        cancel: &CancelToken,
    ) -> Result<Refresh> {
        let began = Instant::now();
        let (scan, unread) = match scan::scan(
            &context.data_dir,
            context.lake.root(),
            context.links,
            cancel,
        ) {
            // A lake that is only read is shown without its logs, which is not an error.
            Err(e @ Error::Fatal(_)) => {
                let scan = self.scan_without_logs(&context.data_dir)?.ok_or(e)?;
                (scan, Vec::new())
            }
            scanned => {
                let scan = scanned?;
                let unread = scan
                    .unread
                    .iter()
                    .map(|raw| raw.as_slice().into())
                    .collect();
                (scan, unread)
            }
        };
        let scanned = began.elapsed();
        let held: HashSet<String> = lock::held(&context.lake)?
            .into_iter()
            .map(|h| h.key)
            .collect();
        let root = context.data_dir.as_path();
        let seen_version = self.sql(data_version)?;
        let tells = self.last_look.is_some();
        let plan = |db: &Connection| {
            let rules = &ProfileRules::load(db, context)?;
            let comparison = Comparison {
                scan: &scan,
                rules,
                held: &held,
                tells,
                now_us: time::now(),
            };
            let (settled, others) = comparison.load(db)?;
            Ok(self::plan(settled, others, &comparison, root))
        };
        // As of one moment: what logs have to do with each other is read before them.
        let planned = self.sql(|db| plan(&*db.unchecked_transaction()?))?;
        cancel.check()?;
        let plan = if planned.save.is_empty() && planned.delete.is_empty() {
            planned
        } else {
            self.write(|tx| {
                // What another process committed meanwhile is looked at again.
                let plan = match data_version(tx)? == seen_version {
                    true => planned,
                    false => plan(tx)?,
                };
                for id in &plan.delete {
                    tx.prepare_cached("DELETE FROM logs WHERE id = ?1")?
                        .execute([id])?;
                }
                for entry in &plan.save {
                    entry::save(tx, entry)?;
                }
                Ok(plan)
            })?
        };
        self.sql(rusqlite::Connection::release_memory)?;
        let logs = plan.logs;
        tracing::debug!(
            "scanned {}: {} in {:.3} s; {} saved, {} left, in {:.3} s",
            text::visible_path(&context.data_dir),
            crate::format::count(scan.found.len() as u64, "log"),
            scanned.as_secs_f64(),
            plan.save.len(),
            plan.delete.len(),
            began.elapsed().saturating_sub(scanned).as_secs_f64()
        );
        let next_change = plan.next_change_us.map(|at| wait(at, time::now()));
        let changed_keys = self.last_look.as_mut().map(|last| {
            let before = std::mem::replace(last, plan.digests);
            last.changed_since(&before)
        });
        let changed_keys = changed_keys.unwrap_or_default();
        Ok(Refresh {
            changed_keys,
            logs,
            next_change,
            notes: scan.notes,
            unread,
            ..Refresh::default()
        })
    }

    /// Before the first look: what lists show now.
    pub(super) fn remember_lists(&mut self) -> Result<()> {
        if self.last_look.is_none() {
            self.last_look = Some(self.sql(|db| {
                let mut digests = Digests::with_capacity(entry::count(db, "logs")?);
                entry::each(db, "1", [], |entry| {
                    digests.push(entry.key(), digest(&entry, false));
                })?;
                digests.sort();
                Ok(digests)
            })?);
        }
        Ok(())
    }

    /// Runs `work` in one transaction that is there before it reads.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let run = |db: &mut Connection| {
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let out = work(&tx)?;
            tx.commit()?;
            Ok(out)
        };
        let done = run(&mut self.db);
        done.map_err(|e| self.error(e))
    }
}

/// Changes when another connection commits.
pub(super) fn data_version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA data_version", [], |r| r.get(0))
}

/// Holds what was found against what is known: what is settled, and the `others`.
pub(super) fn plan(settled: Settled, others: Vec<Entry>, by: &Comparison<'_>, root: &Path) -> Plan {
    let (now_us, held) = (by.now_us, by.held);
    let found = settled.others(by.scan).collect();
    let (mut entries, gone) =
        match_entries(others, found, &by.scan.unread, &settled.digests, now_us);
    // A log that leaves while it is being harvested gets its record in a moment.
    let delete: Vec<i64> = gone
        .iter()
        .filter(|e| !held.contains(e.key()))
        .filter_map(|e| e.id)
        .collect();
    read_footers(&mut entries, root);
    retry_denied(&mut entries, root);
    for (at, verdict) in changed_states(&entries, by.rules, now_us) {
        entries[at].verdict = verdict;
        entries[at].dirty = true;
    }
    let seen = entries.iter().filter_map(|e| e.seen.as_ref());
    let changes = seen.filter_map(|s| next_change(s, now_us));
    let next_change_us = changes.chain(settled.next_change_us).min();
    let logs = settled.logs + entries.len();
    let mut digests = settled.digests;
    if by.tells {
        for entry in &entries {
            digests.push(entry.key(), digest(entry, held.contains(entry.key())));
        }
        digests.sort();
    }
    entries.retain(|entry| entry.dirty);
    Plan {
        save: entries,
        delete,
        digests,
        logs,
        next_change_us,
    }
}

/// How long it is until then. Never so short that a refresh follows upon a refresh without a
/// pause, however the clock of the waiting process differs.
fn wait(at_us: i64, now_us: i64) -> Duration {
    let us = u64::try_from(at_us.saturating_sub(now_us)).unwrap_or(0);
    Duration::from_micros(us).max(SHORTEST_WAIT)
}

/// Gives every found log its entry; the keys of `others` are in use, too. Also returns entries that
/// nothing is left of. What is known of a hundred thousand logs is changed where it lies.
pub(super) fn match_entries(
    mut entries: Vec<Entry>,
    mut found: Vec<&Found>,
    unread: &[Vec<u8>],
    others: &Digests,
    now_us: i64,
) -> (Vec<Entry>, Vec<Entry>) {
    let mut known = KnownPlaces::of(&entries);
    let mut fates = vec![Fate::Unseen; entries.len()];
    let mut strangers = Vec::new();
    found.sort_by(|a, b| a.raw.cmp(&b.raw));
    for found in found {
        let place = match known.by_raw(&entries, &found.raw) {
            // Another process harvested it, and may have given it another key.
            Some(at) if entries[at].record.is_none() => match known.of_record(&entries, found) {
                Some(recorded) => {
                    fates[at] = Fate::Replaced;
                    Some(recorded)
                }
                None => Some(at),
            },
            Some(at) => Some(at),
            None => known.of_record(&entries, found),
        };
        match place {
            Some(at) => {
                fates[at] = Fate::Seen;
                renew(&mut entries[at], found, now_us);
            }
            None => strangers.push(found),
        }
    }
    let keys = if strangers.is_empty() {
        Vec::new()
    } else {
        let stay = entries.iter().zip(&fates);
        let stay = stay.filter(|(_, fate)| !matches!(fate, Fate::Replaced));
        let known = stay.map(|(entry, _)| entry.key()).chain(others.keys());
        let paths: Vec<&[u8]> = strangers.iter().map(|f| f.raw.as_slice()).collect();
        Keys::new(known).assign(&paths)
    };
    let mut fates = fates.into_iter();
    let is_gone = |entry: &mut Entry| match fates.next() {
        Some(Fate::Seen) => false,
        Some(Fate::Replaced) => true,
        Some(Fate::Unseen) | None if is_below_unread(entry, unread) => {
            if entry.raw().is_none() && entry.seen.is_none() {
                entry.presume_unchanged();
            }
            false
        }
        Some(Fate::Unseen) | None if entry.record.is_some() => {
            entry.dirty = entry.seen.take().is_some();
            false
        }
        Some(Fate::Unseen) | None => true,
    };
    let gone = entries.extract_if(.., is_gone).collect();
    entries.reserve_exact(strangers.len());
    for (found, key) in strangers.into_iter().zip(keys) {
        let verdict = Assessment {
            state: LogState::Pending,
            reason: Reason::NeverHarvested,
            leave_alone: None,
        };
        let mut entry = Entry::new(&key, &text::visible_bytes(&found.raw), verdict);
        entry.set_raw(&found.raw);
        entry.seen = Some(Seen::new(found, scan::cell_of(&found.raw)));
        entries.push(entry);
    }
    (entries, gone)
}

/// What a look made of an entry.
#[derive(Clone, Copy)]
enum Fate {
    Unseen,
    Seen,
    /// Its log has another entry, with a record.
    Replaced,
}

/// Where entries stand in their list, by their paths.
struct KnownPlaces {
    /// By the real path, and how many of them were passed.
    by_raw: Vec<u32>,
    passed: usize,
    /// Entries of a rebuilt catalog know their path as harmless text only.
    by_path: HashMap<String, Vec<u32>>,
}

impl KnownPlaces {
    fn of(entries: &[Entry]) -> Self {
        let mut by_raw = Vec::with_capacity(entries.len());
        let mut by_path: HashMap<String, Vec<u32>> = HashMap::new();
        for (at, entry) in (0..).zip(entries) {
            match entry.raw() {
                Some(_) => by_raw.push(at),
                None => by_path.entry(entry.path().to_owned()).or_default().push(at),
            }
        }
        by_raw.sort_unstable_by_key(|at| entries[*at as usize].raw());
        Self {
            by_raw,
            passed: 0,
            by_path,
        }
    }

    /// The entry of a real path; paths must be asked for in their order.
    fn by_raw(&mut self, entries: &[Entry], raw: &[u8]) -> Option<usize> {
        while let Some(at) = self.by_raw.get(self.passed) {
            let at = *at as usize;
            match entries[at].raw().cmp(&Some(raw)) {
                Ordering::Less => self.passed += 1,
                Ordering::Equal => return Some(at),
                Ordering::Greater => return None,
            }
        }
        None
    }

    /// The entry that only the lake knew, for a log of that path; each once.
    fn of_record(&mut self, entries: &[Entry], found: &Found) -> Option<usize> {
        if self.by_path.is_empty() {
            return None;
        }
        let rest = self.by_path.get_mut(&text::visible_bytes(&found.raw))?;
        let same = |at: &u32| {
            let record = entries[*at as usize].record.as_ref();
            record.is_some_and(|r| r.inode == found.inode)
        };
        let first = (!rest.is_empty()).then_some(0);
        let at = rest.iter().position(same).or(first)?;
        Some(rest.remove(at) as usize)
    }
}

fn is_below_unread(entry: &Entry, unread: &[Vec<u8>]) -> bool {
    // No look has met what only the lake knows: its path is the harmless form.
    let raw = entry.raw_or_path();
    unread.iter().any(|folder| {
        folder.is_empty()
            || raw
                .strip_prefix(folder.as_slice())
                .is_some_and(|rest| rest.starts_with(b"/"))
    })
}

/// What is seen of a log now that was seen before; the footer's verdict is kept while nothing moved.
pub(super) fn renewed(before: Option<&Seen>, found: &Found, now_us: i64) -> Seen {
    let mut seen = Seen::new(found, scan::cell_of(&found.raw));
    if let Some(old) = before {
        let moved = old.size != seen.size || old.mtime_ns != seen.mtime_ns;
        if !moved && old.inode == seen.inode && old.trouble == seen.trouble {
            seen.footer = old.footer;
        }
        // A clock that was set back must not leave a move in the future.
        seen.moved_us = if moved {
            Some(now_us)
        } else {
            old.moved_us.map(|t| t.min(now_us))
        };
    }
    seen
}

fn renew(entry: &mut Entry, found: &Found, now_us: i64) {
    let seen = renewed(entry.seen.as_ref(), found, now_us);
    entry.dirty = entry.seen.as_ref() != Some(&seen) || entry.raw() != Some(&found.raw);
    if entry.dirty {
        entry.seen = Some(seen);
        entry.set_raw(&found.raw);
    }
}

/// Reads the footers that are not known, in parallel. A file that cannot be read
/// stays unknown, and is looked at again next time; its harvest says what is wrong.
pub(super) fn read_footers(entries: &mut [Entry], root: &Path) {
    entries.par_iter_mut().for_each(|entry| {
        if !entry.seen.as_ref().is_some_and(Seen::wants_footer) {
            return;
        }
        let file = entry.raw().map(|raw| scan::real_path(root, raw));
        if let (Some(file), Some(seen)) = (file, &mut entry.seen) {
            seen.footer = footer::is_whole(&file).ok();
            entry.dirty |= seen.footer.is_some();
        }
    });
}

/// Logs that could not be read for want of permission and can be now are tried again, though they
/// have not changed.
fn retry_denied(entries: &mut [Entry], root: &Path) {
    for entry in entries {
        if !is_denied(entry) || entry.seen.is_none() {
            continue;
        }
        let file = entry.raw().map(|raw| scan::real_path(root, raw));
        let facts = entry.record.as_mut().and_then(|r| r.attempt.as_mut());
        if let (Some(file), Some(attempt)) = (file, facts) {
            attempt.permanent = rustix::fs::access(&file, rustix::fs::Access::READ_OK).is_err();
        }
    }
}

/// Whether a log could not be read for want of permission.
pub(super) fn is_denied(entry: &Entry) -> bool {
    let attempt = entry.record.as_ref().and_then(|r| r.attempt.as_ref());
    attempt.is_some_and(|a| a.permanent && Error::says_denied(&a.error))
}

/// What a list shows of a log, as one number: to tell whether it must be redrawn.
pub(super) fn digest(entry: &Entry, held: bool) -> u64 {
    let mut hasher = DefaultHasher::new();
    let verdict = &entry.verdict;
    (
        held,
        &entry.notes,
        entry.path(),
        verdict.state.word(),
        entry.reason(),
        &verdict.leave_alone,
    )
        .hash(&mut hasher);
    entry
        .seen
        .as_ref()
        .map(|s| (s.size, s.mtime_ns))
        .hash(&mut hasher);
    let record = entry.record.as_ref();
    record
        .map(|r| (r.harvested_at_us, &r.content_hash, r.runs_ok, r.runs_failed))
        .hash(&mut hasher);
    hasher.finish()
}
