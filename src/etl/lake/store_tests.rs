//! The contract of [`super::Store`] as tests that every storage has to pass.

use std::{fs, io::ErrorKind, sync::Arc};

use super::{
    Lake, Record,
    files::{Content, TempPath, commit_record},
    gc::remove_unnamed,
    memory_store::Memory,
    store::{If, Keys, Replaced, StoredFile},
};
use crate::{
    Error, ErrorClass,
    base::{CancelToken, read_at::ReadAt},
    catalog::fixture::world,
    error::Unfit,
    lake::run_file::write_run_file,
    source::reserved::{NOTES, RECORD},
    transform::RunTable,
};

const TABLE: &str = "run_00000000-0000-0000-0000-000000000007.0123456789abcdef.parquet";
const OLD_TABLE: &str = "run_00000000-0000-0000-0000-000000000007.fedcba9876543210.parquet";
const REJECTED: &str = "rejected.0123456789abcdef.parquet";

/// Holds the storage of `lake`, which is empty, against the contract.
fn holds_the_contract(lake: &Lake) {
    nothing_is_there(lake);
    files_are_published_whole(lake);
    documents_are_replaced_by_version(lake);
    keys_nest_and_are_listed(lake);
    an_open_file_does_not_change(lake);
    copies_and_removals(lake);
    a_harvest_is_published_and_read(lake);
}

/// A finished local file.
fn finished(lake: &Lake, content: &[u8]) -> TempPath {
    let temp = TempPath::new(lake).unwrap();
    fs::write(temp.path(), content).unwrap();
    temp
}

fn publish(lake: &Lake, key: &str, name: &str, content: &[u8]) {
    let temp = finished(lake, content);
    lake.results().publish(temp.path(), key, name).unwrap();
}

fn replace(lake: &Lake, key: &str, content: &[u8], condition: If<'_>) -> Replaced {
    let temp = finished(lake, content);
    lake.results()
        .replace(temp.path(), key, RECORD, condition)
        .unwrap()
}

