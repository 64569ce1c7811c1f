//! What a log's rows become, without a lake.

use std::path::Path;

use mdtui::etl::{
    base::CancelToken,
    clean::{Partition, Reason, resolve_conflicts},
    extract::{LogReader, Vocabulary},
    profile::Profile,
    source::Format,
    transform::transform,
};

/// Every table of a log as text, by run, and the rows that were not kept.
#[derive(Debug, PartialEq)]
pub struct Tables {
    pub runs: Vec<(u128, Vec<String>)>,
    pub rows_in: u64,
    pub rejected: Vec<(u64, Reason)>,
}

/// The tables of a log under the built-in profile.
pub fn tables(path: &Path, format: Format) -> Tables {
    let profile = Profile::built_in().unwrap();
    let mut reader = LogReader::open(path, format, &profile).unwrap();
    let mut vocabulary = Vocabulary::default();
    let mut partition = Partition::new(&profile);
    while let Some(batch) = reader.next_batch(&mut vocabulary).unwrap() {
        partition.add(&batch, &vocabulary);
    }
    let (runs, ledger, rejected) = partition.finish(&vocabulary);
    let mut out: Vec<(u128, Vec<String>)> = runs
        .into_iter()
        .map(|run| {
            let id = run.run.id.0;
            let samples = resolve_conflicts(run);
            let cell = samples.cells.first().and_then(|c| vocabulary.cell(*c));
            let table = transform(&samples, &profile, &CancelToken::new()).unwrap();
            let mut lines = vec![format!(
                "{cell:?} {:?} {:?}",
                table.distance_mm, table.times
            )];
            let mut cells = Vec::new();
            for column in &table.columns {
                table.fill(column, 0..table.times.len(), &mut cells);
                lines.push(format!("{} {cells:?}", column.name));
            }
            (id, lines)
        })
        .collect();
    out.sort();
    Tables {
        runs: out,
        rows_in: ledger.rows_in,
        rejected,
    }
}
