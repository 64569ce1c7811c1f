//! Whole harvests of a full-rate log, beside the floor measured in the same run.
//!
//! `cargo bench --bench harvest` makes a log of four ten-minute runs (1.6 million rows),
//! harvests it several times in processes of their own and prints a table: seconds, rows
//! per second, peak memory, bytes. The floor is what no harvest can do without: decoding
//! the log's columns, and writing the same tables from memory.
//!
//! Options after `--`: `--seconds S` (length of the runs), `--rounds N`, `--peers` (also
//! runs `benches/peers/*.py` with the `python3` that is found, and prints ratios).

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use mdtui::etl::{
    Result,
    base::{CancelToken, NoProgress},
    catalog::Catalog,
    clean::{Partition, resolve_conflicts},
    demo,
    extract::{LogReader, Vocabulary},
    harvest::{LogRef, Options, harvest_log},
    lake::{Context, Lake, Presence, lock::Owner, run_file::write_run_file},
    profile::Profile,
    source::Format,
    transform::{RunTable, transform},
    worker::{Client, Ending, KEEP_MEMORY, Limits, Task},
};
use rayon::prelude::*;

struct Args {
    seconds: f64,
    rounds: usize,
    peers: bool,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.first().map(String::as_str) {
        Some("--child") => child(&words[1..]),
        _ => parent(&args(&words)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("harvest: {e}");
            ExitCode::FAILURE
        }
    }
}

fn args(words: &[String]) -> Args {
    let after = |name: &str| {
        words
            .iter()
            .position(|w| w == name)
            .and_then(|i| words.get(i + 1))
            .and_then(|w| w.parse::<f64>().ok())
    };
    Args {
        seconds: after("--seconds").unwrap_or(600.0),
        rounds: after("--rounds").map_or(5, |n| n as usize).max(1),
        peers: words.iter().any(|w| w == "--peers"),
    }
}

/// Harvests the only log below a data directory and prints what only the process knows.
fn child(words: &[String]) -> Result<()> {
    let context = context(Path::new(&words[0]), Path::new(&words[1]))?;
    let mut catalog = Catalog::open(&context.lake)?;
    catalog.refresh(&context, &CancelToken::new())?;
    let key = catalog
        .logs()?
        .into_iter()
        .map(|l| l.key)
        .next()
        .unwrap_or_default();
    let options = Options {
        force: true,
        ..Options::default()
    };
    let token = CancelToken::new();
    let started = Instant::now();
    if words.get(2).is_some_and(|w| w == "worker") {
        let program = env!("CARGO_BIN_EXE_mdtui").into();
        let mut client = Client::new(program, Limits::default());
        let presence = Presence::in_lake(&context.lake)?;
        let mut ask = |options| {
            let task = Task::new(
                &context,
                LogRef::Known(&key),
                options,
                Owner::new(&presence),
            );
            match client.harvest(task, &NoProgress, &token)? {
                Ending::Told(harvested) => harvested
                    .acknowledge(&context, &key, &mut catalog)
                    .map(drop),
                Ending::Died(error) => Err(error),
            }
        };
        ask(options)?;
        let seconds = started.elapsed().as_secs_f64();
        let again = Instant::now();
        ask(Options::default())?;
        let current = again.elapsed().as_secs_f64();
        println!("{seconds} {current}");
        return Ok(());
    }
    harvest_log(&context, &key, options, &NoProgress, &token)?;
    println!("{} {}", started.elapsed().as_secs_f64(), peak_kib());
    Ok(())
}

/// Peak resident memory of this process, from the kernel.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse().ok())
        .unwrap_or(0)
}

fn context(data: &Path, cache: &Path) -> Result<Context> {
    Ok(Context {
        data_dir: data.to_owned(),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(cache),
        profile: Profile::built_in()?.into(),
    })
}

