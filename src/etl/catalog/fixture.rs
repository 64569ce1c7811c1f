//! Data directories and records for the catalog's tests.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use super::{Catalog, HarvestRow, LogRow};
use crate::{
    base::CancelToken,
    clean::{Ledger, Reason},
    lake::{
        Context, Lake, Record,
        record::{FileStats, RunResult, SourceInfo},
    },
    profile::Profile,
    quality::{Flag, NotEvaluated, Severity, Verdict},
    run_id::RunId,
    source::scan,
    stats::{
        CHANNEL_STATISTICS, ChannelStats, Forming, Layer, RobotState, RobotStats, RunStats, Slot,
        Sparkline,
    },
    time,
};

/// A data directory, a lake and a catalog that are gone with their value.
pub struct World {
    _dir: tempfile::TempDir,
    pub context: Context,
    pub catalog: Catalog,
}

pub fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    fs::create_dir(&data_dir).unwrap();
    let context = Context {
        data_dir,
        links: crate::source::scan::Links::default(),
        lake: Lake::new(dir.path().join("cache")),
        profile: Arc::new(Profile::built_in().unwrap()),
    };
    let catalog = Catalog::open(&context.lake).unwrap();
    World {
        _dir: dir,
        context,
        catalog,
    }
}

impl World {
    pub fn file(&self, path: &str) -> PathBuf {
        self.context.data_dir.join(path)
    }

    /// Writes a file with a whole Parquet footer if it is named so.
    pub fn write(&self, path: &str, content: &str) {
        let file = self.file(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let bytes = if path.ends_with(".parquet") {
            format!("PAR1{content}FOOT\u{4}\0\0\0PAR1")
        } else {
            content.to_owned()
        };
        fs::write(file, bytes).unwrap();
    }

    pub fn refresh(&mut self) -> super::Refresh {
        self.catalog
            .refresh(&self.context, &CancelToken::new())
            .unwrap()
    }

    pub fn log(&self, key: &str) -> LogRow {
        self.catalog
            .log(key)
            .unwrap()
            .unwrap_or_else(|| panic!("no log {key}"))
    }

    /// The record that a harvest of the log `key` at `path` would leave.
    pub fn record(&self, key: &str, path: &str, runs: &[(u128, i64)]) -> Record {
        let meta = fs::metadata(self.file(path)).unwrap();
        let found = scan::stat_log(
            &self.context.data_dir,
            self.context.lake.root(),
            self.context.links,
            path.as_bytes(),
        )
        .unwrap();
        let hash = blake3::hash(&fs::read(self.file(path)).unwrap())
            .to_hex()
            .to_string();
        let source = SourceInfo {
            path: path.into(),
            size: meta.len(),
            mtime: time::format(found.mtime_ns / 1000),
            mtime_ns: found.mtime_ns,
            inode: found.inode,
            content_hash: Some(hash),
            rows: Some(100),
        };
        let at = time::format(1_700_000_000_000_000);
        Record {
            file_stats: FileStats {
                run_error_count: 0,
                run_success_count: runs.len() as u32,
                run_total_count: runs.len() as u32,
            },
            run_to_result: runs
                .iter()
                .map(|(id, start)| (RunId(*id), run(*id, *start)))
                .collect(),
            seconds: 0.25,
            ledger: ledger(),
            ..Record::new(key, &self.context.profile, source, at)
        }
    }

    /// Writes the record to the lake and takes it into the catalog, as a harvest does.
    pub fn commit(&mut self, record: &Record) {
        let key = record.source_file.clone();
        let path = self.context.lake.record_location(&key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, serde_json::to_vec(record).unwrap()).unwrap();
        self.catalog
            .store_record(&self.context, &key, record, Some(&outcome(&key)))
            .unwrap();
    }

    pub fn harvest(&mut self, key: &str, path: &str, runs: &[(u128, i64)]) {
        let record = self.record(key, path, runs);
        self.commit(&record);
    }
}

pub fn outcome(key: &str) -> HarvestRow {
    HarvestRow {
        key: key.into(),
        at_us: 1_700_000_000_000_000,
        seconds: 0.25,
        outcome: "harvested".into(),
        message: "100 rows".into(),
    }
}

fn ledger() -> Ledger {
    let mut ledger = Ledger {
        rows_in: 100,
        rows_kept: 97,
        ..Ledger::default()
    };
    ledger.drop_rows(Reason::InvalidTime, 2);
    ledger.drop_rows(Reason::Duplicate, 1);
    ledger
}

/// A run whose figures have no short decimal form: nothing may be lost on the way.
pub fn run(id: u128, start_us: i64) -> RunResult {
    let odd = 0.1 + 0.2 + id as f64 / 3.0;
    let mut channel = ChannelStats {
        unit: "mm".into(),
        ..ChannelStats::default()
    };
    // A value of its own for each, so that none can take the place of another.
    for (at, statistic) in (1..).zip(CHANNEL_STATISTICS) {
        match (statistic.slot)(&mut channel) {
            Slot::Count(count) => *count = 60,
            Slot::Number(number) => *number = Some(odd / f64::from(at)),
            Slot::Time(text) => *text = Some(time::format(start_us + i64::from(at))),
        }
    }
    (channel.std, channel.rms) = (Some(f64::MIN_POSITIVE), None);
    let machine = RobotStats {
        state: Some(match id % 8 {
            0 => RobotState::Parked,
            _ => RobotState::Contact,
        }),
        distance_mm: Some(odd),
        speed_max: Some(id as f64),
        force_mean: Some(10.0 * id as f64),
        force_samples: id as u64,
        forming: Forming {
            force_median_n: Some(odd),
            ..Forming::default()
        },
        layers: vec![Layer {
            z_mm: -odd,
            ..Layer::default()
        }],
        ..RobotStats::default()
    };
    RunResult {
        run_uuid: RunId(id),
        error: None,
        file_name: Some(format!("run_{}.4f1c000000009e02.parquet", RunId(id))),
        run_stats: Some(RunStats {
            available_channels: vec!["time".into(), "x_1".into(), "vx_1".into()],
            start_time: time::format(start_us),
            stop_time: time::format(start_us + 60_000_000),
            total_distance_mm: BTreeMap::from([("1".into(), odd)]),
            total_runtime_seconds: 60.0,
        }),
        ledger: ledger(),
        channels: BTreeMap::from([("x_1".into(), channel)]),
        quality: vec![Flag {
            rule: "gap".into(),
            severity: Severity::Fail,
            channel: Some("x_1".into()),
            start_time: None,
            stop_time: None,
            value: Some(odd),
            threshold: None,
            unit: "s".into(),
            message: "a gap".into(),
        }],
        verdict: Verdict::Suspect,
        channel_verdicts: BTreeMap::from([("x_1".into(), Verdict::Fail)]),
        not_evaluated: vec![NotEvaluated {
            rules: vec!["spike".into()],
            channels: vec!["x_1".into()],
            reason: "too few".into(),
        }],
        rows: 60,
        complete_rows: 50,
        samples: 97,
        cell_id: Some("10".into()),
        cells_seen: vec!["10".into()],
        source_lost_precision: true,
        robots: BTreeMap::from([("1".into(), machine)]),
        sparkline: Some(Sparkline {
            channel: "x_1".into(),
            values: vec![Some(odd), None, Some(-0.0)],
        }),
        file_hash: Some("ab".into()),
        file_size: 10,
    }
}
