//! Why a worker ended, as a sentence that an operator can act on.

use std::{os::unix::process::ExitStatusExt, process::ExitStatus, time::Duration};

use crate::{
    base::{Progress, Stage},
    format::{binary_bytes, count, figure},
    harvest::{MAKING_BYTES, PROGRAM},
    text,
};

/// What a program says on standard error right before it aborts for want of memory.
const NO_MEMORY: &str = "memory allocation of ";
/// The same for a stack that is too deep.
const NO_STACK: &str = "has overflowed its stack";

/// What a worker was last heard to be doing.
#[derive(Debug, Default)]
pub(super) struct LastReport {
    pub(super) progress: Option<Progress>,
    columns: Vec<String>,
}

impl LastReport {
    pub(super) fn begins(&mut self, column: &str) {
        self.columns.push(text::quoted(column, 60));
    }

    pub(super) fn ends(&mut self, column: &str) {
        let column = text::quoted(column, 60);
        if let Some(at) = self.columns.iter().position(|c| *c == column) {
            self.columns.remove(at);
        }
    }

    /// What the largest run needs, once its rows are counted, where that is more than `memory`; before
    /// that, what to try.
    fn need(&self, memory: u64) -> String {
        const UNIT: u64 = 256 << 20;
        let run = self.progress.filter(|p| p.stage == Stage::Transforming);
        let Some(rows) = run.and_then(|p| p.largest_run) else {
            let more = (memory.saturating_add(1)).div_ceil(UNIT) * UNIT;
            return format!("; --memory {}MiB allows more", more >> 20);
        };
        let bytes = rows.saturating_mul(MAKING_BYTES).saturating_add(PROGRAM);
        // What was not enough is not advised again.
        let enough = bytes.max(memory.saturating_add(1)).div_ceil(UNIT) * UNIT;
        format!(
            ": the largest run has {}, and making its table takes up to {MAKING_BYTES} bytes a row \
             ({} in all); --memory {}MiB allows that",
            count(rows, "row"),
            binary_bytes(bytes),
            enough >> 20
        )
    }

    /// `while reading column value`
    fn words(&self) -> String {
        let stage = self.progress.map_or(Stage::Queued, |p| p.stage);
        match stage {
            Stage::Queued => "while opening the log".into(),
            Stage::Hashing => "while hashing the log".into(),
            Stage::Reading => match self.columns.as_slice() {
                [] => "while reading rows".into(),
                [one] => format!("while reading column {one}"),
                many => format!("while reading columns {}", many.join(", ")),
            },
            Stage::Transforming if !self.columns.is_empty() => {
                format!("while reading column {}", self.columns.join(", "))
            }
            Stage::Transforming => "while making tables of its runs".into(),
            Stage::Committing => "while writing its results".into(),
        }
    }
}

/// How it ended.
#[derive(Debug)]
pub(super) enum End {
    /// It exited, or a signal of another process killed it.
    Exit(ExitStatus),
    /// Killed by this program: it exceeded this time limit.
    TooLong(Duration),
    /// Killed by this program: it broke the protocol.
    ProtocolError(String),
}

/// One sentence: how the worker ended, and during which stage.
pub(super) fn sentence(end: &End, seen: &LastReport, stderr: &str, memory: u64) -> String {
    let place = seen.words();
    let out_of_memory = stderr.contains(NO_MEMORY);
    match end {
        End::TooLong(limit) => format!(
            "the worker took longer than its {} {place}",
            seconds(*limit)
        ),
        End::ProtocolError(what) => format!("the worker sent {what} {place}"),
        End::Exit(status) => match (status.signal(), status.code()) {
            (Some(_), _) if out_of_memory => format!(
                "the worker ran out of its {} limit {place}{}",
                binary_bytes(memory),
                seen.need(memory)
            ),
            (Some(_), _) if stderr.contains(NO_STACK) => {
                format!("the worker ran out of stack {place}")
            }
            (Some(signal), _) => format!("the worker was killed by {} {place}", named(signal)),
            (None, code) => format!(
                "the worker ended with code {} {place}",
                code.unwrap_or_default()
            ),
        },
    }
}

fn seconds(limit: Duration) -> String {
    format!("{} s", figure(limit.as_secs_f64()))
}

fn named(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    format!("signal {signal} ({name})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(stage: Stage, columns: &[&str]) -> LastReport {
        let mut seen = LastReport {
            progress: Some(Progress {
                stage,
                ..Progress::start(0)
            }),
            ..LastReport::default()
        };
        columns.iter().for_each(|c| seen.begins(c));
        seen
    }

    #[test]
    fn the_sentence_names_the_cause_and_the_place() {
        let aborted = End::Exit(ExitStatus::from_raw(6));
        let say = |end: &End, seen: &LastReport, err: &str| sentence(end, seen, err, 1 << 30);
        let reading = seen(Stage::Reading, &["value"]);
        assert_eq!(
            say(&aborted, &reading, "memory allocation of 99 bytes failed"),
            "the worker ran out of its 1 GiB limit while reading column value; --memory 1280MiB allows more"
        );
        assert_eq!(
            say(
                &End::Exit(ExitStatus::from_raw(11)),
                &seen(Stage::Reading, &["time", "value"]),
                ""
            ),
            "the worker was killed by signal 11 (SIGSEGV) while reading columns time, value"
        );
        assert_eq!(
            say(
                &End::TooLong(Duration::from_millis(30_500)),
                &seen(Stage::Hashing, &[]),
                ""
            ),
            "the worker took longer than its 30.5 s while hashing the log"
        );
        assert_eq!(
            say(
                &aborted,
                &LastReport::default(),
                "thread 'main' has overflowed its stack"
            ),
            "the worker ran out of stack while opening the log"
        );
        assert_eq!(
            say(
                &End::Exit(ExitStatus::from_raw(3 << 8)),
                &seen(Stage::Committing, &[]),
                ""
            ),
            "the worker ended with code 3 while writing its results"
        );
    }

    #[test]
    fn a_run_without_room_says_how_much_it_needs_and_how_to_allow_it() {
        let mut seen = seen(Stage::Transforming, &[]);
        seen.progress.as_mut().unwrap().largest_run = Some(20_000_000);
        let aborted = End::Exit(ExitStatus::from_raw(6));
        let said = "memory allocation of 99 bytes failed";
        assert_eq!(
            sentence(&aborted, &seen, said, 1 << 30),
            "the worker ran out of its 1 GiB limit while making tables of its runs: the largest run has \
             20,000,000 rows, and making its table takes up to 128 bytes a row (2.4 GiB in all); \
             --memory 2560MiB allows that"
        );
        // Never what was not enough.
        seen.progress.as_mut().unwrap().largest_run = Some(1_000);
        let enough = sentence(&aborted, &seen, said, 1 << 30);
        assert!(enough.ends_with("--memory 1280MiB allows that"), "{enough}");
    }

    #[test]
    fn a_column_that_is_through_is_not_blamed() {
        let mut seen = seen(Stage::Reading, &["time", "value", "value"]);
        seen.ends("time");
        seen.ends("value");
        assert_eq!(seen.words(), "while reading column value");
        seen.ends("value");
        assert_eq!(seen.words(), "while reading rows");
    }
}
