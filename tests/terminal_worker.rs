//! A log that its worker dies of, in the browser: it costs its own harvest.

mod common;
#[path = "common/terminal.rs"]
mod terminal;

use std::fs;

use common::{Lab, liar};
use mdtui::etl::demo::Options;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use terminal::Terminal;

#[test]
fn the_browser_outlives_a_worker_and_says_what_happened() {
    let lab = Lab::new();
    lab.write_demo(&Options {
        logs: 2,
        run_seconds: 1.0,
        seed: 1,
    });
    // Two billion rows in some hundred kilobytes.
    let bomb = liar::file(&liar::columns(), 2_000, 1_000_000);
    fs::write(lab.data().join("a-bomb.parquet"), bomb).unwrap();
    let mut terminal = Terminal::start(&lab, &[], 120, 30);
    terminal.wait_until("three pending logs", |s| s.matches("pending").count() >= 3);
    let limit = Rlimit {
        current: Some(256 << 20),
        maximum: Some(256 << 20),
    };
    prlimit(Pid::from_raw(terminal.process()), Resource::Data, limit).unwrap();
    terminal.send("\u{1}");
    terminal.wait_for("✓");
    terminal.send("H");
    let over = terminal.wait_until("all logs to be over", |s| {
        s.matches("● harvested").count() == 2 && s.contains("failed")
    });
    assert!(!over.contains("panicked"), "{over}");
    terminal.send("g");
    let words = terminal.wait_for("256 MiB limit");
    assert!(words.contains("the worker ran out of its"), "{words}");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}
