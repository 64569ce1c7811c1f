use std::collections::BTreeMap;

use super::*;
use crate::{
    catalog::{RunFields, RunRow},
    clean::Ledger,
    run_id::RunId,
    stats::ChannelStats,
};

fn statistic(key: &str) -> &'static ChannelStatistic {
    ChannelStatistic::from_key(key).unwrap()
}

/// A run with these means by channel (name, unit, mean).
fn run(id: u128, channels: &[(&str, &str, Option<f64>)], distance: Option<f64>) -> RunDetail {
    let stats = |(name, unit, mean): &(&str, &str, Option<f64>)| {
        let stats = ChannelStats {
            count: 10,
            mean: *mean,
            rate_hz: Some(100.0),
            unit: (*unit).into(),
            ..ChannelStats::default()
        };
        ((*name).to_owned(), stats)
    };
    let names = channels.iter().map(|c| c.0.to_owned());
    RunDetail {
        row: RunRow::from(RunFields {
            start_us: Some(0),
            stop_us: Some(10_000_000),
            runtime_s: Some(10.0 + id as f64),
            distance_mm: distance.map(|d| ("1".to_owned(), d)).into_iter().collect(),
            rows: 100,
            samples: 200,
            channels: channels.len() as u32,
            ..RunFields::new("a", RunId(id))
        }),
        columns: std::iter::once("time".to_owned()).chain(names).collect(),
        channels: channels.iter().map(stats).collect(),
        layout: Default::default(),
        ledger: Ledger::default(),
        flags: vec![],
        not_evaluated: vec![],
        verdicts: BTreeMap::new(),
        cells_seen: vec![],
        source_lost_precision: false,
        notes: vec![],
        robots: BTreeMap::new(),
    }
}

fn means(comparison: &Comparison, channel: &str) -> Vec<Cell> {
    let channel = comparison.channels.iter().find(|c| c.name == channel);
    let lines = &channel.unwrap().lines;
    lines
        .iter()
        .find(|l| l.name == "mean")
        .unwrap()
        .cells
        .clone()
}

fn cell(value: f64, difference: f64, percent: Option<f64>) -> Cell {
    Cell {
        value: Some(value),
        difference: Some(difference),
        percent,
    }
}

#[test]
fn differences_are_to_the_first_run_and_keep_their_sign_in_per_cent() {
    let a = run(
        1,
        &[("fz_1", "N", Some(-200.0)), ("x_1", "mm", Some(0.0))],
        Some(50.0),
    );
    let b = run(
        2,
        &[("fz_1", "N", Some(-250.0)), ("x_1", "mm", Some(3.0))],
        None,
    );
    let c = run(3, &[("fz_1", "N", None)], Some(75.0));
    let comparison = Comparison::new(&[Some(&a), Some(&b), Some(&c)], &[]);
    assert_eq!(
        means(&comparison, "fz_1"),
        [
            cell(-200.0, 0.0, Some(0.0)),
            // −50 is a fall: so is the percentage, though −250 ÷ −200 is above one.
            cell(-250.0, -50.0, Some(-25.0)),
            Cell::default(),
        ]
    );
    assert_eq!(
        means(&comparison, "x_1"),
        [cell(0.0, 0.0, None), cell(3.0, 3.0, None), Cell::default()],
        "nothing is divided by zero"
    );
    let names: Vec<_> = comparison.totals.iter().map(|l| l.name).collect();
    assert_eq!(
        names,
        [
            "total_runtime_seconds",
            "total_distance_mm",
            "samples",
            "rows",
            "complete_rows"
        ]
    );
    assert_eq!(
        comparison.totals[0].cells[2],
        cell(13.0, 2.0, Some(200.0 / 11.0))
    );
    let distance = &comparison.totals[1];
    assert_eq!(distance.robot.as_deref(), Some("1"));
    assert_eq!(distance.cells[1], Cell::default());
    assert_eq!(distance.cells[2], cell(75.0, 25.0, Some(50.0)));
    // No complete row in any run: a difference of none, and no per cent of none.
    assert_eq!(comparison.totals[4].cells[1], cell(0.0, 0.0, None));
}

#[test]
fn a_channel_needs_two_runs_and_one_unit() {
    let a = run(1, &[("x_1", "mm", None), ("fx_1", "N", None)], None);
    let b = run(2, &[("fx_1", "kN", None), ("q", "", None)], None);
    let c = run(3, &[("fx_1", "kN", None), ("x_1", "mm", None)], None);
    let comparison = Comparison::new(&[Some(&a), Some(&b), Some(&c)], &[statistic("mean")]);
    let shared: Vec<_> = comparison
        .channels
        .iter()
        .map(|c| (c.name.as_str(), c.unit.as_str(), c.runs.clone()))
        .collect();
    assert_eq!(
        shared,
        [("x_1", "mm", vec![0, 2]), ("fx_1", "kN", vec![1, 2])]
    );
    let singles: Vec<_> = comparison
        .singles
        .iter()
        .map(|s| (s.name.as_str(), s.unit.as_str(), s.run))
        .collect();
    assert_eq!(singles, [("fx_1", "N", 0), ("q", "", 1)]);
}

