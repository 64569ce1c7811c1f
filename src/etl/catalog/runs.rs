//! Runs, from SQL alone.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};

use super::{
    Catalog, Distances, Picture, RobotStates, RunDetail, RunFields, RunRow, align_robots,
    entry::{count, unsigned},
    notes,
    rows::layout_of,
    run_row::RunRows,
    statistics,
    store::run_key,
};
use crate::{
    Result,
    quality::{Flag, Severity, Verdict},
    run_id::RunId,
    stats::{ChannelStats, Forming, RobotState, RobotStats},
};

const COLUMNS: &str = "l.key, r.run, r.cell_id, r.error, r.start_us, r.stop_us, r.runtime_s, r.distance_mm, \
    r.rows, r.samples, r.complete_rows, r.channels, r.verdict, r.flags, r.file_name, r.spark_channel, \
    r.spark, r.disposition, r.note, r.states";

/// What follows upon [`COLUMNS`] for one run.
const MORE_COLUMNS: &str = "r.id, r.columns, r.ledger, r.cells_seen, r.lost_precision, r.not_evaluated, \
    l.rows AS log_rows, json_extract(l.ledger, '$.rows_in') AS log_rows_in";

impl Catalog {
    /// Runs of one log, or of all, by start time.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn runs(&self, log_key: Option<&str>) -> Result<Vec<RunRow>> {
        self.sql(|db| {
            let condition = if log_key.is_some() {
                "l.key = ?1"
            } else {
                "?1 IS NULL"
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM runs r JOIN logs l ON l.id = r.log_id WHERE {condition}"
            ))?;
            // A list that grows is twice in memory.
            let many = if log_key.is_none() {
                count(db, "runs")?
            } else {
                0
            };
            let mut rows: Vec<RunRow> = Vec::with_capacity(many);
            let mut reader = Reader::default();
            // Those of one log come after each other: they were stored so.
            let mut found = statement.query(params![log_key])?;
            while let Some(row) = found.next()? {
                rows.push(reader.row(row)?);
            }
            let twice = in_several_logs(db, log_key)?;
            for row in rows.iter_mut().filter(|_| !twice.is_empty()) {
                if let Some(logs) = twice.get(&row.run) {
                    let others = logs.iter().filter(|key| *key != row.log_key());
                    row.set_also_in(others.cloned().collect());
                }
            }
            align_robots(&mut rows);
            sort(&mut rows);
            if log_key.is_none() {
                db.release_memory()?;
            }
            Ok(rows)
        })
    }

    /// One run of one log.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn run_detail(&self, log_key: &str, run: RunId) -> Result<Option<RunDetail>> {
        self.sql(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS}, {MORE_COLUMNS} FROM runs r JOIN logs l ON l.id = r.log_id WHERE l.key = ?1 AND r.run = ?2"
            ))?;
            let mut rows = statement.query(params![log_key, run_key(run)])?;
            let Some(r) = rows.next()? else {
                return Ok(None);
            };
            let mut row = Reader::default().row(r)?;
            row.set_also_in(other_logs(db, &row)?);
            let id: i64 = r.get("id")?;
            let columns = channels(db, id)?.into_iter();
            let (channels, verdicts) = columns
                .map(|(name, (stats, verdict))| ((name.clone(), stats), (name, verdict)))
                .unzip();
            Ok(Some(RunDetail {
                row,
                columns: json(r, 21)?,
                ledger: json(r, 22)?,
                layout: layout_of(
                    r.get::<_, Option<i64>>("log_rows")?.map(unsigned),
                    r.get::<_, Option<i64>>("log_rows_in")?.map(unsigned),
                ),
                cells_seen: json(r, 23)?,
                source_lost_precision: r.get(24)?,
                not_evaluated: json(r, 25)?,
                channels,
                verdicts,
                flags: flags(db, id)?,
                robots: robots(db, id)?,
                notes: notes::of_run(db, log_key, run)?,
            }))
        })
    }

    /// Runs that `part` names: `<part>` or `<log key>/<part>` or `<log key>:<part>`.
    /// An exact id or decimal form takes precedence over a part of an id.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn find_runs(&self, part: &str) -> Result<Vec<RunRow>> {
        let mut readings = vec![(None, part)];
        // A key may itself hold the sign, so the last one is what divides.
        for sign in ['/', ':'] {
            if let Some((key, rest)) = part.rsplit_once(sign) {
                readings.push((Some(key), rest));
            }
        }
        for (key, part) in readings {
            let mut found = self.named_in(key, part)?;
            if found.is_empty() {
                // A name as a keyboard gives it: accents may be written otherwise.
                for key in self.keys_like(key.unwrap_or_default())? {
                    found.extend(self.named_in(Some(&key), part)?);
                }
            }
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    fn named_in(&self, key: Option<&str>, part: &str) -> Result<Vec<RunRow>> {
        let ids: Vec<RunId> = self.sql(|db| {
            let condition = if key.is_some() {
                "l.key = ?1"
            } else {
                "?1 IS NULL"
            };
            db.prepare_cached(&format!(
                "SELECT DISTINCT r.run FROM runs r JOIN logs l ON l.id = r.log_id WHERE {condition}"
            ))?
            .query_map(params![key], |r| run_id(r, 0))?
            .collect()
        })?;
        let exact: Vec<RunId> = match part.parse::<RunId>() {
            Ok(id) => ids.iter().copied().filter(|i| *i == id).collect(),
            Err(()) => Vec::new(),
        };
        let chosen = if exact.is_empty() {
            ids.into_iter().filter(|i| i.matches(part)).collect()
        } else {
            exact
        };
        let mut rows = Vec::new();
        for id in chosen {
            rows.extend(self.rows_of(key, id)?);
        }
        align_robots(&mut rows);
        sort(&mut rows);
        Ok(rows)
    }

    fn rows_of(&self, key: Option<&str>, run: RunId) -> Result<Vec<RunRow>> {
        self.sql(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM runs r JOIN logs l ON l.id = r.log_id \
                 WHERE r.run = ?1 AND (?2 IS NULL OR l.key = ?2)"
            ))?;
            let mut reader = Reader::default();
            let mut rows: Vec<RunRow> = statement
                .query_map(params![run_key(run), key], |r| reader.row(r))?
                .collect::<rusqlite::Result<_>>()?;
            for row in &mut rows {
                row.set_also_in(other_logs(db, row)?);
            }
            Ok(rows)
        })
    }
}

