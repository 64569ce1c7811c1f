//! Many logs: how long the first look at a data directory takes, a look that finds nothing
//! new, and the list that the browser and the commands ask for.
//!
//! `cargo bench --bench catalog` (after `--`: the number of logs, 100,000 without).

use std::{fs, process::ExitCode, time::Instant};

use mdtui::etl::{
    Error, Result,
    base::CancelToken,
    catalog::Catalog,
    lake::{Context, Lake},
    profile::Profile,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let logs = std::env::args()
        .filter_map(|w| w.parse().ok())
        .next()
        .unwrap_or(100_000);
    match run(logs) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("catalog: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(logs: usize) -> Result<()> {
    let fatal = |e: std::io::Error| Error::Fatal(e.to_string());
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
        fs::write(path, b"PAR1\0\0\0\0\0\0\0\0PAR1").map_err(fatal)?;
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
