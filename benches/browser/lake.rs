//! A data directory and a catalog of very many logs. The logs hold a footer and nothing else:
//! lists never read more. What harvests would have told of them is put into the catalog.

use std::{fs, path::Path, time::Instant};

use mdtui::etl::{
    Error, PIPELINE_VERSION, Result,
    base::CancelToken,
    catalog::Catalog,
    demo,
    lake::{Context, Lake, layout::run_file_name},
    profile::Profile,
    run_id::RunId,
};
use rusqlite::{Connection, params};

/// The folder of the logs that can really be harvested.
pub const FULL: &str = "full-rate/";
/// How many of them there are.
const FULL_LOGS: usize = 8;
const RUNS: usize = 4;
/// Values of a sparkline, as harvests store it.
const SPANS: i32 = 48;
/// 2022-11-23T20:40:00Z
const START: i64 = 1_669_236_000_000_000;

/// `logs` logs, of which every seventh is pending and the others have four runs.
pub fn many(root: &Path, logs: usize) -> Result<Context> {
    let context = Context {
        data_dir: root.join("data"),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(root.join("cache")),
        profile: Profile::built_in()?.into(),
    };
    let done = root.join("made");
    if done.exists() {
        forget_full_rate(&context)?;
        return Ok(context);
    }
    let began = Instant::now();
    for n in 0..logs - FULL_LOGS {
        let path = context
            .data_dir
            .join(format!("cell-{:02}/log-{n:06}.parquet", n % 97));
        if n < 97 {
            create(path.parent().unwrap_or(&path))?;
        }
        // The least that ends in a footer.
        let content = b"PAR1\0\x01\0\0\0PAR1";
        fs::write(&path, content).map_err(|e| Error::io("write", &path, e))?;
    }
    full_rate(&root.join("one"), &context)?;
    let mut catalog = Catalog::open(&context.lake)?;
    catalog.refresh(&context, &CancelToken::new())?;
    fill(&context).map_err(|e| Error::Fatal(format!("cannot fill the catalog: {e}")))?;
    // The states follow from what is there now.
    catalog.refresh(&context, &CancelToken::new())?;
    drop(catalog);
    fs::write(&done, "").map_err(|e| Error::io("write", &done, e))?;
    println!("made in {:.1} s\n", began.elapsed().as_secs_f64());
    Ok(context)
}

fn create(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(|e| Error::io("create", dir, e))
}

/// Logs of four ten-minute runs, as many bytes as a recorder writes.
fn full_rate(one: &Path, context: &Context) -> Result<()> {
    let options = demo::Options {
        logs: 1,
        run_seconds: demo::FULL_RUN_SECONDS,
        seed: 1,
    };
    let cancel = CancelToken::new();
    let mut made = Vec::new();
    demo::write_logs(one, &context.profile, &options, &cancel, |path| {
        made.push(one.join(path));
    })?;
    let folder = context.data_dir.join(FULL);
    create(&folder)?;
    for n in 0..FULL_LOGS {
        for from in &made {
            let to = folder.join(format!("{n}.parquet"));
            fs::copy(from, &to).map_err(|e| Error::io("copy", &to, e))?;
        }
    }
    Ok(())
}

/// What an earlier round harvested is harvested again.
fn forget_full_rate(context: &Context) -> Result<()> {
    let results = context.lake.root().join(FULL.trim_end_matches('/'));
    if results.exists() {
        fs::remove_dir_all(&results).map_err(|e| Error::io("remove", &results, e))?;
    }
    let forgotten = Connection::open(context.lake.local().catalog())
        .and_then(|db| db.execute("DELETE FROM logs WHERE key LIKE 'full-rate/%'", []));
    forgotten.map_err(|e| Error::Fatal(e.to_string()))?;
    Catalog::open(&context.lake)?.refresh(context, &CancelToken::new())?;
    Ok(())
}

/// Gives six of seven logs a record and four runs, as a harvest would.
fn fill(context: &Context) -> rusqlite::Result<()> {
    let mut db = Connection::open(context.lake.local().catalog())?;
    let tx = db.transaction()?;
    tx.execute(
        "UPDATE logs SET harvested_at = ?1 + id * 1000000, first_harvested = '2022-11-24T00:00:00Z', \
         rec_size = size, rec_mtime_ns = mtime_ns, rec_inode = inode, content_hash = printf('%064x', id), \
         rules = ?2, pipeline_version = ?3, program = 'mdtui', seconds = 0.4, \
         rows = 1500000 + id * 104729 % 99991, runs_ok = 4, runs_failed = 0, \
         start_us = ?1 + id * 7919 % 100003 * 600000000, \
         stop_us = ?1 + (id * 7919 % 100003 + 1) * 600000000, \
         verdict = CASE WHEN id % 11 = 0 THEN 'fail' ELSE 'pass' END, cells = folder, ledger = '{}' \
         WHERE id % 7 <> 0 AND folder LIKE 'cell-%'",
        params![START, context.profile.rules(), PIPELINE_VERSION],
    )?;
    let logs: Vec<(i64, Option<String>)> = tx
        .prepare("SELECT id, folder FROM logs WHERE folder LIKE 'cell-%'")?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut run = tx.prepare(
        "INSERT INTO runs (log_id, run, cell_id, start_us, stop_us, runtime_s, distance_mm, rows, samples, \
         complete_rows, verdict, flags, file_name, spark_channel, spark, columns, channels, ledger, cells_seen, \
         lost_precision, states) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 90000, ?8, 80000, ?9, ?10, ?12, 'fz_1', \
         ?11, '[\"time\",\"fz_1\"]', 32, '{}', '[]', 0, '{\"1\":\"contact\",\"2\":\"parked\"}')",
    )?;
    let mut machine = tx.prepare(
        "INSERT INTO robots (run_id, robot, distance_mm, speed_max, speed_peak, force_max, \
         force_peak, force_mean, force_samples) VALUES (?1, ?2, ?3, 900, 800, 2500, 2400, 1100, 60000)",
    )?;
    for (id, folder) in logs {
        for n in 0..RUNS {
            let at = id as usize * RUNS + n;
            let start = START + (at * 7919 % 400_009) as i64 * 600_000_000;
            let took = 500_000_000 + (at * 104_729 % 99_991) as i64 * 1_000;
            let key =
                0x6939_b762_6b66_11ed_u128 ^ (at as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c);
            let spark: Vec<u8> = (0..SPANS)
                .flat_map(|i| f64::from((i * at as i32) % 17).to_le_bytes())
                .collect();
            run.execute(params![
                id,
                key.to_be_bytes(),
                folder,
                start,
                start + took,
                took as f64 / 1e6,
                format!("{{\"1\":{at}.5,\"2\":0.1}}"),
                (394_000 + at * 31 % 1009) as i64,
                if at.is_multiple_of(11) {
                    "fail"
                } else {
                    "pass"
                },
                (at % 5) as i64,
                spark,
                run_file_name(RunId(key), &format!("{id:016x}")),
            ])?;
            let id = tx.last_insert_rowid();
            for robot in ["1", "2"] {
                machine.execute(params![id, robot, at as f64])?;
            }
        }
    }
    drop((run, machine));
    tx.commit()
}
