//! The stored extremes of columns, over all runs: what a search reads before any table.

use std::collections::{BTreeSet, HashMap};

use super::{Catalog, runs::run_id, statistics};
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

/// Extremes by log and run, and of a run by column; a run of which no statistics are known is not
/// there.
pub type RunExtremes = HashMap<String, HashMap<RunId, HashMap<String, Extremes>>>;

impl Catalog {
    /// The extremes of those of `columns` that each run has.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn extremes(&self, columns: &[&str]) -> Result<RunExtremes> {
        self.sql(|db| {
            let mut statement = db.prepare_cached(
                "SELECT l.key, r.run, c.statistics \
                 FROM logs l CROSS JOIN runs r ON r.log_id = l.id CROSS JOIN channels c ON c.run_id = r.id",
            )?;
            let mut all = RunExtremes::new();
            let mut rows = statement.query([])?;
            while let Some(r) = rows.next()? {
                let mut found = HashMap::new();
                statistics::each(r, 2, |column| {
                    if columns.contains(&column.name) {
                        found.insert(column.name.to_owned(), column.extremes());
                    }
                })?;
                let log = r.get_ref(0)?.as_str()?;
                let runs = match all.get_mut(log) {
                    Some(runs) => runs,
                    None => all.entry(log.to_owned()).or_default(),
                };
                runs.insert(run_id(r, 1)?, found);
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
            let mut names = BTreeSet::new();
            let mut statement = db.prepare("SELECT statistics FROM channels")?;
            let mut rows = statement.query([])?;
            while let Some(r) = rows.next()? {
                statistics::each(r, 0, |column| {
                    if !names.contains(column.name) {
                        names.insert(column.name.to_owned());
                    }
                })?;
            }
            Ok(names.into_iter().collect())
        })
    }
}