fn bytes(file: &dyn ReadAt) -> Vec<u8> {
    let mut bytes = vec![0; file.size().unwrap() as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}

fn is_gone(lake: &Lake, key: &str, name: &str) -> bool {
    match lake.results().open(key, name) {
        Ok(_) => false,
        Err(Error::Io { source, path, .. }) => {
            assert_eq!(path, lake.location(key, name));
            source.kind() == ErrorKind::NotFound
        }
        Err(e) => panic!("{e}"),
    }
}

fn nothing_is_there(lake: &Lake) {
    let results = lake.results();
    assert_eq!(results.keys(""), Keys::default());
    assert_eq!(results.files("a").unwrap(), []);
    assert_eq!(results.read("a", RECORD).unwrap(), None);
    assert_eq!(results.version("a", RECORD).unwrap(), None);
    assert_eq!(results.size("a", TABLE).unwrap(), None);
    assert!(is_gone(lake, "a", TABLE));
    results.remove("a", TABLE).unwrap();
    results.commit_removals("a").unwrap();
}

fn files_are_published_whole(lake: &Lake) {
    let results = lake.results();
    for content in [&b"first"[..], b"the second", b""] {
        publish(lake, "p", TABLE, content);
        let file = results.open("p", TABLE).unwrap();
        assert_eq!(bytes(&*file), content);
        let size = results.size("p", TABLE).unwrap();
        assert_eq!(size, Some(content.len() as u64));
        let past = file.read_exact_at(&mut [0; 2], content.len() as u64);
        assert_eq!(past.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }
    publish(lake, "p", TABLE, b"0123456789");
    let file = results.open("p", TABLE).unwrap();
    let mut part = [0; 3];
    file.read_exact_at(&mut part, 4).unwrap();
    assert_eq!(&part, b"456");
    // A table without a record is listed as a file, but its key is not.
    let listed = StoredFile {
        name: TABLE.into(),
        size: 10,
    };
    assert_eq!(results.files("p").unwrap(), [listed]);
    assert_eq!(results.keys("").keys, Vec::<String>::new());
    // What cannot be published leaves what is there, and may pass.
    let error = results
        .publish(&lake.root().join("gone"), "p", TABLE)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorClass::Transient, "{error}");
    assert_eq!(bytes(&*results.open("p", TABLE).unwrap()), b"0123456789");
}

fn documents_are_replaced_by_version(lake: &Lake) {
    let results = lake.results();
    assert_eq!(
        replace(lake, "d", b"one", If::Version(None)),
        Replaced::Done
    );
    let (text, one) = results.read("d", RECORD).unwrap().unwrap();
    assert_eq!(text, b"one");
    assert_eq!(results.version("d", RECORD).unwrap().as_ref(), Some(&one));
    assert_eq!(
        replace(lake, "d", b"lost", If::Version(None)),
        Replaced::Lost
    );
    assert_eq!(
        replace(lake, "d", b"two", If::Version(Some(&one))),
        Replaced::Done
    );
    let (text, two) = results.read("d", RECORD).unwrap().unwrap();
    assert_eq!(text, b"two");
    assert_ne!(one, two);
    assert_eq!(
        replace(lake, "d", b"lost", If::Version(Some(&one))),
        Replaced::Lost
    );
    assert_eq!(results.read("d", RECORD).unwrap().unwrap(), (text, two));
    assert_eq!(replace(lake, "d", b"three", If::Always), Replaced::Done);
    assert_eq!(results.read("d", RECORD).unwrap().unwrap().0, b"three");
    results.remove("d", RECORD).unwrap();
    assert_eq!(results.version("d", RECORD).unwrap(), None);
}

fn keys_nest_and_are_listed(lake: &Lake) {
    for key in ["k/b.csv", "k", "k-1/a", "k/b.csv/c"] {
        assert_eq!(replace(lake, key, b"{}", If::Always), Replaced::Done);
        publish(lake, key, REJECTED, key.as_bytes());
    }
    let results = lake.results();
    let all = results.keys("");
    assert_eq!(all.keys, ["k", "k-1/a", "k/b.csv", "k/b.csv/c"]);
    assert_eq!(all.problems, Vec::<String>::new());
    assert_eq!(results.keys("k").keys, ["k", "k/b.csv", "k/b.csv/c"]);
    assert_eq!(results.keys("k-1").keys, ["k-1/a"]);
    assert_eq!(results.keys("none").keys, Vec::<String>::new());
    publish(lake, "k-1/a", NOTES, b"{}");
    let listed = results.records();
    assert_eq!(listed.problems, Vec::<String>::new());
    for (record, key) in listed.records.iter().zip(&all.keys) {
        assert_eq!(record.key, *key);
        assert_eq!(
            Some(&record.record),
            results.version(key, RECORD).unwrap().as_ref()
        );
        assert_eq!(record.notes, results.version(key, NOTES).unwrap());
        assert_eq!(record.notes.is_some(), key == "k-1/a");
    }
    assert_eq!(listed.records.len(), all.keys.len());
    results.remove("k-1/a", NOTES).unwrap();
    let names: Vec<String> = results
        .files("k")
        .unwrap()
        .into_iter()
        .map(|f| f.name)
        .collect();
    assert_eq!(names, [RECORD, REJECTED]);
    for key in all.keys {
        results.remove(&key, RECORD).unwrap();
        results.remove(&key, REJECTED).unwrap();
        results.commit_removals(&key).unwrap();
    }
    assert_eq!(results.keys(""), Keys::default());
}

fn an_open_file_does_not_change(lake: &Lake) {
    publish(lake, "o", TABLE, b"as it was");
    let file = lake.results().open("o", TABLE).unwrap();
    publish(lake, "o", TABLE, b"something else");
    let mut now = [0; 9];
    if file.read_exact_at(&mut now, 0).is_ok() {
        assert_eq!(&now, b"as it was");
    }
}

fn copies_and_removals(lake: &Lake) {
    let results = lake.results();
    publish(lake, "old", TABLE, b"same");
    publish(lake, "new/er", TABLE, b"in the way");
    results.copy("old", "new/er", TABLE).unwrap();
    results.remove("old", TABLE).unwrap();
    results.commit_removals("old").unwrap();
    assert!(is_gone(lake, "old", TABLE));
    assert_eq!(bytes(&*results.open("new/er", TABLE).unwrap()), b"same");
    assert!(results.copy("old", "new/er", OLD_TABLE).is_err());
}

fn a_harvest_is_published_and_read(lake: &Lake) {
    let world = world();
    world.write("a.parquet", "a");
    let mut record: Record = world.record("a", "a.parquet", &[(7, 0)]);
    let cancel = CancelToken::new();
    let temp = TempPath::new(lake).unwrap();
    let table = RunTable::default();
    let written = write_run_file(temp.path(), &table, &cancel, |_| "null".into()).unwrap();
    let run = record.run_to_result.values_mut().next().unwrap();
    let name = run.file_name.clone().unwrap();
    (run.file_hash, run.file_size) = (Some(written.hash.clone()), written.size);
    lake.results().publish(temp.path(), "a", &name).unwrap();
    publish(lake, "a", OLD_TABLE, b"of another harvest");
    commit_record(lake, "a", &record).unwrap();
    remove_unnamed(lake, "a", &record).unwrap();

    let read = Record::read(lake, "a").unwrap().unwrap();
    assert!(!read.damaged);
    assert_eq!(read.run_to_result, record.run_to_result);
    assert_eq!(lake.results().keys("").keys, ["a"]);
    assert!(is_gone(lake, "a", OLD_TABLE));
    let open = lake.open_table("a", &name).unwrap();
    assert_eq!((open.rows(), open.columns()), (0, &["time".to_owned()][..]));
    assert_eq!(lake.size_of("a", &name), Some(written.size));
    let file = lake.results().open("a", &name).unwrap();
    let content = Content::of_open(&*file, &lake.location("a", &name), &cancel).unwrap();
    assert_eq!(content.hash, written.hash);
}

#[test]
fn a_directory_holds_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    holds_the_contract(&Lake::new(dir.path().join("cache")));
}

