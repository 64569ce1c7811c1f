//! Which logs are planned, and into which part each goes.

use std::{cmp::Reverse, collections::BTreeMap, collections::BinaryHeap, path::Path};

use super::line::{self, Line};
use crate::{
    Result,
    catalog::{LogState, LogStatus, Survey},
    format::{bytes, count, thousands},
};

/// Which logs a plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that a harvest without names takes.
    Due,
    /// Those without a current record: also logs that are being written.
    WithoutRecord,
}

/// Logs in parts of about the same size.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// By task; within a task the largest first, then by key.
    pub lines: Vec<Line>,
    /// Logs that are not planned, by state.
    others: BTreeMap<LogState, u64>,
    /// Folders that could not be read.
    unread: usize,
}

impl Plan {
    /// Plans into at most `tasks` parts: the largest log that is left goes to the task with the
    /// fewest bytes so far. The same logs give the same plan.
    pub fn new(survey: &Survey, which: Which, tasks: u32) -> Self {
        let is_planned = |log: &&LogStatus| match which {
            Which::Due => log.is_due(),
            Which::WithoutRecord => log.lacks_record(),
        };
        let (mut logs, rest): (Vec<&LogStatus>, Vec<_>) = survey.logs.iter().partition(is_planned);
        logs.sort_by(|a, b| (Reverse(a.size), &a.key).cmp(&(Reverse(b.size), &b.key)));
        // Bytes, then logs: empty ones are spread, too.
        let mut loads: BinaryHeap<Reverse<(u64, u64, u32)>> = (0..tasks.max(1))
            .map(|task| Reverse((0, 0, task)))
            .collect();
        let mut lines = Vec::with_capacity(logs.len());
        for log in logs {
            let Some(mut least) = loads.peek_mut() else {
                break;
            };
            let Reverse((load, number, task)) = &mut *least;
            *load = load.saturating_add(log.size);
            *number += 1;
            lines.push(Line::new(*task, &log.key, &log.raw, log.size));
        }
        // Stable: the largest of each task stay first.
        lines.sort_by_key(|line| line.task);
        let mut others = BTreeMap::new();
        for log in rest {
            *others.entry(log.state).or_default() += 1;
        }
        Self {
            lines,
            others,
            unread: survey.unread,
        }
    }

    /// Whether the plan has all logs: the folders of the data directory could all be read.
    pub fn is_whole(&self) -> bool {
        self.unread == 0
    }

    /// The manifest as text.
    ///
    /// # Errors
    /// [`crate::Error::Fatal`].
    pub fn text(&self) -> Result<String> {
        line::text(&self.lines)
    }

    /// Writes the manifest to a file, whole or not at all.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for a name that a log could have, [`crate::Error::Io`].
    pub fn write(&self, path: &Path) -> Result<()> {
        line::write(&self.lines, path)
    }

    /// `12 logs (3.21 GB) in 4 tasks; not planned: 3 harvested, 1 failed; 1 folder cannot be read, its logs are not
    /// known`
    pub fn sentence(&self) -> String {
        let size = self.lines.iter().map(|line| line.size).sum();
        let tasks = self.lines.last().map_or(0, |line| u64::from(line.task) + 1);
        let mut text = match self.lines.len() as u64 {
            0 if self.is_whole() => "nothing to do".to_owned(),
            0 => "0 logs".to_owned(),
            logs => format!(
                "{} ({}) in {}",
                count(logs, "log"),
                bytes(size),
                count(tasks, "task")
            ),
        };
        let others = self.others.iter();
        let others: Vec<String> = others
            .map(|(state, n)| format!("{} {}", thousands(*n), state.word()))
            .collect();
        if !others.is_empty() {
            text.push_str(&format!("; not planned: {}", others.join(", ")));
        } else if self.lines.is_empty() && self.is_whole() {
            text.push_str(": there are no logs");
        }
        if !self.is_whole() {
            text.push_str(&format!("; {}", unread(self.unread)));
        }
        text
    }
}

