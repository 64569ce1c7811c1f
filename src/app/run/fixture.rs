//! A deterministic run for tests: no file, no catalog.

use std::collections::BTreeMap;

use super::{
    CountChanges, FilterRows, FindRow, FindSample, FoundSample, Goal, LocateTime, OpenedRun,
    ReadPaths, ReadRows, ReadRun, RunQueries, RunScreen, SampleRows, path::PathBuilder,
    queries::default_channels,
};
use crate::{
    app::{
        effect::Effect,
        fixture::answer_all,
        query::{Answer, Pending, Query, Question},
        run_panel::ReadSketch,
        signals::{self, Part, SignalsAnswer, SignalsQuery},
    },
    etl::{
        catalog::{RunDetail, RunFields, RunRow},
        clean::{Ledger, Reason},
        held::CellKinds,
        lake::run_file::Window,
        profile::Profile,
        quality::{Flag, NotEvaluated, Severity, Verdict},
        run_id::RunId,
        stats::{ChannelStats, ContactSource, Layer, RobotState, RobotStats, Slope},
        time::{SECOND, format},
    },
};

/// 2022-11-23T20:40:00.027Z
pub const START: i64 = 1_669_236_000_027_000;
/// Rows of the table: 100 s at 100 Hz, without the silence.
pub const ROWS: usize = 10_000;
const NAMES: [&str; 8] = ["x_1", "z_1", "fx_1", "fz_1", "v1", "f1", "x_2", "vx_2"];
const UNITS: [&str; 8] = ["mm", "mm", "N", "N", "mm/s", "N", "mm", "mm/s"];

/// The run's id.
pub fn run() -> RunId {
    RunId(0x6939_b762_6b66_11ed)
}

/// Time of a row: the recorder is silent for 5 s after row 6000.
pub fn time_of(row: usize) -> i64 {
    START + row as i64 * 10_000 + if row >= 6000 { 5 * SECOND } else { 0 }
}

/// Value of a channel in a row. `z_1` has a gap of its own, `fz_1` one spike, `vx_2`
/// no value at all.
pub fn value(channel: usize, row: usize) -> f64 {
    let t = row as f64 / ROWS as f64;
    match channel {
        0 => 300.0 * (t * 12.0).sin(),
        1 if (3000..4500).contains(&row) => f64::NAN,
        1 => -48.0 - 9.0 * t,
        2 => 20.0 * (t * 40.0).cos(),
        3 if row == 7777 => -9999.5,
        3 => -1400.0 - 200.0 * (t * 9.0).sin(),
        4 => 120.0 + 100.0 * (t * 20.0).sin(),
        5 => 1400.0 + 200.0 * (t * 9.0).sin(),
        6 => 5.0,
        _ => f64::NAN,
    }
}

// A statistic that is added is null here.
#[allow(clippy::needless_update)]
fn stats(channel: usize) -> ChannelStats {
    let mut values: Vec<f64> = (0..ROWS)
        .map(|r| value(channel, r))
        .filter(|v| !v.is_nan())
        .collect();
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let unit = UNITS[channel].to_owned();
    if n == 0 {
        return ChannelStats {
            unit,
            ..ChannelStats::default()
        };
    }
    let at = |q: f64| Some(values[((n - 1) as f64 * q) as usize]);
    ChannelStats {
        count: n as u64,
        first_time: Some(format(START)),
        last_time: Some(format(time_of(ROWS - 1))),
        rate_hz: Some(100.0),
        interval_median_s: Some(0.01),
        interval_p95_s: Some(0.01),
        interval_p99_s: Some(0.012),
        interval_max_s: Some(5.01),
        min: at(0.0),
        max: at(1.0),
        mean: Some(values.iter().sum::<f64>() / n as f64),
        std: Some(1.5),
        rms: Some((values.iter().map(|v| v * v).sum::<f64>() / n as f64).sqrt()),
        p1: at(0.01),
        median: at(0.5),
        p99: at(0.99),
        peak: at(0.999),
        peak_to_peak: Some(values[n - 1] - values[0]),
        fill_share: Some(0.125),
        unit,
        ..ChannelStats::default()
    }
}

