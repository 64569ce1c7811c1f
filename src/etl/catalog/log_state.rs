//! From what is known of a log to its state: SPEC section 8, in its order.

use super::{
    entry::{Assessment, Facts, Seen},
    reason::{Reason, to_the_second as screen},
    rows::LogState,
};
use crate::{PIPELINE_VERSION, format::count};

/// A file without a footer that moved within this time is still being written.
const WRITING_US: i64 = 60_000_000;
/// The clock of the machine that writes logs may be ahead of this one's by so much.
const AHEAD_US: i64 = 600_000_000;

/// Everything that decides the state of one log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// What lies in the data directory; `None` when the log is gone.
    pub seen: Option<&'a Seen>,
    /// What the record says.
    pub record: Option<&'a Facts>,
    /// The rules of now.
    pub rules: &'a str,
    /// How the record's rules differ from them, as one clause.
    pub rules_differ: &'a str,
    /// Another log with the same content that was harvested before.
    pub duplicate_of: Option<&'a str>,
    /// A harvested log that is gone and looks like this one.
    pub was: Option<&'a str>,
    /// A log that looks like this one, which is gone.
    pub became: Option<&'a str>,
    /// Microseconds since 1970.
    pub now_us: i64,
}

/// The state of a log whose lock no process holds.
pub(super) fn assess(known: &Known<'_>) -> Assessment {
    let Some(seen) = known.seen else {
        return gone(known);
    };
    if let Some(trouble) = &seen.trouble {
        return failed(trouble.to_string(), Some(trouble.to_string()));
    }
    if seen.format.has_footer() && seen.footer == Some(false) {
        let found = unfinished(seen, known.now_us);
        // A harvest that failed on the file as it is says why, here as everywhere else.
        let tried = known.record.filter(|facts| {
            facts.error.is_some() && facts.size == seen.size && facts.mtime_ns == seen.mtime_ns
        });
        return match tried {
            Some(facts) if found.state == LogState::Failed => recorded(known, seen, facts),
            _ => found,
        };
    }
    match known.record {
        None => pending(known),
        Some(facts) => recorded(known, seen, facts),
    }
}

fn state(state: LogState, reason: impl Into<Reason>) -> Assessment {
    Assessment {
        state,
        reason: reason.into(),
        leave_alone: None,
    }
}

fn failed(reason: String, leave_alone: Option<String>) -> Assessment {
    Assessment {
        state: LogState::Failed,
        reason: reason.into(),
        leave_alone: leave_alone.map(Into::into),
    }
}

fn gone(known: &Known<'_>) -> Assessment {
    let what = match known.record {
        Some(Facts {
            error: Some(error), ..
        }) => format!("the log is gone; harvesting it had failed: {error}"),
        Some(facts) => {
            let when = screen(facts.harvested_at_us);
            let what = match known.became {
                Some(new) => format!(
                    "the log is gone, {new} looks like it; the results harvested {when} are kept"
                ),
                None => format!("the log is gone; the results harvested {when} are kept"),
            };
            with_failed_runs(what, facts)
        }
        None => "the log is gone".into(),
    };
    state(LogState::Missing, what)
}

/// Parquet without a whole footer. Times that lie far ahead of the clock say nothing: after
/// the clock was set back a log would be `writing` for long.
fn unfinished(seen: &Seen, now_us: i64) -> Assessment {
    let moved = [Some(seen.mtime_ns.div_euclid(1000)), seen.moved_us]
        .into_iter()
        .flatten()
        .filter(|t| *t <= now_us.saturating_add(AHEAD_US))
        .max();
    let size = count(seen.size, "byte");
    match moved.filter(|t| now_us - t < WRITING_US) {
        Some(moved) => {
            let reason = format!(
                "{size} so far, without a Parquet footer, and changed at {}",
                screen(moved)
            );
            Assessment {
                state: LogState::Writing,
                leave_alone: Some(reason.as_str().into()),
                reason: reason.into(),
            }
        }
        None => {
            let reason = format!(
                "{size} without a whole Parquet footer, unchanged since {}: it was cut off, or is not a Parquet file",
                screen(seen.mtime_ns.div_euclid(1000))
            );
            failed(reason.clone(), Some(reason))
        }
    }
}

/// When the state of a log changes though nothing but time passes; `None`: not at all. In
/// microseconds since 1970, later than `now_us`.
pub(super) fn next_change(seen: &Seen, now_us: i64) -> Option<i64> {
    let is_unfinished = seen.format.has_footer() && seen.footer == Some(false);
    if !is_unfinished || seen.trouble.is_some() {
        return None;
    }
    [Some(seen.mtime_ns.div_euclid(1000)), seen.moved_us]
        .into_iter()
        .flatten()
        // A time far ahead of the clock counts once it has come nearer.
        .flat_map(|t| [t.saturating_sub(AHEAD_US), t.saturating_add(WRITING_US)])
        .filter(|t| *t > now_us)
        .min()
}

fn pending(known: &Known<'_>) -> Assessment {
    let reason = match known.was {
        Some(old) => format!(
            "never harvested under this name; size, time and inode are those of {old}, which is gone: \
             a harvest takes its results over when the content is the same"
        )
        .into(),
        None => Reason::NeverHarvested,
    };
    state(LogState::Pending, reason)
}

