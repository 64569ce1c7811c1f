//! Which runs are searched: each once, and only if its stored extremes do not exclude a match.

use std::{collections::HashMap, sync::Arc};

use super::{Query, SharedCondition};
use crate::{
    Error, Result,
    catalog::{Catalog, Extremes, RunExtremes, RunRow, one_copy_each},
    expression::{Bounds, Condition, Expr, parse},
    lake::run_file::TIME,
    parse_error::ParseError,
    run_id::RunId,
};

/// A run whose table is read.
#[derive(Debug)]
pub struct Target {
    /// Its log.
    pub log_key: String,
    /// Its id.
    pub run: RunId,
    /// Its cell.
    pub cell_id: Option<String>,
    /// The unit of the first channel that the condition names; empty where the run has none.
    pub unit: String,
    pub(super) file_name: String,
    pub(super) condition: SharedCondition,
}

/// What is searched.
pub(super) struct Found {
    /// By start.
    pub targets: Vec<Target>,
    /// Runs that passed the filter, each once.
    pub runs: usize,
    /// As the first run has it; `None` without runs.
    pub condition: Option<SharedCondition>,
}

/// The runs to be read; without `skips` also those that cannot match.
pub(super) fn targets(catalog: &Catalog, query: &Query, skips: bool) -> Result<Found> {
    let text = query.condition.trim();
    let expr = parse(text).map_err(refused)?.ok_or_else(|| {
        Error::Usage("the condition is empty: write such as `fz_1 < -1500`".into())
    })?;
    let mut runs = catalog.runs(None)?;
    runs.retain(|run| run.error().is_none() && run.file_name().is_some());
    if runs.is_empty() {
        return Ok(Found {
            targets: Vec::new(),
            runs: 0,
            condition: None,
        });
    }
    let names = expr.possible_names();
    let mut extremes = catalog.extremes(&names)?;
    let compiler = Compiler::new(catalog, text, &expr, &extremes)?;
    let robots = query.filter.check_robots(&runs, std::iter::empty());
    robots.map_err(|why| Error::Usage(format!("the filter: {why}")))?;
    runs.retain(|run| query.filter.passes(run));
    let runs = one_copy_each(runs);
    let count = runs.len();
    let mut targets = Vec::new();
    for run in runs {
        let of_log = extremes.get_mut(run.log_key());
        let columns = of_log.and_then(|log| log.remove(&run.run));
        let condition = compiler.condition_of(&run)?;
        if skips && !condition.may_hold(|name| bounds(&run, name, columns.as_ref())) {
            continue;
        }
        let first = condition.channels().first().copied();
        let unit = first.and_then(|name| columns.as_ref()?.get(name));
        targets.push(Target {
            unit: unit.map_or(String::new(), |column| column.unit.clone()),
            log_key: run.log_key().to_owned(),
            run: run.run,
            cell_id: run.cell_id().map(str::to_owned),
            file_name: run.file_name().unwrap_or_default().into_owned(),
            condition,
        });
    }
    Ok(Found {
        targets,
        runs: count,
        condition: Some(compiler.shared),
    })
}

/// What the record of a run says of a column's cells: a held cell repeats a sample. Of a run whose
/// record is lost or damaged no `columns` may be known.
fn bounds(run: &RunRow, name: &str, columns: Option<&HashMap<String, Extremes>>) -> Bounds {
    if name == TIME {
        let span = run.start_us().zip(run.stop_us());
        return span.map_or(Bounds::Unknown, |(start, stop)| Bounds::Times(start, stop));
    }
    let Some(columns) = columns else {
        return Bounds::Unknown;
    };
    match columns.get(name) {
        None => Bounds::Absent,
        Some(Extremes { count: 0, .. }) => Bounds::Numbers {
            range: None,
            nulls: true,
        },
        Some(Extremes { min, max, .. }) => match min.zip(*max) {
            // Without an incomplete row no cell is null.
            Some((min, max)) => Bounds::numbers(min, max, run.complete_rows() < run.rows()),
            None => Bounds::Unknown,
        },
    }
}

/// Compiles the condition for each run: incomplete times count from its start.
struct Compiler<'a> {
    text: &'a str,
    expr: &'a Expr,
    /// The columns that it names and that a run has.
    known: Vec<String>,
    /// For all runs, where it names no times.
    shared: SharedCondition,
}

impl<'a> Compiler<'a> {
    fn new(
        catalog: &Catalog,
        text: &'a str,
        expr: &'a Expr,
        extremes: &RunExtremes,
    ) -> Result<Self> {
        let is_known = |name: &&str| {
            let mut runs = extremes.values().flat_map(HashMap::values);
            runs.any(|columns| columns.contains_key(*name))
        };
        let names = expr.possible_names().into_iter().filter(is_known);
        let known: Vec<String> = names.map(str::to_owned).collect();
        let shared = match Condition::compile(text, expr, &known, 0) {
            Ok(condition) => condition,
            // Once more, with all columns for the message.
            Err(_) => Condition::compile(text, expr, &catalog.columns()?, 0).map_err(refused)?,
        };
        Ok(Self {
            text,
            expr,
            known,
            shared: Arc::new(shared),
        })
    }

    fn condition_of(&self, run: &RunRow) -> Result<SharedCondition> {
        if !self.shared.names_time() {
            return Ok(self.shared.clone());
        }
        let start = run.start_us().unwrap_or(0);
        let condition = Condition::compile(self.text, self.expr, &self.known, start);
        Ok(Arc::new(condition.map_err(refused)?))
    }
}

fn refused(error: ParseError) -> Error {
    Error::Usage(format!("the condition: {error}"))
}
