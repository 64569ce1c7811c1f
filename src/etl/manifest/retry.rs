//! When a task tries a log again.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::Error;

/// Pauses before a log is tried again after a transient error. An engine that starts a task again
/// takes far longer.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
/// A log that another process holds is looked at this often,
const LOOK: Duration = Duration::from_secs(1);
/// for so long.
const HOLDER: Duration = Duration::from_secs(600);

/// What was tried.
#[derive(Debug, Default)]
pub struct Retry {
    logs: HashMap<String, Tried>,
}

#[derive(Debug, Default)]
struct Tried {
    failed: usize,
    held_since: Option<Instant>,
}

impl Retry {
    /// When the log `key`, whose harvest ended with `error` at `now`, is tried again; `None`: not
    /// any more.
    pub fn after(&mut self, key: &str, error: &Error, now: Instant) -> Option<Instant> {
        let tried = self.logs.entry(key.to_owned()).or_default();
        match error {
            Error::Busy(_) => {
                let since = *tried.held_since.get_or_insert(now);
                (now.duration_since(since) < HOLDER).then(|| now + LOOK)
            }
            // A worker that died may have been killed for another's memory; when it is the log,
            // its record says so after some times.
            Error::Io { .. } | Error::Moving(_) | Error::Died(_) => {
                let pause = PAUSES.get(tried.failed)?;
                tried.failed += 1;
                Some(now + *pause)
            }
            _ => None,
        }
    }

    /// Whether this is the first time that another process holds the log.
    pub fn is_first_wait(&self, key: &str, now: Instant) -> bool {
        let tried = self.logs.get(key);
        tried.is_some_and(|tried| tried.held_since == Some(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transient_errors_are_tried_twice_more_and_a_holder_is_waited_for() {
        let (mut retry, start) = (Retry::default(), Instant::now());
        let moving = Error::Moving("moves".into());
        assert_eq!(retry.after("a", &moving, start), Some(start + PAUSES[0]));
        assert_eq!(retry.after("a", &moving, start), Some(start + PAUSES[1]));
        assert_eq!(retry.after("a", &moving, start), None);
        for error in [
            Error::Log("bad".into()),
            Error::Fatal("no".into()),
            Error::Cancelled,
        ] {
            assert_eq!(retry.after("b", &error, start), None);
        }
        let busy = Error::Busy("held".into());
        let mut now = start;
        let mut looks = 0;
        while let Some(next) = retry.after("c", &busy, now) {
            assert_eq!(retry.is_first_wait("c", now), looks == 0);
            (now, looks) = (next, looks + 1);
        }
        assert_eq!(now - start, HOLDER);
    }
}
