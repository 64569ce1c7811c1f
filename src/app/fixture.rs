//! A populated state with a fixed clock and fixed paths, for tests.

use std::{collections::BTreeMap, sync::Arc};

use crossterm::event::{KeyModifiers, MouseEvent, MouseEventKind};

use super::{
    Config, Effect, Event, Message, Pending, Query, State,
    abilities::Abilities,
    chart::Marker,
    choice::Choices,
    compare::CompareScreen,
    keymap::{Chord, Keymap},
    lake_queries::{
        CountLogs, LogPanel, ReadHistory, ReadLog, ReadLogs, ReadMachines, ReadRunList,
        RefreshLogs, SaveColumns, WriteExport,
    },
    note::{NotesWritten, WriteNotes},
    query::{Answer, Question},
    run::RunScreen,
    table::{SearchRequest, SortRequest},
    update,
};
use crate::etl::{
    Error,
    base::{CancelToken, Progress, Stage},
    catalog::{
        Distances, HarvestRow, LogDetail, LogPath, LogRow, LogState, Picture, Refresh, RobotStates,
        RunFields, RunRow, align_robots,
    },
    clean::{Ledger, Reason},
    harvest::{Outcome, RejectedRow, RejectedRows, Summary},
    pool::{Batch, JobEvent, JobId},
    profile::Profile,
    quality::Verdict,
    run_id::RunId,
    stats::RobotState,
};

/// 2022-11-23T20:40:00Z
pub const NOW: i64 = 1_669_236_000_000_000;

/// A configuration that nothing was remembered with.
pub fn config() -> Config {
    Config {
        data_dir: "data".into(),
        cache_dir: "cache".into(),
        options: Vec::new(),
        profile: Arc::new(Profile::built_in().unwrap()),
        executor: crate::etl::worker::Executor::InProcess,
        jobs: 2,
        theme: None,
        light: false,
        ask_background: false,
        choices: Choices::default(),
        choices_file: None,
        memory: crate::app::remembered::Memory::default(),
        views_dir: None,
        marker: Marker::Braille,
        author: "anna".into(),
        mouse: true,
        links: crate::etl::source::scan::Links::default(),
        keymap: Arc::new(Keymap::built_in().unwrap()),
        abilities: Abilities::default(),
        user_cache: None,
    }
}

/// The state at start, before any answer.
pub fn bare(size: (u16, u16)) -> (State, Vec<Effect>) {
    State::new(&config(), size)
}

/// A worker answers what is waited for (asked in passing, if nothing is); what follows.
pub fn answer<Q: Query>(
    state: &mut State,
    pending: impl FnOnce(&mut State) -> &mut Pending<Q>,
    result: Result<Q::Answer, String>,
) -> Vec<Effect> {
    let answer = pending(state).reply(result);
    update(state, answered(answer))
}

/// A worker has an answer.
pub fn answered(answer: Answer) -> Event {
    Event::Worker(Message::Answer(answer))
}

/// The queries of a kind among `effects`.
pub fn asked<Q: Query>(effects: &[Effect]) -> Vec<&Q> {
    let questions = effects.iter().filter_map(|effect| match effect {
        Effect::Ask(question) => Some(question),
        _ => None,
    });
    questions.filter_map(|q| q.query::<Q>()).collect()
}

/// The run that is open.
pub fn run_screen(state: &mut State) -> &mut RunScreen {
    state.view_mut().expect("a run is open")
}

/// The comparison that is open.
pub fn compare_screen(state: &mut State) -> &mut CompareScreen {
    state.view_mut().expect("a comparison is open")
}

/// One thing that happened to a harvest, so many seconds after [`NOW`].
pub fn job(seconds: i64, event: JobEvent) -> Event {
    Event::Worker(Message::Job {
        at_us: NOW + seconds * 1_000_000,
        event,
    })
}

