//! What insight costs of a harvest.

use std::path::Path;

use super::etl::{
    Error, Result,
    base::{CancelToken, NoProgress},
    catalog::Catalog,
    clean::{Partition, resolve_conflicts},
    demo,
    extract::{LogReader, Vocabulary},
    harvest::{Options, harvest_log},
    insight::run_insight,
    lake::{Context, Lake},
    profile::Profile,
    source::{Format, scan::Links},
    stats::compute_stats,
    transform::transform,
};

/// Prints processor seconds of the harvest of a full-rate log and of its insight, in turn.
pub fn print(seconds: f64, rounds: usize) -> Result<()> {
    let failed = |e: std::io::Error| Error::Fatal(e.to_string());
    let dir = tempfile::tempdir().map_err(failed)?;
    let profile = Profile::built_in()?;
    let context = Context {
        data_dir: dir.path().join("data"),
        lake: Lake::new(dir.path().join("cache")),
        profile: profile.clone().into(),
        links: Links::default(),
    };
    let options = demo::Options {
        logs: 1,
        run_seconds: seconds,
        ..demo::Options::default()
    };
    let token = CancelToken::new();
    demo::write_logs(&context.data_dir, &profile, &options, &token, |_| {})?;
    let mut catalog = Catalog::open(&context.lake)?;
    catalog.refresh(&context, &token)?;
    let log = catalog.logs()?.into_iter().next();
    let log = log.ok_or_else(|| Error::Fatal("there is no demo log".into()))?;
    let file = context.data_dir.join(&*log.path());
    let insight = insight_of(&file, &profile)?;
    let (mut whole, mut part) = (Vec::new(), Vec::new());
    // The first round warms.
    for round in 0..=rounds.max(1) {
        let options = Options {
            force: true,
            ..Options::default()
        };
        let harvest = processor_seconds(|| {
            harvest_log(&context, &log.key, options, &NoProgress, &token).map(drop)
        })?;
        let insight = processor_seconds(|| {
            insight();
            Ok(())
        })?;
        if round > 0 {
            whole.push(harvest);
            part.push(insight / f64::from(REPEATS));
        }
    }
    let (whole, part) = (median(&mut whole), median(&mut part));
    println!(
        "harvest of a full-rate log: {whole:.2} s of processor time; its insight alone: {part:.3} s, \
         which adds {:.1} % to the rest",
        100.0 * part / (whole - part)
    );
    Ok(())
}

/// The kernel counts in hundredths of a second.
const REPEATS: u32 = 10;

/// Computes the insight of all runs of a log, several times.
fn insight_of(log: &Path, profile: &Profile) -> Result<impl Fn()> {
    let mut reader = LogReader::open(log, Format::Parquet, profile)?;
    let mut vocabulary = Vocabulary::default();
    let mut partition = Partition::new(profile);
    while let Some(batch) = reader.next_batch(&mut vocabulary)? {
        partition.add(&batch, &vocabulary);
    }
    let (runs, _, _) = partition.finish(&vocabulary);
    let mut tables = Vec::new();
    for run in runs {
        let table = transform(&resolve_conflicts(run), profile, &CancelToken::new())?;
        let columns = table.columns.iter();
        let stats = columns.map(|c| (c.name.clone(), compute_stats(&table, c)));
        let stats = stats.collect();
        tables.push((table, stats));
    }
    let profile = profile.clone();
    Ok(move || {
        for _ in 0..REPEATS {
            for (table, stats) in &tables {
                std::hint::black_box(run_insight(table, stats, &profile, &profile.insight));
            }
        }
    })
}

/// Seconds of all processors that this process was given while `work` ran.
fn processor_seconds(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let used = || {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // The name, in parentheses, may hold spaces. User and system ticks are fields 14 and 15.
        let fields = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        let ticks = fields
            .skip(11)
            .take(2)
            .filter_map(|f| f.parse::<f64>().ok());
        ticks.sum::<f64>() / 100.0
    };
    let before = used();
    work()?;
    Ok(used() - before)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