/// Everything about the run short of its samples.
pub fn detail() -> RunDetail {
    let mut ledger = Ledger {
        rows_in: 60_772,
        rows_kept: 60_000,
        ..Ledger::default()
    };
    ledger.drop_rows(Reason::InvalidTime, 614);
    ledger.drop_rows(Reason::UnknownRobot, 158);
    let machine = RobotStats {
        state: None,
        distance_mm: Some(39_010.731_742),
        speed_max: Some(812.04),
        speed_peak: Some(790.5),
        force_max: Some(2405.4),
        force_peak: Some(2399.9),
        force_mean: Some(1402.25),
        force_samples: 60_000,
        ..RobotStats::default()
    };
    RunDetail {
        row: RunFields {
            cell_id: Some("10"),
            start_us: Some(START),
            stop_us: Some(time_of(ROWS - 1)),
            runtime_s: Some(104.99),
            distance_mm: [("1".into(), 39_010.731_742)].into(),
            rows: ROWS as u64,
            samples: 60_000,
            channels: NAMES.len() as u32,
            also_in: &["cell-10/copy".into()],
            file_name: Some("run_x.f.parquet".into()),
            ..RunFields::new("cell-10/2022-11-23T2040", run())
        }
        .into(),
        columns: std::iter::once("time")
            .chain(NAMES)
            .map(str::to_owned)
            .collect(),
        channels: (0..NAMES.len())
            .map(|c| (NAMES[c].to_owned(), stats(c)))
            .collect(),
        ledger,
        layout: Default::default(),
        flags: vec![],
        not_evaluated: vec![],
        verdicts: BTreeMap::new(),
        cells_seen: vec!["10".into(), "11".into()],
        source_lost_precision: true,
        notes: vec![],
        robots: BTreeMap::from([
            ("1".to_owned(), machine),
            ("2".to_owned(), RobotStats::default()),
        ]),
    }
}

/// A run that could not be harvested.
fn failed(run: RunId) -> RunDetail {
    let mut detail = detail();
    detail.row.run = run;
    fail(&mut detail.row);
    detail.columns = Vec::new();
    detail.channels = BTreeMap::new();
    detail.robots = BTreeMap::new();
    detail
}

/// Makes it one that could not be harvested.
pub fn fail(row: &mut RunRow) {
    row.change(|fields| {
        fields.error = Some("every sample of robot 2 has the same time");
        (fields.start_us, fields.stop_us, fields.runtime_s) = (None, None, None);
        fields.file_name = None;
    });
}

pub fn window(channels: &[String], rows: std::ops::Range<u64>) -> Window {
    let rows = rows.start as usize..(rows.end as usize).min(ROWS);
    let of = |name: &String| NAMES.iter().position(|n| n == name).unwrap();
    Window {
        first_row: rows.start as u64,
        times: rows.clone().map(time_of).collect(),
        columns: channels
            .iter()
            .map(|c| rows.clone().map(|r| value(of(c), r)).collect())
            .collect(),
    }
}

/// What is read when the run is opened.
pub fn opened_run(detail: RunDetail) -> OpenedRun {
    OpenedRun {
        default_channels: default_channels(&Profile::built_in().unwrap(), &detail),
        detail: Box::new(detail),
    }
}

