//! A run of ten million rows: recorded for seventeen hours, harvested as any other, looked at.

use std::{fs::File, path::Path, time::Instant};

use crossterm::event::KeyCode;
use mdtui::{
    app::{
        State,
        run::Tab,
        runs::Runs,
        signals::{CHART_MEMORY, Key, Line, Signals},
    },
    etl::{
        Error, Result,
        base::{CancelToken, NoProgress},
        catalog::Catalog,
        harvest::{Options, harvest_log},
        lake::{Context, Lake},
        parquet::{Cells, ParquetWriter, texts, time_type},
        profile::Profile,
    },
};
use polars_arrow::{array::PrimitiveArray, datatypes::Field};
use polars_parquet::write::CompressionOptions;

use crate::{
    driver::{Driver, key, typed},
    report::Report,
};

/// Microseconds: ten million distinct times of a 12 ms and a 10 ms clock.
const LENGTH: i64 = 60_000_000_000;
const START: i64 = 1_669_236_000_000_000;
/// Which sample of each channel is a spike, and how high it is.
const SPIKE: usize = 777_777;
const HIGH: f64 = 9_999.0;
/// Columns of a chart; any number does for what is coarse.
const PLOT: usize = 10;

/// Makes the log, harvests it, opens it and walks through its charts and samples.
pub fn measure(root: &Path, report: &mut Report) -> Result<()> {
    let context = Context {
        data_dir: root.join("data"),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(root.join("cache")),
        profile: Profile::built_in()?.into(),
    };
    let key_of = "long";
    if !context.lake.record_location(key_of).exists() {
        std::fs::create_dir_all(&context.data_dir)
            .map_err(|e| Error::io("create", &context.data_dir, e))?;
        let log = context.data_dir.join("long.parquet");
        write_log(&log).map_err(|e| Error::Fatal(format!("cannot make a log: {e}")))?;
        let began = Instant::now();
        Catalog::open(&context.lake)?.refresh(&context, &CancelToken::new())?;
        let cancel = CancelToken::new();
        harvest_log(&context, key_of, Options::default(), &NoProgress, &cancel)?;
        report.said(&format!(
            "long run harvested in {:.1} s",
            began.elapsed().as_secs_f64()
        ));
    }
    let mut app = Driver::start(&context, super::SIZE)?;
    app.until("the log", |s| s.logs.table.rows().len() == 1)?;
    app.press(key(KeyCode::Enter))?;
    app.until("the run", |s| s.view::<Runs>().is_some_and(|r| r.loaded))?;
    app.press(key(KeyCode::Enter))?;
    app.until("its summary", |s| run(s).is_some_and(|r| r.views.is_some()))?;
    let rows = run(&app.state)
        .and_then(|r| r.detail.as_ref())
        .map_or(0, |d| d.row.rows());
    println!("\na run of {rows} rows\n");
    let opened = app.press(key(KeyCode::Tab))?;
    app.until("a chart", |s| drawn(s) > 0)?;
    report.once(
        "long: first chart",
        opened.took + app.last_wait,
        Some(100.0),
    );
    app.until("its table", |s| loaded(s) > 0)?;
    report.once("long: its table read", opened.took + app.last_wait, None);
    // Every other channel, alone: what was chosen before makes way.
    let channels = signals(&app.state).map_or(0, |s| s.channels.len());
    app.press_all(typed("g"))?;
    let mut first = Vec::new();
    for _ in 0..channels {
        let under = signals(&app.state).map_or(0, |s| s.row);
        if !signals(&app.state).is_some_and(|s| s.chosen.contains(&under)) {
            let mut frame = app.press(key(KeyCode::Char(' ')))?;
            app.until("a chart", |s| shows(s, under))?;
            frame.took += app.last_wait;
            first.push(frame);
            app.answer_queries()?;
        }
        app.press_all(typed(" j"))?;
    }
    report.times("long: first chart of each channel", &first, Some(100.0));
    // All of them together, at the start, in the middle and far into it.
    app.press_all(typed("g"))?;
    for _ in 0..channels {
        app.press_all(typed(" j"))?;
    }
    app.answer_queries()?;
    let mut within = true;
    for keys in ["", "+++", "hh", "++++++", "llll", "_"] {
        app.press_all(typed(keys))?;
        app.answer_queries()?;
        within &= signals(&app.state).is_some_and(|s| s.bytes() <= CHART_MEMORY);
    }
    report.holds("long: charts stay within their memory", within);
    app.press_all(typed("g"))?;
    for _ in 0..channels {
        app.press_all(typed(" j"))?;
    }
    // The fastest of them alone, read.
    app.press_all(typed("g "))?;
    app.until("its table", |s| loaded(s) > 0)?;
    app.answer_queries()?;
    let mut moves = typed("+++++hhhllll-----");
    moves.extend(typed("++++++++++++++++++++________hlhl"));
    moves.extend(typed(",,,,....p,,p"));
    let frames = app.press_all(moves)?;
    app.answer_queries()?;
    report.times("long: zoom, pan, cursor", &frames, Some(16.0));
    spikes(&mut app, report)?;
    app.press(key(KeyCode::Tab))?;
    // They open at the cursor of the charts.
    let there = |s: &State| samples(s).is_some_and(|v| v.cell(v.row, 0).is_some());
    app.until("samples", there)?;
    app.press(key(KeyCode::Char('g')))?;
    app.until("the first samples", there)?;
    let mut lines = vec![key(KeyCode::Down); 500];
    lines.extend(vec![key(KeyCode::PageDown); 200]);
    let frames = app.press_all(lines)?;
    report.times("long: samples, a line or page a key", &frames, Some(16.0));
    let end = app.press(key(KeyCode::Char('G')))?;
    app.until("the end", there)?;
    report.once(
        "long: samples, to the end",
        end.took + app.last_wait,
        Some(100.0),
    );
    app.end();
    Ok(())
}

