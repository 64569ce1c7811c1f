//! Many logs: how long the first look at a data directory takes, a look that finds nothing
//! new, and the list that the browser and the commands ask for.
//!
//! Then `mdtui rebuild` of a lake of as many records that others wrote, and `mdtui list` when nothing
//! is new.
//!
//! `cargo bench --bench catalog`; options after `--`: the number of logs (100,000), `--records` (the
//! second part alone), `--old FILE` (another build of the program, in turn).

#[path = "program/mod.rs"]
mod program;

use std::{fs, path::Path, process::ExitCode, time::Instant};

use mdtui::etl::{
    Error, Result,
    base::{CancelToken, NoProgress},
    catalog::Catalog,
    harvest::{Options, harvest_log},
    lake::{Context, Lake, Record},
    profile::Profile,
    run_id::RunId,
    source::reserved::CATALOG,
};
use rayon::prelude::*;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let logs = words.iter().find_map(|w| w.parse().ok());
    let logs = logs.unwrap_or(100_000);
    let looks = if words.iter().any(|w| w == "--records") {
        Ok(())
    } else {
        run(logs)
    };
    match looks.and_then(|()| records(logs, &program::builds(&words))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("catalog: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(logs: usize) -> Result<()> {
    let dir = tempfile::tempdir().map_err(fatal)?;
    let context = Context {
        data_dir: dir.path().join("data"),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(dir.path().join("cache")),
        profile: Profile::built_in()?.into(),
    };
    for n in 0..logs {
        let path = context
            .data_dir
            .join(format!("cell-{}/log-{n}.parquet", n % 200));
        if n < 200 {
            fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(fatal)?;
        }
        // The least that ends in a footer.
        fs::write(path, b"PAR1\0\x01\0\0\0PAR1").map_err(fatal)?;
    }
    println!("{logs} logs in 200 folders\n");
    let mut catalog = time("open a new catalog", || Catalog::open(&context.lake))?;
    let token = CancelToken::new();
    time("first look", || catalog.refresh(&context, &token))?;
    for _ in 0..3 {
        time("look that finds nothing new", || {
            catalog.refresh(&context, &token)
        })?;
    }
    let mut catalog = time("open a full catalog", || Catalog::open(&context.lake))?;
    time("list", || catalog.logs())?;
    time("first look of another process", || {
        catalog.refresh(&context, &token)
    })?;
    Ok(())
}

fn time<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let started = Instant::now();
    let result = work()?;
    println!(
        "{what:<32} {:>9.1} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    Ok(result)
}

/// Removes the catalog of a lake, and what SQLite keeps beside it.
fn remove_catalog(lake: &Path) -> Result<()> {
    for entry in fs::read_dir(lake).map_err(fatal)? {
        let path = entry.map_err(fatal)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with(CATALOG)) {
            fs::remove_file(&path).map_err(fatal)?;
        }
    }
    Ok(())
}

/// Takes in `count` records that nobody told the catalog of.
fn records(count: usize, builds: &[program::Build]) -> Result<()> {
    let dir = tempfile::tempdir().map_err(fatal)?;
    let context = Context {
        data_dir: dir.path().join("data"),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(dir.path().join("cache")),
        profile: Profile::built_in()?.into(),
    };
    let record = one_record(&context)?;
    (0..count)
        .into_par_iter()
        .try_for_each(|n| copy_record(&context, &record, n))?;
    println!("\n{count} records of one run each, written by others\n");
    println!(
        "{:<32} {:>6} {:>9} {:>12}",
        "command", "build", "seconds", "processor s"
    );
    for build in builds {
        // One build may not know the catalog of another.
        remove_catalog(context.lake.root())?;
        for command in [&["rebuild"][..], &["list", "--state", "failed"]] {
            let took = build.run(&context.data_dir, context.lake.root(), command)?;
            println!(
                "{:<32} {:>6} {:>9.2} {:>12.2}",
                command.join(" "),
                build.name,
                took.seconds,
                took.processor
            );
        }
    }
    Ok(())
}

fn fatal(e: std::io::Error) -> Error {
    Error::Fatal(e.to_string())
}

/// The record of a small log, which is harvested for it.
fn one_record(context: &Context) -> Result<Record> {
    let mut text = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for second in 0..20 {
        for axis in ["x", "y", "z"] {
            text.push_str(&format!(
                "2022-11-23T20:40:{second:02}Z,{second}.25,{axis},1,7,encoder\n"
            ));
        }
    }
    fs::create_dir_all(&context.data_dir).map_err(fatal)?;
    fs::write(context.data_dir.join("log.csv"), text).map_err(fatal)?;
    let token = CancelToken::new();
    Catalog::open(&context.lake)?.refresh(context, &token)?;
    harvest_log(context, "log.csv", Options::default(), &NoProgress, &token)?;
    let record = Record::read(&context.lake, "log.csv")?;
    record.ok_or_else(|| Error::Fatal("no record".into()))
}

/// Puts the record into the lake as that of another log and run.
fn copy_record(context: &Context, record: &Record, n: usize) -> Result<()> {
    let mut record = record.clone();
    record.source_file = format!("cell-{:02}/log-{n:06}.csv", n % 97);
    record.source.path.clone_from(&record.source_file);
    record.source.inode = 1_000_000 + n as u64;
    let hash = (n as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    record.source.content_hash = Some(format!("{hash:064x}"));
    let runs = std::mem::take(&mut record.run_to_result);
    for (at, mut run) in (0..).zip(runs.into_values()) {
        run.run_uuid = RunId(hash.rotate_left(64) + at);
        record.run_to_result.insert(run.run_uuid, run);
    }
    let mut text = Vec::new();
    record.seal(&mut text).map_err(fatal)?;
    let path = context.lake.location(&record.source_file, "record.json");
    fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(fatal)?;
    fs::write(path, text).map_err(fatal)
}
