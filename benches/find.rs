//! `mdtui find` over a lake of a thousand runs, beside the same query in DuckDB.
//!
//! `cargo bench --bench find` writes demo logs, harvests them (about 2.5 GB of tables, in the
//! temporary directory), and prints a table: for conditions that ever more runs fulfil, the
//! seconds of the whole command with its start, those of the query in DuckDB with the same result in
//! a process that runs (`benches/peers/find_duckdb.py`, in turn, by the Python that `MDTUI_PYTHON`
//! names, else `python3`), their ratio, and the seconds of an easier query. Both find the tables in
//! the page cache, and every stretch of both is compared. Without DuckDB its columns are left out,
//! and that is said.
//!
//! Options after `--`: `--logs N` (265), `--seconds S` (45: length of the runs), `--rounds N` (5),
//! `--lake DIR` (one that is there: nothing is written).

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use mdtui::etl::{
    Error, Result,
    base::CancelToken,
    catalog::Catalog,
    demo,
    lake::{Context, Lake},
    profile::Profile,
    time,
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/find_duckdb.py");

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("find: {e}");
            ExitCode::FAILURE
        }
    }
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error::Fatal(e.to_string())
}

fn run(words: &[String]) -> Result<()> {
    let after = |name: &str| {
        let at = words.iter().position(|w| w == name)?;
        words.get(at + 1)
    };
    let number = |name: &str, usual: f64| {
        let typed = after(name).and_then(|w| w.parse().ok());
        typed.unwrap_or(usual)
    };
    let temp = tempfile::tempdir().map_err(failed)?;
    let dir = match after("--lake") {
        Some(dir) => PathBuf::from(dir),
        None => {
            let options = demo::Options {
                logs: number("--logs", 265.0) as usize,
                run_seconds: number("--seconds", 45.0),
                ..demo::Options::default()
            };
            make_lake(temp.path(), &options)?;
            temp.path().to_owned()
        }
    };
    let lowest = describe(&dir)?;
    let conditions: Vec<String> = [0, 10, lowest.len() / 10, lowest.len() / 2]
        .into_iter()
        .map(|runs| {
            // Between the lowest value of the run that matches and that of the next one.
            let limit = match (
                runs.checked_sub(1).and_then(|n| lowest.get(n)),
                lowest.get(runs),
            ) {
                (Some(a), Some(b)) => (a + b) / 2.0,
                (_, Some(b)) => b - 1.0,
                _ => f64::MIN,
            };
            format!("fz_1 < {limit:.3} and v1 > 10")
        })
        .collect();
    let rounds = number("--rounds", 5.0) as usize;
    let mut own = vec![Vec::new(); conditions.len()];
    let mut peer = vec![Vec::new(); conditions.len()];
    let mut easy = vec![Vec::new(); conditions.len()];
    let mut found = vec![Vec::new(); conditions.len()];
    let mut has_peer = true;
    // The first round warms the page cache.
    for round in 0..=rounds {
        for (at, condition) in conditions.iter().enumerate() {
            let (seconds, stretches) = find(&dir, condition)?;
            found[at] = stretches;
            if round > 0 {
                own[at].push(seconds);
            }
        }
        if !has_peer {
            continue;
        }
        match duckdb(&dir, &conditions) {
            Ok(answers) => {
                for (at, (seconds, easier, stretches)) in answers.into_iter().enumerate() {
                    compare(&conditions[at], &found[at], stretches)?;
                    if round > 0 {
                        peer[at].push(seconds);
                        easy[at].push(easier);
                    }
                }
            }
            Err(e) => {
                eprintln!("DuckDB is left out: {e}");
                has_peer = false;
            }
        }
    }
    println!(
        "{:<36} {:>10} {:>12} {:>9} {:>7}   {:<14} {:>9}",
        "condition", "stretches", "mdtui find s", "DuckDB s", "ratio", "by round", "easier s"
    );
    for (at, condition) in conditions.iter().enumerate() {
        let mine = median(&own[at]);
        print!("{condition:<36} {:>10} {mine:>12.4}", found[at].len());
        if has_peer {
            let theirs = median(&peer[at]);
            let ratios = peer[at]
                .iter()
                .zip(&own[at])
                .map(|(theirs, mine)| theirs / mine);
            let (low, high) = ratios.fold((f64::MAX, 0.0_f64), |(low, high), ratio| {
                (low.min(ratio), high.max(ratio))
            });
            let by_round = format!("{low:.1} to {high:.1}");
            let (ratio, easier) = (theirs / mine, median(&easy[at]));
            print!(" {theirs:>9.4} {ratio:>7.1}   {by_round:<14} {easier:>9.4}");
        }
        println!();
    }
    Ok(())
}

