//! The real browser in a pseudo-terminal, drawn by a terminal emulator. Tests wait for what
//! they expect to see, never for time to pass.

use std::{
    io::{Read, Write},
    num::NonZeroU16,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::common::Lab;

/// How long something may take on a busy machine before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal with the browser in it.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    // Kept open: what a terminal is set to goes away with its last user.
    _slave: Box<dyn portable_pty::SlavePty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<(Mutex<Seen>, Condvar)>,
    before: String,
}

/// What came out so far.
struct Seen {
    parser: vt100::Parser,
    bytes: usize,
    raw: Vec<u8>,
}

impl Terminal {
    /// Starts the browser.
    pub fn start(lab: &Lab, args: &[&str], columns: u16, rows: u16) -> Self {
        Self::start_with(lab, &[], args, columns, rows)
    }

    /// Starts the browser with these variables in its environment.
    pub fn start_with(
        lab: &Lab,
        variables: &[(&str, &str)],
        args: &[&str],
        columns: u16,
        rows: u16,
    ) -> Self {
        let program = [env!("CARGO_BIN_EXE_mdtui")];
        let words = [&program, args].concat();
        Self::start_program(lab, variables, &words, columns, rows)
    }

    /// Starts a program, the first of `words`, that becomes the browser.
    pub fn start_program(
        lab: &Lab,
        variables: &[(&str, &str)],
        words: &[&str],
        columns: u16,
        rows: u16,
    ) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = settings(pair.master.as_ref());
        let mut command = CommandBuilder::new(words[0]);
        command.args(&words[1..]);
        command.cwd(lab.root());
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        for (name, value) in lab.environment() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let number = |n| NonZeroU16::new(n).unwrap();
        let parser = vt100::Parser::new(number(rows), number(columns), 0);
        let shared = Arc::new((
            Mutex::new(Seen {
                parser,
                bytes: 0,
                raw: Vec::new(),
            }),
            Condvar::new(),
        ));
        let seen = shared.clone();
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut chunk) {
                let mut now = seen.0.lock().unwrap();
                now.parser.process(&chunk[..n]);
                now.bytes += n;
                now.raw.extend_from_slice(&chunk[..n]);
                seen.1.notify_all();
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self {
            master: pair.master,
            _slave: pair.slave,
            writer,
            child,
            shared,
            before,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.0.lock().unwrap()
    }

    /// Waits until the terminal is as it was before the program took it.
    pub fn wait_until_given_back(&self) {
        self.wait_for_state("main screen", |s| !s.alternate_screen());
        self.wait_for_state("cursor shown", |s| !s.hide_cursor());
        let until = Instant::now() + PATIENCE;
        while settings(self.master.as_ref()) != self.before {
            assert!(Instant::now() < until, "the terminal's settings stay");
            std::thread::yield_now();
        }
    }

    /// Waits until the program has ended by itself; gives every byte that it wrote.
    pub fn finished(mut self) -> Vec<u8> {
        let until = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < until, "it did not end:\n{}", self.screen());
            // There is nothing to wait on for a process with a deadline.
            std::thread::sleep(Duration::from_millis(5));
        }
        // A mark of our own comes after all that it wrote.
        const MARK: &str = "(end of the program)";
        let tty = self.master.tty_name().unwrap();
        let mut tty = std::fs::File::options().write(true).open(tty).unwrap();
        tty.write_all(MARK.as_bytes()).unwrap();
        let mut seen = self.seen();
        while !seen.raw.ends_with(MARK.as_bytes()) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never at its end");
            seen = self.shared.1.wait_timeout(seen, left).unwrap().0;
        }
        drop(seen);
        self.raw()
    }

    /// Every byte that came out so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen().raw.clone()
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.seen().parser.screen().contents()
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let number = |n| NonZeroU16::new(n).unwrap();
        let mut seen = self.seen();
        seen.parser
            .screen_mut()
            .set_size(number(rows), number(columns));
        drop(seen);
        self.master.resize(size).unwrap();
    }

    /// As [`Terminal::end`], for a browser that may ask before it ends.
    pub fn end_or_answer(mut self, key: &str) {
        let until = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() && !self.screen().contains("Quit?") {
            assert!(Instant::now() < until, "never ends:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(5));
        }
        self.send(key);
        assert_eq!(self.end(), 0);
    }

    /// Waits until the screen is as wanted; gives it.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        loop {
            let contents = seen.parser.screen().contents();
            if wanted(&contents) {
                return contents;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "never seen: {what}. On the screen:\n{contents}"
            );
            seen = self.shared.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits for text on the screen; gives the screen.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Whether the mouse is the browser's.
    pub fn takes_mouse(&self) -> bool {
        let seen = self.seen();
        seen.parser.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// The id of the program's process.
    pub fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends a signal to the browser.
    pub fn signal(&self, name: &str) {
        let pid = self.id().to_string();
        let kill = std::process::Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status();
        assert!(kill.unwrap().success());
    }

    /// Waits until the browser ends, and sees that the terminal is as it was: settings,
    /// main screen, cursor, no paste or mouse modes. Gives the exit code.
    pub fn end(mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < until,
                "it did not end. On the screen:\n{}",
                self.screen()
            );
            // There is nothing to wait on for a process with a deadline.
            std::thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(
            settings(self.master.as_ref()),
            self.before,
            "terminal settings"
        );
        // The last bytes may still be on their way.
        self.wait_for_state("main screen", |s| !s.alternate_screen());
        self.wait_for_state("cursor shown", |s| !s.hide_cursor());
        self.wait_for_state("no bracketed paste", |s| !s.bracketed_paste());
        self.wait_for_state("no mouse", |s| {
            s.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        });
        status.exit_code()
    }

    /// Waits until a place (line and column from 0) has a foreground colour.
    pub fn wait_for_colour(&self, line: usize, column: usize, colour: vt100::Color) {
        self.wait_for_state("the colour", |s| {
            let cell = s.cell(line as u16, column as u16);
            cell.is_some_and(|cell| cell.fgcolor() == colour)
        });
    }

    fn wait_for_state(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let until = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !wanted(seen.parser.screen()) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never: {what}");
            seen = self.shared.1.wait_timeout(seen, left).unwrap().0;
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A failed test leaves no browser behind.
        let _ = self.child.kill();
    }
}

fn settings(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().unwrap())
}