/// A log as the list shows it.
pub fn log(key: &str, state: LogState) -> LogRow {
    let done = matches!(
        state,
        LogState::Harvested | LogState::Partial | LogState::Stale
    );
    LogRow {
        key: key.into(),
        path: LogPath::KeyWithEnding,
        state,
        reason: format!("this log is {}", state.word()).into(),
        cell_id: Some(key.get(5..7).unwrap_or("01").into()),
        size: Some(14_800_000),
        mtime_us: Some(NOW),
        rows: done.then_some(1_577_762),
        runs_ok: done.then_some(if state == LogState::Partial { 3 } else { 4 }),
        runs_failed: done.then_some(u32::from(state == LogState::Partial)),
        start_us: done.then_some(NOW),
        stop_us: done.then_some(NOW + 600_000_000),
        harvested_at_us: done.then_some(NOW + 7_267_000_000),
        verdict: done.then_some(Verdict::NotEvaluated),
        flags: done.then_some(0),
        leave_alone: None,
    }
}

/// Logs in every state.
pub fn logs() -> Vec<LogRow> {
    let mut rows: Vec<LogRow> = LogState::ALL
        .into_iter()
        .filter(|state| !matches!(state, LogState::Harvesting | LogState::Queued))
        .enumerate()
        .map(|(n, state)| log(&format!("cell-{:02}/2022-11-23T20{n}0", n / 2 + 1), state))
        .collect();
    rows.push(log(
        "cell-09/a log with a long name and 加工 in it, recorded twice",
        LogState::Pending,
    ));
    rows
}

/// A run as lists show it, beside runs of robots 1 and 2.
pub fn run(n: u128, log_key: &str) -> RunRow {
    let mut list = [row(n, log_key), row(0, log_key)];
    align_robots(&mut list);
    let [run, _] = list;
    run
}

fn row(n: u128, log_key: &str) -> RunRow {
    let failed = n == 3;
    let picture: Vec<_> = (0..24)
        .map(|i| (i % 7 != 3).then_some(f64::from(i % 5)))
        .collect();
    RunRow::from(RunFields {
        cell_id: Some("10"),
        error: failed.then_some("every sample of robot 2 has the same time"),
        start_us: (!failed).then_some(NOW + n as i64 * 1_000_000),
        stop_us: (!failed).then_some(NOW + 599_000_000),
        runtime_s: (!failed).then_some(599.971 - n as f64),
        distance_mm: if failed {
            Distances::default()
        } else {
            [
                ("1".to_owned(), 39_010.73 * (n + 1) as f64),
                ("2".to_owned(), 0.166),
            ]
            .into()
        },
        rows: 90_000,
        samples: 394_000 + n as u64,
        complete_rows: 80_000,
        channels: 32,
        file_name: (!failed).then(|| "run.parquet".into()),
        spark_channel: (!failed).then_some("fz_1"),
        states: if failed {
            RobotStates::default()
        } else {
            [
                ("1".to_owned(), RobotState::Contact),
                ("2".to_owned(), RobotState::Parked),
            ]
            .into()
        },
        picture: if failed {
            Picture::default()
        } else {
            Picture::of(&picture)
        },
        ..RunFields::new(log_key, RunId(0x6939_b762_6b66_11ed_0000 + n))
    })
}

/// What stands beside the list.
pub fn panel(row: LogRow) -> LogPanel {
    let example = |row, column: &str, value: &str| RejectedRow {
        row,
        column: Some(column.into()),
        value: Some(value.into()),
    };
    let rejected = row.harvested_at_us.map(|_| RejectedRows {
        file: format!("cache/{}/rejected.4f1c000000009e02.parquet", row.key),
        examples: BTreeMap::from([
            (
                Reason::InvalidTime,
                vec![
                    example(1_204, "time", "2022-13-40T20:40:00Z"),
                    example(1_205, "time", ""),
                ],
            ),
            (
                Reason::UnknownRobot,
                vec![example(788_881, "robot_id", "1.5")],
            ),
        ]),
    });
    LogPanel {
        detail: detail(row),
        rejected: Ok(rejected),
    }
}

/// What the catalog knows of a log.
pub fn detail(row: LogRow) -> LogDetail {
    let mut ledger = Ledger {
        rows_in: 1_577_762,
        rows_kept: 1_576_990,
        ..Ledger::default()
    };
    ledger.drop_rows(Reason::InvalidTime, 614);
    ledger.drop_rows(Reason::UnknownRobot, 158);
    LogDetail {
        ledger: Some(ledger),
        errors: vec!["run ac28136e…11ed: every sample of robot 2 has the same time".into()],
        content_hash: Some("4f1c".to_owned() + &"0".repeat(56) + "9e02"),
        program: Some("mdtui 0.1.0".into()),
        seconds: Some(0.314),
        quality: Vec::new(),
        history: vec![past(&row.key, "partial")],
        row,
    }
}

