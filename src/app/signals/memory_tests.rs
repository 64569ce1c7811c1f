//! Charts within a budget, over real tables that are read as workers read them.

use std::{collections::BTreeMap, sync::Arc};

use rand_core::{Rng, SeedableRng};

use super::{query::Ask, *};
use crate::{
    app::{
        chart::{Reduced, Series},
        compare::fixture as several,
    },
    etl::{
        base::CancelToken,
        lake::{Context, Lake, run_file::write_run_file},
        overview::LONG,
        profile::Profile,
        schema::Hold,
        transform::{Column, RunTable, clock::align},
    },
};

const ROWS: usize = 70_000;
const STEP: i64 = 10_000;
const SPIKE: f64 = 9e5;

/// One table with a hole, nulls, and a spike of one sample in each channel.
fn table(start: i64, names: &[String]) -> RunTable {
    let times = (0..ROWS as i64).filter(|i| !(20_000..20_500).contains(i));
    let times: Vec<i64> = times.map(|i| start + i * STEP).collect();
    let (times, clocks) = align([Arc::new(times)].into(), Hold::default());
    let column = |(at, name): (usize, &String)| Column {
        name: name.clone(),
        unit: "N".into(),
        clock: 0,
        values: (0..times.len())
            .map(|i| match i {
                i if i == 33_333 + at => SPIKE,
                40_000..40_100 => f64::NAN,
                i => ((i * (7919 + at)) % 1013) as f64 - 500.0,
            })
            .collect::<Vec<f64>>()
            .into(),
    };
    RunTable {
        columns: names.iter().enumerate().map(column).collect(),
        times,
        clocks,
        distance_mm: BTreeMap::new(),
        samples: 0,
    }
}

/// Runs in a lake. They say of themselves that they are long, so that their overviews are used.
struct Runs {
    _dir: tempfile::TempDir,
    context: Context,
    details: Vec<RunDetail>,
    /// Whole channels by run and name: what is to be drawn.
    whole: BTreeMap<(usize, String), Series>,
}