/// Answers a query as a worker would from the run's file; `None`: it is of another kind.
pub fn answer(question: &Question) -> Option<Answer> {
    if let Some(ReadRun { run: id, .. }) = question.query() {
        // The fixture of lists has one run that failed.
        let found = if id.0 & 0xf == 3 {
            failed(*id)
        } else {
            detail()
        };
        return Some(question.reply::<ReadRun>(Ok(Some(opened_run(found)))));
    }
    if let Some(ReadSketch { overview }) = question.query() {
        let SignalsAnswer::Overview(Some(found)) = signals::fixture::answer(overview) else {
            return None;
        };
        return Some(question.reply::<ReadSketch>(Ok(found)));
    }
    if let Some(query) = question.query::<SignalsQuery>() {
        return Some(question.reply::<SignalsQuery>(Ok(signals::fixture::answer(query))));
    }
    if let Some(query) = question.query::<ReadRows>() {
        let names: Vec<&str> = query.channels.iter().map(String::as_str).collect();
        let kinds = CellKinds::new(&Profile::built_in().unwrap(), &names, &query.whole);
        let mut out = SampleRows {
            window: window(&query.channels, 0..0),
            kinds: vec![Vec::new(); names.len()],
        };
        out.window.first_row = query.positions.start;
        let all = || query.positions.clone().collect();
        for row in query.rows.clone().unwrap_or_else(all) {
            let first = row.saturating_sub(1);
            let read = window(&query.channels, first..row + 1);
            if row < ROWS as u64 {
                out.add(&read, (row - first) as usize, &kinds);
            }
        }
        return Some(question.reply::<ReadRows>(Ok(out)));
    }
    if question.query::<CountChanges>().is_some() {
        return Some(question.reply::<CountChanges>(Ok(["fx_1".to_owned()].into())));
    }
    if let Some(query) = question.query::<FindSample>() {
        let channel = NAMES.iter().position(|n| *n == query.channel).unwrap();
        let shown = |row: &usize| {
            let among = query.among.as_ref();
            among.is_none_or(|rows| rows.contains(&(*row as u64)))
        };
        let worth = |row: usize| match query.goal {
            Goal::Largest => value(channel, row),
            Goal::Smallest => -value(channel, row),
            Goal::Nearest(wanted) => -(value(channel, row) - wanted).abs(),
        };
        let rows = (0..ROWS).filter(|row| shown(row) && !value(channel, *row).is_nan());
        let best = rows.rev().max_by(|a, b| worth(*a).total_cmp(&worth(*b)));
        let found = best.map(|row| FoundSample {
            row: row as u64,
            time: time_of(row),
            value: value(channel, row),
        });
        return Some(question.reply::<FindSample>(Ok((query.clone(), found))));
    }
    if let Some(FilterRows { condition, .. }) = question.query() {
        let channels: Vec<String> = condition
            .channels()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut rows = Vec::new();
        condition.rows(&window(&channels, 0..ROWS as u64), &mut rows);
        return Some(question.reply::<FilterRows>(Ok((condition.clone(), rows))));
    }
    if let Some(query) = question.query::<FindRow>() {
        let FindRow {
            target,
            from,
            among,
            ..
        } = query;
        let channel = NAMES.iter().position(|n| *n == target.channel).unwrap();
        let is_it = |row: &u64| {
            let v = value(channel, *row as usize);
            let beyond = channel == 1 && v < -50.0;
            let among = among.as_ref().is_none_or(|rows| rows.contains(row));
            among && if target.null { v.is_nan() } else { beyond }
        };
        let row = if target.forward {
            (from + 1..ROWS as u64).find(is_it)
        } else {
            (0..*from).rev().find(is_it)
        };
        return Some(question.reply::<FindRow>(Ok((target.clone(), row))));
    }
    if question.query::<ReadPaths>().is_some() {
        let axes = vec!["x_1".to_owned(), "y_1".to_owned(), "z_1".to_owned()];
        let mut builder = PathBuilder::new("1".into(), axes, "mm".into(), SECOND);
        for row in 0..ROWS {
            let turn = row as f64 / 2000.0 * std::f64::consts::TAU;
            let radius = 200.0 - row as f64 / 100.0;
            let at = [radius * turn.cos(), radius * turn.sin(), value(1, row)];
            builder.push(time_of(row), at, value(4, row), value(5, row));
        }
        return Some(question.reply::<ReadPaths>(Ok(vec![builder.finish()])));
    }
    let query: &LocateTime = question.query()?;
    let before = |row: &usize| time_of(*row) < query.time + i64::from(query.cursor);
    let row = (0..ROWS).take_while(before).count() as u64;
    let row = row.saturating_sub(u64::from(query.cursor));
    Some(question.reply::<LocateTime>(Ok((query.clone(), row))))
}

/// Answers what `effects` ask, and what the answers ask, until nothing is asked. Gives
/// back how many questions there were.
pub fn answer_queries(screen: &mut RunScreen, effects: Vec<Effect>) -> usize {
    answer_all(effects, |question| {
        screen.answer(&mut answer(&question).unwrap())
    })
}

