//! Logs larger than the memory that a harvest may use: the same results, byte for byte.

mod common;

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use mdtui::etl::{
    catalog::Catalog,
    demo,
    harvest::{CancelToken, Context, NoProgress, Options, harvest_log},
    lake::Lake,
    profile::Profile,
};

use common::Lab;

/// The Parquet files that a harvest of all logs leaves when so much room is given to rows.
fn tables(data_dir: PathBuf, room: Option<u64>) -> BTreeMap<String, Vec<u8>> {
    let cache = tempfile::tempdir().unwrap();
    let context = Context {
        data_dir,
        lake: Lake::new(cache.path()),
        profile: Arc::new(Profile::built_in().unwrap()),
    };
    let cancel = CancelToken::new();
    let mut catalog = Catalog::open(&context.lake).unwrap();
    catalog.refresh(&context, &cancel).unwrap();
    for log in catalog.logs().unwrap() {
        let options = Options {
            room,
            ..Options::default()
        };
        // Some demo logs cannot be harvested.
        let _ = harvest_log(&context, &log.key, options, &NoProgress, &cancel);
    }
    let left: Vec<_> = fs::read_dir(context.lake.tmp()).unwrap().collect();
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

#[test]
fn memory_is_given_as_people_write_it() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest", "--memory", "512MiB"]);
    lab.ok(&["harvest", "--memory", "1.5 GB", "--force"]);
    for wrong in ["much", "12", "3 parsecs", "10MB", "-1GiB"] {
        let answer = lab.run(&["harvest", &format!("--memory={wrong}")]);
        assert_eq!(answer.code, 2, "{wrong}: {}", answer.err);
        assert!(answer.err.contains("1GiB"), "{}", answer.err);
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
