//! Keys, mouse, pastes and resizes without plan, over real logs: what the browser asks is
//! answered by the real workers' code, late, in any order or never, while tables vanish and the
//! catalog is locked. Nothing panics, and every frame can be drawn.

use std::{collections::BTreeSet, sync::Arc};

use crate::common::{Lab, refreshed};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use mdtui::{
    app::{
        Answer, Config, Effect, Event, Message, Question, Signal, State,
        abilities::Abilities,
        chart::Marker,
        choice::Choices,
        jobs::ToHarvest,
        keymap::{Binding, Chord, Keymap},
        run::RunScreen,
        runs::Runs,
        update,
    },
    etl::{
        Error,
        base::{CancelToken, NoProgress, Progress, Stage},
        catalog::Catalog,
        demo::Options as Demo,
        harvest::{Options, harvest_log},
        lake::{self, Lake},
        pool::{Batch, JobEvent, JobId},
        profile::{BUILT_IN, Profile},
        worker::Executor,
    },
    ui::{draw, theme::Theme},
};
use rand_core::Rng;
use ratatui::{Terminal, backend::TestBackend};

/// Events of each run of the test.
const EVENTS: usize = 15_000;
/// A frame is drawn after so many of them, and after every resize.
const FRAME: usize = 5;

#[test]
fn keys_without_plan_by_day() {
    Hand::new(20_221_123).press(EVENTS);
}

#[test]
fn keys_without_plan_by_night() {
    Hand::new(7).press(EVENTS);
}

#[test]
fn keys_without_plan_in_the_morning() {
    Hand::new(99_991).press(EVENTS);
}

/// Ways into the views, as one who knows the keys goes them.
const WAYS: [&[&str]; 23] = [
    &["2", "space", "i", "a", "ctrl-j", "tab", "ctrl-s"],
    &["2", "enter", "i", "b", "esc", "n", "enter"],
    &["1", "enter", "enter"],
    &["2", "enter", "tab"],
    &["2", "enter", "tab", "tab", "e"],
    &["2", "enter", "shift-tab", "shift-tab", "shift-tab"],
    &["2", "g", "space", "space", "c", "tab"],
    &["3", "j", "enter", "enter"],
    &["1", "f", "ctrl-u", "enter", "g", "H", "X", "n", "Q"],
    &["2", "enter", "shift-tab"],
    &["4", "?", "esc", ":", "esc", "!"],
    &["1", "t"],
    // Sorted by cell, both ways.
    &["1", "l", "l", "s", "s"],
    &["2", "l", "l", "s", "s"],
    &["3", "s", "s"],
    &["1", "enter", "l", "s", "s"],
    // One time in all tabs of a run.
    &[
        "2",
        "enter",
        "j",
        "j",
        "l",
        "l",
        "enter",
        "$",
        "tab",
        "j",
        "^",
        "shift-tab",
    ],
    &[
        "2", "enter", "tab", "tab", "$", "G", "tab", "z", "a", "$", "tab", "tab", "j", "tab",
    ],
    &["2", "enter", "tab", "^", "tab", "^", "f"],
    // Histograms, and the run before.
    &["2", "enter", "tab", "d", "+", "j", "l", "$", "d"],
    &["2", "enter", "tab", "d", "_", "u", "G", "h"],
    &["2", "G", "P", "tab", "a", "j", "a"],
    &["2", "j", "enter", "P", "+", "tab", "e"],
];

/// The first word of what a value is called.
fn word(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let end = text.find(|c: char| !c.is_alphanumeric());
    text[..end.unwrap_or(text.len())].to_owned()
}

/// A user who presses keys at random, and the browser.
struct Hand {
    random: rand_pcg::Pcg64Mcg,
    lab: Lab,
    context: lake::Context,
    catalog: Option<Catalog>,
    keymap: Arc<Keymap>,
    state: State,
    /// Questions that no worker has answered.
    open: Vec<Question>,
    /// Answers that are on their way: they may come when never_cancelled waits for them any more.
    late: Vec<Answer>,
    /// Harvests that were begun and not ended.
    jobs: Vec<(JobId, String)>,
    begun: u64,
    /// Views that were seen.
    seen: BTreeSet<String>,
    /// Holds the catalog against everybody else.
    lock: Option<rusqlite::Connection>,
}