/// A harvest of the past.
pub fn past(key: &str, outcome: &str) -> HarvestRow {
    HarvestRow {
        key: key.into(),
        at_us: NOW - 86_400_000_000,
        seconds: 0.3,
        outcome: outcome.into(),
        message: "4 runs, 1,577,762 rows in 0.31 s".into(),
    }
}

/// A state with logs, a past and no harvest under way.
pub fn populated(size: (u16, u16)) -> State {
    let (mut state, _) = bare(size);
    answer(&mut state, |s| &mut s.logs.read, Ok(logs().into()));
    let refresh = Ok(Refresh::default());
    answer(&mut state, |s| &mut s.queries.refresh, refresh);
    let history = vec![
        past("cell-02/2022-11-23T2030", "harvested"),
        past("cell-03/2022-11-23T2050", "failed"),
    ];
    answer(&mut state, |s| &mut s.jobs.read, Ok(history));
    state
}

/// Answers what `effects` ask, and what the answers ask, until nothing is asked.
pub fn answer_queries(state: &mut State, effects: Vec<Effect>) {
    answer_all(effects, |question| {
        update(state, answered(replied(&question)))
    });
}

/// Has each question answered that is asked by `effects`, and by what follows from an answer.
/// Gives back how many questions there were.
pub fn answer_all(mut open: Vec<Effect>, mut answer: impl FnMut(Question) -> Vec<Effect>) -> usize {
    let mut asked = 0;
    while let Some(effect) = open.pop() {
        if let Effect::Ask(question) = effect
            && !question.is_cancelled()
        {
            asked += 1;
            assert!(asked < 1000, "it never stops asking");
            open.extend(answer(question));
        }
    }
    asked
}

/// What a worker would answer.
fn replied(question: &Question) -> Answer {
    let never_cancelled = CancelToken::new();
    if question.query::<RefreshLogs>().is_some() {
        return question.reply::<RefreshLogs>(Ok(Refresh::default()));
    }
    if question.query::<ReadLogs>().is_some() {
        return question.reply::<ReadLogs>(Ok(logs().into()));
    }
    if let Some(CountLogs { rows, read, open }) = question.query() {
        return question.reply::<CountLogs>(Ok(open.count(rows.read(), read)));
    }
    if let Some(ReadLog(key)) = question.query() {
        let row = logs().into_iter().find(|row| row.key == *key);
        return question.reply::<ReadLog>(Ok(row.map(|row| Box::new(panel(row)))));
    }
    if let Some(ReadRunList(log)) = question.query() {
        let log = log.as_deref().unwrap_or("cell-10/2022-11-23T2040");
        return question.reply::<ReadRunList>(Ok((0..6).map(|n| run(n, log)).collect()));
    }
    if question.query::<ReadMachines>().is_some() {
        return question.reply::<ReadMachines>(Ok(super::machines::fixture::machines()));
    }
    if question.query::<ReadHistory>().is_some() {
        let history = vec![past("cell-02/2022-11-23T2030", "harvested")];
        return question.reply::<ReadHistory>(Ok(history));
    }
    if let Some(answer) = super::find::fixture::answer(question) {
        return answer;
    }
    if let Some(request) = question.query::<SortRequest<LogRow>>() {
        return question
            .reply::<SortRequest<LogRow>>(Ok(request.sort_rows(&never_cancelled).unwrap()));
    }
    if let Some(request) = question.query::<SortRequest<RunRow>>() {
        return question
            .reply::<SortRequest<RunRow>>(Ok(request.sort_rows(&never_cancelled).unwrap()));
    }
    if let Some(request) = question.query::<SearchRequest<LogRow>>() {
        return question
            .reply::<SearchRequest<LogRow>>(Ok(request.find(&never_cancelled).unwrap()));
    }
    if let Some(request) = question.query::<SearchRequest<RunRow>>() {
        return question
            .reply::<SearchRequest<RunRow>>(Ok(request.find(&never_cancelled).unwrap()));
    }
    if question.query::<SaveColumns>().is_some() {
        return question.reply::<SaveColumns>(Ok(()));
    }
    if let Some(WriteNotes { runs, .. }) = question.query() {
        let runs = runs.runs();
        let mut logs: Vec<String> = runs.iter().map(|(log, _)| log.clone()).collect();
        logs.dedup();
        return question.reply::<WriteNotes>(Ok(NotesWritten {
            written: runs.len(),
            logs,
            ..NotesWritten::default()
        }));
    }
    if question.query::<WriteExport>().is_some() {
        return question.reply::<WriteExport>(Err("no space left on the device".into()));
    }
    if let Some(answer) = super::run::fixture::answer(question) {
        return answer;
    }
    super::compare::fixture::answer(question).expect("a query that some worker answers")
}

