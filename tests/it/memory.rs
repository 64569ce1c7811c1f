//! Logs larger than the memory that a harvest may use: the same results, byte for byte.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use mdtui::etl::{
    Error,
    base::{CancelToken, NoProgress},
    catalog::LogState,
    demo,
    harvest::{Options, harvest_log},
    lake::{Context, Lake},
    parquet::{Cells, ParquetReader, ParquetWriter, as_numbers},
    pool::{JobEvent, Pool},
    profile::Profile,
    worker::{Executor, Limits},
};

use polars_arrow::array::PrimitiveArray;
use polars_parquet::write::CompressionOptions;

use crate::common::{Lab, context_in, refreshed};

/// The Parquet files that a harvest of all logs leaves when so much room is given to rows.
fn tables(data_dir: PathBuf, room: Option<u64>) -> BTreeMap<String, Vec<u8>> {
    let cache = tempfile::tempdir().unwrap();
    let context = Context {
        data_dir,
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(cache.path()),
        profile: Arc::new(Profile::built_in().unwrap()),
    };
    let cancel = CancelToken::new();
    let catalog = refreshed(&context);
    for log in catalog.logs().unwrap() {
        let options = Options {
            room,
            ..Options::default()
        };
        // Some demo logs cannot be harvested.
        let _ = harvest_log(&context, &log.key, options, &NoProgress, &cancel);
    }
    let left: Vec<_> = fs::read_dir(context.lake.local().tmp()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let files = walkdir::WalkDir::new(cache.path()).into_iter().flatten();
    files
        .filter(|f| f.path().extension().is_some_and(|e| e == "parquet"))
        .map(|f| {
            let name = f.path().strip_prefix(cache.path()).unwrap();
            (name.display().to_string(), fs::read(f.path()).unwrap())
        })
        .collect()
}

/// Parquet, CSV and gzipped CSV; runs one after the other and channel by channel; bad rows,
/// conflicts and duplicates on both sides of what is put aside.
#[test]
fn rows_that_are_put_aside_change_nothing() {
    let lab = Lab::new();
    lab.write_demo(&demo::Options {
        run_seconds: 8.0,
        ..demo::Options::default()
    });
    let whole = tables(lab.data(), None);
    assert!(whole.len() > 40, "{}", whole.len());
    for room in [0, 300_000] {
        let aside = tables(lab.data(), Some(room));
        assert_eq!(
            whole.keys().collect::<Vec<_>>(),
            aside.keys().collect::<Vec<_>>()
        );
        let other: Vec<_> = whole.iter().filter(|(k, v)| aside[*k] != **v).collect();
        assert!(other.is_empty(), "{:?}", other.iter().map(|o| o.0));
    }
}

/// The four runs of a demo log over and over under other ids, a row group each time, without
/// compression; at least so many bytes.
fn long_log(lab: &Lab, bytes: u64) -> (PathBuf, usize) {
    let demo = tempfile::tempdir().unwrap();
    let options = demo::Options {
        logs: 1,
        run_seconds: 60.0,
        ..demo::Options::default()
    };
    let profile = Profile::built_in().unwrap();
    let cancel = CancelToken::new();
    demo::write_logs(demo.path(), &profile, &options, &cancel, |_| {}).unwrap();
    let logs = walkdir::WalkDir::new(demo.path()).into_iter().flatten();
    let mut logs = logs.filter(|f| f.path().extension().is_some_and(|e| e == "parquet"));
    let log = ParquetReader::open(logs.next().unwrap().path()).unwrap();
    assert_eq!(log.groups().count(), 1);
    let fields = log.fields().to_vec();
    let names = fields.iter().map(|field| field.name.as_str());
    let read = |name: &str| log.read(0, name).unwrap().unwrap();
    let mut columns: Vec<Cells> = names.map(read).collect();
    let at = fields.iter().position(|field| field.name == "run_uuid");
    let at = at.unwrap();
    let ids = as_numbers::<u64>(&columns[at]).unwrap().clone();
    let path = lab.data().join("long.parquet");
    let file = fs::File::create(&path).unwrap();
    let mut writer = ParquetWriter::new(file, fields, CompressionOptions::Uncompressed).unwrap();
    let mut copies = 0;
    while fs::metadata(&path).unwrap().len() < bytes {
        let other = ids.iter().map(|id| id.map(|id| id + (copies << 20)));
        columns[at] = other.collect::<PrimitiveArray<u64>>().boxed();
        writer.write(&columns).unwrap();
        copies += 1;
    }
    writer.finish().unwrap();
    (path, 4 * copies as usize)
}

/// A real limit of the operating system, and a log that is twice as large with packed columns.
#[test]
fn a_log_several_times_the_limit_is_harvested_within_it() {
    const LIMIT: u64 = 128 << 20;
    let lab = Lab::new();
    fs::create_dir_all(lab.data()).unwrap();
    let (log, runs) = long_log(&lab, 2 * LIMIT);
    let said = lab.ok(&["harvest", "--memory", "128MiB"]);
    assert!(said.contains(&format!("{runs} runs")), "{said}");
    assert!(fs::metadata(log).unwrap().len() >= 2 * LIMIT);
}

/// A log that would fill the disk with the rows that are put aside is given up; the logs beside
/// it are not, and nothing of it is left.
#[test]
fn a_log_that_puts_too_much_aside_costs_only_itself() {
    let lab = Lab::demo(4);
    let context = context_in(lab.root());
    let cancel = CancelToken::new();
    let mut catalog = refreshed(&context);
    let keys: Vec<String> = catalog.logs().unwrap().into_iter().map(|l| l.key).collect();
    assert_eq!(keys.len(), 4);
    let greedy = &keys[1];
    let (sender, events) = std::sync::mpsc::channel();
    let executor = Executor::Workers {
        program: env!("CARGO_BIN_EXE_mdtui").into(),
        limits: Limits::default(),
    };
    let pool = Pool::new(context.clone(), executor, 2, move |event| {
        let _ = sender.send(event);
    });
    for key in &keys {
        let options = Options {
            // All rows are put aside.
            room: Some(0),
            spilled: (key == greedy).then_some(10_000),
            ..Options::default()
        };
        pool.submit([key], options);
    }
    pool.finish();
    let mut results = BTreeMap::new();
    for event in events {
        if let JobEvent::Finished { key, result, .. } = event {
            results.insert(key, result);
        }
    }
    let tmp = context.lake.local().tmp();
    for key in &keys {
        match &results[key] {
            Err(Error::Log(sentence)) if key == greedy => {
                assert!(sentence.contains("more than 9.8 KiB"), "{sentence}");
                assert!(sentence.contains(&tmp.display().to_string()), "{sentence}");
            }
            result => assert!(result.is_ok() && key != greedy, "{key}: {result:?}"),
        }
    }
    let left: Vec<_> = fs::read_dir(&tmp).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    catalog.refresh(&context, &cancel).unwrap();
    let log = catalog.log(greedy).unwrap().unwrap();
    assert_eq!(log.state, LogState::Failed);
    assert!(log.reason().contains("spilled in"), "{}", log.reason());
    // It is the cap that was in the way, not the log.
    lab.ok(&["harvest", greedy]);
    lab.ok(&["check"]);
}

#[test]
fn memory_is_given_as_people_write_it() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest", "--memory", "512MiB"]);
    lab.ok(&["harvest", "--memory", "1.5 GB", "--force"]);
    for wrong in ["much", "12", "3 parsecs", "10MB", "-1GiB"] {
        for command in ["harvest", "watch"] {
            let answer = lab.run(&[command, &format!("--memory={wrong}")]);
            assert_eq!(answer.code, 2, "{command} {wrong}: {}", answer.err);
            assert!(answer.err.contains("1GiB"), "{}", answer.err);
        }
    }
    fs::create_dir_all(lab.root().join("config/mdtui")).unwrap();
    let config = lab.root().join("config/mdtui/config.toml");
    fs::write(&config, "memory = \"256MiB\"\n").unwrap();
    lab.ok(&["harvest", "--force"]);
    fs::write(&config, "\nmemory = 5\n").unwrap();
    let answer = lab.run(&["harvest"]);
    assert_eq!(answer.code, 2);
    assert!(
        answer.err.contains("line 2") && answer.err.contains("1GiB"),
        "{}",
        answer.err
    );
}