/// `1 folder could not be read, and the logs in it are not known`
pub fn unread(folders: usize) -> String {
    let them = if folders == 1 { "it" } else { "them" };
    format!(
        "{} could not be read, and the logs in {them} are not known",
        count(folders as u64, "folder")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_without_the_logs_of_a_folder_says_so_and_is_not_whole() {
        let mut survey = survey(&[]);
        survey.unread = 1;
        let plan = Plan::new(&survey, Which::WithoutRecord, 1);
        assert!(!plan.is_whole());
        assert_eq!(
            plan.sentence(),
            "0 logs; 1 folder could not be read, and the logs in it are not known"
        );
        survey.unread = 0;
        let whole = Plan::new(&survey, Which::WithoutRecord, 1);
        assert!(whole.is_whole());
        assert_eq!(whole.sentence(), "nothing to do: there are no logs");
    }

    fn survey(sizes: &[u64]) -> Survey {
        let log = |(at, size): (usize, &u64)| LogStatus {
            key: format!("log-{at}.csv"),
            raw: format!("log-{at}.csv").into_bytes(),
            size: *size,
            state: LogState::Pending,
            reason: "never harvested".into(),
            leave_alone: None,
            has_record: false,
        };
        Survey {
            logs: sizes.iter().enumerate().map(log).collect(),
            ..Survey::default()
        }
    }

    fn loads(plan: &Plan) -> Vec<u64> {
        let mut loads = Vec::new();
        for line in &plan.lines {
            loads.resize(line.task as usize + 1, 0);
            loads[line.task as usize] += line.size;
        }
        loads
    }

    #[test]
    fn the_largest_log_goes_to_the_task_with_the_fewest_bytes() {
        let plan = Plan::new(&survey(&[5, 7, 3, 6, 4]), Which::Due, 2);
        assert_eq!(loads(&plan), [7 + 4 + 3, 6 + 5]);
        let of_first = plan.lines.iter().take_while(|line| line.task == 0);
        let keys: Vec<&str> = of_first.map(|line| line.key.as_str()).collect();
        assert_eq!(keys, ["log-1.csv", "log-4.csv", "log-2.csv"]);
        // No task is worse than the ideal by more than a log.
        let sizes: Vec<u64> = (0..997).map(|n| n * 7919 % 1000).collect();
        let plan = Plan::new(&survey(&sizes), Which::Due, 16);
        let (least, most) = (
            loads(&plan).into_iter().min(),
            loads(&plan).into_iter().max(),
        );
        assert!(most.unwrap() - least.unwrap() < 1000, "{:?}", loads(&plan));
        assert_eq!(plan, Plan::new(&survey(&sizes), Which::Due, 16));
    }

    #[test]
    fn tasks_are_numbered_without_gaps_and_empty_logs_are_spread() {
        let plan = Plan::new(&survey(&[0, 0, 0, 0]), Which::Due, 2);
        let tasks: Vec<u32> = plan.lines.iter().map(|line| line.task).collect();
        assert_eq!(tasks, [0, 0, 1, 1]);
        let plan = Plan::new(&survey(&[1, 2]), Which::Due, 100);
        assert_eq!(plan.lines.len(), 2);
        assert_eq!(loads(&plan), [2, 1]);
        assert_eq!(plan.sentence(), "2 logs (3 B) in 2 tasks");
        let nothing = Plan::new(&survey(&[]), Which::Due, 4);
        assert_eq!(nothing.text().unwrap(), "");
        assert_eq!(nothing.sentence(), "nothing to do: there are no logs");
    }

    #[test]
    fn a_log_that_is_being_written_lacks_a_record_but_is_not_due() {
        let mut survey = survey(&[1, 2, 3, 4]);
        let state = |log: &mut LogStatus, state, has_record| {
            (log.state, log.has_record) = (state, has_record);
            log.leave_alone = Some("left alone".into());
        };
        state(&mut survey.logs[0], LogState::Writing, false);
        state(&mut survey.logs[1], LogState::Failed, true);
        state(&mut survey.logs[2], LogState::Failed, false);
        let keys = |which| {
            let plan = Plan::new(&survey, which, 1);
            plan.lines
                .into_iter()
                .map(|line| line.key)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(Which::Due), ["log-3.csv", "log-2.csv"]);
        assert_eq!(
            keys(Which::WithoutRecord),
            ["log-3.csv", "log-2.csv", "log-0.csv"]
        );
        let sentence = Plan::new(&survey, Which::Due, 1).sentence();
        assert_eq!(
            sentence,
            "2 logs (7 B) in 1 task; not planned: 1 writing, 1 failed"
        );
    }
}
