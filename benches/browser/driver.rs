//! The browser without a terminal: the real state, workers, turns and backend; only the
//! bytes go to a counter.

use std::{
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use mdtui::{
    app::{
        Config, Effect, Event, State,
        abilities::Abilities,
        browser::{Turn, turn},
        chart::Marker,
        choice::Choices,
        keymap::Keymap,
        terminal::Screen,
        workers::Workers,
    },
    etl::{Error, Result, lake::Context},
    ui::{draw, theme::Theme},
};
use ratatui::{Terminal, TerminalOptions, Viewport, layout::Rect};

/// Two logs are harvested in parallel.
const JOBS: usize = 2;
/// Nothing that is waited for takes longer, or something is wrong.
const PATIENCE: Duration = Duration::from_secs(120);

/// Counts what a terminal would get.
#[derive(Default)]
pub struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// From an event to its frame.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub took: Duration,
    pub bytes: usize,
}

/// What happened while no key was pressed.
pub struct Quiet {
    pub events: usize,
    pub bytes: usize,
    pub cpu_ms: f64,
}

pub struct Driver {
    pub state: State,
    /// From the start of the process's part to the first frame.
    pub first_frame: Duration,
    /// How long the last [`Driver::until`] waited.
    pub last_wait: Duration,
    started: Instant,
    sender: Sender<Event>,
    events: Receiver<Event>,
    workers: Workers,
    screen: Terminal<Screen<Counter>>,
    theme: Theme,
}

impl Driver {
    /// What `app::run` does before its loop.
    pub fn start(context: &Context, size: (u16, u16)) -> Result<Self> {
        let started = Instant::now();
        let config = config(context);
        let (sender, events) = unbounded();
        let workers = Workers::start(context, config.executor.clone(), JOBS, &sender)?;
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, size.0, size.1)),
        };
        let screen = Terminal::with_options(Screen::new(Counter::default()), options);
        let (state, effects) = State::new(&config, size);
        let mut driver = Self {
            state,
            first_frame: Duration::ZERO,
            last_wait: Duration::ZERO,
            started,
            sender,
            events,
            workers,
            screen: screen.map_err(|e| Error::Fatal(e.to_string()))?,
            theme: Theme::named("dark", false)?,
        };
        driver.draw()?;
        driver.first_frame = started.elapsed();
        driver.perform(effects);
        Ok(driver)
    }

    pub fn since_start(&self) -> Duration {
        self.started.elapsed()
    }

    /// Bytes that the terminal got so far.
    fn bytes(&self) -> usize {
        self.screen.backend().out().0
    }

    fn draw(&mut self) -> Result<()> {
        let Self {
            screen,
            state,
            theme,
            ..
        } = self;
        screen
            .draw(|frame| draw(frame, state, theme))
            .map_err(|e| Error::Fatal(e.to_string()))?;
        Ok(())
    }

    /// One turn of the browser's own loop; how many keys it took in.
    fn turn(&mut self) -> Result<usize> {
        let Self {
            screen,
            state,
            theme,
            events,
            ..
        } = self;
        let drawn = |frame: &mut ratatui::Frame, state: &State| draw(frame, state, theme);
        match turn(state, events, screen, &drawn)? {
            Turn::Signalled => Err(Error::Cancelled),
            Turn::Done { effects, keys } => {
                self.perform(effects);
                Ok(keys)
            }
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(question) => self.workers.ask(question),
                Effect::Harvest(logs) => self.workers.harvest(logs),
                Effect::CancelJob(job) => self.workers.cancel(job),
                Effect::CancelAllJobs => self.workers.cancel_all(),
                Effect::RescanAfter(wait) => self.workers.rescan_after(wait),
                // Nothing of the terminal's own is measured.
                Effect::Copy(_) | Effect::Suspend | Effect::Redraw | Effect::Quit => {}
            }
        }
    }

    /// Presses a key and waits for its frame.
    pub fn press(&mut self, key: KeyEvent) -> Result<Frame> {
        let (began, bytes) = (Instant::now(), self.bytes());
        self.send(Event::Key(key))?;
        while self.turn()? == 0 {}
        Ok(Frame {
            took: began.elapsed(),
            bytes: self.bytes() - bytes,
        })
    }

    pub fn press_all(&mut self, keys: Vec<KeyEvent>) -> Result<Vec<Frame>> {
        keys.into_iter().map(|key| self.press(key)).collect()
    }

    /// Presses keys over and over, one every `pause`, as a hand would while the loop is
    /// busy with other things, until `done`. A key waits from when it is pressed.
    pub fn press_at_rate(
        &mut self,
        keys: &[KeyEvent],
        pause: Duration,
        done: impl Fn(&State) -> bool,
    ) -> Result<Vec<Frame>> {
        let began = Instant::now();
        let (message, stop) = (self.sender.clone(), crossbeam_channel::bounded::<()>(0));
        let (stopper, stopped) = stop;
        let (pressed, presses) = unbounded();
        let keys = keys.to_vec();
        let hand = std::thread::spawn(move || {
            for key in keys.iter().cycle() {
                if stopped.recv_timeout(pause) != Err(crossbeam_channel::RecvTimeoutError::Timeout)
                {
                    return;
                }
                let _ = pressed.send(Instant::now());
                let _ = message.send(Event::Key(*key));
            }
        });
        let mut frames = Vec::new();
        while !done(&self.state) {
            let before = self.bytes();
            let keys = self.turn()?;
            let bytes = self.bytes() - before;
            for _ in 0..keys {
                let at = presses.recv().map_err(|e| Error::Fatal(e.to_string()))?;
                frames.push(Frame {
                    took: at.elapsed(),
                    bytes: bytes / keys,
                });
            }
            if began.elapsed() > PATIENCE {
                return Err(Error::Fatal("the harvests never end".into()));
            }
        }
        drop(stopper);
        let _ = hand.join();
        self.last_wait = began.elapsed();
        Ok(frames)
    }

    fn send(&self, event: Event) -> Result<()> {
        let sent = self.sender.send(event);
        sent.map_err(|e| Error::Fatal(e.to_string()))
    }

    /// Takes turns until the state is so.
    pub fn until(&mut self, what: &str, so: impl Fn(&State) -> bool) -> Result<()> {
        let began = Instant::now();
        while !so(&self.state) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            // A turn waits for an event without end.
            let Ok(event) = self.events.recv_timeout(left) else {
                return Err(Error::Fatal(format!("{what} never came")));
            };
            self.send(event)?;
            self.turn()?;
        }
        self.last_wait = began.elapsed();
        Ok(())
    }

    /// Takes turns until nothing has come for a tenth of a second.
    pub fn answer_queries(&mut self) -> Result<()> {
        loop {
            match self.events.recv_timeout(Duration::from_millis(100)) {
                Ok(event) => {
                    self.send(event)?;
                    self.turn()?;
                }
                Err(_) => return Ok(()),
            }
        }
    }

    /// Waits, and tells what came meanwhile.
    pub fn quiet(&mut self, time: Duration) -> Result<Quiet> {
        let (bytes, cpu) = (self.bytes(), cpu_ms());
        let until = Instant::now() + time;
        let mut events = 0;
        while let Ok(event) = self.events.recv_deadline(until) {
            events += 1;
            self.send(event)?;
            self.turn()?;
        }
        Ok(Quiet {
            events,
            bytes: self.bytes() - bytes,
            cpu_ms: cpu_ms() - cpu,
        })
    }

    /// Harvests all logs that are recorded at full rate.
    pub fn harvest_full_rate(&mut self) -> Result<()> {
        let full = |key: &&String| key.starts_with(super::lake::FULL);
        let rows = self.state.logs.table.rows();
        let keys: Vec<String> = rows.iter().map(|r| &r.key).filter(full).cloned().collect();
        self.perform(vec![Effect::Harvest(keys.into())]);
        self.until("a harvest", |s| s.jobs.is_busy())
    }

    /// Logs of full rate.
    pub fn harvested(&self) -> usize {
        let rows = self.state.logs.table.rows();
        rows.iter()
            .filter(|r| r.key.starts_with(super::lake::FULL))
            .count()
    }

    pub fn end(self) {}
}

