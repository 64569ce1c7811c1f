//! Thousands of small logs with damage of every kind, through worker processes: each ends in
//! a result or a sentence, within the limits, and nothing is written outside the cache.
//!
//! Seeded: mutant number n is always the same bytes. `MDTUI_MUTANTS` says how many (10000 without it,
//! more in `docs/reliability.md`).

use crate::common::{context_in, refreshed};
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::mpsc,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use mdtui::etl::{
    Error,
    harvest::{Options, Outcome},
    parquet::{texts, write_columns},
    pool::{JobEvent, Pool},
    worker::{Executor, Limits},
};
use polars_arrow::array::PrimitiveArray;
use polars_parquet::write::CompressionOptions;
use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

const MEMORY: u64 = 256 << 20;
/// What a process has besides data: its program and libraries.
const PROGRAM: u64 = 96 << 20;
const TIME: Duration = Duration::from_secs(20);
const BATCH: usize = 500;

/// How many without `MDTUI_MUTANTS`.
const USUAL: usize = 10_000;

struct Base {
    ending: &'static str,
    bytes: Vec<u8>,
}

/// Small whole logs, one after the other to be damaged.
fn bases() -> Vec<Base> {
    let csv = csv();
    let parquet = |compression| Base {
        ending: "parquet",
        bytes: parquet(compression),
    };
    let fixture = |name: &str| Base {
        ending: "parquet",
        bytes: fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/data")
                .join(name),
        )
        .unwrap(),
    };
    vec![
        parquet(CompressionOptions::Uncompressed),
        parquet(CompressionOptions::Snappy),
        parquet(CompressionOptions::Zstd(None)),
        fixture("checksums_v1.parquet"),
        fixture("checksums_v2.parquet"),
        Base {
            ending: "csv",
            bytes: csv.clone(),
        },
        Base {
            ending: "csv.gz",
            bytes: gzip(&csv),
        },
    ]
}

const ROWS: usize = 300;

type Row = (String, f64, &'static str, i64, String, &'static str);

fn row(i: usize) -> Row {
    let (field, sensor) = [
        ("x", "encoder"),
        ("y", "encoder"),
        ("z", "encoder"),
        ("fx", "load_cell"),
    ][i % 4];
    let time = format!(
        "2022-11-23T20:{:02}:{:02}.{:03}Z",
        40 + i / 150,
        i % 150 / 4,
        i % 4 * 7
    );
    let run = (i / 150 + 9_007_199_254_740_993).to_string();
    (
        time,
        (i * 37 % 101) as f64 / 8.0 - 3.0,
        field,
        1 + (i % 2) as i64,
        run,
        sensor,
    )
}

fn csv() -> Vec<u8> {
    let mut text = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for (time, value, field, robot, run, sensor) in (0..ROWS).map(row) {
        text.push_str(&format!("{time},{value},{field},{robot},{run},{sensor}\n"));
    }
    text.into_bytes()
}

fn parquet(compression: CompressionOptions) -> Vec<u8> {
    let rows: Vec<Row> = (0..ROWS).map(row).collect();
    let text = |of: fn(&Row) -> &str| texts(rows.iter().map(of).map(Some));
    let values = rows.iter().map(|r| r.1).collect();
    let robots = rows.iter().map(|r| r.3).collect();
    let columns = [
        ("time", text(|r| &r.0)),
        ("value", PrimitiveArray::<f64>::from_vec(values).boxed()),
        ("field", text(|r| r.2)),
        ("robot_id", PrimitiveArray::<i64>::from_vec(robots).boxed()),
        ("run_uuid", text(|r| &r.4)),
        ("sensor_type", text(|r| r.5)),
    ];
    let mut bytes = Vec::new();
    write_columns(&mut bytes, &columns, compression, 150).unwrap();
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// Draws that depend on the seed alone.
struct Dice(Pcg64Mcg);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        (self.0.next_u64() % n.max(1) as u64) as usize
    }

    /// A part of `range`, of at most `most` bytes.
    fn part(&mut self, range: std::ops::Range<usize>, most: usize) -> std::ops::Range<usize> {
        let start = range.start + self.below(range.len());
        start..(start + 1 + self.below(most)).min(range.end)
    }
}