fn parent(args: &Args) -> Result<()> {
    let dir = tempfile::tempdir().map_err(|e| mdtui::etl::Error::Fatal(e.to_string()))?;
    let data = dir.path().join("data");
    let profile = Profile::built_in()?;
    let options = demo::Options {
        logs: 1,
        run_seconds: args.seconds,
        ..demo::Options::default()
    };
    demo::write_logs(&data, &profile, &options, &CancelToken::new(), |_| {})?;
    let log = find_log(&data);
    let size = std::fs::metadata(&log).map_or(0, |m| m.len());
    let tables = read_tables(&log, &profile)?;
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "one log: {} rows, {} runs, {:.1} MB; {cpus} cores\n",
        tables.rows,
        tables.runs.len(),
        size as f64 / 1e6
    );

    let mut peers: Vec<(String, Vec<f64>)> = if args.peers {
        found_peers()
    } else {
        Vec::new()
    }
    .into_iter()
    .map(|p| (p, Vec::new()))
    .collect();
    let (mut harvest, mut memory, mut worker) = (Vec::new(), Vec::new(), Vec::new());
    let mut asked = Vec::new();
    let (mut reading, mut writing) = (Vec::new(), Vec::new());
    let cache = dir.path().join("cache");
    // In turn, so that a machine whose speed drifts is fair to all; the first round warms.
    for round in 0..=args.rounds {
        let keep = round > 0;
        // Which of the two comes first changes: the first finds the disk busier.
        let own = |cache: &Path| harvest_once(&data, cache, "");
        let by_worker = |cache: &Path| harvest_once(&data, cache, "worker");
        let ((seconds, kib), (through, kept)) = if round % 2 == 0 {
            let own = own(&cache);
            (own, by_worker(&cache))
        } else {
            let worker = by_worker(&cache);
            (own(&cache), worker)
        };
        let read = time(|| decode(&log, &profile))?;
        let write = time(|| write_tables(&tables.runs, dir.path()))?;
        for (list, value) in [
            (&mut harvest, seconds),
            (&mut worker, through),
            (&mut asked, kept),
            (&mut memory, kib),
            (&mut reading, read),
            (&mut writing, write),
        ] {
            if keep {
                list.push(value);
            }
        }
        for (peer, times) in &mut peers {
            let seconds = peer_once(peer, &log, &dir.path().join("peer"));
            if keep {
                times.push(seconds);
            }
        }
    }
    let written = bytes_below(&cache, "parquet");
    let floor = median(&reading) + median(&writing);
    let rows = tables.rows as f64;
    println!(
        "{:<38} {:>9} {:>12} {:>10} {:>10}",
        "", "seconds", "rows/s", "peak MB", "MB written"
    );
    let line = |name: &str, seconds: f64, peak: String, bytes: String| {
        println!(
            "{name:<38} {seconds:>9.3} {:>12.0} {peak:>10} {bytes:>10}",
            rows / seconds
        );
    };
    let megabytes = format!("{:.1}", written as f64 / 1e6);
    let peak = format!("{:.0}", median(&memory) / 1024.0);
    line(
        "harvest (all of it, synced)",
        median(&harvest),
        peak,
        megabytes.clone(),
    );
    line(
        "the same through a new worker process",
        median(&worker),
        String::new(),
        String::new(),
    );
    line(
        "floor: decode the columns",
        median(&reading),
        String::new(),
        String::new(),
    );
    line(
        "floor: write the tables",
        median(&writing),
        String::new(),
        megabytes,
    );
    for (peer, times) in &peers {
        line(
            &format!("peer: {}", name_of(peer)),
            median(times),
            String::new(),
            String::new(),
        );
    }
    println!("\nharvest ÷ floor: {:.2}", median(&harvest) / floor);
    println!(
        "asking a kept worker for a log that is current: {:.1} ms",
        median(&asked) * 1e3
    );
    let mut ratios: Vec<f64> = worker.iter().zip(&harvest).map(|(w, h)| w / h).collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "through a worker ÷ harvest: {:.3} (round by round: {:.2} to {:.2})",
        median(&ratios),
        ratios[0],
        ratios[ratios.len() - 1]
    );
    for (peer, times) in &peers {
        let mut ratios: Vec<f64> = times.iter().zip(&harvest).map(|(p, h)| p / h).collect();
        ratios.sort_by(f64::total_cmp);
        println!(
            "{} ÷ harvest: {:.1} (round by round: {:.1} to {:.1})",
            name_of(peer),
            median(&ratios),
            ratios[0],
            ratios[ratios.len() - 1]
        );
    }
    Ok(())
}

struct Tables {
    rows: u64,
    runs: Vec<RunTable>,
}

