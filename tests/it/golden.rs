//! The results of the demo logs, value by value, held against those that are committed.
//!
//! What is hashed are values, not bytes of files: times and cells of the tables (null is
//! null), statistics, ledgers. So an encoding may change freely, a result may not do so
//! unnoticed. `MDTUI_BLESS=1 cargo test --test it golden` writes the file anew; then raise the
//! pipeline version and say why.

use crate::common::{context_in, refreshed};
use std::{fmt::Write, fs};

use mdtui::etl::{
    base::{CancelToken, NoProgress},
    demo,
    harvest::{Options, harvest_log},
    lake::{Record, record::RunResult, run_file::RunFile},
};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt");

/// One hash for all values of a table: names, times, and the bits of every cell.
fn table_hash(file: &RunFile) -> String {
    let cancel = CancelToken::new();
    let names: Vec<&str> = file.columns()[1..].iter().map(String::as_str).collect();
    let window = file.read(&names, 0..file.rows(), &cancel).unwrap();
    let mut hasher = blake3::Hasher::new();
    for time in &window.times {
        hasher.update(&time.to_le_bytes());
    }
    for (name, cells) in names.iter().zip(&window.columns) {
        hasher.update(name.as_bytes());
        for cell in cells {
            // Every null is the same null.
            let bits = if cell.is_nan() {
                u64::MAX
            } else {
                cell.to_bits()
            };
            hasher.update(&bits.to_le_bytes());
        }
    }
    short(&hasher)
}

/// One hash for what the record says of a run besides its file and its quality.
fn figures_hash(run: &RunResult) -> String {
    let figures = serde_json::json!([
        run.run_uuid,
        run.error,
        run.run_stats,
        run.ledger,
        run.channels,
        run.complete_rows,
        run.samples,
        run.cells_seen,
        run.source_lost_precision,
        run.robots,
        run.sparkline,
    ]);
    short(blake3::Hasher::new().update(figures.to_string().as_bytes()))
}

fn short(hasher: &blake3::Hasher) -> String {
    hasher.finalize().to_hex()[..16].to_owned()
}

#[test]
fn results_are_what_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let context = context_in(dir.path());
    let cancel = CancelToken::new();
    let options = demo::Options::default();
    demo::write_logs(
        &context.data_dir,
        &context.profile,
        &options,
        &cancel,
        |_| {},
    )
    .unwrap();
    let catalog = refreshed(&context);
    let mut keys: Vec<String> = catalog.logs().unwrap().into_iter().map(|l| l.key).collect();
    keys.sort();
    let mut got = String::from("# log or run, rows, hash of the table's values, hash of figures\n");
    for key in keys {
        // Logs with faults fail; what they leave is held against the file too.
        let _ = harvest_log(&context, &key, Options::default(), &NoProgress, &cancel);
        let record = Record::read(&context.lake, &key).unwrap().unwrap();
        let rejected = record.rejected_file.is_some();
        let ledger = serde_json::to_string(&record.ledger).unwrap();
        writeln!(got, "{key} {ledger} rejected:{rejected}").unwrap();
        for run in record.run_to_result.values() {
            let harvested = run.file_name.as_ref().filter(|_| run.error.is_none());
            let table = harvested.map_or("-".to_owned(), |name| {
                table_hash(&RunFile::open(&context.lake.location(&key, name)).unwrap())
            });
            let (id, rows) = (run.run_uuid, run.rows);
            writeln!(got, "  {id} {rows} {table} {}", figures_hash(run)).unwrap();
        }
    }
    if std::env::var_os("MDTUI_BLESS").is_some() {
        fs::write(GOLDEN, &got).unwrap();
    }
    let want = fs::read_to_string(GOLDEN).unwrap_or_default();
    let differs = got
        .lines()
        .zip(want.lines())
        .filter(|(g, w)| g != w)
        .map(|(g, w)| format!("is  {g}\nwas {w}"));
    let differs: Vec<String> = differs.collect();
    assert!(
        got == want,
        "results changed:\n{}\nIf that is meant, raise the pipeline version and bless.",
        differs.join("\n")
    );
}
