//! The kernels of a harvest and of the browser, each beside copying the bytes it looks at.
//!
//! `cargo bench --bench kernels` prints nanoseconds per item and the ratio to a plain copy of
//! the same bytes in memory. `scripts/guard.sh` counts their instructions instead:
//! `--list` names them, `--only NAME --times N` runs one N times after its preparation.

use std::{hint::black_box, sync::Arc, time::Instant};

use mdtui::etl::{
    Result,
    base::CancelToken,
    clean::{Partition, RowRules, RunRows, resolve_conflicts},
    demo,
    extract::{Batch, LogReader, Vocabulary},
    filter::Condition,
    lake::run_file::{Window, write_run_file},
    numeric::percentile,
    profile::Profile,
    run_id::{ParsedRun, RunId},
    schema::Hold,
    source::Format,
    stats::compute_stats,
    time,
    transform::{RunTable, clock::align, derive, magnitude, transform},
};

/// A kernel, prepared: what it does once, on how many items of how many bytes.
struct Kernel {
    items: usize,
    bytes: usize,
    run: Box<dyn FnMut()>,
}

type Prepare = fn() -> Result<Kernel>;

const KERNELS: [(&str, Prepare); 14] = [
    ("time_with_memory", || times(true)),
    ("time_alone", || times(false)),
    ("decode_parquet", decode),
    ("partition", partition),
    ("resolve_in_order", || resolving(true)),
    ("resolve_shuffled", || resolving(false)),
    ("lay_clocks", clocks),
    ("derive", derivatives),
    ("magnitude", magnitudes),
    ("percentiles", percentiles),
    ("statistics", statistics),
    ("transform", transformed),
    ("write_table", written),
    ("condition", condition),
];

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let at = words.iter().position(|w| w == name)?;
        words.get(at + 1)
    };
    if words.iter().any(|w| w == "--list") {
        KERNELS.iter().for_each(|(name, _)| println!("{name}"));
        return Ok(());
    }
    if let Some(only) = after("--only") {
        let times: usize = after("--times").and_then(|n| n.parse().ok()).unwrap_or(1);
        for (_, prepare) in KERNELS.iter().filter(|(name, _)| name == only) {
            let mut kernel = prepare()?;
            (0..times).for_each(|_| (kernel.run)());
        }
        return Ok(());
    }
    println!(
        "{:<20} {:>9} {:>9} {:>11} {:>12}",
        "kernel", "items", "ns/item", "items/s", "÷ copying"
    );
    for (name, prepare) in KERNELS {
        let mut kernel = prepare()?;
        let seconds = best(&mut kernel.run);
        let source = vec![1u8; kernel.bytes];
        let copy = best(&mut || {
            black_box(black_box(&source).to_vec());
        });
        println!(
            "{name:<20} {:>9} {:>9.2} {:>11.2e} {:>12.1}",
            kernel.items,
            seconds * 1e9 / kernel.items as f64,
            kernel.items as f64 / seconds,
            seconds / copy
        );
    }
    Ok(())
}

/// Seconds of the quickest of many: what disturbs only ever adds.
fn best(run: &mut dyn FnMut()) -> f64 {
    let begun = Instant::now();
    let mut best = f64::INFINITY;
    let mut rounds = 0;
    while rounds < 5 || (begun.elapsed().as_secs_f64() < 0.5 && rounds < 1000) {
        let started = Instant::now();
        run();
        best = best.min(started.elapsed().as_secs_f64());
        rounds += 1;
    }
    best
}

/// Samples of one sensor.
const SAMPLES: usize = 50_000;
const START: i64 = 1_669_236_000_000_000;

