//! What a harvest costs as logs grow: in rows, in runs, in number; and its memory, also under
//! a real limit.
//!
//! `cargo bench --bench scale` prints three tables. Each line is a process of its own;
//! memory is its peak as the kernel saw it. Options after `--`: `--most-logs N` (10,000),
//! `--most-rows N` (64: times the rows of the first line), `--limit-mib N` (256), `--small` (the table
//! of small logs alone), `--old FILE` (another build of the program, for the same table).

#[path = "program/mod.rs"]
mod program;

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use mdtui::etl::{
    Error, Result,
    base::{CancelToken, NoProgress},
    catalog::Catalog,
    demo,
    harvest::{Options, harvest_log},
    lake::{Context, Lake},
    parquet::{Cells, ParquetReader, ParquetWriter, as_numbers},
    profile::Profile,
};
use polars_arrow::array::PrimitiveArray;
use polars_parquet::write::CompressionOptions;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.first().map(String::as_str) {
        Some("--child") => child(&words[1..]),
        _ => parent(&words),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("scale: {e}");
            ExitCode::FAILURE
        }
    }
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error::Fatal(e.to_string())
}

/// Harvests every log below a directory; prints seconds and KiB.
fn child(words: &[String]) -> Result<()> {
    let context = Context {
        data_dir: words[0].clone().into(),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(Path::new(&words[1])),
        profile: Profile::built_in()?.into(),
    };
    let cancel = CancelToken::new();
    let mut catalog = Catalog::open(&context.lake)?;
    catalog.refresh(&context, &cancel)?;
    let logs = catalog.logs()?;
    let started = Instant::now();
    for log in logs {
        harvest_log(&context, &log.key, Options::default(), &NoProgress, &cancel)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{seconds} {}", peak_kib());
    Ok(())
}

/// Peak resident memory of this process, from the kernel.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse().ok())
        .unwrap_or(0)
}

struct Figures {
    seconds: f64,
    peak_mb: f64,
}

/// Harvests what lies in `data` in a process of its own, under a limit if that is not 0.
fn harvest(data: &Path, limit_mib: u64) -> Result<Figures> {
    let cache = tempfile::tempdir().map_err(failed)?;
    rustix::fs::sync();
    let limit = match limit_mib {
        0 => "unlimited".to_owned(),
        mib => (mib << 10).to_string(),
    };
    // Set before the process begins: some allocators set memory aside at once.
    let output = Command::new("sh")
        .args(["-c", "ulimit -d $0 && exec \"$@\"", &limit])
        .arg(std::env::current_exe().map_err(failed)?)
        .arg("--child")
        .args([data, cache.path()])
        .stderr(Stdio::inherit())
        .output()
        .map_err(failed)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut numbers = text
        .split_whitespace()
        .map(|w| w.parse().unwrap_or(f64::NAN));
    let mut next = || numbers.next().unwrap_or(f64::NAN);
    Ok(Figures {
        seconds: next(),
        peak_mb: next() / 1024.0,
    })
}

fn parent(words: &[String]) -> Result<()> {
    let after = |name: &str, usual: usize| {
        let at = words.iter().position(|w| w == name);
        let word = at.and_then(|at| words.get(at + 1));
        word.and_then(|w| w.parse().ok()).unwrap_or(usual)
    };
    if !words.iter().any(|w| w == "--small") {
        by_rows(after("--most-rows", 64), after("--limit-mib", 256) as u64)?;
        by_runs()?;
    }
    by_logs(after("--most-logs", 10_000), &program::builds(words))
}

/// Logs of more and more runs of the same length.
fn by_rows(most: usize, limit: u64) -> Result<()> {
    println!("rows by more runs of 150 s (row groups of 262,144 rows)\n");
    println!(
        "{:>12} {:>6} {:>9} {:>9} {:>9} {:>9}   under {limit} MiB: {:>8} {:>9} {:>9}",
        "rows", "runs", "log MB", "seconds", "ns/row", "peak MB", "seconds", "ns/row", "peak MB"
    );
    for times in [1, 4, 16, 64].into_iter().filter(|n| *n <= most) {
        let data = tempfile::tempdir().map_err(failed)?;
        let (rows, runs) = multiplied(data.path(), 150.0, times)?;
        let free = harvest(data.path(), 0)?;
        let bound = harvest(data.path(), limit)?;
        let bytes = std::fs::metadata(data.path().join("log.parquet")).map_or(0, |m| m.len());
        println!(
            "{rows:>12} {runs:>6} {:>9.1} {:>9.3} {:>9.0} {:>9.0} {:>24.3} {:>9.0} {:>9.0}",
            bytes as f64 / 1e6,
            free.seconds,
            free.seconds * 1e9 / rows as f64,
            free.peak_mb,
            bound.seconds,
            bound.seconds * 1e9 / rows as f64,
            bound.peak_mb,
        );
    }
    println!();
    Ok(())
}

