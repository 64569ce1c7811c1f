//! What is fuzzed: each function takes any bytes and must come back, and what it understood
//! must be said and understood again. Used by the targets of `cargo fuzz` in this folder and,
//! with seeded bytes, by `tests/fuzz_functions.rs`.

use mdtui::etl::{
    condition::Condition,
    extract::{LogReader, Vocabulary},
    filter::Filter,
    profile::Profile,
    run_id,
    source::Format,
    text::is_unsafe,
    time,
    worker::{
        frame::Frames,
        message::{self, Report, Request},
    },
};

/// Times of logs.
pub fn times(data: &[u8]) {
    if let Some(us) = time::parse(data) {
        assert_eq!(time::parse(time::format(us).as_bytes()), Some(us));
    }
}

/// Ids of runs.
pub fn run_ids(data: &[u8]) {
    if let Some(run) = run_id::parse_text(data) {
        let again = run_id::parse_text(run.id.to_string().as_bytes()).map(|r| r.id);
        assert_eq!(again, Some(run.id));
    }
}

/// Conditions on the samples of a run, and filters of lists.
pub fn expressions(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let columns = ["time", "fz_1", "v1"].map(str::to_owned);
    let _ = Condition::parse(text, &columns, 0);
    let _ = Filter::parse(text, &["state", "cell", "runtime", "since", "flags"]);
}

/// Profiles, and with them every kind of mistake in TOML.
pub fn profiles(data: &[u8]) {
    let Ok(toml) = std::str::from_utf8(data) else {
        return;
    };
    if let Err(e) = Profile::parse(toml, "fuzz") {
        let sentence = e.to_string();
        assert!(sentence.starts_with("fuzz, line "), "{sentence}");
        assert!(!sentence.chars().any(is_unsafe), "{sentence}");
    }
}

/// Logs in CSV, plain and compressed.
pub fn csv(data: &[u8]) {
    let Ok(profile) = Profile::built_in() else {
        return;
    };
    let path = std::env::temp_dir().join(format!("mdtui-fuzz-{}.csv", std::process::id()));
    if std::fs::write(&path, data).is_err() {
        return;
    }
    for format in [Format::Csv, Format::CsvGz] {
        let Ok(mut reader) = LogReader::open(&path, format, &profile) else {
            continue;
        };
        let mut vocabulary = Vocabulary::default();
        while let Ok(Some(batch)) = reader.next_batch(&mut vocabulary) {
            assert!(batch.len() <= data.len());
        }
    }
    let _ = std::fs::remove_file(path);
}

/// What a worker and its parent hear.
pub fn protocol(data: &[u8]) {
    let mut frames = Frames::default();
    // In pieces, as a pipe gives them.
    for piece in data.chunks(7) {
        frames.push(piece);
        while let Ok(Some(frame)) = frames.pop() {
            let _ = message::parse::<Request>(frame);
            let _ = message::parse::<Report>(frame);
        }
    }
}
