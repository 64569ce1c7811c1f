//! `record.json`: everything about one log's harvest; replacing it is the commit.

mod parse;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    io::{self, BufWriter, Write},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{
    clean::Ledger,
    profile::Profile,
    quality::{Flag, NotEvaluated, Verdict},
    run_id::RunId,
    stats::{ChannelStats, RobotStats, RunStats, Sparkline},
};

/// Version of the record's shape. A reader refuses newer ones and understands older ones:
/// version 1 had `machines` in the place of `robots`, other names of their figures, no `peak`
/// of a channel, and null in the place of a failed run's `file_name` and `run_stats`; version 2
/// had no `state` of a robot, and `rest_mm` and `rest_s` among the profile's `quality`; version 3
/// had no state of a robot that moved, and none of the figures after `force_samples`.
pub const RECORD_VERSION: u32 = 4;

/// How the text of a record ends before its hash stands in it.
const OPEN: &[u8] = b"\"record_hash\": null\n}\n";

/// How the text of a record ends with its hash.
fn closed(hash: &[u8]) -> Vec<u8> {
    [b"\"record_hash\": \"", hash, b"\"\n}\n"].concat()
}

/// Whether the text of a record is the one that [`Record::seal`] made: not a bit of it may
/// be another.
pub fn is_sealed(text: &[u8]) -> bool {
    const DIGITS: usize = 64;
    let Some(at) = text.len().checked_sub(closed(&[b'0'; DIGITS]).len()) else {
        return false;
    };
    let (body, end) = text.split_at(at);
    let mut hasher = blake3::Hasher::new();
    let hash = hasher.update(body).update(OPEN).finalize().to_hex();
    end == closed(hash.as_bytes())
}

/// Passes a record's text on, all but its end, which gets the hash of the whole.
struct Sealing<W> {
    out: W,
    hasher: blake3::Hasher,
    /// The last bytes so far: as many as [`OPEN`] has, at most.
    end: Vec<u8>,
}

impl<W: Write> Sealing<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            hasher: blake3::Hasher::new(),
            end: Vec::new(),
        }
    }

    fn close(mut self) -> io::Result<()> {
        let hash = self.hasher.finalize().to_hex();
        if self.end == OPEN {
            self.end = closed(hash.as_bytes());
        }
        self.out.write_all(&self.end)?;
        self.out.flush()
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.hasher.update(text);
        self.end.extend_from_slice(text);
        let done = self.end.len().saturating_sub(OPEN.len());
        self.out
            .write_all(self.end.get(..done).unwrap_or_default())?;
        self.end.drain(..done);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// One log's record. The first four keys are those of the reference reader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The log key.
    pub source_file: String,
    /// Why no run of this log could be harvested; `null` when it could.
    pub error: Option<String>,
    /// How many runs failed and succeeded.
    pub file_stats: FileStats,
    /// Per run UUID: its result.
    pub run_to_result: BTreeMap<RunId, RunResult>,
    /// See [`RECORD_VERSION`].
    pub record_version: u32,
    /// See [`crate::PIPELINE_VERSION`].
    pub pipeline_version: u32,
    /// The program that wrote it: `mdtui 0.1.0`.
    pub program: String,
    /// Content under rules; part of the names of this record's files. `null` when
    /// the log failed before its content was known.
    pub fingerprint: Option<String>,
    /// [`Profile::rules`] of the harvest.
    pub rules: String,
    /// When the harvest was committed (UTC text).
    pub harvested_at: String,
    /// When this content was first harvested under this key (UTC text).
    pub first_harvested_at: String,
    /// How long the harvest took, in seconds.
    pub seconds: f64,
    /// The whole profile.
    #[serde(serialize_with = "parse::to_text", deserialize_with = "parse::profile")]
    pub profile: Arc<Profile>,
    /// The log as it was.
    pub source: SourceInfo,
    /// Every row of the log.
    pub ledger: Ledger,
    /// The rejected rows' file, when there are any.
    pub rejected_file: Option<String>,
    /// See [`Verdict::of_runs`].
    pub verdict: Verdict,
    /// BLAKE3 of that file, hexadecimal; `null` when there is none.
    #[serde(default)]
    pub rejected_hash: Option<String>,
    /// Bytes of that file.
    #[serde(default)]
    pub rejected_size: u64,
    /// A failed attempt after this record was made.
    pub last_attempt: Option<Attempt>,
    /// How many worker processes in a row crashed on the log as it was at that attempt.
    #[serde(default, alias = "deaths")]
    pub worker_crashes: u32,
    /// BLAKE3 of this record's text as it is with `null` here: see [`seal`].
    #[serde(default)]
    pub record_hash: Option<String>,
    /// Whether the text that was read has another hash than it names.
    #[serde(skip)]
    pub damaged: bool,
}