/// Mutant number `n`.
fn mutant(bases: &[Base], n: usize) -> (&'static str, Vec<u8>) {
    let mut dice = Dice(Pcg64Mcg::new(
        0x6d64_7475_6900 + n as u128 * 0x9e37_79b9_7f4a_7c15,
    ));
    for _ in 0..4 {
        dice.0.next_u64();
    }
    let base = &bases[n % bases.len()];
    // Every other gzipped one is damaged before it is packed.
    if base.ending == "csv.gz" && dice.below(2) == 0 {
        let mut bytes = csv();
        damage(&mut bytes, bases, &mut dice, false);
        return (base.ending, gzip(&bytes));
    }
    let mut bytes = base.bytes.clone();
    for _ in 0..1 + dice.below(3) {
        damage(&mut bytes, bases, &mut dice, base.ending == "parquet");
    }
    (base.ending, bytes)
}

fn damage(bytes: &mut Vec<u8>, bases: &[Base], dice: &mut Dice, parquet: bool) {
    if bytes.len() < 16 {
        return;
    }
    let all = 0..bytes.len();
    let footer = footer(bytes).filter(|_| parquet);
    match dice.below(if footer.is_some() { 16 } else { 9 }) {
        0 => {
            for _ in 0..1 + dice.below(8) {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
        }
        1 => fill(bytes, all, dice),
        2 => bytes.truncate(dice.below(bytes.len())),
        3 => {
            let part = dice.part(all, 200);
            bytes.drain(part);
        }
        4 => {
            let part = dice.part(all, 200);
            let (copy, at) = (bytes[part].to_vec(), dice.below(bytes.len()));
            bytes.splice(at..at, copy);
        }
        5 => {
            let other = &bases[dice.below(bases.len())].bytes;
            let part = dice.part(0..other.len(), 400);
            let at = dice.below(bytes.len());
            let end = (at + dice.below(part.len() + 1)).min(bytes.len());
            bytes.splice(at..end, other[part].to_vec());
        }
        6 => {
            let half = bytes.len() / 2;
            let (a, b) = (dice.below(half), dice.below(half));
            let n = 1 + dice.below(half - 1);
            for i in 0..n.min(half - a.max(b)) {
                bytes.swap(a + i, half + b + i);
            }
        }
        7 => {
            let noise: Vec<u8> = (0..dice.below(300))
                .map(|_| dice.0.next_u32() as u8)
                .collect();
            let at = dice.below(bytes.len());
            bytes.splice(at..at, noise);
        }
        8 => {
            let part = dice.part(all, 100);
            bytes[part].fill_with(|| dice.0.next_u32() as u8);
        }
        // Fields of the footer: numbers are varints there.
        9..=11 => {
            let footer = footer.unwrap_or(all);
            for _ in 0..1 + dice.below(4) {
                let at = footer.start + dice.below(footer.len());
                bytes[at] = bytes[at].wrapping_add([1, 2, 0x7f, 0x80, 0xff][dice.below(5)]);
            }
        }
        // Lengths and counts blown up.
        12 | 13 => fill(bytes, footer.unwrap_or(all), dice),
        14 => {
            let at = bytes.len() - 8;
            let length = [0, 1, 11, 1 << 10, 1 << 20, u32::MAX, 1 << 31][dice.below(7)];
            bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
        }
        // Headers of pages stand at the beginning of chunks.
        _ => fill(bytes, 4..64, dice),
    }
}

/// Overwrites up to nine bytes with ones, zeros or a long varint.
fn fill(bytes: &mut [u8], range: std::ops::Range<usize>, dice: &mut Dice) {
    let part = dice.part(range.start..range.end.min(bytes.len()), 9);
    let value = [0xff, 0, 0x80, 0x7f][dice.below(4)];
    let last = part.end - 1;
    bytes[part].fill(value);
    if value == 0xff {
        bytes[last] = 0x0f;
    }
}

/// Where the footer lies, if there is one.
fn footer(bytes: &[u8]) -> Option<std::ops::Range<usize>> {
    let tail = bytes.len().checked_sub(8)?;
    let length = u32::from_le_bytes(bytes[tail..tail + 4].try_into().ok()?) as usize;
    (bytes.ends_with(b"PAR1") && length > 0 && length < tail).then(|| tail - length..tail)
}

/// Everything below `root` but the cache: path, bytes.
fn outside(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(root)
        .into_iter()
        .filter_entry(|e| e.file_name() != "cache");
    entries
        .map(|e| e.unwrap().into_path())
        .map(|p| (p.clone(), fs::read(&p).unwrap_or_default()))
        .collect()
}

/// Peak memory of this process's children that live and have the limit of these workers, in bytes: other tests
/// have children too.
fn peak_of_workers() -> u64 {
    let me = std::process::id().to_string();
    let is_limited = |limits: &str| {
        let data = limits.lines().find_map(|l| l.strip_prefix("Max data size"));
        data.is_some_and(|l| l.split_whitespace().next() == Some(&MEMORY.to_string()))
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let peaks = processes.filter_map(|p| {
        let limits = fs::read_to_string(p.path().join("limits")).ok()?;
        is_limited(&limits).then_some(())?;
        let status = fs::read_to_string(p.path().join("status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|l| l.strip_prefix(name))?;
            Some(line.trim().trim_end_matches("kB").trim().to_owned())
        };
        (field("PPid:")? == me).then_some(())?;
        Some(field("VmHWM:")?.parse::<u64>().ok()? << 10)
    });
    peaks.max().unwrap_or(0)
}

#[derive(Debug, Default)]
struct Tally {
    harvested: usize,
    refused: usize,
    died: BTreeMap<String, usize>,
    peak: u64,
    slowest: Duration,
}

#[test]
fn every_mutant_ends_in_a_result_or_a_sentence() {
    let bases = bases();
    let count = std::env::var("MDTUI_MUTANTS").map_or(USUAL, |n| n.parse().unwrap());
    let mut tally = Tally::default();
    let mut from = 0;
    while from < count {
        let to = (from + BATCH).min(count);
        batch(&bases, from..to, &mut tally);
        from = to;
    }
    println!("{count} mutants: {tally:#?}");
    assert_eq!(
        tally.harvested + tally.refused + tally.died.values().sum::<usize>(),
        count
    );
    assert!(
        tally.harvested > count / 100 && tally.refused > count / 4,
        "{tally:?}"
    );
    assert!(tally.peak > 0 && tally.peak < MEMORY + PROGRAM, "{tally:?}");
}

fn batch(bases: &[Base], numbers: std::ops::Range<usize>, tally: &mut Tally) {
    // Syncs of thousands of small files are not what is tested.
    let memory = Path::new("/dev/shm");
    let dir = if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    };
    let context = context_in(dir.path());
    fs::create_dir(&context.data_dir).unwrap();
    for n in numbers.clone() {
        let (ending, bytes) = mutant(bases, n);
        fs::write(context.data_dir.join(format!("m{n}.{ending}")), bytes).unwrap();
    }
    let before = outside(dir.path());
    let catalog = refreshed(&context);
    let keys: Vec<String> = catalog.logs().unwrap().into_iter().map(|l| l.key).collect();
    assert_eq!(keys.len(), numbers.len());
    let executor = Executor::Workers {
        program: env!("CARGO_BIN_EXE_mdtui").into(),
        limits: Limits {
            memory: Some(MEMORY),
            time: TIME,
            ..Limits::default()
        },
    };
    let (sender, events) = mpsc::channel();
    let pool = Pool::new(context.clone(), executor, 2, move |event| {
        let _ = sender.send((Instant::now(), event));
    });
    for key in &keys {
        pool.submit([key], Options::default());
    }
    let mut began = BTreeMap::new();
    let mut over = 0;
    while over < keys.len() {
        let (at, event) = events.recv_timeout(TIME * 4).unwrap();
        match event {
            JobEvent::Started { job } => {
                began.insert(job, at);
            }
            JobEvent::Finished { job, key, result } => {
                over += 1;
                tally.slowest = tally.slowest.max(at - began[&job]);
                judge(&key, result, tally);
                if over % 50 == 0 || over == keys.len() {
                    tally.peak = tally.peak.max(peak_of_workers());
                }
            }
            _ => {}
        }
    }
    drop(pool);
    assert!(
        outside(dir.path()) == before,
        "something was written outside the cache"
    );
    for private in [context.lake.local().tmp(), context.lake.local().locks()] {
        let left = fs::read_dir(&private).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{}", private.display());
    }
}

fn judge(key: &str, result: Result<Outcome, Error>, tally: &mut Tally) {
    match result {
        Ok(Outcome::Harvested(s)) => {
            assert_eq!(s.rows_in, s.rows_kept + s.rows_dropped, "{key}");
            tally.harvested += 1;
        }
        // Two mutants may be the same bytes, or leave the log as it was.
        Ok(_) => tally.harvested += 1,
        Err(e @ (Error::Log(_) | Error::Recorded(_) | Error::Died(_))) => {
            let words = e.to_string();
            assert!(words.len() < 1000, "{key}: {words}");
            assert!(
                !words.chars().any(mdtui::etl::text::is_unsafe),
                "{key}: {words}"
            );
            if matches!(e, Error::Died(_)) {
                *tally.died.entry(format!("{key}: {words}")).or_default() += 1;
            } else {
                tally.refused += 1;
            }
        }
        Err(e) => panic!("{key}: {e:?}"),
    }
}