/// Logs of more and more short runs.
fn by_runs() -> Result<()> {
    println!("runs of 1 s in one log\n");
    println!(
        "{:>12} {:>12} {:>9} {:>9} {:>9}",
        "runs", "rows", "seconds", "ms/run", "peak MB"
    );
    for times in [1, 5, 50, 500] {
        let data = tempfile::tempdir().map_err(failed)?;
        let (rows, runs) = multiplied(data.path(), 1.0, times)?;
        let figures = harvest(data.path(), 0)?;
        println!(
            "{runs:>12} {rows:>12} {:>9.3} {:>9.2} {:>9.0}",
            figures.seconds,
            figures.seconds * 1e3 / runs as f64,
            figures.peak_mb
        );
    }
    println!();
    Ok(())
}

/// More and more small logs, harvested by the program as by anyone.
fn by_logs(most: usize, builds: &[program::Build]) -> Result<()> {
    println!("small logs (CSV, 60 rows), `mdtui harvest --all`\n");
    println!(
        "{:>12} {:>6} {:>9} {:>9} {:>20}",
        "logs", "build", "seconds", "ms/log", "processor ms/log"
    );
    // Removed at the end: ext4 without a journal passes over each inode that was deleted within the
    // last minutes, for every file that it makes, and what is measured next would pay for that.
    let mut kept = Vec::new();
    for logs in [1, 10, 100, 1000, 10_000]
        .into_iter()
        .filter(|n| *n <= most)
    {
        let data = tempfile::tempdir().map_err(failed)?;
        for log in 0..logs {
            small_log(data.path(), log).map_err(failed)?;
        }
        for build in builds {
            let cache = tempfile::tempdir().map_err(failed)?;
            rustix::fs::sync();
            let took = build.run(data.path(), cache.path(), &["harvest", "--all"])?;
            println!(
                "{logs:>12} {:>6} {:>9.3} {:>9.2} {:>20.2}",
                build.name,
                took.seconds,
                took.seconds * 1e3 / logs as f64,
                took.processor * 1e3 / logs as f64
            );
            kept.push(cache);
        }
        kept.push(data);
    }
    Ok(())
}

/// Writes `log.parquet`: the four runs of a demo log, `times` times under other ids. Returns
/// rows and runs.
fn multiplied(dir: &Path, run_seconds: f64, times: usize) -> Result<(usize, usize)> {
    let one = tempfile::tempdir().map_err(failed)?;
    let options = demo::Options {
        logs: 1,
        run_seconds,
        ..demo::Options::default()
    };
    let profile = Profile::built_in()?;
    demo::write_logs(one.path(), &profile, &options, &CancelToken::new(), |_| {})?;
    let log = ParquetReader::open(&find_log(one.path()))?;
    let fields = log.fields();
    let target = File::create(dir.join("log.parquet")).map_err(failed)?;
    let snappy = CompressionOptions::Snappy;
    let mut writer = ParquetWriter::new(target, fields.to_vec(), snappy).map_err(failed)?;
    for copy in 0..times as u64 {
        for group in 0..log.groups().count() {
            let column = |name: &str| -> Result<Cells> {
                let cells = log.read(group, name)?;
                let cells = cells.ok_or_else(|| failed("a demo log lacks a column"))?;
                let is_id = name == profile.columns.run;
                Ok(match as_numbers::<u64>(&cells).filter(|_| is_id) {
                    Some(ids) => {
                        let other = |id: Option<&u64>| id.map(|id| id.wrapping_add(copy << 20));
                        ids.iter()
                            .map(other)
                            .collect::<PrimitiveArray<u64>>()
                            .boxed()
                    }
                    None => cells,
                })
            };
            let columns = fields.iter().map(|field| column(&field.name));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            writer.write(&columns).map_err(failed)?;
        }
    }
    writer.finish().map_err(failed)?;
    Ok((log.groups().sum::<usize>() * times, 4 * times))
}

fn small_log(dir: &Path, log: usize) -> std::io::Result<()> {
    let mut text = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for sample in 0..20 {
        for (field, value) in [("x", sample), ("y", 2 * sample), ("z", -sample)] {
            text.push_str(&format!(
                "2022-11-23T20:40:{sample:02}.5Z,{value}.25,{field},1,{},encoder\n",
                1000 + log
            ));
        }
    }
    let dir = dir.join(format!("cell-{:02}", log / 1000));
    std::fs::create_dir_all(&dir)?;
    std::fs::write(dir.join(format!("log-{log:05}.csv")), text)
}

fn find_log(dir: &Path) -> PathBuf {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .flatten()
        .map(walkdir::DirEntry::into_path)
        .find(|p| p.extension().is_some_and(|e| e == "parquet"))
        .unwrap_or_default()
}
