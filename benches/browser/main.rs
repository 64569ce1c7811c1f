//! What an operator waits for, measured on the real browser: events in, frames out, real
//! workers on a real catalog of 100,000 logs and 400,000 runs, harvests beside it, a run of
//! ten million rows; and once the program itself in a pseudo-terminal.
//!
//! `cargo bench --bench browser`; after `--` words that name the parts wanted (`start`,
//! `lists`, `harvests`, `long`, `idle`, `terminal`, `queue`; all without), `--logs N`,
//! `--queued N` (10,000: the small logs of `queue`), `--program FILE` (another build of the
//! program for `queue`), and `--lake DIR`, which keeps what was made there for the next time.
//!
//! What SPEC section 11 promises is checked: a promise that is broken is told, and the
//! exit code is 1.

mod driver;
mod lake;
mod long;
mod queue;
mod report;
mod terminal;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use crossterm::event::KeyCode;
use mdtui::etl::{Error, Result};

use driver::{Driver, control, key, typed};
use report::Report;

/// Columns and lines of the terminal: large ones take longest.
const SIZE: (u16, u16) = (200, 50);

struct Args {
    parts: Vec<String>,
    logs: usize,
    queued: usize,
    program: PathBuf,
    lake: Option<PathBuf>,
}

impl Args {
    fn read() -> Self {
        let words: Vec<String> = std::env::args()
            .skip(1)
            .filter(|w| w != "--bench")
            .collect();
        let after = |name: &str| {
            let at = words.iter().position(|w| w == name)?;
            words.get(at + 1).cloned()
        };
        let known = [
            "start", "lists", "harvests", "long", "idle", "terminal", "queue",
        ];
        let number = |name: &str, usual| after(name).and_then(|n| n.parse().ok()).unwrap_or(usual);
        Self {
            parts: words
                .iter()
                .filter(|w| known.contains(&w.as_str()))
                .cloned()
                .collect(),
            logs: number("--logs", 100_000),
            queued: number("--queued", 10_000),
            program: after("--program")
                .unwrap_or_else(|| env!("CARGO_BIN_EXE_mdtui").into())
                .into(),
            lake: after("--lake").map(PathBuf::from),
        }
    }

    fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|p| p == part)
    }
}

fn main() -> ExitCode {
    match run(&Args::read()) {
        Ok(report) => report.end(),
        Err(e) => {
            eprintln!("browser: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<Report> {
    let mut report = Report::default();
    let temporary = tempfile::tempdir().map_err(|e| Error::Fatal(e.to_string()))?;
    let root = args
        .lake
        .clone()
        .unwrap_or_else(|| temporary.path().to_owned());
    if ["start", "lists", "harvests", "idle", "terminal"]
        .iter()
        .any(|part| args.wants(part))
    {
        many(args, &root, &mut report)?;
    }
    if args.wants("queue") {
        let root = root.join(format!("queued-{}", args.queued));
        queue::measure(&root, args.queued, &args.program, &mut report)?;
    }
    if args.wants("long") {
        long::measure(&root.join("long"), &mut report)?;
    }
    Ok(report)
}

/// What is measured on many logs.
fn many(args: &Args, root: &std::path::Path, report: &mut Report) -> Result<()> {
    let context = lake::many(&root.join(format!("many-{}", args.logs)), args.logs)?;
    println!(
        "{} logs, {} runs, {}×{}\n",
        args.logs,
        args.logs * 4,
        SIZE.0,
        SIZE.1
    );
    if args.wants("terminal") {
        terminal::measure(&context, report)?;
    }
    let mut app = Driver::start(&context, SIZE)?;
    if args.wants("start") {
        report.once("first frame", app.first_frame, Some(50.0));
        app.until("the first logs", |s| !s.logs.table.rows().is_empty())?;
        report.once("first frame with logs", app.since_start(), Some(50.0));
        app.until("all logs", |s| s.logs.table.rows().len() == args.logs)?;
        report.once("frame with all logs", app.since_start(), None);
        app.until("the look at the directory", |s| {
            !s.queries.refresh.is_asked()
        })?;
        report.once("looked at the data directory", app.since_start(), None);
    }
    app.until("all logs", |s| {
        s.logs.table.rows().len() == args.logs && !s.queries.refresh.is_asked()
    })?;
    app.answer_queries()?;
    if args.wants("idle") {
        idle(&mut app, report)?;
    }
    if args.wants("lists") {
        lists(&mut app, "logs", report)?;
        let asked = app.press(key(KeyCode::Char('2')))?;
        report.times("runs: view opened", &[asked], Some(16.0));
        app.until("the runs", |s| s.runs.loaded)?;
        report.once("runs: all there", asked.took + app.last_wait, None);
        app.answer_queries()?;
        lists(&mut app, "runs", report)?;
        app.press(key(KeyCode::Char('1')))?;
    }
    if args.wants("harvests") {
        harvests(&mut app, report)?;
    }
    app.end();
    Ok(())
}

/// Nothing is pressed for two seconds.
fn idle(app: &mut Driver, report: &mut Report) -> Result<()> {
    let quiet = app.quiet(Duration::from_secs(2))?;
    report.count("idle for 2 s: events", quiet.events as f64, 0.0);
    report.count(
        "idle for 2 s: bytes to the terminal",
        quiet.bytes as f64,
        0.0,
    );
    report.count("idle for 2 s: CPU ms", quiet.cpu_ms, 10.0);
    Ok(())
}

/// Keys in the list that is open, each drawn before the next comes.
fn lists(app: &mut Driver, name: &str, report: &mut Report) -> Result<()> {
    let steps = [
        ("move", typed(&"j".repeat(300)), true),
        ("page", vec![key(KeyCode::PageDown); 100], true),
        ("ends", typed(&"Gg".repeat(20)), true),
        ("search, typed", typed("/cell-77/log-0 zzz"), true),
        ("search, dropped", vec![key(KeyCode::Esc)], true),
        ("filter, typed", typed("fcell-77 verdict:pass"), true),
        ("filter, deleted", vec![key(KeyCode::Backspace); 20], true),
        ("filter, dropped", vec![key(KeyCode::Esc)], true),
        ("sort and reverse", typed("sslsslssls"), true),
        ("mark all", vec![control('a'), control('a')], true),
    ];
    for (what, keys, held) in steps {
        let frames = app.press_all(keys)?;
        // A worker may still sort or filter: what it finds is drawn as well.
        app.answer_queries()?;
        report.times(&format!("{name}: {what}"), &frames, held.then_some(16.0));
    }
    Ok(())
}

/// Keys at thirty a second through all views while two logs are harvested at a time.
fn harvests(app: &mut Driver, report: &mut Report) -> Result<()> {
    app.harvest_full_rate()?;
    let mut keys = Vec::new();
    for view in ["1", "2", "3", "4", "1"] {
        keys.extend(typed(view));
        keys.extend(typed(&"jjjkjjlh".repeat(3)));
        keys.extend(vec![key(KeyCode::PageDown); 5]);
    }
    let frames = app.press_at_rate(&keys, Duration::from_millis(33), |s| !s.jobs.is_busy())?;
    report.times("two harvests: key to frame", &frames, Some(16.0));
    report.said(&format!(
        "two harvests: {} logs of full rate in {:.1} s",
        app.harvested(),
        app.last_wait.as_secs_f64()
    ));
    debug_assert!(app.state.open_view().crumb().is_none());
    Ok(())
}