/// Counts of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileStats {
    /// Runs that failed.
    pub run_error_count: u32,
    /// Runs that were stored.
    pub run_success_count: u32,
    /// Both.
    pub run_total_count: u32,
}

/// The log as it was when it was harvested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Below the data directory, as harmless text.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Modification time (UTC text, to the microsecond).
    pub mtime: String,
    /// Modification time in nanoseconds since 1970: what is compared.
    pub mtime_ns: i64,
    /// Inode, to suspect a renamed log.
    pub inode: u64,
    /// BLAKE3 of the whole file, hexadecimal; `null` when it could not be read.
    pub content_hash: Option<String>,
    /// Rows in the log; `null` when it could not be read.
    pub rows: Option<u64>,
}

/// An attempt that failed while an earlier record stayed good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// When (UTC text).
    pub at: String,
    /// Why it failed.
    pub error: String,
    /// True when trying again without changing the log is useless.
    #[serde(alias = "lasting")]
    pub permanent: bool,
    /// The log's size at that time.
    pub size: u64,
    /// The log's modification time at that time, in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// [`Profile::rules`] of the attempt.
    pub rules: String,
}

/// The result of one run of a log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunResult {
    /// The run's UUID.
    pub run_uuid: RunId,
    /// Why it could not be processed; `null` when it could.
    pub error: Option<String>,
    /// Its table, beside this record; [`crate::source::reserved::FAILED_RUN`] when it failed (`null` in
    /// records of version 1).
    pub file_name: Option<String>,
    /// Statistics of the run; [`RunStats::of_no_rows`] when it failed (`null` in records of
    /// version 1).
    pub run_stats: Option<RunStats>,
    /// The rows that bear this run's id.
    pub ledger: Ledger,
    /// Per column of the table except `time`: its statistics.
    pub channels: BTreeMap<String, ChannelStats>,
    /// Flags, the worst first.
    pub quality: Vec<Flag>,
    /// The worst of the flags; without any `pass`, if a channel could be evaluated.
    pub verdict: Verdict,
    /// The same for each of `channels`; what is derived is no better than its source.
    #[serde(default)]
    pub channel_verdicts: BTreeMap<String, Verdict>,
    /// Checks that could not be made, and why.
    #[serde(default)]
    pub not_evaluated: Vec<NotEvaluated>,
    /// Rows of the table.
    pub rows: u64,
    /// Rows of the table in which no column is null.
    pub complete_rows: u64,
    /// Kept samples.
    pub samples: u64,
    /// Which cell: from the log, else from the folder, else `null`.
    pub cell_id: Option<String>,
    /// All cells that the run's kept rows name, in order of appearance; more than
    /// one is worth a look.
    pub cells_seen: Vec<String>,
    /// The log stored this id as a double above 2^53: neighbours may be merged in it.
    pub source_lost_precision: bool,
    /// Per robot: its figures.
    #[serde(alias = "machines")]
    pub robots: BTreeMap<String, RobotStats>,
    /// A picture of the run for lists; `null` when it failed.
    pub sparkline: Option<Sparkline>,
    /// BLAKE3 of that file, hexadecimal; `null` where there is none.
    pub file_hash: Option<String>,
    /// Bytes of that file.
    pub file_size: u64,
}

impl Record {
    /// The record of an attempt at log `key` at the time `at` (UTC text): without runs and
    /// rows, made by this program under the rules of `profile`.
    pub fn new(key: &str, profile: &Arc<Profile>, source: SourceInfo, at: String) -> Self {
        let hash = source.content_hash.as_deref();
        let rules = Profile::rules_of(profile);
        Self {
            source_file: key.to_owned(),
            error: None,
            file_stats: FileStats::default(),
            run_to_result: BTreeMap::new(),
            record_version: RECORD_VERSION,
            pipeline_version: crate::PIPELINE_VERSION,
            program: format!("mdtui {}", env!("CARGO_PKG_VERSION")),
            fingerprint: hash.map(|hash| Profile::fingerprint(&rules, hash)),
            rules,
            first_harvested_at: at.clone(),
            harvested_at: at,
            seconds: 0.0,
            profile: profile.clone(),
            source,
            ledger: Ledger::default(),
            rejected_file: None,
            verdict: Verdict::NotEvaluated,
            rejected_hash: None,
            rejected_size: 0,
            last_attempt: None,
            worker_crashes: 0,
            record_hash: None,
            damaged: false,
        }
    }

