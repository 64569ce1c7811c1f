//! Counters of a watching mdtui as Prometheus text, for the text-file collector of a node exporter.
//!
//! The file is replaced as a whole, by a rename: a reader never sees half of it.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    cli::harvest::{report::Done, select::Selection},
    etl::{
        PIPELINE_VERSION, Result,
        catalog::LogState,
        lake::named_file::{self, Readers},
    },
};

/// What is counted, since the start of this process unless it says otherwise.
#[derive(Debug)]
pub struct Metrics {
    path: PathBuf,
    /// Logs in each state at the last scan.
    states: BTreeMap<LogState, u64>,
    has_data_dir: bool,
    outcomes: BTreeMap<&'static str, u64>,
    rows_in: u64,
    rows_kept: u64,
    rows_dropped: u64,
    bytes_in: u64,
    bytes_out: u64,
    /// Of the harvests that ended well: their number and seconds.
    harvests: u64,
    harvest_seconds: f64,
    started: f64,
    last_scan: Option<f64>,
    last_harvest: Option<f64>,
    /// Logs that wait for a worker or are being harvested.
    pub open: u64,
    /// Failed runs of the hook.
    pub hook_failures: u64,
    /// Whether the file could not be written the last time.
    has_failed: bool,
}

impl Metrics {
    /// For a file that is replaced whenever something happened; written at once, so that a place that cannot
    /// be written is an error at start.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be written.
    pub fn start(path: &Path, now: f64) -> Result<Self> {
        let metrics = Self {
            path: path.to_owned(),
            states: BTreeMap::new(),
            has_data_dir: false,
            outcomes: BTreeMap::new(),
            rows_in: 0,
            rows_kept: 0,
            rows_dropped: 0,
            bytes_in: 0,
            bytes_out: 0,
            harvests: 0,
            harvest_seconds: 0.0,
            started: now,
            last_scan: None,
            last_harvest: None,
            open: 0,
            hook_failures: 0,
            has_failed: false,
        };
        metrics.replace()?;
        Ok(metrics)
    }

    /// The data directory is there or not.
    pub fn data_dir(&mut self, is_there: bool) {
        self.has_data_dir = is_there;
    }

    /// A scan found these logs.
    pub fn scanned(&mut self, selection: &Selection, now: f64) {
        self.last_scan = Some(now);
        self.states.clear();
        for (state, n) in &selection.others {
            *self.states.entry(*state).or_default() += *n as u64;
        }
        for log in selection.logs.iter().chain(&selection.left_alone) {
            *self.states.entry(log.state).or_default() += 1;
        }
    }

    /// A log is over.
    pub fn finished(&mut self, done: &Done, now: f64) {
        *self.outcomes.entry(done.word()).or_default() += 1;
        let Some(seconds) = done.seconds else {
            return;
        };
        let add = |total: &mut u64, of_log: Option<u64>| *total += of_log.unwrap_or(0);
        add(&mut self.rows_in, done.rows_in);
        add(&mut self.rows_kept, done.rows_kept);
        add(&mut self.rows_dropped, done.rows_dropped);
        add(&mut self.bytes_in, done.bytes_in);
        add(&mut self.bytes_out, done.bytes_out);
        self.harvests += 1;
        self.harvest_seconds += seconds;
        self.last_harvest = Some(now);
    }

    /// Replaces the file. A fault is returned once, not again before it was written well.
    pub fn write(&mut self) -> Option<String> {
        match self.replace() {
            Ok(()) => {
                self.has_failed = false;
                None
            }
            Err(_) if self.has_failed => None,
            Err(e) => {
                self.has_failed = true;
                Some(format!(
                    "{e}; the metrics stay out of date until it can be written"
                ))
            }
        }
    }

    /// Others may read it: the collector is another user.
    fn replace(&self) -> Result<()> {
        named_file::replace(&self.path, self.text().as_bytes(), Readers::All)
    }

