//! Which demo logs there are.

use rand_core::Rng;

use super::{Options, signal};
use crate::time::SECOND;

/// 2022-11-23T20:40:00Z: where the first log begins.
pub(super) const BEGIN: i64 = 1_669_236_000 * SECOND;
const HOUR: i64 = 3600 * SECOND;
/// Between the runs of a cell.
const PAUSE: i64 = 30 * SECOND;

/// Logs that differ in form or fault; further ones are like the first.
pub const DEFAULT_LOGS: usize = 22;

/// One file.
#[derive(Debug, Clone)]
pub(super) struct LogPlan {
    /// Below the data directory.
    pub path: String,
    /// How it is written.
    pub form: Form,
    /// What is in it.
    pub content: Content,
}

/// What is in a log.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// Samples.
    Rows(RowsPlan),
    /// The bytes of another log.
    Same(Box<LogPlan>),
    /// The beginning of another log.
    Truncated(Box<LogPlan>),
}

/// How a log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Parquet,
    /// Run ids in a column of doubles.
    ParquetDoubleIds,
    /// Times as timestamps, microseconds, UTC.
    ParquetTimestamps,
    Csv,
    CsvGz,
}

/// The samples of a log.
#[derive(Debug, Clone)]
pub(super) struct RowsPlan {
    pub seed: u128,
    pub runs: Vec<RunPlan>,
    pub order: Order,
    /// Whether the log has the column that names the cell.
    pub with_cell: bool,
}

/// The order of a log's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// As the samples arrived.
    Time,
    /// One channel after the other, as an export from a database gives them.
    Channel,
}

/// One run.
#[derive(Debug, Clone)]
pub(super) struct RunPlan {
    pub id: u64,
    pub cell: i64,
    pub start_us: i64,
    pub seconds: f64,
    /// Robot 2 supports the sheet from behind; it is not always there.
    pub both_robots: bool,
    pub fault: Option<Fault>,
    /// Grows with a machine's age: forces creep up.
    pub wear: f64,
}

/// What is wrong with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The only force is the first robot's first.
    OnlyOneForce,
    /// No force at all.
    NoForces,
    /// The second robot lacks its third axis.
    NoThirdAxis,
    /// The second robot's second axis stands still after a third of the run.
    FrozenAxis,
    /// The first robot's third force begins after a third of the run.
    LateChannel,
    /// The first robot's third axis has no samples for a tenth of the run.
    Gap,
    /// Rows of every reason that a ledger knows.
    BadRows,
    /// All rows name a robot that does not exist.
    NothingToKeep,
    /// The force of the first robot falls within a layer, as a tear lets it.
    Tear,
    /// The force of the first robot falls from layer to layer.
    FallingForce,
}

/// The first `options.logs` logs.
pub(super) fn logs(options: &Options) -> impl Iterator<Item = LogPlan> {
    let options = options.clone();
    (0..options.logs).map(move |n| log(n, &options))
}

/// The `n`-th log.
fn log(n: usize, options: &Options) -> LogPlan {
    use Fault as F;
    let parquet = Form::Parquet;
    let make = Maker { n, options };
    match n {
        0 => make.ordinary(1, 0, parquet, Order::Time),
        1 => make.ordinary(1, 1, parquet, Order::Channel),
        2 => make.ordinary(2, 0, Form::ParquetTimestamps, Order::Channel),
        3 => make.ordinary(2, 1, Form::Csv, Order::Time),
        4 => {
            let mut log = make.ordinary(3, 0, Form::CsvGz, Order::Time);
            if let Content::Rows(rows) = &mut log.content {
                rows.with_cell = false;
            }
            log
        }
        5 => make.line(),
        6 => make.faulty("only-fx_1", parquet, &[Some(F::OnlyOneForce), None]),
        7 => make.faulty("no-forces", parquet, &[Some(F::NoForces), None]),
        8 => make.faulty("no-z_2", parquet, &[Some(F::NoThirdAxis), None]),
        9 => make.faulty("frozen-y_2", parquet, &[Some(F::FrozenAxis), None]),
        10 => {
            let mut log = make.faulty("run-ids-above-2-63", parquet, &[None, None]);
            each_run(&mut log, |run| run.id |= 1 << 63);
            log
        }
        11 => make.faulty("run-ids-as-doubles", Form::ParquetDoubleIds, &[None, None]),
        12 => make.faulty("late-channel", parquet, &[Some(F::LateChannel)]),
        13 => make.faulty("gap", parquet, &[Some(F::Gap)]),
        14 => make.faulty("bad-rows", parquet, &[Some(F::BadRows), None]),
        15 => make.faulty("bad-rows", Form::Csv, &[Some(F::BadRows)]),
        16 => make.faulty(
            "one-run-fails",
            parquet,
            &[None, Some(F::NothingToKeep), None],
        ),
        17 => LogPlan {
            path: "faults/truncated.parquet".into(),
            form: parquet,
            content: Content::Truncated(Box::new(make.faulty("whole", parquet, &[None]))),
        },
        18 => LogPlan {
            path: "faults/same-as-another.parquet".into(),
            form: parquet,
            content: Content::Same(Box::new(log(0, options))),
        },
        19 => make.ordinary(1, 2, parquet, Order::Channel),
        20 => make.faulty("tear", parquet, &[Some(F::Tear)]),
        21 => {
            let mut log = make.faulty("falling-force", parquet, &[Some(F::FallingForce)]);
            // Ten layers that are about as long as each other.
            each_run(&mut log, |run| run.seconds = run.seconds.max(60.0));
            log
        }
        // Six logs a cell, so that any number of them stays easy to look through.
        _ => {
            let more = n - DEFAULT_LOGS;
            let (cell, hour) = (4 + more / 6, more % 6);
            make.ordinary(
                i64::try_from(cell).unwrap_or(4),
                hour as i64,
                parquet,
                Order::Time,
            )
        }
    }
}