impl Hand {
    fn new(seed: u128) -> Self {
        let lab = Lab::new();
        lab.write_demo(&Demo {
            logs: 8,
            run_seconds: 2.0,
            seed: 3,
        });
        lab.write_mixed_cells(&["1", "2", "10", "left"]);
        let robots = BUILT_IN.replacen("robots = [1, 2]", "robots = [1, 2, 10, \"left\"]", 1);
        let profile = Profile::parse(&robots, "more robots").unwrap();
        assert_eq!(profile.robots.len(), 4);
        let context = lake::Context {
            data_dir: lab.data(),
            links: mdtui::etl::source::scan::Links::default(),
            lake: Lake::new(lab.cache()),
            profile: profile.into(),
        };
        let cancel = CancelToken::new();
        let mut catalog = refreshed(&context);
        // One stays pending.
        for log in catalog.logs().unwrap().into_iter().skip(1) {
            let done = harvest_log(&context, &log.key, Options::default(), &NoProgress, &cancel);
            assert!(!matches!(done, Err(Error::Fatal(_))), "{done:?}");
        }
        catalog.refresh(&context, &cancel).unwrap();
        let config = Config {
            data_dir: context.data_dir.clone(),
            cache_dir: lab.cache(),
            options: Vec::new(),
            profile: context.profile.clone(),
            executor: Executor::InProcess,
            jobs: 2,
            theme: None,
            light: false,
            ask_background: false,
            choices: Choices::default(),
            choices_file: Some(lab.root().join("state/columns.toml")),
            memory: mdtui::app::remembered::Memory::read(
                Some(lab.root().join("state/lake.toml")),
                &lab.cache(),
            ),
            views_dir: Some(lab.root().join("state/views")),
            marker: Marker::Braille,
            author: "anna".into(),
            mouse: true,
            links: mdtui::etl::source::scan::Links::default(),
            keymap: Arc::new(Keymap::built_in().unwrap()),
            abilities: Abilities::default(),
            user_cache: None,
        };
        let keymap = config.keymap.clone();
        let (state, effects) = State::new(&config, (100, 30));
        let mut hand = Self {
            random: rand_pcg::Pcg64Mcg::new(seed),
            lab,
            context,
            catalog: Some(catalog),
            keymap,
            state,
            open: Vec::new(),
            late: Vec::new(),
            jobs: Vec::new(),
            begun: 0,
            seen: BTreeSet::new(),
            lock: None,
        };
        hand.take(effects);
        hand
    }

    fn dice(&mut self, sides: usize) -> usize {
        (self.random.next_u64() >> 16) as usize % sides.max(1)
    }

    fn press(mut self, events: usize) {
        for at in 0..WAYS.len() {
            self.way(at);
            self.draw();
        }
        for step in 0..events {
            let size = self.state.size;
            match self.dice(100) {
                0 => self.resize(),
                1..4 => self.mouse(),
                4 => self.paste(),
                5 => self.happen(step),
                6 => {
                    let at = self.dice(100);
                    self.way(at);
                }
                7..34 => self.answer(),
                _ => self.key(),
            }
            self.see();
            if step % FRAME == 0 || self.state.size != size {
                self.draw();
            }
        }
        let views = [
            "Logs",
            "Runs",
            "LogRuns",
            "Machines",
            "Machine",
            "Jobs",
            "Summary",
            "Signals",
            "Samples",
            "Path",
            "Overlaid",
            "Differences",
            "Help",
            "Palette",
            "Prompt",
            "Note",
            "Columns",
            "Command",
            "Export",
            "Quit",
            "CancelAll",
        ];
        for view in views {
            assert!(
                self.seen.contains(view),
                "never seen: {view}, only {:?}",
                self.seen
            );
        }
        // It all calms down: what is open is answered, and the views still work.
        self.lock = None;
        while !self.open.is_empty() || !self.late.is_empty() {
            self.answer();
        }
        self.update(Event::Resize(80, 24));
        for chord in ["esc", "esc", "esc", "esc", "1"] {
            let key = Chord::parse(chord).unwrap().event();
            self.update(Event::Key(key));
        }
        while !self.open.is_empty() || !self.late.is_empty() {
            self.answer();
        }
        assert!(self.draw().contains("1 Logs"));
    }