/// By start; runs that failed have none and come last.
fn sort(rows: &mut [RunRow]) {
    // No two are equal; sorting stably takes half as much memory again.
    rows.sort_unstable_by(|a, b| {
        let order = |r: &RunRow| (r.start_us().is_none(), r.start_us());
        order(a)
            .cmp(&order(b))
            .then_with(|| a.log_key().cmp(b.log_key()))
            .then_with(|| a.run.cmp(&b.run))
    });
}

/// The logs of every run that stands in more than one (of those in `log_key`, if given).
fn in_several_logs(
    db: &Connection,
    log_key: Option<&str>,
) -> rusqlite::Result<HashMap<RunId, Vec<String>>> {
    let runs = match log_key {
        Some(_) => "SELECT run FROM runs WHERE log_id = (SELECT id FROM logs WHERE key = ?1)",
        None => "SELECT run FROM runs WHERE ?1 IS NULL GROUP BY run HAVING count(*) > 1",
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT r.run, l.key FROM runs r JOIN logs l ON l.id = r.log_id WHERE r.run IN ({runs}) ORDER BY l.key"
    ))?;
    let mut several: HashMap<RunId, Vec<String>> = HashMap::new();
    let mut rows = statement.query(params![log_key])?;
    while let Some(r) = rows.next()? {
        several.entry(run_id(r, 0)?).or_default().push(r.get(1)?);
    }
    Ok(several)
}

fn other_logs(db: &Connection, row: &RunRow) -> rusqlite::Result<Vec<String>> {
    db.prepare_cached(
        "SELECT l.key FROM runs r JOIN logs l ON l.id = r.log_id WHERE r.run = ?1 AND l.key <> ?2 ORDER BY l.key",
    )?
    .query_map(params![run_key(row.run), row.log_key()], |r| r.get(0))?
    .collect()
}

/// Reads rows of one list.
#[derive(Default)]
struct Reader {
    list: RunRows,
    distances: Distances,
    /// Those of the run before, as the catalog has them.
    states: (String, RobotStates),
}