    /// Writes the record's text with its own hash in it; the record of a log with a thousand
    /// runs has many megabytes, so it is never in memory as a whole.
    ///
    /// # Errors
    /// Those of `out`, and when it cannot be written as JSON.
    pub fn seal(&self, out: impl Write) -> io::Result<()> {
        /// Bytes that are hashed and written at once.
        const CHUNK: usize = 1 << 16;
        // What is written has the shape of now, whatever version was read.
        let open = match (&self.record_hash, self.record_version) {
            (None, RECORD_VERSION) => Cow::Borrowed(self),
            _ => Cow::Owned(Self {
                record_hash: None,
                record_version: RECORD_VERSION,
                ..self.clone()
            }),
        };
        let mut text = BufWriter::with_capacity(CHUNK, Sealing::new(out));
        serde_json::to_writer_pretty(&mut text, &*open)?;
        text.write_all(b"\n")?;
        text.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .close()
    }

    /// Names of the files beside the record that it stands for, each once.
    pub fn files(&self) -> BTreeSet<&str> {
        self.run_to_result
            .values()
            .filter_map(|r| r.file_name.as_deref())
            .chain(self.rejected_file.as_deref())
            .collect()
    }

    /// Whether an older program wrote it, or made its results.
    pub fn is_old(&self) -> bool {
        self.record_version < RECORD_VERSION || self.pipeline_version < crate::PIPELINE_VERSION
    }

    /// First start and last stop over the stored runs, in microseconds.
    pub fn span(&self) -> Option<(i64, i64)> {
        let stats = self
            .run_to_result
            .values()
            .filter(|r| r.error.is_none())
            .filter_map(|r| r.run_stats.as_ref());
        let parse = |t: &str| crate::time::parse(t.as_bytes());
        let mut span: Option<(i64, i64)> = None;
        for s in stats {
            if let (Some(a), Some(b)) = (parse(&s.start_time), parse(&s.stop_time)) {
                span = Some(span.map_or((a, b), |(x, y)| (x.min(a), y.max(b))));
            }
        }
        span
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog::fixture::world, text};

    #[test]
    fn every_flipped_bit_of_a_record_is_noticed() {
        let world = world();
        world.write("a.parquet", "a");
        let record = world.record("a", "a.parquet", &[(7, 0)]);
        let sealed = |record: &Record| {
            let mut text = Vec::new();
            record.seal(&mut text).unwrap();
            text
        };
        let text = sealed(&record);
        assert!(is_sealed(&text));
        let read = Record::parse(&text, "a").unwrap();
        assert!(!read.damaged && read.record_hash.is_some());
        assert_eq!(sealed(&read), text, "sealing is no change");
        for at in 0..text.len() {
            let mut flipped = text.clone();
            flipped[at] ^= 1 << (at % 8);
            assert!(!is_sealed(&flipped), "byte {at}");
        }
        assert!(!is_sealed(&text[..text.len() - 1]) && !is_sealed(b""));
    }

    /// Keys of a robot's figures before version 3.
    const BEFORE_3: [&str; 7] = [
        "distance_mm",
        "speed_peak",
        "speed_max",
        "force_peak",
        "force_max",
        "force_mean",
        "force_samples",
    ];

    /// The text of a record as version 1 had it.
    fn version_1(record: &Record) -> serde_json::Value {
        let mut text = serde_json::to_value(record).unwrap();
        text["record_version"] = 1.into();
        text["pipeline_version"] = 2.into();
        let insight = text["profile"].as_object_mut().unwrap().remove("insight");
        for (key, value) in insight.unwrap().as_object().unwrap() {
            text["profile"]["quality"][key] = value.clone();
        }
        for run in text["run_to_result"].as_object_mut().unwrap().values_mut() {
            let run = run.as_object_mut().unwrap();
            if !run["error"].is_null() {
                run["file_name"] = serde_json::Value::Null;
                run["run_stats"] = serde_json::Value::Null;
            }
            for channel in run["channels"].as_object_mut().unwrap().values_mut() {
                channel.as_object_mut().unwrap().remove("peak");
            }
            let mut robots = run.remove("robots").unwrap();
            for stats in robots.as_object_mut().unwrap().values_mut() {
                let stats = stats.as_object_mut().unwrap();
                stats.retain(|key, _| BEFORE_3.contains(&key.as_str()));
                for (new, old) in [
                    ("speed_peak", "top_speed_p999"),
                    ("speed_max", "top_speed_max"),
                    ("force_peak", "peak_force_p999"),
                    ("force_max", "peak_force_max"),
                    ("force_mean", "mean_force"),
                ] {
                    let value = stats.remove(new).unwrap();
                    stats.insert(old.to_owned(), value);
                }
            }
            run.insert("machines".to_owned(), robots);
        }
        text
    }