    /// Remembers which view this is, and what lies over it.
    fn see(&mut self) {
        let state = &self.state;
        let view = if let Some(run) = state.view::<RunScreen>().filter(|r| r.views.is_some()) {
            run.tab.title().to_owned()
        } else if state.view::<Runs>().is_some_and(|runs| runs.log.is_some()) {
            "LogRuns".to_owned()
        } else {
            format!("{:?}", state.open_view().contexts()[0])
        };
        self.seen.insert(view);
        if let Some(overlay) = &self.state.overlay {
            self.seen.insert(word(overlay));
        }
    }

    fn update(&mut self, event: Event) {
        let effects = update(&mut self.state, event);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(question) => self.open.push(question),
                Effect::Harvest(logs) => self.harvest(&logs),
                // Nothing here is changed by time.
                Effect::RescanAfter(_) => {}
                Effect::CancelAllJobs => {
                    for (job, key) in std::mem::take(&mut self.jobs) {
                        self.ended(job, key, true);
                    }
                }
                Effect::CancelJob(job) => {
                    if let Some(at) = self.jobs.iter().position(|(j, _)| *j == job) {
                        let (job, key) = self.jobs.remove(at);
                        self.ended(job, key, true);
                    }
                }
                Effect::Copy(text) => {
                    assert!(!text.contains('\u{1b}'), "{text:?}");
                }
                Effect::Suspend | Effect::Redraw | Effect::Quit => {}
            }
        }
    }

    /// A key, mostly one that does something here.
    fn key(&mut self) {
        let of = |bindings: &[Binding]| -> Vec<KeyEvent> {
            let chords = bindings.iter().flat_map(|b| &b.chords);
            chords.map(|c| c.event()).collect()
        };
        let mut contexts = self.state.contexts();
        let chords = match self.dice(10) {
            0 => of(self.keymap.bindings()),
            1 => "az09:>/<=ü加 .\u{202e}\u{7f}"
                .chars()
                .map(|c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))
                .collect(),
            // Those of this view alone: the ones of all views lead away.
            2..7 => {
                contexts.truncate(2);
                of(&self.keymap.bindings_in(&contexts))
            }
            _ => of(&self.keymap.bindings_in(&contexts)),
        };
        let at = self.dice(chords.len());
        if let Some(key) = chords.get(at) {
            self.update(Event::Key(*key));
        }
    }

    /// A way into some view, as one who knows the keys goes it.
    fn way(&mut self, at: usize) {
        let way = WAYS.get(at % WAYS.len()).copied().unwrap_or_default();
        for chord in ["esc", "esc", "esc"].iter().chain(way) {
            let key = Chord::parse(chord).unwrap().event();
            self.update(Event::Key(key));
            while !self.open.is_empty() {
                self.answer();
            }
            self.see();
        }
    }

    fn resize(&mut self) {
        let size = match self.dice(4) {
            0 => (1 + self.dice(4), 1 + self.dice(4)),
            1 => (1 + self.dice(60), 1 + self.dice(20)),
            _ => (40 + self.dice(180), 10 + self.dice(50)),
        };
        self.update(Event::Resize(size.0 as u16, size.1 as u16));
    }

    fn mouse(&mut self) {
        let kinds = [
            MouseEventKind::Down(MouseButton::Left),
            MouseEventKind::Down(MouseButton::Left),
            MouseEventKind::Drag(MouseButton::Left),
            MouseEventKind::Up(MouseButton::Left),
            MouseEventKind::ScrollDown,
            MouseEventKind::ScrollUp,
            MouseEventKind::ScrollLeft,
            MouseEventKind::Down(MouseButton::Right),
        ];
        let at = self.dice(kinds.len());
        let (column, row) = (self.dice(220) as u16, self.dice(70) as u16);
        self.update(Event::Mouse(MouseEvent {
            kind: kinds[at],
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
    }

    fn paste(&mut self) {
        let texts = [
            "fx_1 > 0 and time > +1s",
            "cell:1 state:harvested",
            "(cell<10 or cell:7b) and not rows is null",
            "state:bogus or colour==red",
            "20:40:01 .. 20:40:02",
            "99999999999999999999999",
            "\u{1b}[31m\u{202e}x\ny\t\0",
            "runtime>1e308",
            "加工",
        ];
        let at = self.dice(texts.len());
        self.update(Event::Paste(texts[at].to_owned()));
    }

    /// What the world does.
    fn happen(&mut self, step: usize) {
        match self.dice(12) {
            0 => self.update(Event::Worker(Message::DataChanged)),
            1 => {
                let light = self.dice(2) == 0;
                self.update(Event::Background { light });
            }
            2 => self.update(Event::Signal(Signal::Continue)),
            // Somebody deletes a table by hand.
            3 if step > EVENTS / 2 => {
                if let Some(name) = self.lab.lake(".parquet").into_keys().next() {
                    let _ = std::fs::remove_file(self.lab.cache().join(name));
                }
            }
            // Somebody removes a log, or brings one.
            4 if step > EVENTS / 2 => {
                let log = self.lab.data().join(format!("new-{step}.csv"));
                let _ = std::fs::write(log, "time,value\n");
                self.update(Event::Worker(Message::DataChanged));
            }
            5 | 6 => {
                let jobs = self.jobs.len();
                let at = self.dice(jobs);
                if let Some((job, _)) = self.jobs.get(at) {
                    let job = *job;
                    let progress = Progress {
                        stage: Stage::Reading,
                        rows: step as u64,
                        rows_total: Some(EVENTS as u64),
                        bytes: 1,
                        bytes_total: 2,
                        runs: 1,
                        runs_total: None,
                        largest_run: None,
                    };
                    self.job(JobEvent::Progress { job, progress });
                }
            }
            7 | 8 if !self.jobs.is_empty() => {
                let (job, key) = self.jobs.remove(0);
                self.ended(job, key, false);
            }
            // Another program holds the catalog for a while; it is not waited for here.
            9 if self.lock.is_none() => {
                let db = rusqlite::Connection::open(self.context.lake.local().catalog()).unwrap();
                if db.execute_batch("BEGIN EXCLUSIVE").is_ok() {
                    self.lock = Some(db);
                }
            }
            _ => self.lock = None,
        }
    }

    fn harvest(&mut self, logs: &ToHarvest) {
        for key in logs.keys() {
            self.begun += 1;
            let job = JobId(self.begun);
            let batch = Batch::new(job, vec![key.into()]);
            self.job(JobEvent::Queued(batch.into()));
            self.job(JobEvent::Started { job });
            self.jobs.push((job, key.to_owned()));
        }
    }

    fn ended(&mut self, job: JobId, key: String, cancelled: bool) {
        let result = if cancelled || self.lock.is_some() {
            Err(Error::Cancelled)
        } else {
            harvest_log(
                &self.context,
                &key,
                Options::default(),
                &NoProgress,
                &CancelToken::new(),
            )
        };
        self.job(JobEvent::Finished { job, key, result });
    }

    fn job(&mut self, event: JobEvent) {
        let at_us = 1_669_236_000_000_000 + self.begun as i64 * 1_000_000;
        self.update(Event::Worker(Message::Job { at_us, event }));
    }

    /// Answers any of the open questions, now or some time later.
    fn answer(&mut self) {
        if !self.late.is_empty() && self.dice(3) == 0 {
            let at = self.dice(self.late.len());
            let answer = self.late.swap_remove(at);
            self.update(Event::Worker(Message::Answer(answer)));
        }
        if self.open.is_empty() {
            return;
        }
        let at = self.dice(self.open.len());
        let question = self.open.swap_remove(at);
        let answer = if self.lock.is_some() {
            // As the worker would say after it has waited.
            Some(question.fail("the catalog is busy: another process writes it; try again"))
        } else {
            question.run(&self.context, &mut self.catalog)
        };
        match answer {
            Some(answer) if self.dice(8) == 0 => self.late.push(answer),
            Some(answer) => self.update(Event::Worker(Message::Answer(answer))),
            None => {}
        }
    }

    fn draw(&self) -> String {
        let (width, height) = self.state.size;
        let theme = Theme::named(if self.state.light { "light" } else { "dark" }, false).unwrap();
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| draw(frame, &self.state, &theme))
            .unwrap();
        let text = terminal.backend().to_string();
        let steers = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}');
        assert!(!text.contains(steers), "{text}");
        text
    }
}