impl Reader {
    /// From the columns [`COLUMNS`].
    fn row(&mut self, r: &Row<'_>) -> rusqlite::Result<RunRow> {
        let distances: Distances = json::<BTreeMap<String, f64>>(r, 7)?.into();
        self.distances = distances.sharing_robots(&self.distances);
        let states = r.get_ref(19)?.as_str()?;
        if self.states.0 != states {
            let read: RobotStates = json::<BTreeMap<String, RobotState>>(r, 19)?.into();
            self.states = (states.to_owned(), read.sharing_robots(&self.states.1));
        }
        Ok(self.list.row(RunFields {
            log_key: r.get_ref(0)?.as_str()?,
            run: run_id(r, 1)?,
            cell_id: r.get_ref(2)?.as_str_or_null()?,
            error: r.get_ref(3)?.as_str_or_null()?,
            start_us: r.get(4)?,
            stop_us: r.get(5)?,
            runtime_s: r.get(6)?,
            distance_mm: self.distances.clone(),
            rows: unsigned(r.get(8)?),
            samples: unsigned(r.get(9)?),
            complete_rows: unsigned(r.get(10)?),
            channels: r.get(11)?,
            verdict: Verdict::from_word(r.get_ref(12)?.as_str()?),
            flags: r.get(13)?,
            also_in: &[],
            file_name: r.get_ref(14)?.as_str_or_null()?.map(Into::into),
            spark_channel: r.get_ref(15)?.as_str_or_null()?,
            picture: Picture::from_bytes(r.get_ref(16)?.as_blob()?),
            disposition: notes::disposition(r.get_ref(17)?.as_str_or_null()?),
            note: r.get_ref(18)?.as_str_or_null()?,
            states: self.states.1.clone(),
        }))
    }
}

pub(super) fn run_id(r: &Row<'_>, column: usize) -> rusqlite::Result<RunId> {
    Ok(RunId(u128::from_be_bytes(r.get(column)?)))
}

fn json<T: serde::de::DeserializeOwned>(r: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(r.get_ref(column)?.as_str()?)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(e)))
}

fn channels(
    db: &Connection,
    run: i64,
) -> rusqlite::Result<BTreeMap<String, (ChannelStats, Verdict)>> {
    let stored = db
        .prepare_cached("SELECT statistics FROM channels WHERE run_id = ?1")?
        .query_row([run], |r| statistics::read(r, 0))
        .optional()?;
    Ok(stored.unwrap_or_default())
}

fn robots(db: &Connection, run: i64) -> rusqlite::Result<BTreeMap<String, RobotStats>> {
    let sql = format!("SELECT robot, figures, {ROBOT_FIGURES} FROM robots m WHERE run_id = ?1");
    db.prepare_cached(&sql)?
        .query_map([run], |r| {
            let figures: Option<String> = r.get(1)?;
            // Rows of a catalog from before there was such a column have none.
            let stats = figures.and_then(|figures| serde_json::from_str(&figures).ok());
            Ok((r.get(0)?, stats.map_or_else(|| robot_stats(r, 2), Ok)?))
        })?
        .collect()
}

/// Columns of `robots m`, in the order of [`robot_stats`].
pub(super) const ROBOT_FIGURES: &str = "m.distance_mm, m.speed_peak, m.speed_max, m.force_peak, \
    m.force_max, m.force_mean, m.force_samples, m.state, m.forming_peak, m.forming_max, \
    m.forming_median, m.forming_mean";

/// From the columns [`ROBOT_FIGURES`], `first` being the first: no layers, biases and shares.
pub(super) fn robot_stats(r: &Row<'_>, first: usize) -> rusqlite::Result<RobotStats> {
    Ok(RobotStats {
        distance_mm: r.get(first)?,
        speed_peak: r.get(first + 1)?,
        speed_max: r.get(first + 2)?,
        force_peak: r.get(first + 3)?,
        force_max: r.get(first + 4)?,
        force_mean: r.get(first + 5)?,
        force_samples: unsigned(r.get(first + 6)?),
        state: r
            .get::<_, Option<String>>(first + 7)?
            .and_then(|word| RobotState::from_word(&word)),
        forming: Forming {
            force_peak_n: r.get(first + 8)?,
            force_max_n: r.get(first + 9)?,
            force_median_n: r.get(first + 10)?,
            force_mean_n: r.get(first + 11)?,
        },
        ..RobotStats::default()
    })
}

fn flags(db: &Connection, run: i64) -> rusqlite::Result<Vec<Flag>> {
    db.prepare_cached(
        "SELECT rule, severity, channel, start_time, stop_time, value, threshold, message, unit \
         FROM flags WHERE run_id = ?1 ORDER BY position",
    )?
    .query_map([run], |r| {
        Ok(Flag {
            rule: r.get(0)?,
            severity: severity(r.get_ref(1)?.as_str()?),
            channel: r.get(2)?,
            start_time: r.get(3)?,
            stop_time: r.get(4)?,
            value: r.get(5)?,
            threshold: r.get(6)?,
            message: r.get(7)?,
            unit: r.get(8)?,
        })
    })?
    .collect()
}

pub(super) fn severity(word: &str) -> Severity {
    if word == "fail" {
        Severity::Fail
    } else {
        Severity::Suspect
    }
}
