//! What is fuzzed: each function takes any bytes and must come back, and what it understood
//! must be said and understood again. Used by the targets of `cargo fuzz` in this folder and,
//! with seeded bytes, by `tests/it/fuzz_functions.rs`.

use std::sync::OnceLock;

use mdtui::{
    app::{choice::Choices, remembered::Remembered},
    cli::settings::Settings,
    etl::{
        catalog::LogRow,
        clean::{Partition, Reason, resolve_conflicts},
        export,
        extract::{LogReader, Vocabulary, raw_rows},
        filter::{Condition, Filter, parse},
        parse_error::ParseError,
        position::Position,
        profile::Profile,
        run_id,
        source::Format,
        text::is_unsafe,
        time,
        worker::{
            frame::Frames,
            message::{self, Report, Request},
        },
    },
};

/// Times of logs, a line each: what is read is written and read again, and the parser that
/// remembers the minute of the last time says the same as the one that remembers nothing.
pub fn times(data: &[u8]) {
    let mut quick = time::Parser::default();
    for line in data.split(|b| *b == b'\n') {
        let time = time::parse(line);
        assert_eq!(quick.parse(line), time);
        if let Some(us) = time {
            assert_eq!(time::parse(time::format(us).as_bytes()), Some(us));
        }
    }
}

/// Ids of runs.
pub fn run_ids(data: &[u8]) {
    if let Some(run) = run_id::parse_text(data) {
        let again = run_id::parse_text(run.id.to_string().as_bytes()).map(|r| r.id);
        assert_eq!(again, Some(run.id));
    }
}

/// Conditions on the samples of a run, filters of lists, places and steps: what an operator
/// types and has explained where it is wrong.
pub fn expressions(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let columns = ["time", "fz_1", "v1"].map(str::to_owned);
    explained(text, Condition::parse(text, &columns, 0).err());
    explained(text, Filter::<LogRow>::parse(text).err());
    if let Ok(Some(expr)) = parse(text) {
        assert_eq!(parse(&expr.to_string()), Ok(Some(expr)));
    }
    // A run of our days, and one at the end of what a log can say.
    for start_us in [1_669_236_000_000_000, 253_402_300_799_999_999] {
        let _ = Position::read(text, start_us);
        for error in [
            export::parse_time(text, start_us).err(),
            export::parse_step(text).err(),
        ] {
            explained(text, error.map(|e| e.to_string().into()));
        }
    }
}

/// A mistake lies within the text, and its sentence steers no terminal.
fn explained(text: &str, mistake: Option<ParseError>) {
    let Some(mistake) = mistake else { return };
    assert!(
        mistake.at.is_none_or(|at| at <= text.chars().count()),
        "{mistake:?}"
    );
    assert!(!mistake.sentence.chars().any(is_unsafe), "{mistake:?}");
}

/// Profiles, and with them every kind of mistake in TOML.
pub fn profiles(data: &[u8]) {
    let Ok(toml) = std::str::from_utf8(data) else {
        return;
    };
    match Profile::parse(toml, "fuzz") {
        Ok(profile) => {
            for id in 0..profile.channel_count() {
                let (field, robot) = profile.channel(id);
                let unit = profile.unit_of(&format!("{}_{robot}", field.name));
                assert_eq!(unit, Some(field.unit.as_str()));
            }
            assert_eq!(profile.rules(), profile.clone().rules());
        }
        Err(e) => names_its_line(&e.to_string()),
    }
}

/// The config file, and what the browser remembers.
pub fn config(data: &[u8]) {
    let Ok(toml) = std::str::from_utf8(data) else {
        return;
    };
    match Settings::of_file(toml, "fuzz") {
        Ok(settings) => {
            assert!(settings.jobs.number() >= 1);
            assert!(settings.limits.bytes() > 0);
        }
        Err(e) => names_its_line(&e.to_string()),
    }
    let choices = Choices::parse(toml);
    assert_eq!(Choices::parse(&choices.to_toml()), choices);
    if let Ok(remembered) = Remembered::parse(toml) {
        let again = remembered.to_toml().map(|toml| Remembered::parse(&toml));
        assert!(matches!(again, Ok(Ok(again)) if again == remembered));
    }
}

fn names_its_line(sentence: &str) {
    assert!(sentence.starts_with("fuzz, line "), "{sentence}");
    assert!(!sentence.chars().any(is_unsafe), "{sentence}");
}

/// Logs in CSV, plain and compressed, through cleaning: every row is kept or has a reason, and
/// a run's samples are in order.
pub fn csv(data: &[u8]) {
    // Read once: it takes longer than a small log.
    static BUILT_IN: OnceLock<Option<Profile>> = OnceLock::new();
    let Some(profile) = BUILT_IN.get_or_init(|| Profile::built_in().ok()) else {
        return;
    };
    let path = std::env::temp_dir().join(format!("mdtui-fuzz-{}.csv", std::process::id()));
    if std::fs::write(&path, data).is_err() {
        return;
    }
    for format in [Format::Csv, Format::CsvGz] {
        let Ok(mut reader) = LogReader::open(&path, format, profile) else {
            continue;
        };
        let mut vocabulary = Vocabulary::default();
        let mut partition = Partition::new(profile);
        let mut rows = 0;
        while let Ok(Some(batch)) = reader.next_batch(&mut vocabulary) {
            assert_eq!(batch.first_row, rows);
            rows += batch.len() as u64;
            partition.add(&batch, &vocabulary);
        }
        if format == Format::Csv {
            assert!(rows <= data.len() as u64);
        }
        let (runs, mut ledger, rejected) = partition.finish(&vocabulary);
        assert_eq!(ledger.rows_in, rows);
        for run in runs {
            let run = resolve_conflicts(run);
            assert!(run.ledger.balances());
            ledger.rows_kept += run.ledger.rows_kept;
            for reason in [Reason::Conflict, Reason::Duplicate] {
                ledger.drop_rows(
                    reason,
                    run.ledger.dropped.get(&reason).copied().unwrap_or(0),
                );
            }
            for channel in &run.channels {
                assert!(channel.times.is_sorted_by(|a, b| a < b));
                assert!(channel.values.iter().all(|v| v.is_finite()));
            }
        }
        assert!(ledger.balances(), "{ledger:?}");
        let wanted: Vec<u64> = rejected.iter().map(|(row, _)| *row).collect();
        let mut written = 0;
        let read = raw_rows(&path, format, profile, &wanted, |row| {
            assert_eq!(row.row, wanted[written]);
            written += 1;
            Ok(())
        });
        assert!(read.is_err() || written == wanted.len());
    }
    let _ = std::fs::remove_file(path);
}

/// What a worker and its parent hear: what is understood is said and understood again.
pub fn protocol(data: &[u8]) {
    let mut frames = Frames::default();
    let mut taken = 0;
    // In pieces, as a pipe gives them.
    for piece in data.chunks(7) {
        frames.push(piece);
        while let Ok(Some(frame)) = frames.pop() {
            taken += 4 + frame.len();
            again::<Request>(frame);
            again::<Report>(frame);
        }
    }
    assert!(taken <= data.len());
    // A whole message, without its length to be guessed.
    again::<Request>(data);
    again::<Report>(data);
}

fn again<T>(bytes: &[u8])
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    match message::parse::<T>(bytes) {
        Ok(message) => {
            let written = message::write(&message);
            let again = written.and_then(|bytes| message::parse::<T>(&bytes));
            assert_eq!(again.as_ref(), Ok(&message));
        }
        Err(garbled) => assert!(!garbled.to_string().chars().any(is_unsafe), "{garbled}"),
    }
}
