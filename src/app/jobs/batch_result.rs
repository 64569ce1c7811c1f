//! The results of the logs that are harvested together, as one sentence.

use crate::{app::state::Tone, etl::format::thousands};

/// Outcomes in the order in which the sentence counts them.
const OUTCOMES: [(&str, &str); 6] = [
    ("harvested", "harvested"),
    ("current", "up to date"),
    ("renamed", "renamed"),
    ("cancelled", "cancelled"),
    ("partial", "partial"),
    ("failed", "failed"),
];

/// What happened to the logs that were queued from the time at which no job was open to the
/// next such time. Adding to it takes the same time whatever their number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchResult {
    queued: usize,
    /// By the place in [`OUTCOMES`].
    counts: [usize; OUTCOMES.len()],
    /// The first log that failed, else the first that is partial.
    first_failed: Option<String>,
    first_partial: Option<String>,
    /// Key and sentence of the job that ended last.
    last: Option<(String, String)>,
    is_over: bool,
    is_read: bool,
}

impl BatchResult {
    /// So many logs were queued.
    pub fn add(&mut self, logs: usize) {
        self.queued += logs;
    }

    /// A job ended with an outcome ([`super::Ended`]) and a sentence.
    pub fn ended(&mut self, key: &str, outcome: &str, sentence: &str) {
        self.count(outcome, 1);
        let first = match outcome {
            "failed" => &mut self.first_failed,
            "partial" => &mut self.first_partial,
            _ => &mut None,
        };
        first.get_or_insert_with(|| key.to_owned());
        self.last = Some((key.to_owned(), sentence.to_owned()));
    }

    /// So many jobs were cancelled before they started.
    pub fn cancelled(&mut self, jobs: usize) {
        self.count("cancelled", jobs);
    }

    fn count(&mut self, outcome: &str, logs: usize) {
        let place = OUTCOMES.iter().position(|(known, _)| *known == outcome);
        if let Some(count) = place.and_then(|at| self.counts.get_mut(at)) {
            *count += logs;
        }
    }

    fn of(&self, outcome: &str) -> usize {
        let mut counted = OUTCOMES.iter().zip(self.counts);
        counted
            .find(|((known, _), _)| *known == outcome)
            .map_or(0, |(_, count)| count)
    }

    /// No job waits or runs any more.
    pub fn finish(&mut self) {
        self.is_over = true;
    }

    /// Whether nothing of it runs or waits any more.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether the operator has seen it.
    pub fn is_read(&self) -> bool {
        self.is_read
    }

    /// The operator has seen how it ended.
    pub fn set_read(&mut self) {
        self.is_read |= self.is_over;
    }

    /// The operator does something: what became of a single log was seen, unless it failed.
    pub fn set_single_read(&mut self) {
        if self.queued == 1 && !self.has_failed() {
            self.set_read();
        }
    }

    /// Whether a log failed, or a run of one did.
    pub fn has_failed(&self) -> bool {
        self.first_to_look_at().is_some()
    }

    /// The log to look at first: the first that failed, else the first of which a run failed.
    pub fn first_to_look_at(&self) -> Option<&str> {
        let first = self.first_failed.as_ref().or(self.first_partial.as_ref());
        first.map(String::as_str)
    }

    /// How far several logs are, or how they ended, until that was read; `key` is asked for the
    /// key that shows the first log that failed.
    pub fn sentence(&self, key: impl Fn() -> Option<String>) -> Option<(Tone, String)> {
        if self.is_read || self.queued == 0 {
            return None;
        }
        if !self.is_over {
            let tone = if self.of("failed") > 0 {
                Tone::Error
            } else {
                Tone::Plain
            };
            return (self.queued > 1).then(|| (tone, self.progress()));
        }
        let tone = if self.has_failed() {
            Tone::Error
        } else if self.of("harvested") > 0 {
            Tone::Good
        } else {
            Tone::Plain
        };
        let mut sentence = match &self.last {
            Some((log, sentence)) if self.queued == 1 => format!("{log}: {sentence}"),
            _ => self.counted(),
        };
        if self.has_failed() && self.queued > 1 {
            let outcome = match self.first_failed {
                Some(_) => "failed",
                None => "partial",
            };
            let which = match self.of(outcome) {
                1 => "it",
                _ => "the first",
            };
            if let Some(key) = key() {
                sentence.push_str(&format!(": {key} shows {which}"));
            }
        }
        Some((tone, sentence))
    }

    /// `harvesting 45 logs: 12 done, 1 failed`
    fn progress(&self) -> String {
        let done: usize = self.counts.iter().sum();
        let failed = self.of("failed");
        let mut text = format!(
            "harvesting {} logs: {} done",
            thousands(self.queued as u64),
            thousands(done as u64)
        );
        if failed > 0 {
            text.push_str(&format!(", {} failed", thousands(failed as u64)));
        }
        text
    }

    /// `43 harvested, 1 partial, 1 failed`
    fn counted(&self) -> String {
        let counted = OUTCOMES.iter().zip(self.counts);
        let counted = counted.filter(|(_, count)| *count > 0);
        let parts = counted.map(|((_, word), count)| format!("{} {word}", thousands(count as u64)));
        parts.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(queued: usize, outcomes: &[(&str, usize)]) -> BatchResult {
        let mut result = BatchResult::default();
        result.add(queued);
        for (outcome, count) in outcomes {
            for n in 0..*count {
                result.ended(&format!("{outcome}-{n}"), outcome, "a sentence");
            }
        }
        result
    }

    fn key() -> Option<String> {
        Some("E".to_owned())
    }

    fn text(result: &BatchResult) -> String {
        result.sentence(key).map_or(String::new(), |(_, text)| text)
    }

    #[test]
    fn many_logs_end_with_one_sentence_until_it_is_read() {
        let mut result = of(45, &[("failed", 1), ("harvested", 12)]);
        assert_eq!(text(&result), "harvesting 45 logs: 13 done, 1 failed");
        for (outcome, count) in [("partial", 1), ("harvested", 31)] {
            for _ in 0..count {
                result.ended("later", outcome, "a sentence");
            }
        }
        result.finish();
        let expected = "43 harvested, 1 partial, 1 failed: E shows it";
        assert_eq!(
            result.sentence(key),
            Some((Tone::Error, expected.to_owned()))
        );
        assert_eq!(result.first_to_look_at(), Some("failed-0"));
        result.set_read();
        assert_eq!(text(&result), "");
    }

    #[test]
    fn one_log_ends_with_its_own_sentence() {
        let mut result = of(1, &[]);
        assert_eq!(text(&result), "", "the key said that it is harvested");
        result.ended("a", "failed", "no rows");
        result.finish();
        let expected = Some((Tone::Error, "a: no rows".to_owned()));
        assert_eq!(result.sentence(key), expected);
    }

    #[test]
    fn what_was_cancelled_or_up_to_date_is_counted_too() {
        let mut result = of(10_000, &[("harvested", 2), ("current", 3)]);
        result.cancelled(9_995);
        result.finish();
        let expected = "2 harvested, 3 up to date, 9,995 cancelled";
        assert_eq!(
            result.sentence(key),
            Some((Tone::Good, expected.to_owned()))
        );
        let mut result = of(2, &[("partial", 2)]);
        result.finish();
        assert_eq!(text(&result), "2 partial: E shows the first");
    }
}