/// A worker answers what the run waits for (asked in passing, if nothing is); what follows.
pub(crate) fn deliver<Q: Query>(
    screen: &mut RunScreen,
    pending: impl FnOnce(&mut RunQueries) -> &mut Pending<Q>,
    result: Result<Q::Answer, String>,
) -> Vec<Effect> {
    let mut answer = pending(&mut screen.queries).reply(result);
    screen.answer(&mut answer)
}

/// The query of a part of the charts fails; what follows.
pub(crate) fn charts_fail(screen: &mut RunScreen, part: Part, sentence: &str) -> Vec<Effect> {
    let table = screen.views.as_ref().unwrap().table.clone();
    let mut answer = (screen.queries.signals).fail(0, part, table, sentence);
    screen.answer(&mut answer)
}

/// The run, opened and read.
pub fn opened(size: (u16, u16)) -> RunScreen {
    let (mut screen, effects) = RunScreen::open("cell-10/2022-11-23T2040", run(), size);
    answer_queries(&mut screen, effects);
    screen
}

/// The run with twelve layers of robot 1, the last of them not complete, beside a robot 2 that is
/// parked.
pub fn layered() -> RunDetail {
    let mut detail = detail();
    let layers = (0..12).map(|at| Layer {
        z_mm: -48.83 - 0.3 * f64::from(at),
        step_mm: (at > 0).then_some(0.3),
        start_time: format(time_of(at as usize * 800)),
        stop_time: format(time_of(at as usize * 800 + 799)),
        length_mm: if at == 11 { 600.0 } else { 1320.5 },
        feed_mm_s: Some(72.5),
        force_median_n: Some(1888.0 + 4.0 * f64::from(at)),
        force_peak_n: Some(2336.1),
        axial_median_n: Some(-1484.0 + 3.0 * f64::from(at)),
        radius_mm: Some(218.4 - 0.24 * f64::from(at)),
        wall_angle_deg: (at > 0).then_some(51.3),
        complete: at != 11,
    });
    let robot = detail.robots.entry("1".into()).or_default();
    robot.state = Some(RobotState::Contact);
    robot.contact_source = Some(ContactSource::Motion);
    robot.layers = layers.collect();
    robot.wall_angle_deg = Some(51.6);
    robot.axial_slope_n_per_layer = Some(Slope {
        value: -3.1,
        low: -3.5,
        high: -2.5,
    });
    let robot = detail.robots.entry("2".into()).or_default();
    robot.state = Some(RobotState::Parked);
    robot.layers_reason = Some("the robot is parked".into());
    detail
}

/// The run with three flags and a check that could not be made.
pub fn flagged() -> RunDetail {
    let at = |row: usize| Some(format(time_of(row)));
    let flag = |rule: &str, severity, channel: Option<&str>, rows: (usize, usize)| Flag {
        rule: rule.into(),
        severity,
        channel: channel.map(str::to_owned),
        start_time: at(rows.0),
        stop_time: at(rows.1),
        value: None,
        threshold: None,
        unit: String::new(),
        message: String::new(),
    };
    let mut detail = detail();
    detail.row.verdict = Verdict::Fail;
    detail.row.change(|fields| fields.flags = 3);
    detail.not_evaluated = vec![NotEvaluated {
        rules: vec!["zero_offset".into()],
        channels: vec!["fx_1".into(), "fz_1".into()],
        reason: "robot 1 rests for less than 10 s".into(),
    }];
    detail.flags = vec![
        Flag {
            value: Some(15.01),
            threshold: Some(0.05),
            unit: "s".into(),
            message: "z_1 has no sample for 15.01 s (5 × its median interval is 0.05 s)".into(),
            ..flag("gap", Severity::Fail, Some("z_1"), (2999, 4500))
        },
        Flag {
            value: Some(-9999.5),
            threshold: Some(-2120.25),
            unit: "N".into(),
            message: "fz_1 jumps to -9999.5 N for one sample".into(),
            ..flag("spike", Severity::Suspect, Some("fz_1"), (7777, 7777))
        },
        Flag {
            message: "y_1 is missing: robot 1 has no magnitudes".into(),
            ..flag("missing_axis", Severity::Suspect, None, (0, ROWS - 1))
        },
    ];
    detail
}
