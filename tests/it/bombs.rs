//! Small files that want everything: each costs its own harvest and says so, within the
//! limits on memory and time.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    time::{Duration, Instant},
};

use crate::common::{
    Lab, context_in,
    liar::{self, Constant},
    refreshed,
};
use flate2::{Compression, write::GzEncoder};
use mdtui::etl::{
    Error,
    harvest::{Options, Outcome},
    pool::{JobEvent, Pool},
    worker::{Executor, Limits},
};

const MIB: u64 = 1 << 20;

/// What becomes of `log` under a limit of so many MiB.
fn harvest(lab: &Lab, log: &str, mebibytes: u64) -> Result<Outcome, Error> {
    let context = context_in(lab.root());
    refreshed(&context);
    let executor = Executor::Workers {
        program: env!("CARGO_BIN_EXE_mdtui").into(),
        limits: Limits {
            memory: Some(mebibytes * MIB),
            time: Duration::from_secs(120),
            ..Limits::default()
        },
    };
    let (sender, events) = std::sync::mpsc::channel();
    let pool = Pool::new(context, executor, 1, move |event| {
        let _ = sender.send(event);
    });
    pool.submit([log], Options::default());
    loop {
        if let JobEvent::Finished { result, .. } = events.recv().unwrap() {
            return result;
        }
    }
}

fn sentence(lab: &Lab, log: &str, mebibytes: u64) -> String {
    match harvest(lab, log, mebibytes) {
        Err(e @ (Error::Log(_) | Error::Died(_) | Error::Recorded(_))) => {
            let words = e.to_string();
            println!("{log}: {words}");
            assert!(!words.contains('\n') && words.len() < 600, "{words}");
            words
        }
        other => panic!("{log}: {other:?}"),
    }
}

fn put(lab: &Lab, name: &str, bytes: &[u8]) {
    std::fs::write(lab.data().join(name), bytes).unwrap();
}

#[test]
fn the_liar_can_tell_the_truth() {
    let lab = Lab::new();
    put(&lab, "a.parquet", &liar::file(&liar::columns(), 3, 40));
    match harvest(&lab, "a", 256) {
        Ok(Outcome::Harvested(s)) => assert_eq!((s.rows_in, s.rows_kept, s.runs_ok), (120, 1, 1)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_kilobyte_that_claims_billions_of_rows_is_refused_with_the_numbers() {
    let lab = Lab::new();
    let bytes = liar::file(&liar::columns(), 1, 2_000_000_000);
    assert!(bytes.len() < 1024, "{}", bytes.len());
    put(&lab, "a.parquet", &bytes);
    let words = sentence(&lab, "a", 1024);
    assert!(
        words.starts_with("it claims a row group of 2000000000 rows: 6 columns of them take ")
            && words.ends_with(" in memory, and the limit is 1 GiB"),
        "{words}"
    );
}

#[test]
fn many_row_groups_that_fit_one_by_one_meet_a_limit() {
    let lab = Lab::new();
    put(
        &lab,
        "a.parquet",
        &liar::file(&liar::columns(), 2_000, 1_000_000),
    );
    let words = sentence(&lab, "a", 192);
    // That of its memory, or that of the disk.
    assert!(
        words.starts_with("the worker ran out of its 192 MiB limit while ")
            || words.starts_with("its rows would take more than 1 GiB spilled in "),
        "{words}"
    );
}

#[test]
fn a_dictionary_of_one_huge_text_is_neither_copied_nor_compared_for_every_row() {
    let lab = Lab::new();
    let mut columns = liar::columns();
    columns[2] = Constant::text("field", &"x".repeat(40 << 20));
    put(&lab, "a.parquet", &liar::file(&columns, 1, 1_000_000));
    let begin = Instant::now();
    let words = sentence(&lab, "a", 1024);
    assert!(begin.elapsed() < Duration::from_secs(100));
    let all = "none of its 1,000,000 rows could be kept (unknown_field 1,000,000): row 0 has `xxx";
    assert!(words.starts_with(all), "{words}");
    assert!(words.ends_with("x…` in column `field`"), "{words}");
}

#[test]
fn deep_schemas_and_lists_that_are_not_there_are_refused() {
    let lab = Lab::new();
    put(&lab, "deep.parquet", &liar::deep(200_000));
    put(&lab, "list.parquet", &liar::endless_list(2_000_000_000));
    let deep = sentence(&lab, "deep", 1024);
    assert!(deep.contains("nested more than 64 levels"), "{deep}");
    let list = sentence(&lab, "list", 1024);
    assert!(list.contains("a list of 2000000000 entries"), "{list}");
}

#[test]
fn a_footer_that_does_not_fit_is_not_read() {
    let lab = Lab::new();
    let path = lab.data().join("a.parquet");
    let file = File::create(&path).unwrap();
    // A sparse file: some hundred bytes on the disk.
    file.set_len(600 * MIB).unwrap();
    let tail = [&(500 * MIB as u32).to_le_bytes()[..], b"PAR1"].concat();
    std::os::unix::fs::FileExt::write_all_at(&file, &tail, 600 * MIB - 8).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, b"PAR1", 0).unwrap();
    let words = sentence(&lab, "a", 1024);
    assert!(
        words.starts_with("its footer has 524288000 bytes and would take "),
        "{words}"
    );
}

/// A gzipped CSV that unpacks to a thousand times its size: 96 MiB, or as many as
/// `MDTUI_BOMB_MIB` says.
fn gzip(path: &Path, head: &[u8], piece: &[u8]) {
    let mebibytes = std::env::var("MDTUI_BOMB_MIB").map_or(96, |n| n.parse().unwrap());
    let file = BufWriter::new(File::create(path).unwrap());
    let mut out = GzEncoder::new(file, Compression::fast());
    out.write_all(head).unwrap();
    for _ in 0..(mebibytes * MIB) / piece.len() as u64 {
        out.write_all(piece).unwrap();
    }
    out.finish().unwrap().flush().unwrap();
}

const HEADER: &[u8] = b"time,value,field,robot_id,run_uuid,sensor_type\n";

#[test]
fn a_row_that_never_ends_is_given_up_after_16_mib() {
    let lab = Lab::new();
    let path = lab.data().join("a.csv.gz");
    gzip(&path, HEADER, &vec![b'1'; 1 << 20]);
    let begin = Instant::now();
    let words = sentence(&lab, "a.csv.gz", 192);
    assert!(
        words.starts_with("row 0 cannot be read: it has more than 16 MiB"),
        "{words}"
    );
    gzip(&path, b"", &vec![b'1'; 1 << 20]);
    let words = sentence(&lab, "a.csv.gz", 192);
    assert!(words.contains("more than 16 MiB"), "{words}");
    assert!(begin.elapsed() < Duration::from_secs(100));
}

#[test]
fn rows_without_end_meet_the_limit() {
    let lab = Lab::new();
    let path = lab.data().join("a.csv.gz");
    gzip(&path, HEADER, "x,\n".repeat(1 << 18).as_bytes());
    let words = sentence(&lab, "a.csv.gz", 192);
    assert!(
        words.starts_with("the worker ran out of its 192 MiB limit while "),
        "{words}"
    );
}