fn config(context: &Context) -> Config {
    Config {
        data_dir: context.data_dir.clone(),
        cache_dir: context.lake.root().to_owned(),
        options: Vec::new(),
        profile: context.profile.clone(),
        executor: mdtui::etl::worker::Executor::Workers {
            program: env!("CARGO_BIN_EXE_mdtui").into(),
            limits: mdtui::etl::worker::Limits::default(),
        },
        jobs: JOBS,
        theme: None,
        light: false,
        ask_background: false,
        choices: Choices::default(),
        choices_file: None,
        memory: mdtui::app::remembered::Memory::default(),
        views_dir: None,
        marker: Marker::Braille,
        author: "anna".into(),
        mouse: true,
        links: mdtui::etl::source::scan::Links::default(),
        keymap: Arc::new(Keymap::built_in().expect("a test holds it")),
        abilities: Abilities::default(),
        user_cache: None,
    }
}

/// CPU time of the process so far, all threads, in milliseconds.
fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    // Of the main thread alone; the others are added below.
    let own = |text: &str| -> f64 {
        let first = text.split_whitespace().next();
        first.and_then(|n| n.parse().ok()).unwrap_or(0.0)
    };
    let tasks = std::fs::read_dir("/proc/self/task");
    let all = tasks.into_iter().flatten().flatten();
    let sum: f64 = all
        .filter_map(|t| std::fs::read_to_string(t.path().join("schedstat")).ok())
        .map(|text| own(&text))
        .sum();
    sum.max(own(&stat)) / 1e6
}

pub fn key(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

pub fn control(letter: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)
}

pub fn typed(text: &str) -> Vec<KeyEvent> {
    text.chars().map(|c| key(KeyCode::Char(c))).collect()
}
