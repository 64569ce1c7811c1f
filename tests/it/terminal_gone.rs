//! A terminal that is really taken away: the window is closed, the line is cut. Whoever ran in
//! it ends by itself, soon, and what it was at is cleaned up.

use std::{
    fs,
    io::{Read, Write},
    num::NonZeroU16,
    process::Command,
    sync::mpsc,
    time::{Duration, Instant},
};

use crate::common::Lab;
use mdtui::etl::demo::Options;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a whole test may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a program may live without its terminal: a worker that does not give up has 10 s.
const SOON: Duration = Duration::from_secs(15);

/// How a program hears that its terminal is gone.
#[derive(Debug, Clone, Copy)]
enum Told {
    /// By the signal that the kernel sends to whom the terminal belongs.
    BySignal,
    /// By no signal: it is of another session, so it sees reads and writes fail.
    ByFailure,
}

/// The program in a terminal whose other end can be closed. Nothing else holds that end open:
/// no thread reads it.
struct Line {
    master: Box<dyn MasterPty + Send>,
    reader: Box<dyn Read + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    parser: vt100::Parser,
    /// Closing it calls off the end of a test that waits in vain.
    _alive: mpsc::Sender<()>,
}

impl Line {
    fn start(lab: &Lab, told: Told, args: &[&str]) -> Self {
        let (rows, cols) = (24, 100);
        let size = PtySize {
            rows,
            cols,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let program = env!("CARGO_BIN_EXE_mdtui");
        let mut command = match told {
            Told::BySignal => CommandBuilder::new(program),
            Told::ByFailure => {
                let mut command = CommandBuilder::new("setsid");
                command.args(["--wait", program]);
                command
            }
        };
        command.args(args);
        command.cwd(lab.root());
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        for (name, value) in lab.environment() {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let (_alive, gone) = mpsc::channel();
        let mut killer = child.clone_killer();
        std::thread::spawn(move || {
            if gone.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = killer.kill();
            }
        });
        let number = |n| NonZeroU16::new(n).unwrap();
        Self {
            reader: pair.master.try_clone_reader().unwrap(),
            writer: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            parser: vt100::Parser::new(number(rows), number(cols), 0),
            _alive,
        }
    }

    fn wait_for(&mut self, text: &str) {
        let mut chunk = [0; 4096];
        while !self.parser.screen().contents().contains(text) {
            let n = self.reader.read(&mut chunk).unwrap_or(0);
            assert!(
                n > 0,
                "never seen: {text}. On the screen:\n{}",
                self.parser.screen().contents()
            );
            self.parser.process(&chunk[..n]);
        }
    }

    fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// The program's process, under `setsid` or not.
    fn program(&self) -> u32 {
        let first = self.child.process_id().unwrap();
        let name = fs::read_to_string(format!("/proc/{first}/comm")).unwrap();
        if name.trim() != "setsid" {
            return first;
        }
        let [program] = children(first)[..] else {
            panic!("setsid has other children");
        };
        program
    }

    /// Takes the terminal away, and waits until the program has ended.
    fn cut(self) {
        let program = self.program();
        let Self {
            master,
            reader,
            writer,
            mut child,
            ..
        } = self;
        let workers = children(program);
        drop((writer, reader, master));
        let begin = Instant::now();
        let mut used = 0.0;
        while is_alive(program) {
            used = processor_seconds(program).unwrap_or(used);
            assert!(
                begin.elapsed() < SOON,
                "it lives on without a terminal, and used {used} s of the processor"
            );
            // There is nothing to wait on for a process with a deadline.
            std::thread::sleep(Duration::from_millis(5));
            let _ = child.try_wait();
        }
        let left: Vec<u32> = workers.into_iter().filter(|w| is_alive(*w)).collect();
        assert!(left.is_empty(), "workers that live on: {left:?}");
        let _ = child.wait();
    }
}

/// Processes that `pid` started.
fn children(pid: u32) -> Vec<u32> {
    let listed = Command::new("pgrep")
        .args(["-P", &pid.to_string()])
        .output()
        .unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
    !state.is_empty() && !state.starts_with(['Z', 'X'])
}

/// How much of a processor it has used.
fn processor_seconds(pid: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    // The kernel counts in hundredths for everybody.
    Some((user + system) / 100.0)
}

/// Logs whose harvest takes long enough to be met while it runs.
fn slow_lab() -> Lab {
    let lab = Lab::new();
    lab.write_demo(&Options {
        logs: 4,
        run_seconds: 120.0,
        seed: 1,
    });
    lab
}

/// Each log is as before its harvest or harvested, nothing half-done remains, and the next
/// harvest does the rest.
fn assert_clean(lab: &Lab) {
    let tmp = fs::read_dir(lab.cache().join(".mdtui/tmp"));
    assert_eq!(tmp.map_or(0, Iterator::count), 0, "temporary files remain");
    let states = lab.states();
    assert!(
        states.values().all(|s| s == "pending" || s == "harvested"),
        "{states:?}"
    );
    lab.ok(&["check"]);
    lab.ok(&["harvest"]);
    assert!(lab.states().values().all(|s| s == "harvested"));
}

#[test]
fn a_browser_whose_terminal_is_gone_ends() {
    for told in [Told::BySignal, Told::ByFailure] {
        let lab = Lab::demo(2);
        let mut line = Line::start(&lab, told, &[]);
        line.wait_for("pending");
        line.cut();
        assert_clean(&lab);
    }
}

#[test]
fn a_browser_whose_terminal_goes_in_the_midst_of_a_harvest_calls_it_off_and_ends() {
    for told in [Told::BySignal, Told::ByFailure] {
        let lab = slow_lab();
        let mut line = Line::start(&lab, told, &[]);
        line.wait_for("pending");
        line.send("\u{1}H");
        line.wait_for("harvesting");
        line.cut();
        assert_clean(&lab);
    }
}

#[test]
fn commands_whose_terminal_goes_call_off_what_they_do_and_end() {
    for command in ["harvest", "watch"] {
        let lab = slow_lab();
        let mut line = Line::start(&lab, Told::BySignal, &[command]);
        if command == "watch" {
            line.wait_for("watching");
        }
        // A harvest has begun when a process holds its log.
        let until = Instant::now() + PATIENCE;
        while !lab.states().values().any(|s| s == "harvesting") {
            assert!(Instant::now() < until, "nothing is being harvested");
        }
        line.cut();
        assert_clean(&lab);
    }
}
