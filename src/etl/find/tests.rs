use std::fs::{self, File};

use polars_arrow::array::PrimitiveArray;
use polars_parquet::write::CompressionOptions;
use proptest::prelude::*;

use super::*;
use crate::{
    catalog::fixture::{World, run, world},
    expression::Relation,
    parquet::{self, time_type, write_columns},
    run_id::RunId,
    stats::ChannelStats,
    time,
};

const START: i64 = 1_669_236_000_000_000;
const NAMES: [&str; 3] = ["fx_1", "fz_1", "Temp [°C]_left"];

type Cells = [Option<f64>; 3];

/// A run: the columns that it has, and its rows.
#[derive(Debug, Clone)]
struct Made {
    has: [bool; 3],
    rows: Vec<(i64, Cells)>,
}

impl Made {
    fn cell(&self, row: usize, column: usize) -> Option<f64> {
        self.rows[row].1[column].filter(|_| self.has[column])
    }
}

/// Writes the run's table in row groups of a few rows, and its record.
fn store(world: &mut World, log: &str, id: u128, made: &Made, samples: u64) {
    let path = format!("{log}.parquet");
    world.write(&path, log);
    let start = made.rows[0].0;
    let stop = made.rows.last().unwrap().0;
    let mut result = run(id, start);
    let stats = result.run_stats.as_mut().unwrap();
    stats.stop_time = time::format(stop);
    result.channels.clear();
    let times = made.rows.iter().map(|(time, _)| *time).collect();
    let times = PrimitiveArray::<i64>::from_vec(times).to(time_type());
    let mut columns: Vec<(&str, parquet::Cells)> = vec![("time", times.boxed())];
    for (at, name) in NAMES.iter().enumerate().filter(|(at, _)| made.has[*at]) {
        let cells: Vec<Option<f64>> = (0..made.rows.len()).map(|r| made.cell(r, at)).collect();
        let known = || cells.iter().flatten().copied();
        let channel = ChannelStats {
            count: known().count() as u64,
            min: known().reduce(f64::min),
            max: known().reduce(f64::max),
            unit: "N".into(),
            ..ChannelStats::default()
        };
        result.channels.insert((*name).into(), channel);
        let cells: PrimitiveArray<f64> = cells.into_iter().collect();
        columns.push((name, cells.boxed()));
    }
    let whole = |row: &usize| (0..3).all(|c| !made.has[c] || made.cell(*row, c).is_some());
    result.rows = made.rows.len() as u64;
    result.complete_rows = (0..made.rows.len()).filter(whole).count() as u64;
    result.samples = samples;
    let name = result.file_name.clone().unwrap();
    let folder = world.context.lake.location(log, &name);
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    let file = File::create(folder).unwrap();
    write_columns(file, &columns, CompressionOptions::Zstd(None), 5).unwrap();
    let mut record = world.record(log, &path, &[(id, start)]);
    record.run_to_result.insert(RunId(id), result);
    world.commit(&record);
}

/// By log: start and stop in microseconds, and the extreme.
type Found = Vec<(String, i64, i64, Option<f64>)>;

fn query(condition: &str) -> Query {
    Query {
        condition: condition.into(),
        ..Query::default()
    }
}

fn found(world: &World, query: &Query, skips: bool) -> Found {
    let search = Search::prepare(&world.catalog, query, skips).unwrap();
    let unreadable = Mutex::new(Vec::new());
    let stretches = search.collect(&world.context.lake, &CancelToken::new(), &|event| {
        if let Event::Unreadable(e) = event {
            unreadable.lock().unwrap().push(e.to_string());
        }
    });
    assert_eq!(unreadable.into_inner().unwrap(), Vec::<String>::new());
    let told = |s: &Stretch| {
        let log = search.target(s).unwrap().log_key.clone();
        (log, s.start_us, s.stop_us, s.extreme())
    };
    stretches.unwrap().iter().map(told).collect()
}

/// A condition, evaluated here without the code under test.
#[derive(Debug, Clone)]
enum Ask {
    Value(usize, Relation, f64),
    Columns(usize, Relation, usize),
    Null(usize),
    After(f64),
    Not(Box<Self>),
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
}

fn holds(relation: Relation, a: f64, b: f64) -> bool {
    match relation {
        Relation::Less => a < b,
        Relation::AtMost => a <= b,
        Relation::More => a > b,
        Relation::AtLeast => a >= b,
        Relation::Equal => a == b,
        Relation::Unequal => a != b,
    }
}