#[test]
fn a_folder_in_the_place_of_a_table_is_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let lake = Lake::new(dir.path());
    fs::create_dir_all(lake.location("a", TABLE)).unwrap();
    for error in [
        lake.results().size("a", TABLE).unwrap_err(),
        lake.results().open("a", TABLE).err().unwrap(),
    ] {
        let Error::Io { source, path, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(Unfit::of(&source), Some(Unfit::NotRegular("a folder")));
        assert_eq!(path, lake.location("a", TABLE));
    }
    assert_eq!(lake.size_of("a", TABLE), None);
}

/// A harvest that finds nothing to do asks for the size of every table of the lake.
#[test]
fn a_size_is_looked_up_without_opening_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let results = Arc::new(Memory::default());
    let lake = Lake::with_results(dir.path(), results.clone());
    publish(&lake, "a", TABLE, b"0123456789");
    assert_eq!(lake.size_of("a", TABLE), Some(10));
    assert_eq!(lake.size_of("a", REJECTED), None);
    assert_eq!(results.opened(), 0);
}

#[test]
fn a_storage_without_files_holds_the_contract() {
    holds_without_files(Memory::default());
}

#[test]
fn a_storage_that_takes_names_for_one_holds_the_contract() {
    holds_without_files(Memory::folding());
}

fn holds_without_files(results: Memory) {
    let dir = tempfile::tempdir().unwrap();
    let results = Arc::new(results);
    let lake = Lake::with_results(dir.path().join("cache"), results);
    holds_the_contract(&lake);
    let own: Vec<_> = fs::read_dir(lake.root())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(own, [".mdtui"], "results are not below the cache directory");
}