fn read_tables(log: &Path, profile: &Profile) -> Result<Tables> {
    let mut reader = LogReader::open(log, Format::Parquet, profile)?;
    let mut vocabulary = Vocabulary::default();
    let mut partition = Partition::new(profile);
    while let Some(batch) = reader.next_batch(&mut vocabulary)? {
        partition.add(&batch, &vocabulary);
    }
    let (runs, ledger, _) = partition.finish(&vocabulary);
    let runs = runs
        .into_iter()
        .map(|run| transform(&resolve_conflicts(run), profile, &CancelToken::new()))
        .collect::<Result<_>>()?;
    Ok(Tables {
        rows: ledger.rows_in,
        runs,
    })
}

/// Decodes all columns and keeps nothing.
fn decode(log: &Path, profile: &Profile) -> Result<()> {
    let mut reader = LogReader::open(log, Format::Parquet, profile)?;
    let mut vocabulary = Vocabulary::default();
    while let Some(batch) = reader.next_batch(&mut vocabulary)? {
        std::hint::black_box(&batch);
    }
    Ok(())
}

/// Writes all tables in parallel, synced, as a harvest does.
fn write_tables(tables: &[RunTable], dir: &Path) -> Result<()> {
    tables
        .par_iter()
        .with_max_len(1)
        .enumerate()
        .try_for_each(|(i, table)| {
            let path = dir.join(format!("floor-{i}"));
            let _ = std::fs::remove_file(&path);
            write_run_file(&path, table, &CancelToken::new(), |_| String::new()).map(|_| ())
        })
}

fn time(f: impl FnOnce() -> Result<()>) -> Result<f64> {
    let started = Instant::now();
    f()?;
    Ok(started.elapsed().as_secs_f64())
}

/// Seconds and peak KiB of one harvest in a process of its own.
fn harvest_once(data: &Path, cache: &Path, how: &str) -> (f64, f64) {
    let _ = std::fs::remove_dir_all(cache);
    // A harvest syncs what it writes; it is not to pay for what others left unwritten.
    rustix::fs::sync();
    let output = std::env::current_exe().and_then(|me| {
        Command::new(me)
            .arg("--child")
            .arg(data)
            .arg(cache)
            .arg(how)
            // As a worker.
            .env(KEEP_MEMORY.0, KEEP_MEMORY.1)
            .stderr(Stdio::inherit())
            .output()
    });
    let text = output
        .map(|o| String::from_utf8_lossy(&o.stdout).into_owned())
        .unwrap_or_default();
    let mut words = text
        .split_whitespace()
        .map(|w| w.parse().unwrap_or(f64::NAN));
    (
        words.next().unwrap_or(f64::NAN),
        words.next().unwrap_or(f64::NAN),
    )
}

fn found_peers() -> Vec<String> {
    ["pandas", "polars", "duckdb"]
        .into_iter()
        .filter(|name| {
            let found = Command::new("python3")
                .args(["-c", &format!("import {name}")])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|s| s.success());
            if !found {
                println!("peer {name}: not installed, left out");
            }
            found
        })
        .map(|name| {
            format!(
                "{}/benches/peers/{name}_peer.py",
                env!("CARGO_MANIFEST_DIR")
            )
        })
        .collect()
}

/// A peer times itself without its start-up and imports, and prints seconds.
fn peer_once(script: &str, log: &Path, out: &Path) -> f64 {
    let _ = std::fs::remove_dir_all(out);
    let _ = std::fs::create_dir_all(out);
    let output = Command::new("python3")
        .arg(script)
        .arg(log)
        .arg(out)
        .stderr(Stdio::inherit())
        .output();
    let text = output
        .map(|o| String::from_utf8_lossy(&o.stdout).into_owned())
        .unwrap_or_default();
    text.trim().parse().unwrap_or(f64::NAN)
}

fn name_of(script: &str) -> String {
    Path::new(script)
        .file_stem()
        .map(|s| s.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn find_log(dir: &Path) -> PathBuf {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .flatten()
        .map(walkdir::DirEntry::into_path)
        .find(|p| p.extension().is_some_and(|e| e == "parquet"))
        .unwrap_or_default()
}

fn bytes_below(dir: &Path, ending: &str) -> u64 {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .flatten()
        .filter(|e| e.path().extension().is_some_and(|x| x == ending))
        .filter_map(|e| e.metadata().ok())
        .map(|m| m.len())
        .sum()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