    #[test]
    fn a_record_of_version_1_is_read_and_written_as_this_version() {
        let world = world();
        world.write("a.parquet", "a");
        let mut record = world.record("a", "a.parquet", &[(7, 0), (9, 0)]);
        let robot = &mut record.run_to_result.get_mut(&RunId(7)).unwrap().robots;
        let robot = robot.get_mut("1").unwrap();
        (robot.speed_peak, robot.speed_max) = (Some(1.0), Some(2.0));
        (robot.force_peak, robot.force_max) = (Some(3.0), Some(4.0));
        for run in record.run_to_result.values_mut() {
            for channel in run.channels.values_mut() {
                channel.peak = None;
            }
            for robot in run.robots.values_mut() {
                *robot = RobotStats {
                    state: None,
                    forming: Default::default(),
                    layers: Vec::new(),
                    ..robot.clone()
                };
            }
        }
        let failed = record.run_to_result.get_mut(&RunId(9)).unwrap();
        failed.error = Some("none of its rows could be kept".into());

        let old = serde_json::to_vec(&version_1(&record)).unwrap();
        let read = Record::parse(&old, "a").unwrap();
        assert!(read.is_old() && read.record_version == 1);
        assert_eq!(read.profile, record.profile);
        for (run, new) in &record.run_to_result {
            let old = &read.run_to_result[run];
            assert_eq!((&old.robots, &old.channels), (&new.robots, &new.channels));
        }
        let failed = &read.run_to_result[&RunId(9)];
        assert_eq!((&failed.file_name, &failed.run_stats), (&None, &None));

        let mut text = Vec::new();
        read.seal(&mut text).unwrap();
        let written = Record::parse(&text, "a").unwrap();
        assert_eq!(
            (written.record_version, written.damaged),
            (RECORD_VERSION, false)
        );
        assert!(written.is_old(), "its results are of an older pipeline");
        assert!(!record.is_old());
    }

    #[test]
    fn text_of_other_writers_is_harmless_wherever_it_stands() {
        let world = world();
        world.write("a.parquet", "a");
        let mut record = world.record("a", "a.parquet", &[(7, 0)]);
        let steering = "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\n";
        let shown = "\\u{1b}]0;x\\u{7}\\u{9b}2J\\u{202e}\\n";
        record.error = Some(steering.into());
        Arc::make_mut(&mut record.profile).name = steering.into();
        let run = record.run_to_result.get_mut(&RunId(7)).unwrap();
        run.cell_id = Some(steering.into());
        let channel = run.channels.values().next().unwrap().clone();
        run.channels.insert(steering.into(), channel);
        let mut text = Vec::new();
        record.seal(&mut text).unwrap();
        let read = Record::parse(&text, "a").unwrap();
        assert!(!read.damaged);
        assert_eq!(read.error.as_deref(), Some(shown));
        assert_eq!(read.profile.name, shown);
        let run = &read.run_to_result[&RunId(7)];
        assert_eq!(run.cell_id.as_deref(), Some(shown));
        assert!(run.channels.contains_key(shown));
        // Nowhere else, either, and the rest stays as it was.
        let expected = text::visible(&String::from_utf8(text).unwrap().replace('\n', " "));
        assert!(!expected.contains(text::is_unsafe));
        let again = serde_json::to_string(&read).unwrap();
        assert!(!again.contains("\\u00"), "{again}");

        let error = Record::parse(
            b"{\"error\": \"\\u001b[2J\", \"file_stats\": \"\\u001b\"}",
            "a",
        );
        assert!(!error.unwrap_err().to_string().contains('\u{1b}'));
    }

    #[test]
    fn a_run_without_a_table_and_without_an_error_is_refused() {
        let world = world();
        world.write("a.parquet", "a");
        let mut record = world.record("a", "a.parquet", &[(7, 0)]);
        record.run_to_result.get_mut(&RunId(7)).unwrap().file_name = None;
        let error = Record::parse(&serde_json::to_vec(&record).unwrap(), "a").unwrap_err();
        let sentence =
            "a is not a record of mdtui: run 00000000-0000-0000-0000-000000000007 has no error";
        assert!(error.to_string().starts_with(sentence), "{error}");
    }
}
