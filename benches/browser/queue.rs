//! Ten thousand small logs are marked, queued, harvested and cancelled by the program itself in
//! a pseudo-terminal, while keys are pressed: from each key to the frame that shows it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use mdtui::etl::{
    Error, Result,
    lake::{Context, Lake},
    profile::Profile,
};

use crate::{SIZE, driver::Frame, report::Report, terminal::Program};

/// Between two keys, as a hand presses them that holds one.
const PAUSE: Duration = Duration::from_millis(15);
/// How long keys are pressed while logs are harvested.
const HARVESTING: Duration = Duration::from_secs(8);
const MARK_ALL: &str = "\x01";

/// Harvests `logs` logs below `root` with `program`.
pub fn measure(root: &Path, logs: usize, program: &Path, report: &mut Report) -> Result<()> {
    let context = small_logs(root, logs)?;
    println!("{logs} logs of 60 rows, {}×{}\n", SIZE.0, SIZE.1);
    let mut app = Program::start(program, &context)?;
    let all = format!("{} logs", mdtui::etl::format::thousands(logs as u64));
    app.until("all logs", |screen, _| screen.contents().contains(&all))?;
    app.wait(Duration::from_secs(1));
    let idle = moves(&mut app, |_, keys| keys < 100)?;
    report.times("queue: keys before", &idle, Some(16.0));

    app.press(MARK_ALL)?;
    let marked = format!("{all} marked");
    let took = app.until("marks", |screen, _| screen.contents().contains(&marked))?;
    report.once("queue: all marked", took, Some(16.0));
    app.press("H")?;
    let took = app.until("a message", |screen, _| {
        screen.contents().contains("harvesting")
    })?;
    report.once("queue: frame after H", took, Some(16.0));
    let at_once = moves(&mut app, |_, keys| keys < 50)?;
    report.times("queue: keys right after H", &at_once, Some(16.0));
    let began = Instant::now();
    let meanwhile = moves(&mut app, |_, _| began.elapsed() < HARVESTING)?;
    report.times("queue: keys while harvesting", &meanwhile, Some(16.0));
    let switched = switches(&mut app, 100)?;
    report.times("queue: Jobs and back", &switched, Some(16.0));
    let typed = typed(&mut app, "fstate:queued cell-0")?;
    report.times("queue: a filter is typed", &typed, Some(16.0));
    app.press("\x1b")?;
    app.until("no filter", |screen, _| {
        !screen.contents().contains("filter:")
    })?;

    app.press("X")?;
    app.until("the question", |screen, _| {
        screen.contents().contains("Cancel all")
    })?;
    let left = open_jobs(&app).unwrap_or_default();
    app.press("y")?;
    let began = Instant::now();
    let cancelling = moves(&mut app, |app, keys| {
        keys < 50 || open_jobs(app).is_some() && began.elapsed() < HARVESTING
    })?;
    report.times("queue: keys while cancelling", &cancelling, Some(16.0));
    report.said(&format!(
        "queue: {} harvested, {left} cancelled",
        logs.saturating_sub(left)
    ));
    app.until("no jobs", |screen, _| jobs_in(screen).is_none())?;

    app.press(MARK_ALL)?;
    app.until("marks", |screen, _| screen.contents().contains(" marked"))?;
    app.press("H")?;
    app.until("jobs", |screen, _| jobs_in(screen).is_some())?;
    app.press("Q")?;
    app.until("the question", |screen, _| {
        screen.contents().contains("Quitting cancels")
    })?;
    app.press("y")?;
    report.once("queue: ended while harvesting", app.end()?, None);
    Ok(())
}

/// The number of jobs that wait or run, as the top line has it.
fn open_jobs(app: &Program) -> Option<usize> {
    jobs_in(app.screen())
}

fn jobs_in(screen: &vt100::Screen) -> Option<usize> {
    let text = screen.contents();
    let (_, after) = text.lines().next()?.split_once("4 Jobs (")?;
    let (number, _) = after.split_once(')')?;
    number.replace(',', "").parse().ok()
}

/// The line of the screen on which the list's cursor stands.
fn cursor(screen: &vt100::Screen) -> Option<u16> {
    (0..SIZE.1).find(|row| is_at(screen, *row))
}

fn is_at(screen: &vt100::Screen, row: u16) -> bool {
    screen
        .cell(row, 0)
        .is_some_and(|cell| cell.contents() == "▌")
}

/// Moves the cursor down and up again `while_so`.
fn moves(app: &mut Program, while_so: impl Fn(&Program, usize) -> bool) -> Result<Vec<Frame>> {
    let mut frames = Vec::new();
    let from = cursor(app.screen()).ok_or_else(|| Error::Fatal("there is no cursor".into()))?;
    while while_so(app, frames.len()) || frames.len() % 2 == 1 {
        let down = frames.len() % 2 == 0;
        app.press(if down { "j" } else { "k" })?;
        let to = from + u16::from(down);
        frames.push(Frame {
            took: app.until("the cursor", |screen, _| is_at(screen, to))?,
            bytes: 0,
        });
        app.wait(PAUSE);
    }
    Ok(frames)
}

/// Shows the jobs and the logs in turn.
fn switches(app: &mut Program, times: usize) -> Result<Vec<Frame>> {
    let mut frames = Vec::new();
    for (key, title) in [("4", "[4 Jobs"), ("1", "[1 Logs]")]
        .into_iter()
        .cycle()
        .take(times)
    {
        app.press(key)?;
        let shown = app.until("the view", |screen, _| {
            let text = screen.contents();
            text.lines().next().is_some_and(|top| top.contains(title))
        });
        frames.push(Frame {
            took: shown?,
            bytes: 0,
        });
        app.wait(PAUSE);
    }
    Ok(frames)
}

/// Types `keys`, of which the first opens the text field.
fn typed(app: &mut Program, keys: &str) -> Result<Vec<Frame>> {
    let mut frames = Vec::new();
    let mut text = String::from("filter: ");
    for (n, key) in keys.chars().enumerate() {
        app.press(key.encode_utf8(&mut [0; 4]))?;
        if n > 0 {
            text.push(key);
        }
        let shown = text.trim_end().to_owned();
        let took = app.until("what is typed", |screen, _| {
            screen.contents().contains(&shown)
        })?;
        frames.push(Frame { took, bytes: 0 });
        app.wait(PAUSE);
    }
    Ok(frames)
}

/// Logs of 60 rows and 1 run each, and an empty lake.
fn small_logs(root: &Path, logs: usize) -> Result<Context> {
    let context = Context {
        data_dir: root.join("data"),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(root.join("cache")),
        profile: Profile::built_in()?.into(),
    };
    let _ = fs::remove_dir_all(root.join("cache"));
    for log in 0..logs {
        let path = context
            .data_dir
            .join(format!("cell-{:02}/log-{log:05}.csv", log % 50));
        if !path.exists() {
            write(&path, log).map_err(|e| Error::io("write", &path, e))?;
        }
    }
    Ok(context)
}

fn write(path: &PathBuf, log: usize) -> std::io::Result<()> {
    let mut text = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for sample in 0..20 {
        for (field, value) in [("x", sample), ("y", 2 * sample), ("z", -sample)] {
            text.push_str(&format!(
                "2022-11-23T20:40:{sample:02}.5Z,{value}.25,{field},1,{},encoder\n",
                1000 + log
            ));
        }
    }
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(path, text)
}