/// At every zoom around it, while the exact line is read and after, the one high sample is drawn.
fn spikes(app: &mut Driver, report: &mut Report) -> Result<()> {
    app.press_all(typed("_"))?;
    let channel = signals(&app.state).and_then(|s| s.chosen.first().copied());
    let name = signals(&app.state).and_then(|s| s.channels.get(channel?));
    let every = if name.is_some_and(|c| c.name.starts_with('f')) {
        10_000
    } else {
        12_000
    };
    let seconds = (SPIKE * every) as f64 / 1e6;
    app.press_all(typed(&format!("o+{seconds}s")))?;
    app.press(key(KeyCode::Enter))?;
    let high = |state: &State| {
        let channel = channel?;
        let line = signals(state)?.line(Key { run: 0, channel }, 400);
        let (Line::Exact(line) | Line::Coarse(line)) = line else {
            return None;
        };
        Some(line.extent()?.1 == HIGH)
    };
    let mut seen = true;
    for _ in 0..30 {
        seen &= high(&app.state) == Some(true);
        app.answer_queries()?;
        seen &= high(&app.state) == Some(true);
        app.press_all(typed("+"))?;
    }
    app.press_all(typed("_"))?;
    report.holds("long: a spike of one sample is seen", seen);
    Ok(())
}

fn run(state: &State) -> Option<&mdtui::app::run::RunScreen> {
    state.view()
}

fn signals(state: &State) -> Option<&Signals> {
    Some(&run(state)?.views.as_ref()?.signals)
}

fn samples(state: &State) -> Option<&mdtui::app::run::Samples> {
    let run = run(state)?;
    (run.tab == Tab::Samples).then_some(&run.views.as_ref()?.samples)
}

/// Chosen channels of which something is drawn.
fn drawn(state: &State) -> usize {
    let Some(s) = signals(state) else { return 0 };
    s.chosen.iter().filter(|c| shows(state, **c)).count()
}

fn shows(state: &State, channel: usize) -> bool {
    let line = signals(state).map(|s| s.line(Key { run: 0, channel }, PLOT));
    matches!(line, Some(Line::Exact(_) | Line::Coarse(_)))
}

/// Chosen channels whose exact lines are drawn.
fn loaded(state: &State) -> usize {
    let Some(s) = signals(state) else { return 0 };
    let exact = |c: &&usize| {
        let key = Key {
            run: 0,
            channel: **c,
        };
        matches!(
            s.line(key, s.plot_columns(usize::from(super::SIZE.0))),
            Line::Exact(_)
        )
    };
    s.chosen.iter().filter(exact).count()
}

/// Encoders every 12 ms, load cells every 10 ms, in batches of a minute.
fn write_log(path: &Path) -> std::io::Result<()> {
    let fields = [
        ("x", 12_000),
        ("y", 12_000),
        ("z", 12_000),
        ("fx", 10_000),
        ("fy", 10_000),
        ("fz", 10_000),
    ];
    let mut writer: Option<ParquetWriter<File>> = None;
    let batch = 600_000_000;
    for from in (0..LENGTH).step_by(batch as usize) {
        let (mut times, mut values, mut names) = (vec![], vec![], vec![]);
        for (at, (field, every)) in fields.iter().enumerate() {
            for time in (from..from + batch).step_by(*every as usize) {
                let sample = time as usize / *every as usize;
                times.push(START + time);
                let angle = time as f64 / 1e9 * (1.0 + at as f64 / 7.0);
                let wobble = ((sample * 7919) % 1013) as f64 / 1013.0;
                values.push(if sample == SPIKE {
                    HIGH
                } else {
                    angle.sin() * 300.0 + wobble
                });
                names.push(*field);
            }
        }
        let rows = times.len();
        let sensors: Vec<&str> = names
            .iter()
            .map(|n| {
                if n.starts_with('f') {
                    "load_cell"
                } else {
                    "encoder"
                }
            })
            .collect();
        let times = PrimitiveArray::<i64>::from_vec(times).to(time_type());
        let columns: [(&str, Cells); 6] = [
            ("time", times.boxed()),
            ("value", PrimitiveArray::<f64>::from_vec(values).boxed()),
            ("field", texts(names.iter().map(Some))),
            (
                "robot_id",
                PrimitiveArray::from_vec(vec![1i64; rows]).boxed(),
            ),
            (
                "run_uuid",
                PrimitiveArray::from_vec(vec![7u64; rows]).boxed(),
            ),
            ("sensor_type", texts(sensors.iter().map(Some))),
        ];
        if writer.is_none() {
            let field = |(name, cells): &(&str, Cells)| {
                let name: &str = name;
                Field::new(name.into(), cells.dtype().clone(), true)
            };
            let fields = columns.iter().map(field).collect();
            let file = File::create(path)?;
            let snappy = CompressionOptions::Snappy;
            writer = Some(ParquetWriter::new(file, fields, snappy)?);
        }
        if let Some(writer) = &mut writer {
            writer.write(&columns.map(|(_, cells)| cells))?;
        }
    }
    if let Some(mut writer) = writer {
        writer.finish()?;
    }
    Ok(())
}
