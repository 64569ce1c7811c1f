//! What an event or a key takes does not grow with the number of jobs: counted, not timed.

use ratatui::{Terminal, backend::TestBackend};

use super::{draw, theme::Theme};
use crate::{
    app::{
        Effect, Event, State,
        fixture::{answered, bare, job, log},
        jobs::{ToHarvest, steps},
        keymap::Chord,
        lake_queries::CountLogs,
        query::Question,
        table::SortRequest,
        top::Top,
        update,
    },
    etl::{
        base::{CancelToken, Progress, Stage},
        catalog::{LogRow, LogState},
        format::thousands,
        harvest::{Outcome, Summary},
        pool::{Batch, JobEvent, JobId},
    },
};

/// A browser without workers: what it asks for is kept, and counted.
struct Browser {
    state: State,
    screen: Terminal<TestBackend>,
    theme: Theme,
    asked: Vec<Question>,
    /// The most steps that an event with its frame took, and the event.
    most_steps: (usize, String),
    /// The most effects of an event.
    most_effects: usize,
}

impl Browser {
    fn new(logs: usize) -> Self {
        let (mut state, _) = bare((200, 50));
        let rows: Vec<_> = (0..logs)
            .map(|n| log(&format!("log-{n:05}"), LogState::Pending))
            .collect();
        let logs = state.logs.read.reply(Ok(rows.into()));
        update(&mut state, answered(logs));
        Self {
            state,
            screen: Terminal::new(TestBackend::new(200, 50)).unwrap(),
            theme: Theme::named("dark", true).unwrap(),
            asked: Vec::new(),
            most_steps: (0, String::new()),
            most_effects: 0,
        }
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        let message = match &event {
            Event::Key(key) => format!("{key:?}"),
            _ => "an event of a worker".into(),
        };
        steps::reset();
        let effects = update(&mut self.state, event);
        let (state, theme) = (&self.state, &self.theme);
        self.screen.draw(|frame| draw(frame, state, theme)).unwrap();
        let took = steps::count();
        if took > self.most_steps.0 {
            self.most_steps = (took, message);
        }
        self.most_effects = self.most_effects.max(effects.len());
        let mut others = Vec::new();
        for effect in effects {
            match effect {
                Effect::Ask(question) => self.asked.push(question),
                other => others.push(other),
            }
        }
        others
    }

    fn press(&mut self, chords: &[&str]) -> Vec<Effect> {
        let keys = chords.iter().map(|chord| Chord::parse(chord).unwrap());
        keys.flat_map(|chord| self.event(Event::Key(chord.event())))
            .collect()
    }

    /// Answers what lists ask of workers; the catalog is not read.
    fn work(&mut self) {
        let cancel = CancelToken::new();
        while let Some(question) = self.asked.pop() {
            let answer = if let Some(CountLogs { rows, read, open }) = question.query() {
                question.reply::<CountLogs>(Ok(open.count(rows.read(), read)))
            } else if let Some(request) = question.query::<SortRequest<LogRow>>() {
                question.reply::<SortRequest<LogRow>>(Ok(request.sort_rows(&cancel).unwrap()))
            } else {
                continue;
            };
            self.event(answered(answer));
        }
    }

    fn count(&self, state: LogState) -> usize {
        self.state.logs.counts.get(&state).copied().unwrap_or(0)
    }
}

/// Harvests some of `logs` logs and cancels the others, with keys in between.
fn harvest(logs: usize) -> Browser {
    let mut app = Browser::new(logs);
    let effects = app.press(&["ctrl-a", "H"]);
    let [Effect::Harvest(queued @ ToHarvest::Logs(_))] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let keys: Vec<_> = queued.keys().into_iter().map(Into::into).collect();
    assert_eq!(keys.len(), logs);
    let batch = Batch::new(JobId(1), keys.clone());
    app.event(job(0, JobEvent::Queued(batch.into())));
    app.work();
    assert_eq!(app.count(LogState::Queued), logs);
    let title = &Top::of(&app.state).views[3].1;
    assert!(title.contains(&thousands(logs as u64)), "{title}");
    for id in 1..=40 {
        let progress = Progress {
            stage: Stage::Reading,
            rows: 60,
            rows_total: None,
            bytes: 1,
            bytes_total: 2,
            runs: 0,
            runs_total: None,
            largest_run: None,
        };
        app.event(job(1, JobEvent::Started { job: JobId(id) }));
        let event = JobEvent::Progress {
            job: JobId(id),
            progress,
        };
        app.event(job(2, event));
        app.press(&["j", "pagedown", "4", "G", "g", "j", "1", "G", "g"]);
        let event = JobEvent::Finished {
            job: JobId(id),
            key: format!("log-{:05}", id - 1),
            result: Ok(Outcome::Harvested(Summary::default())),
        };
        app.event(job(3, event));
        app.work();
    }
    assert_eq!(app.count(LogState::Queued), logs - 40);
    // One in the middle.
    app.state.logs.table.put_cursor(logs / 2);
    let id = JobId(logs as u64 / 2 + 1);
    assert!(app.press(&["x"]).contains(&Effect::CancelJob(id)));
    let key = &keys[logs / 2];
    app.event(job(4, JobEvent::Cancelled(vec![(id, key.clone())])));
    assert!(app.state.jobs.of_log(key).is_none());
    app.press(&["4", "G", "g", "1"]);
    // A filter that jobs decide on, and an order.
    app.press(&["f"]);
    for key in ["s", "t", "a", "t", "e", ":", "q", "u", "e", "u", "e", "d"] {
        app.press(&[key]);
        app.work();
    }
    app.press(&["enter", "s"]);
    app.work();
    assert_eq!(app.state.logs.table.len(), logs - 41);
    // Some for each line of the screen.
    let (most, event) = &app.most_steps;
    assert!((50..200).contains(most), "{most}: {event}");
    assert!(app.press(&["X", "y"]).contains(&Effect::CancelAllJobs));
    let left = (1..).zip(&keys).skip(40).filter(|(n, _)| *n != id.0);
    let left: Vec<_> = left.map(|(n, key)| (JobId(n), key.clone())).collect();
    app.event(job(5, JobEvent::Cancelled(left)));
    app.work();
    assert_eq!(app.count(LogState::Queued), 0);
    assert!(!app.state.jobs.is_busy() && app.state.logs.table.is_empty());
    app.press(&["4", "G", "g", "1"]);
    app
}

#[test]
fn an_event_costs_as_many_steps_with_twenty_thousand_jobs_as_with_two_thousand() {
    let (few, many) = (harvest(2_000), harvest(20_000));
    let (most, event) = &many.most_steps;
    // As many as are remembered of the jobs that were cancelled together.
    assert!(
        *most <= few.most_steps.0 && *most < 1_500,
        "{most}: {event}"
    );
    assert!(many.most_effects <= few.most_effects && many.most_effects <= 8);
}
