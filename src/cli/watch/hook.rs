//! The operator's program, run once for every log that is over.
//!
//! It is started directly, never through a shell: the key and the outcome are its arguments, the line
//! of `--json` is its standard input, and what it prints goes to standard error. A thread runs
//! one at a time, so that a slow program never delays a harvest.

use std::{
    fs::File,
    io::{self, Seek, Write},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::{
    cli::exit,
    etl::{Error, Result, format::count, text},
};

/// How long one run of the program may take.
const LONGEST: Duration = Duration::from_secs(60);
/// How long those that still wait may take once watching has ended.
const LONGEST_AT_END: Duration = Duration::from_secs(10);
/// How long the end waits for it without a word.
const SILENT: Duration = Duration::from_millis(500);
/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What the program is told about a log.
#[derive(Debug)]
pub struct Event {
    /// The log.
    pub key: String,
    /// `harvested`, `failed` …: the word of `--json`.
    pub outcome: &'static str,
    /// The line of `--json`, with its line end.
    pub line: String,
}

/// The thread that runs the program.
#[derive(Debug)]
pub struct Hook {
    events: Sender<Event>,
    thread: JoinHandle<u64>,
    stage: Arc<AtomicU8>,
    failures: Arc<AtomicU64>,
}

/// Watching goes on.
const WATCHING: u8 = 0;
/// It has ended, and the program has [`LONGEST_AT_END`] for all that is due.
const ENDING: u8 = 1;
/// It ends at once.
const NOW: u8 = 2;

impl Hook {
    /// For a program: a path, or a name that is looked for in `PATH`.
    ///
    /// # Errors
    /// [`Error::Usage`] for a path at which there is no file that can be executed; [`Error::Fatal`] when the
    /// system gives no thread.
    pub fn start(program: &Path) -> Result<Self> {
        let program = found(program)?;
        let (events, waiting) = unbounded();
        let stage = Arc::new(AtomicU8::new(WATCHING));
        let failures = Arc::new(AtomicU64::new(0));
        let of_thread = (Arc::clone(&stage), Arc::clone(&failures));
        let thread = thread::Builder::new()
            .name("hook".into())
            .spawn(move || run_all(&program, &waiting, &of_thread.0, &of_thread.1))
            .map_err(|e| Error::Fatal(format!("cannot start a thread for the hook: {e}")))?;
        Ok(Self {
            events,
            thread,
            stage,
            failures,
        })
    }

    /// Runs the program for this log when its turn comes.
    pub fn send(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// How many runs of the program failed so far.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Waits for the runs that are due, but not long, or until `is_urgent`, and says what was left
    /// out. Returns how many runs failed in all.
    pub fn finish(self, is_urgent: &dyn Fn() -> bool) -> u64 {
        self.stage.store(ENDING, Ordering::Relaxed);
        drop(self.events);
        let began = Instant::now();
        let mut is_told = false;
        while !self.thread.is_finished() {
            if is_urgent() {
                self.stage.store(NOW, Ordering::Relaxed);
            } else if !is_told && began.elapsed() >= SILENT {
                is_told = true;
                exit::note(&format!(
                    "waiting for the hook, at most {} s; another signal ends it at once",
                    LONGEST_AT_END.as_secs()
                ));
            }
            thread::sleep(LOOK);
        }
        if let Ok(left_out @ 1..) = self.thread.join() {
            let logs = count(left_out, "log");
            exit::note(&format!(
                "the hook was not run for {logs}: it took too long"
            ));
        }
        self.failures.load(Ordering::Relaxed)
    }
}

/// The file of a program: that of a path, or of a mere name in `PATH`.
fn found(program: &Path) -> Result<PathBuf> {
    let refused = |why: &str| {
        let shown = text::visible_path(program);
        Error::Usage(format!("--hook {shown}: {why}"))
    };
    let is_name = program.file_name() == Some(program.as_os_str());
    if is_name {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut places = std::env::split_paths(&path).map(|dir| dir.join(program));
        let place = places.find(|place| place.is_file() && is_executable(place));
        let place = place.ok_or_else(|| {
            refused("no directory of PATH has such a program; name a path, such as ./hook")
        })?;
        return std::path::absolute(place).map_err(|e| refused(&e.to_string()));
    }
    let is_file = std::fs::metadata(program).map_err(|e| refused(&e.to_string()))?;
    if !is_file.is_file() {
        return Err(refused("it is not a file"));
    }
    if !is_executable(program) {
        return Err(refused("it is not executable; chmod +x makes it so"));
    }
    // A later change of the current directory must not change what is run.
    std::path::absolute(program).map_err(|e| refused(&e.to_string()))
}

fn is_executable(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

/// Until all events are done. Returns for how many the program was not run.
fn run_all(
    program: &Path,
    events: &Receiver<Event>,
    stage: &AtomicU8,
    failures: &AtomicU64,
) -> u64 {
    let mut end = End { stage, at: None };
    let mut left_out = 0;
    for event in events {
        if end.is_over() {
            left_out += 1;
            continue;
        }
        if let Err(why) = run(program, &event, &mut end) {
            failures.fetch_add(1, Ordering::Relaxed);
            exit::note(&format!("the hook failed for {}: {why}", event.key));
        }
    }
    left_out
}

/// When the program has no time any more.
struct End<'a> {
    stage: &'a AtomicU8,
    /// Set once watching has ended.
    at: Option<Instant>,
}

impl End<'_> {
    fn is_over(&mut self) -> bool {
        match self.stage.load(Ordering::Relaxed) {
            WATCHING => false,
            ENDING => {
                let at = self
                    .at
                    .get_or_insert_with(|| Instant::now() + LONGEST_AT_END);
                Instant::now() >= *at
            }
            _ => true,
        }
    }
}

/// Runs the program once and waits for its end.
fn run(program: &Path, event: &Event, end: &mut End<'_>) -> std::result::Result<(), String> {
    let started = Instant::now();
    let mut child = Command::new(program)
        .arg(&event.key)
        .arg(event.outcome)
        .stdin(input(&event.line).map_err(|e| format!("cannot make its input: {e}"))?)
        .stdout(Stdio::from(io::stderr()))
        // A Ctrl-c is for mdtui, which lets the program finish.
        .process_group(0)
        .spawn()
        .map_err(|e| format!("cannot start {}: {e}", text::visible_path(program)))?;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return result(status),
            Ok(None) => {}
            Err(e) => return Err(format!("cannot wait for it: {e}")),
        }
        if started.elapsed() > LONGEST || end.is_over() {
            kill(&mut child);
            let seconds = started.elapsed().as_secs();
            return Err(format!("it ran for {seconds} s and was killed"));
        }
        thread::sleep(LOOK);
    }
}