/// Start and stop of a stretch in microseconds, and its smallest value.
type Found = (i64, i64, f64);

/// Whether both found the same.
fn compare(condition: &str, own: &[Found], mut theirs: Vec<Found>) -> Result<()> {
    let by_start = |a: &Found, b: &Found| a.0.cmp(&b.0).then(a.2.total_cmp(&b.2));
    let mut own = own.to_vec();
    own.sort_by(by_start);
    theirs.sort_by(by_start);
    if own == theirs {
        return Ok(());
    }
    let differ = own.iter().zip(&theirs).find(|(own, theirs)| own != theirs);
    Err(failed(format!(
        "where {condition}, mdtui found {} stretches and DuckDB {}; the first that differ: {differ:?}",
        own.len(),
        theirs.len()
    )))
}

fn mdtui(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mdtui"));
    command.arg("--data-dir").arg(dir.join("data"));
    command.arg("--cache-dir").arg(dir.join("cache"));
    command
}

fn make_lake(dir: &Path, options: &demo::Options) -> Result<()> {
    let profile = Profile::built_in()?;
    let data = dir.join("data");
    demo::write_logs(&data, &profile, options, &CancelToken::new(), |_| {})?;
    // A run of two logs is searched once, but a glob finds both of its tables.
    std::fs::remove_dir_all(data.join("faults")).map_err(failed)?;
    let harvest = mdtui(dir)
        .arg("harvest")
        .stdout(Stdio::inherit())
        .stderr(Stdio::null())
        .status()
        .map_err(failed)?;
    if harvest.success() {
        Ok(())
    } else {
        Err(failed(format!("the harvest failed: {harvest}")))
    }
}

/// Prints what the lake is, and gives the smallest `fz_1` of each run, ascending.
fn describe(dir: &Path) -> Result<Vec<f64>> {
    let context = Context {
        data_dir: dir.join("data"),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(dir.join("cache")),
        profile: Profile::built_in()?.into(),
    };
    let mut catalog = Catalog::open(&context.lake)?;
    catalog.refresh(&context, &CancelToken::new())?;
    let runs = catalog.runs(None)?;
    let stored: Vec<_> = runs.iter().filter(|run| run.error().is_none()).collect();
    let files = stored.iter().filter_map(|run| {
        let size = context.lake.size_of(run.log_key(), &run.file_name()?);
        size.map(|size| size as f64)
    });
    println!(
        "{} runs, {} rows of tables, {:.2} GB; {} cores\n",
        stored.len(),
        stored.iter().map(|run| run.rows()).sum::<u64>(),
        files.sum::<f64>() / 1e9,
        std::thread::available_parallelism().map_or(1, usize::from),
    );
    let extremes = catalog.extremes(&["fz_1"])?;
    let columns = extremes.values().flat_map(|log| log.values());
    let mut lowest: Vec<f64> = columns.filter_map(|run| run.get("fz_1")?.min).collect();
    lowest.sort_by(f64::total_cmp);
    Ok(lowest)
}

/// The whole command: seconds, and stretches.
fn find(dir: &Path, condition: &str) -> Result<(f64, Vec<Found>)> {
    let started = Instant::now();
    let output = mdtui(dir)
        .args(["find", condition, "--json"])
        .output()
        .map_err(failed)?;
    let seconds = started.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr)));
    }
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(failed)?;
    let stretch = |stretch: &serde_json::Value| {
        let at = |key: &str| time::parse(stretch[key].as_str()?.as_bytes());
        Some((
            at("start_time")?,
            at("stop_time")?,
            stretch["extreme"].as_f64()?,
        ))
    };
    let stretches = answer["stretches"].as_array().into_iter().flatten();
    let found = stretches.map(stretch).collect::<Option<_>>();
    Ok((seconds, found.ok_or_else(|| failed("an unknown answer"))?))
}

/// Of each condition the seconds of the query and of the easier one, and the stretches.
fn duckdb(dir: &Path, conditions: &[String]) -> Result<Vec<(f64, f64, Vec<Found>)>> {
    let python = std::env::var_os("MDTUI_PYTHON").unwrap_or_else(|| "python3".into());
    let output = Command::new(python)
        .arg(SCRIPT)
        .arg(dir.join("cache/**/run_*.parquet"))
        .args(conditions)
        .output()
        .map_err(failed)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failed(said.trim().lines().last().unwrap_or("it failed")));
    }
    serde_json::from_slice(&output.stdout).map_err(failed)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