fn each_run(log: &mut LogPlan, change: impl FnMut(&mut RunPlan)) {
    if let Content::Rows(rows) = &mut log.content {
        rows.runs.iter_mut().for_each(change);
    }
}

struct Maker<'a> {
    n: usize,
    options: &'a Options,
}

impl Maker<'_> {
    fn seed(&self) -> u128 {
        u128::from(self.options.seed) << 64 | self.n as u128
    }

    fn run_us(&self) -> i64 {
        (self.options.run_seconds * SECOND as f64) as i64
    }

    /// Four parts formed one after the other. Robot 2 helps with the first: a
    /// full-size log has 1.6 million rows, as the real ones.
    fn ordinary(&self, cell: i64, hour: i64, form: Form, order: Order) -> LogPlan {
        let start = BEGIN + hour * HOUR;
        let runs = (0..4)
            .map(|i| RunPlan {
                both_robots: i == 0,
                start_us: start + i * (self.run_us() + PAUSE),
                ..self.run(i, cell, None, hour as f64)
            })
            .collect();
        let name = crate::time::format(start);
        let hour_name: String = name.chars().take(16).filter(|c| *c != ':').collect();
        self.log(
            format!("cell-{cell:02}/{hour_name}.{}", ending(form)),
            form,
            order,
            runs,
        )
    }

    /// One log for all cells of a line, each forming one part at the same time.
    fn line(&self) -> LogPlan {
        let cells = [1, 2, 10, 11];
        let runs = (0..)
            .zip(cells)
            .map(|(i, cell)| self.run(i, cell, None, 1.0))
            .collect();
        self.log(
            "line/2022-11-23T2040.parquet".into(),
            Form::Parquet,
            Order::Channel,
            runs,
        )
    }

    fn faulty(&self, name: &str, form: Form, faults: &[Option<Fault>]) -> LogPlan {
        let runs = (0..)
            .zip(faults)
            .map(|(i, fault)| RunPlan {
                start_us: BEGIN + i * (self.run_us() + PAUSE),
                ..self.run(i, 10, *fault, 0.0)
            })
            .collect();
        self.log(
            format!("faults/{name}.{}", ending(form)),
            form,
            Order::Time,
            runs,
        )
    }

    fn run(&self, i: i64, cell: i64, fault: Option<Fault>, age: f64) -> RunPlan {
        let mut random = signal::random(self.seed(), 1000 + i as u128);
        // Recorders make ids from a clock and a node: the last part never changes.
        let id = (random.next_u64() >> 1) & !0xffff | 0x11ed;
        RunPlan {
            id,
            cell,
            start_us: BEGIN,
            seconds: self.options.run_seconds,
            both_robots: true,
            fault,
            wear: 1.0 + 0.02 * age,
        }
    }

    fn log(&self, path: String, form: Form, order: Order, runs: Vec<RunPlan>) -> LogPlan {
        let rows = RowsPlan {
            seed: self.seed(),
            runs,
            order,
            with_cell: true,
        };
        LogPlan {
            path,
            form,
            content: Content::Rows(rows),
        }
    }
}

fn ending(form: Form) -> &'static str {
    match form {
        Form::Parquet | Form::ParquetDoubleIds | Form::ParquetTimestamps => "parquet",
        Form::Csv => "csv",
        Form::CsvGz => "csv.gz",
    }
}