/// A file without a name, not a pipe: a program that reads nothing must not make the writer wait.
fn input(line: &str) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(line.as_bytes())?;
    file.rewind()?;
    Ok(file)
}

/// Kills the program and what it started.
fn kill(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn result(status: ExitStatus) -> std::result::Result<(), String> {
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(()),
        (Some(code), _) => Err(format!("it ended with exit code {code}")),
        (None, Some(signal)) => Err(format!("it was killed by signal {signal}")),
        (None, None) => Err("it did not end normally".into()),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;
    use crate::cli::exit::Exit;

    fn script(dir: &Path, text: &str) -> PathBuf {
        let path = dir.join("hook");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn event(key: &str) -> Event {
        Event {
            key: key.into(),
            outcome: "harvested",
            line: format!("{{\"key\":\"{key}\"}}\n"),
        }
    }

    #[test]
    fn arguments_reach_the_program_as_they_are() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let program = script(
            dir.path(),
            &format!("printf '%s|' \"$@\" >> '{0}'; cat >> '{0}'", out.display()),
        );
        let hook = Hook::start(&program).unwrap();
        hook.send(event("$(touch gone); `id` \"x\" 'y' -n"));
        hook.send(event("second"));
        hook.finish(&|| false);
        let told = fs::read_to_string(out).unwrap();
        let keys: Vec<&str> = told.lines().map(|l| l.split('|').next().unwrap()).collect();
        assert_eq!(keys, ["$(touch gone); `id` \"x\" 'y' -n", "second"]);
        assert!(told.contains("|harvested|{\"key\":\"second\"}"), "{told}");
    }

    #[test]
    fn a_program_that_fails_is_counted_and_one_that_reads_nothing_is_no_failure() {
        let dir = tempfile::tempdir().unwrap();
        let program = script(dir.path(), "[ \"$1\" = good ]");
        let hook = Hook::start(&program).unwrap();
        let failures = Arc::clone(&hook.failures);
        for key in ["good", "bad", "good"] {
            hook.send(event(key));
        }
        hook.finish(&|| false);
        assert_eq!(failures.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_program_that_hangs_is_ended_at_once_when_that_is_urgent() {
        let dir = tempfile::tempdir().unwrap();
        let began = dir.path().join("began");
        let program = script(
            dir.path(),
            &format!("touch '{}'; sleep 100", began.display()),
        );
        let hook = Hook::start(&program).unwrap();
        hook.send(event("a"));
        hook.send(event("b"));
        let from = Instant::now();
        while !began.exists() {
            thread::sleep(LOOK);
        }
        hook.finish(&|| true);
        assert!(from.elapsed() < LONGEST_AT_END);
    }

    #[test]
    fn what_cannot_be_run_is_refused_at_start() {
        let dir = tempfile::tempdir().unwrap();
        let missing = Hook::start(&dir.path().join("no-such")).unwrap_err();
        assert!(missing.to_string().contains("No such file"), "{missing}");
        let folder = Hook::start(dir.path()).unwrap_err();
        assert!(folder.to_string().contains("not a file"), "{folder}");
        for (name, why) in [
            ("no-such-program-anywhere", "PATH"),
            (".", "not a file"),
            ("..", "not a file"),
            ("", ""),
        ] {
            let refused = Hook::start(Path::new(name)).unwrap_err();
            assert_eq!(Exit::of(&refused), Exit::Usage, "{name}: {refused}");
            assert!(refused.to_string().contains(why), "{name}: {refused}");
        }
        Hook::start(Path::new("sh")).unwrap().finish(&|| false);
        let plain = dir.path().join("plain");
        fs::write(&plain, "").unwrap();
        let plain = Hook::start(&plain).unwrap_err();
        // Root may execute nothing either that no one may.
        assert!(plain.to_string().contains("not executable"), "{plain}");
    }
}