    /// The text format of Prometheus, version 0.0.4.
    fn text(&self) -> String {
        let mut out = String::new();
        let mut family = |name: &str, kind: &str, help: &str, samples: &[(String, f64)]| {
            let _ = writeln!(out, "# HELP mdtui_{name} {help}");
            let _ = writeln!(out, "# TYPE mdtui_{name} {kind}");
            for (labels, value) in samples {
                let _ = writeln!(out, "mdtui_{name}{labels} {value}");
            }
        };
        let plain = |value: f64| vec![(String::new(), value)];
        family(
            "build_info",
            "gauge",
            "The version of mdtui and of its results.",
            &[(
                format!(
                    "{{version=\"{}\",pipeline_version=\"{PIPELINE_VERSION}\"}}",
                    env!("CARGO_PKG_VERSION")
                ),
                1.0,
            )],
        );
        let states: Vec<(String, f64)> = LogState::ALL
            .iter()
            .map(|state| {
                let n = self.states.get(state).copied().unwrap_or(0);
                (format!("{{state=\"{}\"}}", state.word()), n as f64)
            })
            .collect();
        family(
            "logs",
            "gauge",
            "Logs in each state at the last scan.",
            &states,
        );
        let outcomes: Vec<(String, f64)> = Done::WORDS
            .iter()
            .map(|word| {
                let n = self.outcomes.get(word).copied().unwrap_or(0);
                (format!("{{outcome=\"{word}\"}}"), n as f64)
            })
            .collect();
        family(
            "finished_logs_total",
            "counter",
            "Finished logs, by outcome.",
            &outcomes,
        );
        let counters = [
            ("rows_in_total", "Rows read.", self.rows_in),
            ("rows_kept_total", "Rows kept.", self.rows_kept),
            (
                "rows_dropped_total",
                "Rows dropped, whatever the reason.",
                self.rows_dropped,
            ),
            (
                "read_bytes_total",
                "Bytes of the harvested logs.",
                self.bytes_in,
            ),
            ("written_bytes_total", "Bytes of results.", self.bytes_out),
            (
                "hook_failures_total",
                "Failed runs of the hook.",
                self.hook_failures,
            ),
        ];
        for (name, help, value) in counters {
            family(name, "counter", help, &plain(value as f64));
        }
        family(
            "harvest_seconds_total",
            "counter",
            "Seconds that harvests took.",
            &plain(self.harvest_seconds),
        );
        family(
            "harvests_total",
            "counter",
            "Harvests that stored results.",
            &plain(self.harvests as f64),
        );
        family(
            "open_logs",
            "gauge",
            "Logs that wait for a worker or are being harvested.",
            &plain(self.open as f64),
        );
        family(
            "data_dir_present",
            "gauge",
            "Whether the data directory is there.",
            &plain(f64::from(u8::from(self.has_data_dir))),
        );
        let times = [
            (
                "start_time_seconds",
                "When this process started to watch (Unix time).",
                Some(self.started),
            ),
            (
                "last_scan_time_seconds",
                "When the data directory was last scanned (Unix time).",
                self.last_scan,
            ),
            (
                "last_harvest_time_seconds",
                "When results were last stored (Unix time).",
                self.last_harvest,
            ),
        ];
        for (name, help, at) in times {
            let samples = at.map_or_else(Vec::new, plain);
            family(name, "gauge", help, &samples);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etl::{
        Error,
        harvest::{Outcome, Summary},
    };

    fn harvested() -> Done {
        let summary = Summary {
            runs_ok: 4,
            rows_in: 100,
            rows_kept: 90,
            rows_dropped: 10,
            bytes_in: 5,
            bytes_out: 7,
            seconds: 0.5,
            ..Summary::default()
        };
        Done::new("a".into(), Ok(Outcome::Harvested(summary)), false)
    }

    #[test]
    fn counters_add_up_and_every_word_has_a_sample() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mdtui.prom");
        let mut metrics = Metrics::start(&path, 100.0).unwrap();
        metrics.data_dir(true);
        metrics.scanned(
            &Selection {
                others: [(LogState::Harvested, 3), (LogState::Missing, 1)].into(),
                ..Selection::default()
            },
            101.0,
        );
        metrics.finished(&harvested(), 102.5);
        metrics.finished(&harvested(), 103.5);
        let failed = Done::new("b".into(), Err(Error::Log("bad".into())), false);
        metrics.finished(&failed, 104.0);
        assert_eq!(metrics.write(), None);
        let text = std::fs::read_to_string(&path).unwrap();
        for line in [
            "mdtui_logs{state=\"harvested\"} 3",
            "mdtui_logs{state=\"missing\"} 1",
            "mdtui_logs{state=\"pending\"} 0",
            "mdtui_finished_logs_total{outcome=\"harvested\"} 2",
            "mdtui_finished_logs_total{outcome=\"failed\"} 1",
            "mdtui_finished_logs_total{outcome=\"skipped\"} 0",
            "mdtui_rows_kept_total 180",
            "mdtui_harvest_seconds_total 1",
            "mdtui_data_dir_present 1",
            "mdtui_last_harvest_time_seconds 103.5",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
        // Each family: help, type, then its samples.
        for family in text.split("# HELP ").skip(1) {
            let name = family.split(' ').next().unwrap();
            let mut lines = family.lines().skip(1);
            assert!(
                lines
                    .next()
                    .unwrap()
                    .starts_with(&format!("# TYPE {name} "))
            );
            assert!(lines.all(|l| l.starts_with(name)), "{family}");
        }
        let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "a temporary file was left");
    }

    #[test]
    fn a_place_that_goes_away_is_reported_once() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("gone");
        assert!(Metrics::start(&folder.join("mdtui.prom"), 0.0).is_err());
        std::fs::create_dir(&folder).unwrap();
        let mut metrics = Metrics::start(&folder.join("mdtui.prom"), 0.0).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(metrics.write().unwrap().contains("there is no folder"));
        assert_eq!(metrics.write(), None);
        std::fs::create_dir(&folder).unwrap();
        assert_eq!(metrics.write(), None);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(metrics.write().is_some(), "a new fault is reported again");
    }
}