/// Numbers that look random and are always the same (Knuth's multiplicative hash).
fn noise(i: usize) -> u64 {
    (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40
}

/// A clock that ticks every `every` microseconds, and jitters.
fn clock(every: i64, offset: i64, samples: usize) -> Arc<Vec<i64>> {
    let tick = |i: usize| START + offset + i as i64 * every + (noise(i) % 2000) as i64;
    Arc::new((0..samples).map(tick).collect())
}

/// A smooth signal with noise, of four digits as recorders write them.
fn signal(samples: usize, period: f64) -> Vec<f64> {
    let value = |i: usize| (i as f64 / period).sin() * 300.0 + noise(i) as f64 / 1e7;
    (0..samples)
        .map(|i| (value(i) * 1e4).round() / 1e4)
        .collect()
}

fn times(memory: bool) -> Result<Kernel> {
    let texts: Vec<String> = clock(3000, 0, SAMPLES)
        .iter()
        .map(|t| format!("{}Z", &time::format(*t)[..23]))
        .collect();
    let mut parser = time::Parser::default();
    Ok(Kernel {
        items: texts.len(),
        bytes: texts.iter().map(String::len).sum(),
        run: Box::new(move || {
            for text in black_box(&texts) {
                let text = text.as_bytes();
                black_box(if memory {
                    parser.parse(text)
                } else {
                    time::parse(text)
                });
            }
        }),
    })
}

/// A demo log of one ordinary kind, in a directory that lives as long as the process.
fn log() -> Result<std::path::PathBuf> {
    let dir = tempfile::tempdir()
        .map_err(|e| mdtui::etl::Error::Fatal(e.to_string()))?
        .keep();
    let options = demo::Options {
        logs: 1,
        run_seconds: 30.0,
        ..demo::Options::default()
    };
    let data = dir.join("data");
    demo::write_logs(
        &data,
        &Profile::built_in()?,
        &options,
        &CancelToken::new(),
        |_| {},
    )?;
    let logs = walkdir::WalkDir::new(&data).into_iter().flatten();
    let log = logs
        .map(walkdir::DirEntry::into_path)
        .find(|p| p.extension().is_some_and(|e| e == "parquet"));
    Ok(log.unwrap_or_default())
}

fn decode() -> Result<Kernel> {
    let (log, profile) = (log()?, Profile::built_in()?);
    let rows = LogReader::open(&log, Format::Parquet, &profile)?
        .rows_total()
        .unwrap_or(0) as usize;
    Ok(Kernel {
        items: rows,
        bytes: rows * 27,
        run: Box::new(move || {
            let mut vocabulary = Vocabulary::default();
            let reader = LogReader::open(&log, Format::Parquet, &profile);
            let batch = reader.map(|mut r| r.next_batch(&mut vocabulary));
            black_box(&batch);
        }),
    })
}

/// The rows of one log: four runs of interleaved channels.
fn batch() -> Result<(Batch, Vocabulary)> {
    let mut vocabulary = Vocabulary::default();
    let mut reader = LogReader::open(&log()?, Format::Parquet, &Profile::built_in()?.schema)?;
    let batch = reader.next_batch(&mut vocabulary)?.unwrap_or_default();
    Ok((batch, vocabulary))
}

fn partition() -> Result<Kernel> {
    let (batch, vocabulary) = batch()?;
    let rules = RowRules::new(&Profile::built_in()?.schema);
    Ok(Kernel {
        items: batch.len(),
        bytes: batch.len() * 27,
        run: Box::new(move || {
            black_box(rules.part(black_box(&batch), vocabulary.runs().len()));
        }),
    })
}

fn resolving(in_order: bool) -> Result<Kernel> {
    let profile = Profile::built_in()?;
    let mut vocabulary = Vocabulary::default();
    let run = ParsedRun {
        id: RunId(7),
        exact: true,
    };
    let run = vocabulary.run_code(run);
    let mut time: Vec<i64> = clock(12_000, 0, SAMPLES).to_vec();
    if !in_order {
        for i in (1..time.len()).rev() {
            time.swap(i, noise(i) as usize % (i + 1));
        }
    }
    let batch = Batch {
        value: signal(SAMPLES, 400.0),
        run: vec![run; SAMPLES],
        field: vec![0; SAMPLES],
        robot: vec![0; SAMPLES],
        sensor: vec![0; SAMPLES],
        time,
        ..Batch::default()
    };
    let mut partition = Partition::new(&profile);
    partition.add(&batch, &vocabulary);
    let (runs, ..) = partition.finish(&vocabulary);
    Ok(Kernel {
        items: SAMPLES,
        bytes: SAMPLES * 16,
        run: Box::new(move || {
            for run in black_box::<&Vec<RunRows>>(&runs) {
                black_box(resolve_conflicts(run.clone()));
            }
        }),
    })
}

/// The clocks of three encoders and three load cells.
fn six_clocks() -> Vec<Arc<Vec<i64>>> {
    (0..6)
        .map(|i| clock([12_000, 10_000][i / 3], i as i64 * 1300, SAMPLES))
        .collect()
}

fn clocks() -> Result<Kernel> {
    let clocks = six_clocks();
    Ok(Kernel {
        items: 6 * SAMPLES,
        bytes: 6 * SAMPLES * 8,
        run: Box::new(move || {
            black_box(align(black_box(&clocks).clone(), Hold::default()));
        }),
    })
}

fn derivatives() -> Result<Kernel> {
    let (times, values) = (clock(12_000, 0, SAMPLES), signal(SAMPLES, 400.0));
    Ok(Kernel {
        items: SAMPLES,
        bytes: SAMPLES * 16,
        run: Box::new(move || {
            black_box(derive::derivatives(black_box(&times), black_box(&values)));
        }),
    })
}

fn magnitudes() -> Result<Kernel> {
    let (times, clocks) = align(six_clocks(), Hold::default());
    let values: Vec<Vec<f64>> = (0..3)
        .map(|i| signal(SAMPLES, 300.0 + 50.0 * f64::from(i)))
        .collect();
    Ok(Kernel {
        items: 3 * SAMPLES,
        bytes: 3 * SAMPLES * 8,
        run: Box::new(move || {
            let three: Vec<_> = clocks[..3].iter().collect();
            let (clock, parts) = magnitude::merge(&three, &times);
            let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
            black_box((clock, magnitude::at_ticks(&values, &parts)));
        }),
    })
}

fn percentiles() -> Result<Kernel> {
    let values = signal(SAMPLES, 400.0);
    let mut scratch = Vec::new();
    Ok(Kernel {
        items: SAMPLES,
        bytes: SAMPLES * 8,
        run: Box::new(move || {
            let range = mdtui::etl::numeric::range(&values);
            let shares = [0.01, 0.5, 0.99, 0.999];
            black_box(percentile::of_values(&values, range, &shares, &mut scratch));
        }),
    })
}

/// The table of the largest run of a demo log.
fn table() -> Result<RunTable> {
    let profile = Profile::built_in()?;
    let (batch, vocabulary) = batch()?;
    let mut partition = Partition::new(&profile);
    partition.add(&batch, &vocabulary);
    let (runs, ..) = partition.finish(&vocabulary);
    let largest = runs.into_iter().max_by_key(|r| r.ledger.rows_kept);
    let run = largest.ok_or_else(|| mdtui::etl::Error::Fatal("no run".into()))?;
    transform(&resolve_conflicts(run), &profile, &CancelToken::new())
}

fn statistics() -> Result<Kernel> {
    let table = table()?;
    let items = table.columns.iter().map(|c| c.values.len()).sum();
    Ok(Kernel {
        items,
        bytes: items * 8,
        run: Box::new(move || {
            for column in &table.columns {
                black_box(compute_stats(&table, column));
            }
        }),
    })
}

fn transformed() -> Result<Kernel> {
    let profile = Profile::built_in()?;
    let (batch, vocabulary) = batch()?;
    let mut partition = Partition::new(&profile);
    partition.add(&batch, &vocabulary);
    let (runs, ..) = partition.finish(&vocabulary);
    let samples: Vec<_> = runs.into_iter().map(resolve_conflicts).collect();
    Ok(Kernel {
        items: batch.len(),
        bytes: batch.len() * 16,
        run: Box::new(move || {
            for run in &samples {
                let _ = black_box(transform(run, &profile, &CancelToken::new()));
            }
        }),
    })
}

fn written() -> Result<Kernel> {
    let table = table()?;
    let items = table.columns.iter().map(|c| c.values.len()).sum();
    let dir = tempfile::tempdir().map_err(|e| mdtui::etl::Error::Fatal(e.to_string()))?;
    Ok(Kernel {
        items,
        bytes: items * 8,
        run: Box::new(move || {
            let path = dir.path().join("table");
            let _ = black_box(write_run_file(&path, &table, &CancelToken::new(), |_| {
                String::new()
            }));
            let _ = std::fs::remove_file(path);
        }),
    })
}

fn condition() -> Result<Kernel> {
    let columns = ["fz_1", "v1"].map(str::to_owned);
    let window = Window {
        first_row: 0,
        times: clock(3000, 0, SAMPLES).to_vec(),
        columns: vec![signal(SAMPLES, 400.0), signal(SAMPLES, 90.0)],
    };
    let condition = Condition::parse("fz_1 < -150 and v1 > 10 or fz_1 is null", &columns, START)
        .map_err(|e| mdtui::etl::Error::Fatal(e.to_string()))?;
    let mut rows = Vec::new();
    Ok(Kernel {
        items: SAMPLES,
        bytes: SAMPLES * 16,
        run: Box::new(move || {
            rows.clear();
            condition.rows(&window, &mut rows);
            black_box(&rows);
        }),
    })
}
