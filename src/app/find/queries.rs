//! What the view asks of workers: first what is to be searched, then some tables at a time, so
//! that what was found is seen at once and a search that is not needed any more ends.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::stretch_row::{StretchOf, StretchRow};
use crate::{
    app::query::{Query, QueryContext},
    etl::{
        Error, Result,
        filter::Filter,
        find::{self, Event, Search},
        lake::run_file::TIME,
    },
};

/// How long tables are read before what was found is shown.
const MOMENT: Duration = Duration::from_millis(200);
/// Tables between two looks at the clock.
const AT_ONCE: usize = 8;

/// Finds out which runs a condition may hold in.
#[derive(Debug, PartialEq)]
pub struct PrepareFind {
    /// As it was typed.
    pub condition: String,
    /// Of the runs that are searched.
    pub filter: String,
}

/// What is searched.
#[derive(Debug, Clone)]
pub struct FindPlan {
    /// The search itself.
    pub search: Arc<Search>,
    /// Tables that are read.
    pub tables: usize,
    /// Runs that pass the filter; those without a table to be read are excluded by their extremes.
    pub runs: usize,
    /// The first channel that the condition names.
    pub channel: Option<String>,
    /// What the column of extremes is called: `min fz_1 N`.
    pub heading: Arc<str>,
}

/// The columns that a condition may name, `time` first.
#[derive(Debug, PartialEq)]
pub struct ListColumns;

impl Query for ListColumns {
    type Answer = Vec<String>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let mut columns = vec![TIME.to_owned()];
        columns.extend(on.catalog()?.columns()?);
        Ok(columns)
    }
}

impl Query for PrepareFind {
    type Answer = FindPlan;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let filter = Filter::parse(&self.filter);
        let query = find::Query {
            condition: self.condition,
            at_least_us: 0,
            filter: filter.map_err(|e| Error::Usage(format!("the filter: {e}")))?,
        };
        let search = Search::new(on.catalog()?, &query)?;
        let heading = search.channel.as_ref().map_or(String::new(), |channel| {
            let words = [search.extreme.word(), channel, search.unit()];
            words.join(" ").trim_end().to_owned()
        });
        Ok(FindPlan {
            tables: search.targets.len(),
            runs: search.runs,
            channel: search.channel.clone(),
            heading: heading.into(),
            search: Arc::new(search),
        })
    }
}

/// Reads tables for a moment.
#[derive(Debug)]
pub struct SearchTables {
    /// What is searched.
    pub plan: FindPlan,
    /// The first table.
    pub from: usize,
}

/// What was found in some tables.
#[derive(Debug, Default)]
pub struct FoundStretches {
    /// The stretches, in any order.
    pub rows: Vec<StretchRow>,
    /// Tables that are read now, with those before.
    pub read: usize,
    /// Runs that have any.
    pub in_runs: usize,
    /// Why tables could not be read, one sentence each.
    pub unreadable: Vec<String>,
}

impl Query for SearchTables {
    type Answer = FoundStretches;

    const SLOW: bool = true;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let (search, heading) = (&self.plan.search, &self.plan.heading);
        let found = Mutex::new(FoundStretches::default());
        let (begin, mut read) = (Instant::now(), self.from);
        while read < self.plan.tables && begin.elapsed() < MOMENT {
            let tables = read..read + AT_ONCE;
            search.run(tables, &on.lake.lake, on.cancel, &|event| {
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                match event {
                    Event::Searched { stretches, .. } => {
                        let Some(first) = stretches.first() else {
                            return;
                        };
                        let of = search.target(first).map(|target| StretchOf {
                            log_key: target.log_key.clone(),
                            run: target.run,
                            cell_id: target.cell_id.clone(),
                            heading: heading.clone(),
                        });
                        let Some(of) = of.map(Arc::new) else { return };
                        let row = |stretch| StretchRow::new(&of, stretch);
                        found.in_runs += 1;
                        found.rows.extend(stretches.iter().map(row));
                    }
                    Event::Unreadable(error) => found.unreadable.push(error.to_string()),
                }
            })?;
            read += AT_ONCE;
        }
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.read = read.min(self.plan.tables);
        Ok(found)
    }
}
