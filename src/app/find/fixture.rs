//! Answers of workers to the view Find, for tests.

use std::sync::Arc;

use super::{
    queries::{FindPlan, FoundStretches, ListColumns, PrepareFind, SearchTables},
    stretch_row::{StretchOf, StretchRow},
};
use crate::{
    app::{
        fixture::NOW,
        query::{Answer, Question},
        table::{SearchRequest, SortRequest},
    },
    etl::{
        base::CancelToken,
        catalog::Catalog,
        find::{Query, Search},
        run_id::RunId,
    },
};

/// Tables that one answer reads.
pub const AT_ONCE: usize = 16;

/// A search of 1,000 runs that reads so many tables.
pub fn plan(tables: usize) -> FindPlan {
    let query = Query {
        condition: "fz_1 < 0".into(),
        ..Query::default()
    };
    let search = Search::new(&Catalog::open_in_memory().unwrap(), &query).unwrap();
    FindPlan {
        search: Arc::new(search),
        tables,
        runs: 1000,
        channel: Some("fz_1".into()),
        heading: "min fz_1 N".into(),
    }
}

/// A stretch of the `n`-th run, a second after that of the run before.
pub fn stretch(n: u32) -> StretchRow {
    let of = StretchOf {
        log_key: format!("cell-{:02}/2022-11-23T2040", n % 3 + 1),
        run: RunId(0x6939_b762_6b66_11ed_0000 + u128::from(n)),
        cell_id: (n != 2).then(|| (n % 3 + 1).to_string()),
        heading: "min fz_1 N".into(),
    };
    let start_us = NOW + i64::from(n) * 1_000_000;
    StretchRow {
        of: Arc::new(of),
        start_us,
        stop_us: start_us + i64::from(n % 4) * 350_000,
        extreme: (n != 3).then(|| -2500.0 - f64::from(n) * 12.25),
    }
}

/// A stretch of a run of a cell.
pub fn stretch_in(cell: &str) -> StretchRow {
    let row = stretch(0);
    let of = StretchOf {
        cell_id: Some(cell.to_owned()),
        ..StretchOf::clone(&row.of)
    };
    StretchRow {
        of: Arc::new(of),
        ..row
    }
}

/// What a worker would answer; two stretches in the tables that are read at once.
pub fn answer(question: &Question) -> Option<Answer> {
    let never_cancelled = CancelToken::new();
    if question.query::<ListColumns>().is_some() {
        let columns = ["time", "fx_1", "fz_1", "v1"].map(str::to_owned);
        return Some(question.reply::<ListColumns>(Ok(columns.into())));
    }
    if let Some(PrepareFind { condition, .. }) = question.query() {
        let sentence = "the condition: unknown column `fz_9` at character 1, did you mean fz_1? \
             The columns are time, fx_1, fz_1";
        let result = match condition.as_str() {
            unknown if unknown.contains("fz_9") => Err(sentence.to_owned()),
            nowhere if nowhere.contains("-9000") => Ok(plan(0)),
            // No log was harvested.
            empty if empty.contains("v9") => Ok(FindPlan { runs: 0, ..plan(0) }),
            _ => Ok(plan(40)),
        };
        return Some(question.reply::<PrepareFind>(result));
    }
    if let Some(SearchTables { plan, from }) = question.query() {
        let first = u32::try_from(from / AT_ONCE).unwrap() * 2;
        let found = FoundStretches {
            // The second is the earlier one.
            rows: vec![stretch(first + 1), stretch(first)],
            read: (from + AT_ONCE).min(plan.tables),
            unreadable: Vec::new(),
            in_runs: 1,
        };
        return Some(question.reply::<SearchTables>(Ok(found)));
    }
    if let Some(request) = question.query::<SortRequest<StretchRow>>() {
        return Some(
            question
                .reply::<SortRequest<StretchRow>>(Ok(request.sort_rows(&never_cancelled).unwrap())),
        );
    }
    let request = question.query::<SearchRequest<StretchRow>>()?;
    Some(question.reply::<SearchRequest<StretchRow>>(Ok(request.find(&never_cancelled).unwrap())))
}