/// Presses keys one after the other; all that is asked is answered.
pub fn press(state: &mut State, chords: &[&str]) {
    for chord in chords {
        let effects = keys(state, &[chord]);
        answer_queries(state, effects);
    }
}

/// Presses keys one after the other without answering queries; returns all effects.
pub fn keys(state: &mut State, chords: &[&str]) -> Vec<Effect> {
    let events = chords
        .iter()
        .map(|chord| Chord::parse(chord).unwrap().event());
    events
        .flat_map(|key| update(state, Event::Key(key)))
        .collect()
}

/// The mouse at a place, with no key held down.
pub fn mouse_event(kind: MouseEventKind, column: u16, row: u16) -> MouseEvent {
    MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }
}

/// Types a text.
pub fn type_in(state: &mut State, text: &str) {
    let effects = update(state, Event::Paste(text.into()));
    answer_queries(state, effects);
}

/// A run that was opened from the list of runs.
pub fn in_run(size: (u16, u16)) -> State {
    let mut state = populated(size);
    press(&mut state, &["2", "enter"]);
    state
}

/// Harvests the failed log, which fails again, a partial one, and so many others.
pub fn harvested(state: &mut State, others: u64) {
    let rows = logs();
    let of = |state: LogState| rows.iter().find(|row| row.state == state);
    let first = [LogState::Failed, LogState::Partial]
        .into_iter()
        .filter_map(of);
    let mut keys: Vec<Arc<str>> = first.map(|row| row.key.as_str().into()).collect();
    keys.extend((0..others).map(|n| format!("other-{n}").into()));
    let batch = Batch::new(JobId(1), keys.clone());
    update(state, job(0, JobEvent::Queued(batch.into())));
    for (n, key) in (1..).zip(keys) {
        let summary = Summary {
            rows_in: 1_577_762,
            runs_ok: 3,
            run_errors: (n == 2)
                .then(|| "a run failed".into())
                .into_iter()
                .collect(),
            seconds: 0.31,
            ..Summary::default()
        };
        let result = match n {
            1 => Err(Error::Log("no rows".into())),
            _ => Ok(Outcome::Harvested(summary)),
        };
        let (job_id, key) = (JobId(n), key.as_ref().to_owned());
        update(state, job(1, JobEvent::Started { job: job_id }));
        let finished = JobEvent::Finished {
            job: job_id,
            key,
            result,
        };
        update(state, job(2, finished));
    }
}

/// Starts two harvests: one is half through its rows, the other waits.
pub fn harvesting(state: &mut State) {
    let rows = logs();
    let pending: Vec<&LogRow> = rows
        .iter()
        .filter(|r| r.state == LogState::Pending)
        .collect();
    let keys = pending.iter().map(|row| row.key.as_str().into());
    let batch = Batch::new(JobId(0), keys.collect());
    update(state, job(0, JobEvent::Queued(batch.into())));
    update(state, job(1, JobEvent::Started { job: JobId(0) }));
    let progress = Progress {
        stage: Stage::Reading,
        rows: 788_881,
        rows_total: Some(1_577_762),
        bytes: 7_000_000,
        bytes_total: 14_800_000,
        runs: 0,
        runs_total: None,
        largest_run: None,
    };
    update(
        state,
        job(
            3,
            JobEvent::Progress {
                job: JobId(0),
                progress,
            },
        ),
    );
}