impl Runs {
    fn new(n: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let context = Context {
            data_dir: dir.path().join("data"),
            links: crate::etl::source::scan::Links::default(),
            lake: Lake::new(dir.path().join("cache")),
            profile: Profile::built_in().unwrap().into(),
        };
        let cancel = CancelToken::new();
        let (mut details, mut whole) = (Vec::new(), BTreeMap::new());
        for at in 0..n {
            let mut detail = several::detail(if at == 1 { 0 } else { at });
            let names: Vec<String> = detail.columns.iter().skip(1).cloned().collect();
            let start = detail.row.start_us().unwrap() + at as i64;
            let table = table(start, &names);
            detail
                .row
                .change(|fields| fields.start_us = table.times.first().copied());
            detail
                .row
                .change(|fields| fields.stop_us = table.times.last().copied());
            detail.row.change(|fields| fields.rows = LONG);
            for stats in detail.channels.values_mut() {
                stats.interval_median_s = Some(STEP as f64 / 1e6);
            }
            let file_name = format!("run_{at}.parquet");
            detail
                .row
                .change(|fields| fields.file_name = Some(file_name.clone().into()));
            let path = context.lake.location(detail.row.log_key(), &file_name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            write_run_file(&path, &table, &cancel, |_| "{}".into()).unwrap();
            let query = SignalsQuery {
                table: TableRef::of(&detail.row).unwrap(),
                ask: Ask::Overview {
                    channels: names.clone(),
                    span: (
                        detail.row.start_us().unwrap(),
                        detail.row.stop_us().unwrap(),
                    ),
                    rows: LONG,
                    stored: false,
                },
            };
            query.answer(&context, &cancel).unwrap();
            for name in names {
                let file = query.table.open(&context).unwrap();
                let rows = file.read(&[&name], 0..file.rows(), &cancel).unwrap();
                let values = rows.columns.into_iter().next().unwrap();
                let series = Series::new(rows.times.into(), values, 10 * STEP);
                whole.insert((at, name), series.with_statistics(STEP as f64));
            }
            details.push(detail);
        }
        Self {
            _dir: dir,
            context,
            details,
            whole,
        }
    }

    fn signals(&self, budget: usize) -> Signals {
        let signals = match self.details.as_slice() {
            [detail] => Signals::of_run(detail, &["v1", "f1"].map(str::to_owned)).unwrap(),
            details => {
                let details: Vec<Option<&RunDetail>> = details.iter().map(Some).collect();
                Signals::of_runs(
                    &details,
                    &Comparison::new(&details, &[]),
                    &["f1".to_owned()],
                )
            }
        };
        signals.with_memory(budget)
    }

    /// What a chart of a run's channel is to show now.
    fn expected(&self, signals: &Signals, key: Key, columns: usize) -> Reduced {
        let name = &signals.channels[key.channel].name;
        let series = &self.whole[&(key.run, name.clone())];
        series.reduce(signals.own_range(key.run), columns)
    }

    /// Reads what is missing, answer by answer: charts never show less than there is, never
    /// take more than the budget, and in the end show exactly what there is.
    fn read_all(&self, signals: &mut Signals, size: (usize, usize), budget: usize) {
        let columns = signals.plot_columns(size.0);
        let cancel = CancelToken::new();
        for round in 0.. {
            assert!(round < 200, "never stops asking");
            let asked = signals.queries(size);
            assert!(signals.bytes() <= budget, "{}", signals.bytes());
            let keys: Vec<Key> = signals
                .drawn(size.1)
                .into_iter()
                .flat_map(|channel| (0..signals.run_count()).map(move |run| Key { run, channel }))
                .collect();
            for key in &keys {
                let expected = self.expected(signals, *key, columns);
                match signals.line(*key, columns) {
                    Line::Exact(line) => {
                        assert_eq!(line.columns, expected.columns);
                        assert_eq!((line.enter, line.leave), (expected.enter, expected.leave));
                    }
                    Line::Coarse(line) => {
                        for (line, expected) in line.columns.iter().zip(&expected.columns) {
                            let Some(expected) = expected else { continue };
                            let line = line.unwrap().bucket;
                            let expected = expected.bucket;
                            assert!(line.min <= expected.min && expected.max <= line.max);
                        }
                    }
                    Line::Reading => assert!(!asked.is_empty() || round == 0),
                    Line::Failed(sentence) => panic!("{sentence}"),
                }
            }
            if asked.is_empty() {
                let exact = |key: &Key| matches!(signals.line(*key, columns), Line::Exact(_));
                assert!(keys.iter().all(exact));
                return;
            }
            for (run, query) in asked {
                let answer = query.answer(&self.context, &cancel);
                signals.take(run, query.part(), answer.map_err(|e| e.to_string()));
                assert!(signals.bytes() <= budget, "{}", signals.bytes());
            }
        }
    }

    /// Zooms, pans and chooses without plan.
    fn walk(&self, budget: usize, steps: usize) {
        const ACTIONS: [Action; 14] = [
            Action::ZoomIn,
            Action::ZoomIn,
            Action::ZoomIn,
            Action::ZoomOut,
            Action::ZoomFit,
            Action::Left,
            Action::Right,
            Action::CursorRight,
            Action::Mark,
            Action::Down,
            Action::Up,
            Action::Overlay,
            Action::AlignHere,
            Action::AlignStart,
        ];
        let mut random = rand_pcg::Pcg32::seed_from_u64(7);
        let mut signals = self.signals(budget);
        let size = (120, 60);
        for step in 0..steps {
            self.read_all(&mut signals, size, budget);
            let dice = random.next_u32() as usize;
            if dice.is_multiple_of(5) {
                let share = (dice / 64 % 1000) as i64;
                let bounds = signals.view.bounds;
                signals
                    .view
                    .go_to(bounds.start() + bounds.span() / 1000 * share);
            }
            if step == steps / 2 {
                // All channels at once.
                signals.chosen = (0..signals.channels.len()).collect();
            } else {
                let action = ACTIONS[dice / 8 % ACTIONS.len()];
                signals.update(action, size.1);
            }
        }
    }

    /// The spike of each channel is drawn at every zoom, while it is read and after.
    fn spikes(&self, budget: usize) {
        let mut signals = self.signals(budget);
        let (size, columns) = ((120, 60), signals.plot_columns(120));
        signals.chosen = (0..signals.channels.len()).collect();
        self.read_all(&mut signals, size, budget);
        let channel = signals.drawn(size.1).into_iter().next().unwrap();
        let key = Key { run: 0, channel };
        let name = signals.channels[channel].name.clone();
        let own = self.details[0]
            .columns
            .iter()
            .position(|c| *c == name)
            .unwrap()
            - 1;
        let spike = self.whole[&(0, name)].times()[33_333 + own];
        signals.view.go_to(spike - signals.origin(0));
        let highest = |signals: &Signals| match signals.line(key, columns) {
            Line::Exact(line) | Line::Coarse(line) => line.extent().map(|e| e.1),
            _ => None,
        };
        for _ in 0..24 {
            assert_eq!(highest(&signals), Some(SPIKE));
            self.read_all(&mut signals, size, budget);
            assert_eq!(highest(&signals), Some(SPIKE));
            signals.update(Action::ZoomIn, size.1);
        }
    }
}

#[test]
fn all_channels_of_a_long_run_stay_within_a_small_budget() {
    let run = Runs::new(1);
    // Its overview alone takes 1.3 MB; all rows of its channels would take five times as much.
    for budget in [2 << 20, 3 << 20] {
        run.walk(budget, 120);
        run.spikes(budget);
    }
}

#[test]
fn six_long_runs_stay_within_a_small_budget() {
    let runs = Runs::new(6);
    runs.walk(12 << 20, 60);
    runs.spikes(12 << 20);
}
