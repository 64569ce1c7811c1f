//! When a log is harvested: not while it is being written, and not at once again when it failed
//! for a reason that may pass.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::etl::{ErrorClass, catalog::LogRow, source::Format};

/// A log whose end does not show (CSV) is whole when it did not move for so long,
const QUIET: Duration = Duration::from_secs(3);
/// or for longer, up to this, when it went on after it was harvested.
const LONGEST_QUIET: Duration = Duration::from_secs(300);
/// A fault that may pass is given so long at first,
pub const RETRY: Duration = Duration::from_secs(30);
/// twice as long each further time, up to this.
const LONGEST_RETRY: Duration = Duration::from_secs(600);

/// What is waited for.
#[derive(Debug, Default)]
pub struct RetryPolicy {
    logs: HashMap<String, Waiting>,
    /// A scan that failed is tried again.
    retry_at: Option<Instant>,
}

#[derive(Debug)]
struct Waiting {
    size: Option<u64>,
    mtime_us: Option<i64>,
    /// When it was first seen like this.
    since: Instant,
    quiet: Duration,
    harvested: bool,
    retry: Duration,
    /// Not before.
    hold: Option<Instant>,
    /// When it will be over; `None` when nothing is waited for.
    until: Option<Instant>,
}

impl RetryPolicy {
    /// Whether a log that is due may be harvested now; else it is checked again.
    pub fn may_harvest(&mut self, log: &LogRow, now: Instant, now_us: i64) -> bool {
        let entry = self.logs.entry(log.key.clone()).or_insert_with(|| Waiting {
            size: log.size,
            mtime_us: log.mtime_us,
            since: now,
            quiet: QUIET,
            harvested: false,
            retry: RETRY,
            hold: None,
            until: None,
        });
        if (entry.size, entry.mtime_us) != (log.size, log.mtime_us) {
            if entry.harvested {
                entry.quiet = (entry.quiet * 2).min(LONGEST_QUIET);
            }
            (entry.size, entry.mtime_us, entry.since) = (log.size, log.mtime_us, now);
            entry.harvested = false;
        }
        let quiet = if shows_its_end(log) || has_rested(log, entry.quiet, now_us) {
            now
        } else {
            entry.since + entry.quiet
        };
        let until = quiet.max(entry.hold.unwrap_or(now));
        entry.until = (until > now).then_some(until);
        entry.until.is_none()
    }

    /// A harvest failed. After a permanent error it is not tried again until the log changes.
    pub fn failed(&mut self, key: &str, kind: ErrorClass, now: Instant) {
        let Some(entry) = self.logs.get_mut(key) else {
            return;
        };
        if kind == ErrorClass::Permanent {
            entry.hold = None;
            return;
        }
        entry.hold = Some(now + entry.retry);
        entry.until = entry.hold;
        entry.retry = (entry.retry * 2).min(LONGEST_RETRY);
    }

    /// A harvest went well.
    pub fn succeeded(&mut self, key: &str) {
        if let Some(entry) = self.logs.get_mut(key) {
            (entry.hold, entry.until, entry.retry) = (None, None, RETRY);
            entry.harvested = true;
        }
    }

    /// Something else to wait for: the data directory or the catalog could not be read.
    pub fn retry_in(&mut self, now: Instant, rest: Duration) {
        self.retry_at = Some(now + rest);
    }

    /// When to scan again though nothing changed; `None`: not at all.
    pub fn next(&self) -> Option<Instant> {
        let logs = self.logs.values().filter_map(|w| w.until);
        logs.chain(self.retry_at).min()
    }

    /// A scan begins: what it does not find is not waited for any more.
    pub fn begin(&mut self) {
        self.retry_at = None;
        for waiting in self.logs.values_mut() {
            waiting.until = None;
        }
    }
}

/// Parquet ends in a footer: one that lacks it is not due.
fn shows_its_end(log: &LogRow) -> bool {
    Format::of_name(log.path().as_bytes()).is_some_and(Format::has_footer)
}

