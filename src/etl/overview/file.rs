//! The stored overview of a long run: a small table beside nothing that a record names. It
//! can be made again at any time, so a reader that finds none, or a damaged one, reads the table.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Overview, spans};
use crate::{
    Error, Result,
    base::CancelToken,
    lake::{
        Lake,
        files::TempPath,
        run_file::{RESULT_KEY, RunFile, write_run_file},
    },
    reduce::{Bucket, Spans},
    schema::Hold,
    transform::{Column, RunTable, clock::Clock},
};

/// Raised when the figures below mean something else.
const VERSION: u32 = 1;

/// The figures of a span, as they end the names of the file's columns.
const FIGURES: [&str; 4] = ["min", "max", "first", "last"];

/// What a file says of itself.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    overview_version: u32,
    rows: u64,
    start_us: i64,
    stop_us: i64,
}

/// The run that an overview is of: its log's key, its table's file, first and last time in
/// microseconds, and its number of rows.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// The log's key.
    pub log_key: &'a str,
    /// The table's file name.
    pub file_name: &'a str,
    /// First and last time.
    pub span: (i64, i64),
    /// Rows of the table.
    pub rows: u64,
}

impl Of<'_> {
    fn made(self) -> Made {
        Made {
            overview_version: VERSION,
            rows: self.rows,
            start_us: self.span.0,
            stop_us: self.span.1,
        }
    }

    /// Its spans.
    pub fn spans(self) -> Spans {
        spans(self.span.0, self.span.1, self.rows)
    }
}

/// Stores the overview of the channels `names`, in place of an older one.
///
/// # Errors
/// [`Error::Io`], [`Error::Cancelled`].
pub fn store(
    lake: &Lake,
    of: Of<'_>,
    names: &[&str],
    overview: &Overview,
    cancel: &CancelToken,
) -> Result<()> {
    let spans = of.spans();
    let times: Vec<i64> = (0..spans.count()).map(|at| spans.begin(at)).collect();
    let times = Arc::new(times);
    let clock = Clock::new(times.clone(), &times, Hold::Intervals(0.0));
    let mut columns = Vec::with_capacity(names.len() * FIGURES.len());
    for (name, buckets) in names.iter().zip(&overview.channels) {
        for (at, figure) in FIGURES.iter().enumerate() {
            let value = |b: &Option<Bucket>| {
                b.map_or(f64::NAN, |b| match at {
                    0 => b.min,
                    1 => b.max,
                    2 => b.first,
                    _ => b.last,
                })
            };
            columns.push(Column {
                name: column(name, figure),
                unit: String::new(),
                clock: 0,
                values: buckets.iter().map(value).collect::<Vec<f64>>().into(),
            });
        }
    }
    let table = RunTable {
        times,
        clocks: vec![clock],
        columns,
        distance_mm: BTreeMap::new(),
        samples: 0,
    };
    let made = serde_json::to_string(&of.made())
        .map_err(|e| Error::Log(format!("its overview cannot be written: {e}")))?;
    let temp = TempPath::new(lake)?;
    write_run_file(temp.path(), &table, cancel, |_| made)?;
    temp.publish(&lake.local().overview(of.log_key, of.file_name))
}

/// The stored overview of the channels `names`; `None` when there is none of them all.
///
/// # Errors
/// [`Error::Cancelled`] alone: what cannot be read is made again.
pub fn stored(
    lake: &Lake,
    of: Of<'_>,
    names: &[&str],
    cancel: &CancelToken,
) -> Result<Option<Overview>> {
    let Ok(file) = RunFile::open(&lake.local().overview(of.log_key, of.file_name)) else {
        return Ok(None);
    };
    let made: Option<Made> = file
        .metadata(RESULT_KEY)
        .and_then(|text| serde_json::from_str(text).ok());
    let spans = of.spans();
    if made != Some(of.made()) || file.rows() != spans.count() as u64 {
        return Ok(None);
    }
    let columns: Vec<String> = names
        .iter()
        .flat_map(|name| FIGURES.map(|figure| column(name, figure)))
        .collect();
    let wanted: Vec<&str> = columns.iter().map(String::as_str).collect();
    let window = match file.read_values(&wanted, 0..file.rows(), cancel) {
        Err(Error::Cancelled) => return Err(Error::Cancelled),
        Err(_) => return Ok(None),
        Ok(window) => window,
    };
    let channels = window.columns.chunks(FIGURES.len()).map(|figures| {
        let of = |at: usize, span: usize| -> Option<f64> {
            let value = *figures.get(at)?.get(span)?;
            value.is_finite().then_some(value)
        };
        let bucket = |span: usize| {
            Some(Bucket {
                min: of(0, span)?,
                max: of(1, span)?,
                first: of(2, span)?,
                last: of(3, span)?,
            })
        };
        (0..spans.count()).map(bucket).collect()
    });
    Ok(Some(Overview {
        channels: channels.collect(),
    }))
}

fn column(channel: &str, figure: &str) -> String {
    format!("{channel}.{figure}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overview::{LONG, LONG_SPANS};

    #[test]
    fn an_overview_comes_back_as_it_was_and_another_tables_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path());
        let of = Of {
            log_key: "cell-1/a",
            file_name: "run_x.f.parquet",
            span: (1_000, 900_000_000),
            rows: LONG,
        };
        let bucket = |span: usize| {
            (span % 7 != 3).then(|| Bucket {
                min: -(span as f64),
                max: span as f64 + 0.25,
                first: 0.125,
                last: -0.5,
            })
        };
        let overview = Overview {
            channels: vec![
                (0..LONG_SPANS).map(bucket).collect(),
                vec![None; LONG_SPANS],
            ],
        };
        let cancel = CancelToken::new();
        let ask = |of, names: &[&str]| stored(&lake, of, names, &cancel).unwrap();
        assert_eq!(ask(of, &["fx_1"]), None);
        store(&lake, of, &["fx_1", "z_1"], &overview, &cancel).unwrap();
        // No glob over tables finds it.
        let path = lake.local().overview(of.log_key, of.file_name);
        assert!(path.exists() && path.extension().is_some_and(|e| e != "parquet"));
        assert_eq!(ask(of, &["fx_1", "z_1"]), Some(overview.clone()));
        let turned = ask(of, &["z_1", "fx_1"]).unwrap();
        assert_eq!(turned.channels[1], overview.channels[0]);
        assert_eq!(ask(of, &["fx_1", "q_1"]), None, "a channel is not there");
        assert_eq!(
            ask(
                Of {
                    rows: LONG + 1,
                    ..of
                },
                &["fx_1"]
            ),
            None
        );
        let path = lake.local().overview(of.log_key, of.file_name);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert_eq!(ask(of, &["fx_1"]), None, "damaged");
        assert_eq!(std::fs::read_dir(lake.local().tmp()).unwrap().count(), 0);
    }
}
