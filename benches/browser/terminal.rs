//! The program itself in a pseudo-terminal: from its start to what an operator sees.

use std::{
    io::{Read, Write},
    num::NonZeroU16,
    path::Path,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use mdtui::etl::{Error, Result, lake::Context};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::{SIZE, report::Report};

/// Whatever is waited for takes no longer, or something is wrong.
const LONGEST: Duration = Duration::from_secs(120);
/// After so long lists of 100,000 logs and 400,000 runs have been read.
const SETTLED: Duration = Duration::from_secs(4);

/// After so long 400,000 runs are in another order.
const SORTED: Duration = Duration::from_secs(1);

/// Starts the program some times, and tells the medians.
pub fn measure(context: &Context, report: &mut Report) -> Result<()> {
    let mut first = Vec::new();
    let mut full = Vec::new();
    let mut bytes = 0;
    let mut peaks = Peaks::default();
    for _ in 0..5 {
        let mut program = Program::start(Path::new(env!("CARGO_BIN_EXE_mdtui")), context)?;
        let mut drawn = None;
        full.push(program.until("a screen of logs", |screen, at| {
            let text = screen.contents();
            if drawn.is_none() && text.contains("1 Logs") {
                drawn = Some(at);
            }
            // Every line of the list holds a log.
            let rows = text.lines().filter(|l| l.contains("log-0")).count();
            rows >= usize::from(SIZE.1) - 8
        })?);
        first.extend(drawn);
        bytes = program.bytes;
        peaks = program.peaks()?;
        program.press("Q")?;
        program.end()?;
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    report.once("program: first frame", median(&mut first), Some(50.0));
    report.once(
        "program: first frame with logs",
        median(&mut full),
        Some(50.0),
    );
    report.said(&format!("program: {bytes} bytes until then"));
    report.count("program: peak MB, first screen", peaks.first_screen, 150.0);
    report.count("program: peak MB, runs listed", peaks.runs_listed, 150.0);
    report.count("program: peak MB, runs sorted", peaks.runs_sorted, 150.0);
    Ok(())
}

/// The most memory that the program ever took, in MB (10⁶ bytes).
#[derive(Default)]
struct Peaks {
    /// With all logs listed, and the look at the data directory over.
    first_screen: f64,
    /// With all runs listed, too.
    runs_listed: f64,
    /// When these have been sorted by several columns and filtered.
    runs_sorted: f64,
}

/// The program in a terminal, and what the terminal shows.
pub struct Program {
    /// Bytes that the terminal got so far.
    pub bytes: usize,
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    chunks: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// When the last key was pressed, or the program started.
    since: Instant,
    _terminal: Box<dyn MasterPty + Send>,
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error::Fatal(e.to_string())
}

impl Program {
    pub fn start(program: &Path, context: &Context) -> Result<Self> {
        let size = PtySize {
            rows: SIZE.1,
            cols: SIZE.0,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).map_err(failed)?;
        let mut command = CommandBuilder::new(program);
        command.arg("--data-dir");
        command.arg(&context.data_dir);
        command.arg("--cache-dir");
        command.arg(context.lake.root());
        command.env("TERM", "xterm-256color");
        let mut reader = pair.master.try_clone_reader().map_err(failed)?;
        let (sender, chunks) = mpsc::channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 65536];
            while let Ok(n @ 1..) = reader.read(&mut chunk) {
                if sender.send(chunk[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let number = |n| NonZeroU16::new(n).ok_or_else(|| failed("no size"));
        let screen = vt100::Parser::new(number(SIZE.1)?, number(SIZE.0)?, 0);
        let since = Instant::now();
        let child = pair.slave.spawn_command(command).map_err(failed)?;
        Ok(Self {
            bytes: 0,
            child,
            keyboard: pair.master.take_writer().map_err(failed)?,
            chunks,
            screen,
            since,
            _terminal: pair.master,
        })
    }

    /// Its peaks: the list of logs first, then that of runs, then other orders of these.
    fn peaks(&mut self) -> Result<Peaks> {
        self.wait(SETTLED);
        let first_screen = self.peak_mb()?;
        self.press("2")?;
        self.wait(SETTLED);
        let runs_listed = self.peak_mb()?;
        for keys in ["s", "ls", "llls", "s", "fcell-77 verdict:pass\r", "\u{1b}"] {
            self.press(keys)?;
            self.wait(SORTED);
        }
        let runs_sorted = self.peak_mb()?;
        Ok(Peaks {
            first_screen,
            runs_listed,
            runs_sorted,
        })
    }

    /// The most memory that it ever took.
    fn peak_mb(&self) -> Result<f64> {
        let id = self.child.process_id().unwrap_or_default();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).map_err(failed)?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
        Ok(kib.unwrap_or(f64::NAN) * 1024.0 / 1e6)
    }

    /// Types `keys`; what is waited for next is waited for from now on.
    pub fn press(&mut self, keys: &str) -> Result<()> {
        self.since = Instant::now();
        self.keyboard.write_all(keys.as_bytes()).map_err(failed)?;
        self.keyboard.flush().map_err(failed)
    }

    /// Waits until the screen is `so`, which is also given the time since the last key; the
    /// time that it took.
    pub fn until(
        &mut self,
        what: &str,
        mut so: impl FnMut(&vt100::Screen, Duration) -> bool,
    ) -> Result<Duration> {
        while !so(self.screen.screen(), self.since.elapsed()) {
            let left = LONGEST.saturating_sub(self.since.elapsed());
            let chunk = match self.chunks.recv_timeout(left) {
                Ok(chunk) => chunk,
                Err(RecvTimeoutError::Timeout) => {
                    let screen = self.screen.screen().contents();
                    return Err(failed(format!("{what} never came; the screen:\n{screen}")));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(failed(format!("the program ended before {what}")));
                }
            };
            self.bytes += chunk.len();
            self.screen.process(&chunk);
        }
        Ok(self.since.elapsed())
    }

    /// What the terminal shows now.
    pub fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// Takes in what comes within `time`.
    pub fn wait(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while let Ok(chunk) = self.chunks.recv_timeout(until - Instant::now().min(until)) {
            self.bytes += chunk.len();
            self.screen.process(&chunk);
        }
    }

    /// Waits for the program to end; the time since the last key.
    pub fn end(mut self) -> Result<Duration> {
        while self.chunks.recv_timeout(LONGEST).is_ok() {}
        self.child.wait().map_err(failed)?;
        Ok(self.since.elapsed())
    }
}