#[test]
fn a_failed_run_has_no_figures_at_all() {
    let a = run(1, &[("x_1", "mm", Some(1.0))], None);
    let mut failed = run(2, &[], None);
    // Nor has one that is there no more.
    let gone = None;
    failed.row = RunRow::from(RunFields {
        error: Some("every sample has the same time"),
        runtime_s: None,
        ..failed.row.fields()
    });
    let comparison = Comparison::new(
        &[Some(&failed), Some(&a), Some(&a), gone],
        &[statistic("count")],
    );
    for line in &comparison.totals {
        assert_eq!(line.cells[0], Cell::default(), "{}", line.name);
        assert_eq!(line.cells[3], Cell::default(), "{}", line.name);
        assert!(line.cells[1].value.is_some() && line.cells[1].difference.is_none());
    }
    assert_eq!(comparison.channels[0].runs, [1, 2]);
}

#[test]
fn named_channels_come_in_the_order_of_their_names() {
    let channels = [
        ("x_1", "mm", None),
        ("y_1", "mm", None),
        ("z_1", "mm", None),
    ];
    let (a, b) = (run(1, &channels, None), run(2, &channels[..2], None));
    let whole = Comparison::new(&[Some(&a), Some(&b)], &[statistic("mean")]);
    let keep = |names: &[&str]| {
        let mut some = whole.clone();
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        some.keep(&names).map(|()| {
            let names = some.channels.iter().map(|c| c.name.clone());
            names.collect::<Vec<_>>().join(" ")
        })
    };
    assert_eq!(keep(&["y_1", "x_1"]).unwrap(), "y_1 x_1");
    assert_eq!(
        keep(&["z_1"]).unwrap_err().to_string(),
        "only run A has the channel \"z_1\"; they share x_1, y_1"
    );
    assert_eq!(
        keep(&["w"]).unwrap_err().to_string(),
        "none of the runs has a channel \"w\"; they share x_1, y_1"
    );
}

#[test]
fn runs_are_called_by_letters_and_statistics_by_their_keys() {
    assert_eq!((letter(0), letter(5), letter(1000)), ('A', 'F', '?'));
    let (a, b) = (
        run(1, &[("x", "mm", None)], None),
        run(2, &[("x", "mm", None)], None),
    );
    let all = Comparison::new(&[Some(&a), Some(&b)], &[]);
    let names: Vec<&str> = all.channels[0].lines.iter().map(|l| l.name).collect();
    let compared: Vec<&str> = ChannelStatistic::compared().map(|s| s.key).collect();
    assert_eq!(names, compared);
    let rate = &all.channels[0].lines[1];
    assert_eq!(
        (rate.name, rate.title(true).as_str()),
        ("rate_hz", "rate (Hz)")
    );
}

#[test]
fn a_ratio_to_almost_nothing_is_not_a_number() {
    let line = |a: Option<f64>, b: Option<f64>| Line {
        name: "mean",
        robot: None,
        unit: "N".into(),
        cells: cells([a, b].into_iter()),
    };
    let of = |a: f64, b: f64| line(Some(a), Some(b)).relative(1, Some(400.0));
    assert_eq!(of(0.02, 3.1), Relative::NearZero);
    assert_eq!(of(0.0, 3.1), Relative::NearZero);
    assert_eq!(of(0.0, 0.0), Relative::Percent(0.0));
    assert_eq!(of(-200.0, -100.0), Relative::Percent(50.0));
    assert_eq!(of(4.0, 100.0), Relative::Times(25.0));
    assert_eq!(of(4.0, -100.0), Relative::Times(-25.0));
    let unscaled = |b| line(Some(0.001), Some(b)).relative(1, None);
    assert_eq!(unscaled(-0.5), Relative::Times(-500.0));
    assert_eq!(unscaled(2.0), Relative::NearZero, "two thousand times");
    assert_eq!(line(None, Some(2.0)).relative(1, None), Relative::Unknown);
    assert_eq!(line(Some(1.0), Some(3.0)).size(Some(400.0)), 0.005);
    assert_eq!(line(Some(1.0), Some(4.0)).size(None), 0.75);
    assert_eq!(line(Some(1.0), None).size(None), f64::INFINITY);
    assert_eq!(line(None, None).size(None), 0.0);
}
