//! How long the browser's lists keep a key waiting: rows in memory through the real `update`
//! and `draw`, 100,000 logs and 400,000 runs. Prints medians and 99th percentiles in
//! milliseconds; a frame at 60 Hz has 16.
//!
//! `cargo bench --bench lists`

use std::{sync::Arc, time::Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use mdtui::{
    app::{
        Answer, Config, Effect, Event, Message, Question, State,
        abilities::Abilities,
        chart::Marker,
        choice::Choices,
        keymap::Keymap,
        lake_queries::{ReadLogs, ReadRunList},
        table::SortRequest,
        update,
    },
    etl::{
        catalog::{LogPath, LogRow, LogState, Picture, RunFields, RunRow},
        lake::{Context, Lake},
        profile::Profile,
        quality::Verdict,
        run_id::RunId,
    },
    ui::{draw, theme::Theme},
};
use ratatui::{Terminal, backend::TestBackend};

const LOGS: usize = 100_000;
const RUNS: usize = 400_000;
const SIZE: (u16, u16) = (200, 50);
/// 2022-11-23T20:40:00Z
const START: i64 = 1_669_236_000_000_000;

fn main() {
    let config = Config {
        data_dir: "data".into(),
        cache_dir: "cache".into(),
        options: Vec::new(),
        profile: Arc::new(Profile::built_in().unwrap()),
        executor: mdtui::etl::worker::Executor::InProcess,
        jobs: 1,
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
        keymap: Arc::new(Keymap::built_in().unwrap()),
        abilities: Abilities::default(),
        user_cache: None,
    };
    let began = Instant::now();
    let (mut state, first) = State::new(&config, SIZE);
    let mut screen = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
    let theme = Theme::named("dark", false).unwrap();
    screen.draw(|frame| draw(frame, &state, &theme)).unwrap();
    message(
        "first frame, before any row",
        vec![began.elapsed().as_secs_f64()],
    );
    let lake = Context {
        data_dir: config.data_dir.clone(),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(config.cache_dir.clone()),
        profile: config.profile.clone(),
    };
    let logs = question(first, |q| q.query() == Some(&ReadLogs(None)));
    let runs = question(keys(&mut state, "2"), |q| {
        q.query() == Some(&ReadRunList(None))
    });
    let read_logs: Vec<LogRow> = (0..LOGS).map(log).collect();
    let read_runs = (0..RUNS).map(run).collect();
    for (name, view, answer) in [
        ("logs", "1", logs.reply::<ReadLogs>(Ok(read_logs.into()))),
        ("runs", "2", runs.reply::<ReadRunList>(Ok(read_runs))),
    ] {
        keys(&mut state, view);
        let mut step = |what: &str, events: Vec<Event>| {
            let mut times = Vec::with_capacity(events.len());
            let (mut worker, mut answers) = (Vec::new(), Vec::new());
            for event in events {
                let began = Instant::now();
                let mut effects = update(&mut state, event);
                screen.draw(|frame| draw(frame, &state, &theme)).unwrap();
                times.push(began.elapsed().as_secs_f64());
                // What a worker does meanwhile, and taking its answer in.
                while let Some(question) = std::mem::take(&mut effects).into_iter().find_map(asked)
                {
                    let began = Instant::now();
                    let Some(answer) = question.run(&lake, &mut None) else {
                        break;
                    };
                    worker.push(began.elapsed().as_secs_f64());
                    let began = Instant::now();
                    effects = update(&mut state, answered(answer));
                    screen.draw(|frame| draw(frame, &state, &theme)).unwrap();
                    answers.push(began.elapsed().as_secs_f64());
                }
            }
            message(&format!("{name}: {what}"), times);
            if !worker.is_empty() {
                message("  its worker", worker);
                message("  the worker's answer", answers);
            }
        };
        step("rows arrive", vec![answered(answer)]);
        step("move", typed(&"j".repeat(200)));
        step("page", (0..50).map(|_| key(KeyCode::PageDown)).collect());
        step("search, typed", typed("/cell-77/2022 zzz"));
        step("search, dropped", vec![key(KeyCode::Esc)]);
        step("filter opened", typed("f"));
        step("filter, typed", typed("cell-77 verdict:fail"));
        step(
            "filter, deleted",
            (0..20).map(|_| key(KeyCode::Backspace)).collect(),
        );
        step("filter, dropped", vec![key(KeyCode::Esc)]);
        step("sort and reverse", typed("sslsslssls"));
        step(
            "mark all",
            vec![Event::Key(KeyEvent::new(
                KeyCode::Char('a'),
                KeyModifiers::CONTROL,
            ))],
        );
    }
}

fn answered(answer: Answer) -> Event {
    Event::Worker(Message::Answer(answer))
}

/// The question that `is` it among `effects`.
fn question(effects: Vec<Effect>, is: impl Fn(&Question) -> bool) -> Question {
    let mut questions = effects.into_iter().filter_map(|effect| match effect {
        Effect::Ask(question) => Some(question),
        _ => None,
    });
    questions.find(is).expect("the list is asked for")
}

/// The question of a list, if that is what is asked.
fn asked(effect: Effect) -> Option<Question> {
    match effect {
        Effect::Ask(question)
            if question.query::<SortRequest<LogRow>>().is_some()
                || question.query::<SortRequest<RunRow>>().is_some() =>
        {
            Some(question)
        }
        _ => None,
    }
}

fn keys(state: &mut State, text: &str) -> Vec<Effect> {
    let typed = typed(text).into_iter();
    typed.flat_map(|event| update(state, event)).collect()
}

fn typed(text: &str) -> Vec<Event> {
    text.chars().map(|c| key(KeyCode::Char(c))).collect()
}

fn key(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn message(what: &str, mut seconds: Vec<f64>) {
    seconds.sort_by(f64::total_cmp);
    let at = |share: f64| seconds[((seconds.len() - 1) as f64 * share).round() as usize] * 1e3;
    println!(
        "{what:<32} p50 {:>9.3} ms   p99 {:>9.3} ms   n {}",
        at(0.5),
        at(0.99),
        seconds.len()
    );
}

fn log(n: usize) -> LogRow {
    LogRow {
        key: format!("cell-{:02}/2022-11-23T{n:06}", n % 97),
        path: LogPath::KeyWithEnding,
        state: if n.is_multiple_of(7) {
            LogState::Pending
        } else {
            LogState::Harvested
        },
        reason: "harvested under the rules that hold now".to_owned().into(),
        cell_id: Some((n % 97).to_string().into()),
        size: Some(14_000_000 + (n * 7919 % 1_000_003) as u64),
        mtime_us: Some(START),
        rows: Some(1_500_000 + (n * 104_729 % 99_991) as u64),
        runs_ok: Some(4),
        runs_failed: Some(0),
        start_us: Some(START + (n * 7919 % 100_003) as i64 * 600_000_000),
        stop_us: Some(START + (n * 7919 % 100_003 + 1) as i64 * 600_000_000),
        harvested_at_us: Some(START),
        verdict: Some(if n.is_multiple_of(11) {
            Verdict::Fail
        } else {
            Verdict::Pass
        }),
        flags: Some(u32::from(n.is_multiple_of(11))),
        leave_alone: None,
    }
}

fn run(n: usize) -> RunRow {
    let key = format!("cell-{:02}/2022-11-23T{:06}", n / 4 % 97, n / 4);
    let run =
        RunId(0x6939_b762_6b66_11ed_0000_0000_0000_0000 ^ (n as u128 * 0x9e37_79b9_7f4a_7c15));
    RunRow::from(RunFields {
        cell_id: Some(&(n / 4 % 97).to_string()),
        start_us: Some(START + (n * 7919 % 400_009) as i64 * 600_000_000),
        stop_us: Some(START + (n * 7919 % 400_009 + 1) as i64 * 600_000_000),
        runtime_s: Some(500.0 + (n * 104_729 % 99_991) as f64 / 1e3),
        distance_mm: [("1".to_owned(), n as f64), ("2".to_owned(), 0.1)].into(),
        rows: 90_000,
        samples: 394_000 + (n * 31 % 1009) as u64,
        complete_rows: 80_000,
        channels: 32,
        verdict: if n.is_multiple_of(11) {
            Verdict::Fail
        } else {
            Verdict::Pass
        },
        flags: (n % 5) as u32,
        file_name: Some("run.parquet".into()),
        spark_channel: Some("fz_1"),
        picture: Picture::of(&[Some(1.0); 48]),
        ..RunFields::new(&key, run)
    })
}