/// Whether the clock says that it did not move for so long. A time ahead of the clock says
/// nothing.
fn has_rested(log: &LogRow, quiet: Duration, now_us: i64) -> bool {
    let quiet = i64::try_from(quiet.as_micros()).unwrap_or(i64::MAX);
    log.mtime_us
        .is_some_and(|m| now_us.saturating_sub(m) > quiet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etl::catalog::{LogPath, LogState};

    const NOW_US: i64 = 1_700_000_000_000_000;

    fn log(path: &str, size: u64, age_s: i64) -> LogRow {
        LogRow {
            key: path.into(),
            path: LogPath::of(path, path),
            state: LogState::Pending,
            reason: String::new().into(),
            cell_id: None,
            size: Some(size),
            mtime_us: Some(NOW_US - age_s * 1_000_000),
            rows: None,
            runs_ok: None,
            runs_failed: None,
            start_us: None,
            stop_us: None,
            harvested_at_us: None,
            verdict: None,
            flags: None,
            leave_alone: None,
        }
    }

    #[test]
    fn csv_waits_until_it_is_quiet_and_parquet_does_not() {
        let (mut retry_policy, start) = (RetryPolicy::default(), Instant::now());
        assert!(retry_policy.may_harvest(&log("a.parquet", 1, 0), start, NOW_US));
        assert!(retry_policy.may_harvest(&log("old.csv", 1, 60), start, NOW_US));
        assert_eq!(
            retry_policy.next(),
            None,
            "nothing to wait for costs nothing"
        );
        assert!(!retry_policy.may_harvest(&log("a.csv", 1, 0), start, NOW_US));
        assert_eq!(retry_policy.next(), Some(start + QUIET));
        // It grew: the time starts again.
        let later = start + QUIET / 2;
        assert!(!retry_policy.may_harvest(&log("a.csv", 2, 0), later, NOW_US));
        assert_eq!(retry_policy.next(), Some(later + QUIET));
        assert!(retry_policy.may_harvest(&log("a.csv", 2, 0), later + QUIET, NOW_US));
        assert_eq!(retry_policy.next(), None);
        // A time ahead of the clock: only waiting tells.
        assert!(!retry_policy.may_harvest(&log("b.csv", 1, -900), start, NOW_US));
        assert!(retry_policy.may_harvest(&log("b.csv", 1, -900), start + QUIET, NOW_US));
    }

    #[test]
    fn one_that_goes_on_after_its_harvest_gets_more_time() {
        let (mut retry_policy, mut now) = (RetryPolicy::default(), Instant::now());
        let mut waits = Vec::new();
        for size in 0..10 {
            assert!(!retry_policy.may_harvest(&log("a.csv", size, 0), now, NOW_US));
            let until = retry_policy.next().unwrap();
            waits.push((until - now).as_secs());
            now = until;
            assert!(retry_policy.may_harvest(&log("a.csv", size, 0), now, NOW_US));
            retry_policy.succeeded("a.csv");
        }
        assert_eq!(waits, [3, 6, 12, 24, 48, 96, 192, 300, 300, 300]);
    }

    #[test]
    fn a_fault_that_may_pass_is_tried_again_ever_less_often() {
        let (mut retry_policy, mut now) = (RetryPolicy::default(), Instant::now());
        let log = log("a.parquet", 1, 0);
        let mut waits = Vec::new();
        for _ in 0..7 {
            assert!(retry_policy.may_harvest(&log, now, NOW_US));
            retry_policy.failed("a.parquet", ErrorClass::Transient, now);
            assert!(!retry_policy.may_harvest(&log, now, NOW_US), "not at once");
            let until = retry_policy.next().unwrap();
            waits.push((until - now).as_secs());
            now = until;
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 600, 600]);
        assert!(retry_policy.may_harvest(&log, now, NOW_US));
        retry_policy.failed("a.parquet", ErrorClass::Permanent, now);
        assert_eq!(
            retry_policy.next(),
            None,
            "a permanent error is not retried"
        );
    }

    #[test]
    fn what_a_look_does_not_meet_is_not_waited_for() {
        let (mut retry_policy, start) = (RetryPolicy::default(), Instant::now());
        assert!(!retry_policy.may_harvest(&log("a.csv", 1, 0), start, NOW_US));
        retry_policy.retry_in(start, RETRY);
        retry_policy.begin();
        assert_eq!(retry_policy.next(), None);
    }
}