fn recorded(known: &Known<'_>, seen: &Seen, facts: &Facts) -> Assessment {
    // An attempt counts while the log is as it was then.
    let attempt = facts
        .attempt
        .as_ref()
        .filter(|a| a.size == seen.size && a.mtime_ns == seen.mtime_ns);
    let useless = attempt
        .filter(|a| a.permanent && a.rules == known.rules)
        .map(|a| {
            format!(
                "failed at {} with a permanent error, and has not changed since: {}",
                screen(at(&a.at)),
                a.error
            )
        });
    if seen.size != facts.size || seen.mtime_ns != facts.mtime_ns {
        let mut reason = with_failed_runs(difference(seen, facts), facts);
        if let Some(attempt) = attempt {
            reason.push_str(&format!("; harvesting it failed: {}", attempt.error));
        }
        return Assessment {
            state: LogState::Changed,
            reason: reason.into(),
            leave_alone: useless.map(Into::into),
        };
    }
    if let Some(error) = &facts.error {
        // Without an attempt of its own, the record's error is the log's fault.
        let permanent = attempt.is_none_or(|a| a.permanent) && *facts.rules == *known.rules;
        let useless = useless.or_else(|| {
            permanent.then(|| {
                format!(
                    "failed at {}, and did not change since: {error}",
                    screen(facts.harvested_at_us)
                )
            })
        });
        return failed(error.to_string(), useless);
    }
    // An attempt under other rules says nothing of what these would give.
    if let Some(attempt) = attempt.filter(|a| a.rules == known.rules) {
        let reason = format!(
            "harvesting it again failed at {}: {}; the results harvested {} are kept",
            screen(at(&attempt.at)),
            attempt.error,
            screen(facts.harvested_at_us)
        );
        return failed(reason, useless);
    }
    unchanged_state(known, facts)
}

/// A log that is as it was when it was harvested.
fn unchanged_state(known: &Known<'_>, facts: &Facts) -> Assessment {
    if facts.pipeline_version > PIPELINE_VERSION {
        let reason = format!(
            "harvested by a newer mdtui (pipeline version {}, this program has {PIPELINE_VERSION}): use that one",
            facts.pipeline_version
        );
        return Assessment {
            state: LogState::Stale,
            leave_alone: Some(reason.as_str().into()),
            reason: reason.into(),
        };
    }
    if facts.pipeline_version < PIPELINE_VERSION {
        return state(
            LogState::Stale,
            with_failed_runs(
                format!(
                    "harvested by pipeline version {}, this program has {PIPELINE_VERSION}",
                    facts.pipeline_version
                ),
                facts,
            ),
        );
    }
    if *facts.rules != *known.rules {
        return state(
            LogState::Stale,
            with_failed_runs(
                format!("harvested under different rules: {}", known.rules_differ),
                facts,
            ),
        );
    }
    if let Some(failed) = failed_runs(facts) {
        return state(LogState::Partial, failed);
    }
    if let Some(other) = known.duplicate_of {
        return state(
            LogState::Duplicate,
            format!("the same content as {other}, byte for byte"),
        );
    }
    state(LogState::Harvested, Reason::Harvested)
}

/// `1 of 3 runs failed`; `None` when none did.
fn failed_runs(facts: &Facts) -> Option<String> {
    let (ok, failed) = (facts.runs_ok, facts.runs_failed);
    (failed > 0).then(|| format!("{failed} of {} failed", count((ok + failed) as u64, "run")))
}

/// A reason of a state that takes precedence over `partial`, with what that would say.
fn with_failed_runs(reason: String, facts: &Facts) -> String {
    match failed_runs(facts) {
        Some(failed) => format!("{reason}; {failed}"),
        None => reason,
    }
}

/// How a log differs from what was harvested (or tried), as far as a look can tell.
fn difference(seen: &Seen, facts: &Facts) -> String {
    let since = if facts.error.is_some() {
        "harvesting it failed"
    } else {
        "it was harvested"
    };
    if seen.size == facts.size {
        return format!(
            "its time is {} and was {} when {since}; its size is the same, a harvest will compare the content",
            screen(seen.mtime_ns.div_euclid(1000)),
            screen(facts.mtime_ns.div_euclid(1000)),
        );
    }
    format!(
        "it has {} and had {} when {since}",
        count(seen.size, "byte"),
        count(facts.size, "byte")
    )
}

fn at(text: &str) -> i64 {
    super::entry::micros(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Format;

    #[test]
    fn the_next_change_is_when_the_state_is_another_one() {
        const NOW: i64 = 1_700_000_000_000_000;
        let mut seen = Seen {
            format: Format::Parquet,
            size: 7,
            mtime_ns: 0,
            inode: 1,
            folder: None,
            trouble: None,
            footer: Some(false),
            moved_us: None,
        };
        let at = |ago_s: i64| NOW - ago_s * 1_000_000;
        // Modified and seen to move so many seconds ago; negative: ahead of the clock.
        for (modified, moved) in [
            (10, None),
            (59, None),
            (60, None),
            (3600, None),
            (3600, Some(5)),
            (-30, None),
            (-30, Some(10)),
            (-90, Some(61)),
        ] {
            seen.mtime_ns = at(modified) * 1000;
            seen.moved_us = moved.map(at);
            let state_at = |us| unfinished(&seen, us).state;
            // Second by second: the state changes at the announced times and at no other.
            let mut now = NOW;
            let mut announced = next_change(&seen, now);
            for second in 1..300 {
                let later = NOW + second * 1_000_000;
                if announced.is_some_and(|at| at <= later) {
                    announced = next_change(&seen, later);
                } else {
                    let place = (modified, moved, second);
                    assert_eq!(state_at(later), state_at(now), "{place:?}");
                }
                now = later;
            }
            assert_eq!(announced, None);
        }
        seen.footer = Some(true);
        assert_eq!(next_change(&seen, 0), None);
        seen.footer = Some(false);
        seen.mtime_ns = i64::MAX;
        next_change(&seen, i64::MIN);
    }
}