impl Ask {
    fn typed(&self) -> String {
        let name = |c: &usize| crate::filter::quote_name(NAMES[*c]);
        match self {
            Self::Value(c, r, n) => format!("{} {} {n}", name(c), r.text()),
            Self::Columns(a, r, b) => format!("{} {} {}", name(a), r.text(), name(b)),
            Self::Null(c) => format!("{} is null", name(c)),
            Self::After(s) => format!("time > +{s}s"),
            Self::Not(a) => format!("not ({})", a.typed()),
            Self::Both(a, b) => format!("({}) and ({})", a.typed(), b.typed()),
            Self::Either(a, b) => format!("({}) or ({})", a.typed(), b.typed()),
        }
    }

    fn of_row(&self, made: &Made, row: usize) -> Option<bool> {
        let cell = |c: &usize| made.cell(row, *c);
        match self {
            Self::Value(c, r, n) => Some(holds(*r, cell(c)?, *n)),
            Self::Columns(a, r, b) => Some(holds(*r, cell(a)?, cell(b)?)),
            Self::Null(c) => made.has[*c].then(|| cell(c).is_none()),
            Self::After(s) => {
                let since = made.rows[row].0 - made.rows[0].0;
                Some(since > (s * 1e6) as i64)
            }
            Self::Not(a) => Some(!a.of_row(made, row)?),
            Self::Both(a, b) => match (a.of_row(made, row), b.of_row(made, row)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Either(a, b) => match (a.of_row(made, row), b.of_row(made, row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }

    /// Columns in order, with what is asked of each.
    fn asked(&self, negated: bool) -> Vec<(usize, Option<char>)> {
        let way = |relation: Relation, reversed: bool| match relation {
            Relation::Less | Relation::AtMost => Some(reversed ^ negated),
            Relation::More | Relation::AtLeast => Some(!reversed ^ negated),
            _ => None,
        };
        let sign = |up: Option<bool>| Some(up.map_or('|', |up| if up { '>' } else { '<' }));
        match self {
            Self::Value(c, r, _) => vec![(*c, sign(way(*r, false)))],
            Self::Columns(a, r, b) => vec![(*a, sign(way(*r, false))), (*b, sign(way(*r, true)))],
            Self::Null(c) => vec![(*c, None)],
            Self::After(_) => Vec::new(),
            Self::Not(a) => a.asked(!negated),
            Self::Both(a, b) | Self::Either(a, b) => [a.asked(negated), b.asked(negated)].concat(),
        }
    }
}

fn brute_force(logs: &[(String, Made)], ask: &Ask, at_least_us: i64) -> Found {
    let asked = ask.asked(false);
    let first = asked.first().map(|(c, _)| *c);
    let way = asked
        .iter()
        .find_map(|(c, way)| way.filter(|_| Some(*c) == first));
    let mut all = Vec::new();
    for (log, made) in logs {
        let matching: Vec<bool> = (0..made.rows.len())
            .map(|row| ask.of_row(made, row) == Some(true))
            .collect();
        for from in 0..matching.len() {
            if !matching[from] || from > 0 && matching[from - 1] {
                continue;
            }
            let to = (from..matching.len()).find(|r| !matching[*r]);
            let stop = made.rows[to.unwrap_or(matching.len() - 1)].0;
            let rows = from..to.unwrap_or(matching.len());
            let values = rows.filter_map(|r| made.cell(r, first?));
            let extreme = match way {
                Some('<') => values.reduce(f64::min),
                Some('>') => values.reduce(f64::max),
                _ => values.reduce(|a, b| if b.abs() > a.abs() { b } else { a }),
            };
            if stop - made.rows[from].0 >= at_least_us {
                all.push((log.clone(), made.rows[from].0, stop, extreme));
            }
        }
    }
    all.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    all
}

fn asks() -> impl Strategy<Value = Ask> {
    let relation = prop::sample::select(Relation::ALL.to_vec());
    let value = (-4i32..5).prop_map(f64::from);
    let one = prop_oneof![
        4 => (0..3usize, relation.clone(), value).prop_map(|(c, r, n)| Ask::Value(c, r, n)),
        2 => (0..3usize, relation, 0..3usize).prop_map(|(a, r, b)| Ask::Columns(a, r, b)),
        1 => (0..3usize).prop_map(Ask::Null),
        1 => (0..8u32).prop_map(|s| Ask::After(f64::from(s) / 2.0)),
    ];
    one.prop_recursive(3, 8, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            inner.prop_map(|a| Ask::Not(Box::new(a))),
            two.clone()
                .prop_map(|(a, b)| Ask::Both(Box::new(a), Box::new(b))),
            two.prop_map(|(a, b)| Ask::Either(Box::new(a), Box::new(b))),
        ]
    })
}

/// A run in blocks of equal rows, so that whole row groups can be excluded.
fn runs() -> impl Strategy<Value = Made> {
    let cell = prop_oneof![1 => Just(None), 4 => (-3i32..4).prop_map(|n| Some(f64::from(n)))];
    let block = (1..9usize, prop::array::uniform3(cell), 1..400_000i64);
    let has = prop::array::uniform3(prop::bool::weighted(0.85));
    (has, prop::collection::vec(block, 1..7), 0..2_000_000i64).prop_map(|(has, blocks, offset)| {
        let mut time = START + offset;
        let mut rows = Vec::new();
        for (length, cells, step) in blocks {
            for _ in 0..length {
                rows.push((time, cells));
                time += step;
            }
        }
        Made { has, rows }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn skipping_finds_what_reading_every_row_finds(
        runs in prop::collection::vec(runs(), 1..4),
        asked in prop::collection::vec(asks(), 6),
        at_least_us in prop_oneof![Just(0i64), 0..1_500_000i64],
    ) {
        let mut world = world();
        let mut logs = Vec::new();
        for (at, made) in runs.into_iter().enumerate() {
            let log = format!("log-{at}");
            store(&mut world, &log, at as u128 + 1, &made, 1);
            logs.push((log, made));
        }
        for ask in asked {
            let known = |c: &usize| logs.iter().any(|(_, made)| made.has[*c]);
            if !ask.asked(false).iter().all(|(c, _)| known(c)) {
                continue;
            }
            let query = Query { at_least_us, ..query(&ask.typed()) };
            let wanted = brute_force(&logs, &ask, at_least_us);
            prop_assert_eq!(&found(&world, &query, false), &wanted, "{}", ask.typed());
            prop_assert_eq!(&found(&world, &query, true), &wanted, "{}", ask.typed());
        }
    }
}

/// Rows a second apart.
fn rows(values: &[Option<f64>]) -> Made {
    let row = |(at, value): (usize, &Option<f64>)| {
        (START + at as i64 * 1_000_000, [*value, *value, None])
    };
    Made {
        has: [true, true, false],
        rows: values.iter().enumerate().map(row).collect(),
    }
}

#[test]
fn tables_that_their_extremes_exclude_are_not_opened() {
    let mut world = world();
    let (low, high) = (rows(&[Some(1.0); 20]), rows(&[Some(9.0); 20]));
    store(&mut world, "low", 1, &low, 1);
    store(&mut world, "high", 2, &high, 1);
    let low = world
        .context
        .lake
        .location("low", &format!("run_{}.4f1c000000009e02.parquet", RunId(1)));
    fs::remove_file(low).unwrap();
    let search = Search::new(&world.catalog, &query("fx_1 > 8")).unwrap();
    assert_eq!((search.runs, search.targets.len()), (2, 1));
    assert_eq!(search.targets[0].log_key, "high");
    assert_eq!(
        (search.channel.as_deref(), search.unit()),
        (Some("fx_1"), "N")
    );
    assert_eq!(found(&world, &query("fx_1 > 8"), true).len(), 1);
}

#[test]
fn a_table_that_cannot_be_read_is_named_and_the_rest_goes_on() {
    let mut world = world();
    for (at, log) in ["a", "gone", "torn"].iter().enumerate() {
        store(&mut world, log, at as u128, &rows(&[Some(9.0); 20]), 1);
    }
    let file = |log: &str, id| {
        world
            .context
            .lake
            .location(log, &format!("run_{}.4f1c000000009e02.parquet", RunId(id)))
    };
    fs::remove_file(file("gone", 1)).unwrap();
    fs::write(file("torn", 2), "PAR1 and no more PAR1").unwrap();
    let search = Search::new(&world.catalog, &query("fx_1 > 8")).unwrap();
    let (stretches, errors) = (Mutex::new(0), Mutex::new(Vec::new()));
    search
        .run(
            0..3,
            &world.context.lake,
            &CancelToken::new(),
            &|event| match event {
                Event::Searched { stretches: s, .. } => *stretches.lock().unwrap() += s.len(),
                Event::Unreadable(e) => errors.lock().unwrap().push(e.to_string()),
            },
        )
        .unwrap();
    assert_eq!(stretches.into_inner().unwrap(), 1);
    let mut errors = errors.into_inner().unwrap();
    errors.sort();
    assert_eq!(errors.len(), 2);
    for (error, log) in errors.iter().zip(["gone/run_", "torn/run_"]) {
        assert!(error.contains(log), "{errors:?}");
    }
}

#[test]
fn of_a_run_in_several_logs_the_copy_with_the_most_samples_is_searched() {
    let mut world = world();
    let made = rows(&[Some(9.0); 3]);
    for (log, samples) in [("c", 5), ("b", 7), ("a", 6), ("d", 7)] {
        store(&mut world, log, 1, &made, samples);
    }
    let logs = |query: &Query| -> Vec<String> {
        let found = found(&world, query, true);
        found.into_iter().map(|(log, ..)| log).collect()
    };
    assert_eq!(logs(&query("fx_1 > 8")), ["b"]);
    let filter = Filter::parse("log:c or log:a").unwrap();
    let of_two = Query {
        filter,
        ..query("fx_1 > 8")
    };
    assert_eq!(logs(&of_two), ["a"], "of the copies that pass the filter");
}

#[test]
fn a_column_that_no_run_has_is_refused_with_a_suggestion() {
    let mut world = world();
    let refused = |world: &World, condition: &str| {
        Search::new(&world.catalog, &query(condition))
            .unwrap_err()
            .to_string()
    };
    // Nothing is known yet, and nothing can be found.
    assert!(
        Search::new(&world.catalog, &query("fx_1 < 3"))
            .unwrap()
            .targets
            .is_empty()
    );
    assert!(refused(&world, "fx_1 <").contains("expected a value"));
    store(&mut world, "a", 1, &rows(&[Some(1.0)]), 1);
    assert_eq!(
        refused(&world, "fx_9 < 3"),
        "the condition: unknown column `fx_9` at character 1, did you mean fx_1? \
         The columns are time, fx_1, fz_1"
    );
    assert!(refused(&world, "fx_1 < fy_1").contains("unknown column `fy_1` at character 8"));
    assert!(refused(&world, " ").contains("the condition is empty"));
    assert!(refused(&world, "time > noon").contains("`noon` at character 8 is not a time"));
}

#[test]
fn a_stretch_ends_at_the_first_row_that_does_not_match() {
    let mut world = world();
    let (x, y) = (Some(9.0), Some(1.0));
    // Row groups of five: the second is excluded by its statistics, the last stretch is open.
    let values = [y, y, x, x, x, y, y, y, y, y, None, x, y, x, x];
    store(&mut world, "a", 1, &rows(&values), 1);
    let name = format!("run_{}.4f1c000000009e02.parquet", RunId(1));
    let table = world.context.lake.open_table("a", &name).unwrap();
    assert_eq!(table.groups().count(), 3);
    let at = |s: i64| START + s * 1_000_000;
    let all = vec![
        ("a".to_owned(), at(2), at(5), x),
        ("a".to_owned(), at(11), at(12), x),
        ("a".to_owned(), at(13), at(14), x),
    ];
    assert_eq!(found(&world, &query("fx_1 > 8"), true), all);
    let long = Query {
        at_least_us: 1_000_001,
        ..query("fx_1 > 8")
    };
    assert_eq!(found(&world, &long, true), all[..1]);
    let nulls = found(&world, &query("fx_1 is null"), true);
    assert_eq!(nulls, [("a".to_owned(), at(10), at(11), None)]);
    let times = Search::new(&world.catalog, &query("time > +3s")).unwrap();
    assert_eq!(times.channel, None);
}

#[test]
fn a_cancelled_search_ends() {
    let mut world = world();
    store(&mut world, "a", 1, &rows(&[Some(1.0); 30]), 1);
    let search = Search::new(&world.catalog, &query("fx_1 > 0")).unwrap();
    let cancel = CancelToken::new();
    cancel.cancel();
    let done = search.run(0..1, &world.context.lake, &cancel, &|_| {});
    assert!(matches!(done, Err(Error::Cancelled)));
}
