//! The stored extremes of columns, over all runs: what a search reads before any table.

use std::collections::HashMap;

use super::{Catalog, entry::unsigned, runs::run_id};
use crate::{Result, run_id::RunId};

/// What the statistics of a column say of its samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Extremes {
    /// Samples.
    pub count: u64,
    /// The smallest, in `unit`; `None` without samples.
    pub min: Option<f64>,
    /// The largest, in `unit`.
    pub max: Option<f64>,
    /// In what it is measured.
    pub unit: String,
}

/// Extremes by log and run, and of a run by column; a run without any of the columns is not there.
pub type RunExtremes = HashMap<String, HashMap<RunId, HashMap<String, Extremes>>>;

impl Catalog {
    /// The extremes of those of `columns` that each run has.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn extremes(&self, columns: &[&str]) -> Result<RunExtremes> {
        let names = serde_json::Value::from(columns).to_string();
        self.sql(|db| {
            // The joins are in the order of the primary key of `channels`: a few seeks a run.
            let mut statement = db.prepare_cached(
                "SELECT l.key, r.run, c.name, c.count, c.min, c.max, c.unit \
                 FROM logs l CROSS JOIN runs r ON r.log_id = l.id CROSS JOIN json_each(?1) n \
                 CROSS JOIN channels c ON c.run_id = r.id AND c.name = n.value",
            )?;
            let mut all = RunExtremes::new();
            let mut rows = statement.query([names])?;
            while let Some(r) = rows.next()? {
                let log = r.get_ref(0)?.as_str()?;
                let runs = match all.get_mut(log) {
                    Some(runs) => runs,
                    None => all.entry(log.to_owned()).or_default(),
                };
                let extremes = Extremes {
                    count: unsigned(r.get(3)?),
                    min: r.get(4)?,
                    max: r.get(5)?,
                    unit: r.get(6)?,
                };
                let run = runs.entry(run_id(r, 1)?).or_default();
                run.insert(r.get(2)?, extremes);
            }
            Ok(all)
        })
    }

    /// Every column besides `time` that a run has, by name.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn columns(&self) -> Result<Vec<String>> {
        self.sql(|db| {
            db.prepare("SELECT DISTINCT name FROM channels ORDER BY name")?
                .query_map([], |r| r.get(0))?
                .collect()
        })
    }
}
