//! States of logs without a catalog: the data directory held against the records.
//!
//! It is the same comparison that the catalog stores ([`super::state`]); only what is known of a log
//! comes from its record. It reads every record, and writes nothing.

use rayon::prelude::*;

use super::{
    assess::{ProfileRules, changed_states},
    digests::Digests,
    entry::{Assessment, Entry, Facts, Seen},
    reason::Reason,
    refresh::{match_entries, read_footers},
    rows::{LogState, is_due},
};
use crate::{
    Result,
    base::CancelToken,
    lake::{Context, Record},
    source::{FoundLog, footer, scan},
    text, time,
};

/// The state of one log of the data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogStatus {
    /// The log's key.
    pub key: String,
    /// The real path below the data directory, raw bytes.
    pub raw: Vec<u8>,
    /// Bytes.
    pub size: u64,
    /// See [`LogState`]; locks are not looked at.
    pub state: LogState,
    /// One sentence: why this state.
    pub reason: String,
    /// See [`super::LogRow::leave_alone`].
    pub leave_alone: Option<String>,
    /// Whether it has a record, current or not.
    pub has_record: bool,
}

impl LogStatus {
    fn new(entry: Entry) -> Option<Self> {
        Some(Self {
            raw: entry.raw()?.to_owned(),
            key: entry.key().to_owned(),
            size: entry.seen.as_ref()?.size,
            state: entry.verdict.state,
            reason: entry.reason().into_owned(),
            leave_alone: entry.verdict.leave_alone.map(Into::into),
            has_record: entry.record.is_some(),
        })
    }

    /// Whether a harvest without names takes it. A log that is plainly none (a folder, no footer) is
    /// taken once, so that its record says so.
    pub fn is_due(&self) -> bool {
        let is_untried = self.state == LogState::Failed && !self.has_record;
        is_due(self.state, self.leave_alone.as_deref()) || is_untried
    }

    /// Whether its record says why there are no results of what it is now.
    pub fn has_failed(&self) -> bool {
        matches!(self.state, LogState::Failed | LogState::Changed) && self.leave_alone.is_some()
    }

    /// Whether it has no record of what it is now, under the rules of now: neither results nor
    /// the reason why there can be none.
    pub fn lacks_record(&self) -> bool {
        self.is_due() || self.state == LogState::Writing
    }
}

/// The logs of a data directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// Sorted by key. Logs that are gone are not among them.
    pub logs: Vec<LogStatus>,
    /// What was passed over, one sentence each.
    pub notes: Vec<String>,
    /// How many folders of the data directory could not be read: the logs in them are not known.
    /// Each is in `notes` too.
    pub unread: usize,
    /// Records that cannot be used, one sentence each.
    pub problems: Vec<String>,
}

/// The state of every log, by the data directory and the records of the lake alone.
///
/// # Errors
/// Those of [`scan::scan`].
pub fn survey(context: &Context, cancel: &CancelToken) -> Result<Survey> {
    let scan = scan::scan(
        &context.data_dir,
        context.lake.root(),
        context.links,
        cancel,
    )?;
    let listed = context.lake.results().keys("");
    let read = |key: &String| {
        cancel.check()?;
        Ok(match Record::read_in_place(&context.lake, key) {
            Ok(read) => read.map(|(record, _)| Ok(recorded(&record))),
            Err(e) => Some(Err(e.to_string())),
        })
    };
    let records: Vec<_> = listed.keys.par_iter().map(read).collect::<Result<_>>()?;
    let (mut known, mut problems) = (Vec::new(), listed.problems);
    for record in records.into_iter().flatten() {
        match record {
            Ok(entry) => known.push(entry),
            Err(problem) => problems.push(problem),
        }
    }
    let now_us = time::now();
    let found = scan.found.iter().collect();
    let (mut entries, _) = match_entries(known, found, &scan.unread, &Digests::default(), now_us);
    read_footers(&mut entries, &context.data_dir);
    for (at, verdict) in changed_states(&entries, &ProfileRules::of_now(context), now_us) {
        entries[at].verdict = verdict;
    }
    let mut logs: Vec<LogStatus> = entries.into_iter().filter_map(LogStatus::new).collect();
    logs.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Ok(Survey {
        logs,
        notes: scan.notes,
        unread: scan.unread.len(),
        problems,
    })
}

/// The state of one log whose record was just read. What other logs decide (`duplicate`) is not
/// looked at.
pub fn status_of(context: &Context, log: &FoundLog, record: Option<&Record>) -> LogStatus {
    let seen = Seen {
        format: log.format,
        size: log.size,
        mtime_ns: log.mtime_ns,
        inode: log.inode,
        folder: log.folder.as_deref().map(Into::into),
        trouble: log.trouble.as_deref().map(Into::into),
        footer: None,
        moved_us: None,
    };
    let footer = seen
        .wants_footer()
        .then(|| footer::is_whole(&log.file).ok())
        .flatten();
    let mut entry = Entry::new(&log.key, &log.path, unassessed());
    entry.seen = Some(Seen { footer, ..seen });
    entry.record = record.map(|record| Box::new(Facts::of(record)));
    let entries = std::slice::from_ref(&entry);
    let verdict = changed_states(entries, &ProfileRules::of_now(context), time::now()).pop();
    if let Some((_, verdict)) = verdict {
        entry.verdict = verdict;
    }
    LogStatus {
        key: entry.key().to_owned(),
        raw: Vec::new(),
        size: log.size,
        state: entry.verdict.state,
        reason: entry.reason().into_owned(),
        leave_alone: entry.verdict.leave_alone.map(Into::into),
        has_record: entry.record.is_some(),
    }
}

/// What a record says of its log.
fn recorded(record: &Record) -> Entry {
    let path = text::visible(&record.source.path);
    let mut entry = Entry::new(&record.source_file, &path, unassessed());
    entry.record = Some(Box::new(Facts::of(record)));
    entry
}

fn unassessed() -> Assessment {
    Assessment {
        state: LogState::Pending,
        reason: Reason::NeverHarvested,
        leave_alone: None,
    }
}
