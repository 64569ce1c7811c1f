//! What the checks of a full-rate run cost, beside the statistics of the same run.
//!
//! `cargo bench --bench quality` makes the demo's first log (four ten-minute runs, 1.6 million
//! rows), settles and transforms its runs once, and times checks and statistics on one
//! thread. Options after `--`: `--seconds S` (length of the runs), `--rounds N`.

use std::{collections::BTreeMap, process::ExitCode, time::Instant};

use mdtui::etl::{
    Error, Result,
    base::CancelToken,
    clean::{Partition, RunSamples, resolve_conflicts},
    demo,
    extract::{LogReader, Vocabulary},
    insight::run_insight,
    profile::Profile,
    quality,
    source::Format,
    stats::compute_stats,
    transform::transform,
};

fn main() -> ExitCode {
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("quality: {e}");
            ExitCode::FAILURE
        }
    }
}

fn option(name: &str, default: f64) -> f64 {
    let words: Vec<String> = std::env::args().collect();
    let at = words.iter().position(|w| w == name);
    at.and_then(|i| words.get(i + 1)?.parse().ok())
        .unwrap_or(default)
}

fn bench() -> Result<()> {
    let profile = Profile::built_in()?;
    let runs = runs(&profile, option("--seconds", 600.0))?;
    let rounds = option("--rounds", 9.0).max(1.0) as usize;
    let mut described = Vec::new();
    let mut statistics = f64::INFINITY;
    for run in &runs {
        let table = transform(run, &profile, &CancelToken::new())?;
        let mut stats = BTreeMap::new();
        let mut best = f64::INFINITY;
        for _ in 0..3 {
            let started = Instant::now();
            let all = table.columns.iter();
            stats = all
                .map(|c| (c.name.clone(), compute_stats(&table, c)))
                .collect();
            best = best.min(started.elapsed().as_secs_f64());
        }
        statistics = if statistics.is_finite() {
            statistics + best
        } else {
            best
        };
        let robots = run_insight(&table, &stats, &profile, &profile.insight);
        described.push((table, stats, robots));
    }
    let samples: u64 = runs.iter().map(|r| r.ledger.rows_kept).sum();
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let started = Instant::now();
            for (run, (table, stats, robots)) in runs.iter().zip(&described) {
                let found = quality::check(run, table, &profile.settings(), stats, robots, &[]);
                std::hint::black_box(found.flags.len());
            }
            started.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    let filter = forces(&runs, &profile, rounds);
    println!("samples                      {samples:>12}");
    println!("checks, one thread           {:>9.2} ms", median * 1e3);
    println!("  of which Hampel filter     {:>9.2} ms", filter * 1e3);
    println!("statistics, one thread       {:>9.2} ms", statistics * 1e3);
    println!(
        "checks per sample            {:>9.2} ns",
        median * 1e9 / samples as f64
    );
    Ok(())
}

/// The filter alone over all force channels: the median of some rounds, in seconds.
fn forces(runs: &[RunSamples], profile: &Profile, rounds: usize) -> f64 {
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let started = Instant::now();
            for channel in runs.iter().flat_map(|r| &r.channels) {
                if profile.channel(channel.id).0.sensor == "load_cell" {
                    std::hint::black_box(quality::spikes(&channel.values, 8.0).len());
                }
            }
            started.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn runs(profile: &Profile, seconds: f64) -> Result<Vec<RunSamples>> {
    let dir = tempfile::tempdir().map_err(|e| Error::Fatal(e.to_string()))?;
    let options = demo::Options {
        logs: 1,
        run_seconds: seconds,
        ..demo::Options::default()
    };
    demo::write_logs(dir.path(), profile, &options, &CancelToken::new(), |_| {})?;
    let log = dir.path().join("cell-01/2022-11-23T2040.parquet");
    let mut reader = LogReader::open(&log, Format::Parquet, profile)?;
    let mut vocabulary = Vocabulary::default();
    let mut partition = Partition::new(profile);
    while let Some(batch) = reader.next_batch(&mut vocabulary)? {
        partition.add(&batch, &vocabulary);
    }
    let (runs, ..) = partition.finish(&vocabulary);
    Ok(runs.into_iter().map(resolve_conflicts).collect())
}
