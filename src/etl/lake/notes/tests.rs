//! Notes: merging, writing and what becomes of them.

use std::{fs, sync::Arc};

use proptest::prelude::*;

use super::*;
use crate::{
    ErrorClass,
    base::CancelToken,
    catalog::fixture::{World, world},
    lake::{memory_store::Memory, store::If},
    source::reserved::RECORD,
};

fn note() -> impl Strategy<Value = Note> {
    // Few ids and times, so that they meet.
    let id = (0..6_u8).prop_map(|n| format!("{n:032x}"));
    let dispositions = Disposition::ALL.into_iter().chain([Disposition::Clear]);
    let disposition = prop::option::of(prop::sample::select(dispositions.collect::<Vec<_>>()));
    let reference = prop::option::of(Just(true));
    let text = prop::option::of("[ab\n\u{1b}ü]{0,3}");
    (id, 0..3_u128, 0..4_i64, disposition, reference, text).prop_map(
        |(id, run, at, disposition, reference, text)| Note {
            at,
            id,
            run_uuid: RunId(run),
            author: "anna".into(),
            disposition,
            reference,
            part: text.clone(),
            text,
        },
    )
}

fn notes() -> impl Strategy<Value = Notes> {
    prop::collection::vec(note(), 0..8).prop_map(Notes::of)
}

proptest! {
    #[test]
    fn a_merge_depends_on_no_order_and_on_no_repetition(a in notes(), b in notes(), c in notes()) {
        let merge = |a: &Notes, b: &Notes| a.clone().merge(b.clone());
        prop_assert_eq!(merge(&a, &b), merge(&b, &a));
        prop_assert_eq!(merge(&merge(&a, &b), &c), merge(&a, &merge(&b, &c)));
        prop_assert_eq!(merge(&a, &a), a.clone());
        prop_assert_eq!(merge(&merge(&a, &b), &b), merge(&a, &b));
        // None is lost.
        let union = merge(&a, &b);
        for note in a.notes.iter().chain(&b.notes) {
            prop_assert!(union.notes.iter().any(|kept| kept.id == note.id));
        }
    }

    #[test]
    fn the_file_says_what_was_written(notes in notes()) {
        let text = notes.to_text().unwrap();
        prop_assert_eq!(Notes::parse_text(&text).unwrap(), notes.clone());
        prop_assert_eq!(notes.digest().is_none(), notes.is_empty());
    }
}

fn said(disposition: Option<Disposition>, text: &str) -> NewNote {
    NewNote {
        author: "anna".into(),
        disposition,
        text: Some(text.to_owned()),
        ..NewNote::default()
    }
}

fn add_to(lake: &Lake, key: &str, note: NewNote) -> Result<Notes> {
    let added = add(lake, key, RunId(1), note, &CancelToken::new())?;
    Ok(added.notes)
}

/// A lake with a harvested log `a` of two runs.
fn harvested() -> World {
    let mut world = world();
    world.write("a.parquet", "a");
    world.harvest("a", "a.parquet", &[(1, 0), (2, 10)]);
    world
}

#[test]
fn the_file_has_the_shape_that_is_documented() {
    let world = harvested();
    let lake = &world.context.lake;
    add_to(
        lake,
        "a",
        said(Some(Disposition::Reject), "torn\nat the rim"),
    )
    .unwrap();
    let text = fs::read(lake.location("a", NOTES)).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(file["version"], 1);
    let note = file["notes"][0].as_object().unwrap();
    let keys: Vec<&str> = note.keys().map(String::as_str).collect();
    let documented = [
        "at",
        "author",
        "disposition",
        "id",
        "part",
        "reference",
        "run_uuid",
        "text",
    ];
    assert_eq!(keys, documented);
    assert_eq!(note["disposition"], "reject");
    assert_eq!(note["run_uuid"], "00000000-0000-0000-0000-000000000001");
    assert_eq!(note["text"], "torn\nat the rim");
    assert!(note["reference"].is_null() && note["part"].is_null());
    assert!(time::parse(note["at"].as_str().unwrap().as_bytes()).is_some());
    assert_eq!(note["id"].as_str().unwrap().len(), 32);
}

#[test]
fn a_note_is_later_than_those_of_its_run_also_when_the_clock_is_behind() {
    let world = harvested();
    let lake = &world.context.lake;
    let ahead = time::now() + 3_600_000_000;
    let foreign = Note {
        at: ahead,
        id: "f".repeat(32),
        run_uuid: RunId(1),
        author: "bob".into(),
        disposition: Some(Disposition::Reject),
        reference: Some(true),
        part: Some("lid".into()),
        text: None,
    };
    let foreign = Notes::of(vec![foreign]);
    merge_into(lake, "a", &foreign, &CancelToken::new()).unwrap();
    let notes = add_to(lake, "a", said(Some(Disposition::Accept), "measured")).unwrap();
    let of_run = notes.of_run(RunId(1));
    assert_eq!(of_run[1].at, ahead + 1);
    // What the other wrote is kept whole.
    assert_eq!(of_run[0].part.as_deref(), Some("lid"));
    assert_eq!(of_run[0].reference, Some(true));
    let current = CurrentNote::of(&of_run);
    assert_eq!(current.disposition, Some(Disposition::Accept));
    assert_eq!(current.text.as_deref(), Some("measured"));
    let notes = add_to(lake, "a", said(Some(Disposition::Clear), " ")).unwrap();
    let current = notes.current().remove(&RunId(1)).unwrap();
    assert_eq!(current.disposition, None);
    assert_eq!(current.text.as_deref(), Some("measured"));
    // The time of another run does not count.
    let other = add(lake, "a", RunId(2), said(None, "x"), &CancelToken::new()).unwrap();
    assert!(other.notes.of_run(RunId(2))[0].at < ahead);
}

#[test]
fn a_note_behind_the_last_time_can_be_read_and_is_the_last() {
    let foreign = |id: &str| Note {
        at: time::LAST,
        id: id.to_owned(),
        run_uuid: RunId(1),
        author: "bob".into(),
        disposition: Some(Disposition::Reject),
        reference: None,
        part: None,
        text: None,
    };
    assert_eq!(time::format(time::LAST), "9999-12-31T23:59:59.999999Z");
    let ids = [
        "f".repeat(32),
        "zoë".into(),
        "0".repeat(32),
        "é".repeat(20),
        "F".repeat(32),
    ];
    for id in ids {
        let world = harvested();
        let lake = &world.context.lake;
        let notes = Notes::of(vec![foreign(&id)]);
        merge_into(lake, "a", &notes, &CancelToken::new()).unwrap();
        for n in 0..40 {
            let kind = [Disposition::Accept, Disposition::Review][n % 2];
            add_to(lake, "a", said(Some(kind), &n.to_string())).unwrap();
            let read = Notes::read(lake, "a").unwrap();
            assert_eq!(read.len(), n + 2, "{id}");
            let current = read.current().remove(&RunId(1)).unwrap();
            assert_eq!(current.disposition, Some(kind), "{id} {n}");
            assert_eq!(current.text, Some(n.to_string()), "{id} {n}");
        }
        let longest = Notes::read(lake, "a")
            .unwrap()
            .notes
            .iter()
            .map(|n| n.id.len())
            .max();
        assert!(longest.unwrap() <= id.len() + 32, "{id}");
    }
}

#[test]
fn what_cannot_be_read_is_left_as_it_is() {
    let world = harvested();
    let lake = &world.context.lake;
    let file = lake.location("a", NOTES);
    for (text, said_of_it) in [
        ("", "does not hold notes"),
        ("{\"version\":1,\"notes\":[{\"id\":", "does not hold notes"),
        ("{\"version\":2,\"notes\":{}}", "version 2"),
        (
            "{\"version\":1,\"notes\":[],\"more\":1}",
            "unknown field `more`",
        ),
        (
            "{\"version\":1,\"notes\":[{\"id\":\"1\",\"run_uuid\":\"00000000-0000-0000-0000-000000000001\",\
             \"at\":\"yesterday\",\"author\":\"a\",\"disposition\":null,\"reference\":null,\
             \"part\":null,\"text\":null}]}",
            "`yesterday` is not a time",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let error = add_to(lake, "a", said(None, "x")).unwrap_err();
        assert_eq!(error.kind(), ErrorClass::Permanent, "{error}");
        let sentence = error.to_string();
        assert!(sentence.contains(said_of_it), "{sentence}");
        assert!(sentence.contains("notes.json") && sentence.contains("left as it is"));
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

#[test]
fn each_refresh_reports_notes_that_cannot_be_used_until_they_can() {
    let mut world = harvested();
    let lake = world.context.lake.clone();
    add_to(&lake, "a", said(Some(Disposition::Reject), "torn")).unwrap();
    world.refresh();
    let disposition = |world: &World| world.catalog.runs(None).unwrap()[0].disposition;
    assert_eq!(disposition(&world), Some(Disposition::Reject));
    let file = lake.location("a", NOTES);
    let aside = file.with_extension("aside");
    fs::rename(&file, &aside).unwrap();
    fs::write(&file, "{\"version\": 1, \"notes\": 5}").unwrap();
    for _ in 0..2 {
        let problems = world.refresh().problems;
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].contains("a/notes.json does not hold notes"),
            "{problems:?}"
        );
        assert_eq!(disposition(&world), None);
    }
    // A harvest does not hide it.
    world.harvest("a", "a.parquet", &[(1, 0), (2, 20)]);
    assert_eq!(world.refresh().problems.len(), 1);
    // The very file that was there before.
    fs::rename(&aside, &file).unwrap();
    assert_eq!(world.refresh().problems, [""; 0]);
    assert_eq!(disposition(&world), Some(Disposition::Reject));
}

#[test]
fn a_note_says_something_and_is_harmless() {
    let world = harvested();
    let lake = &world.context.lake;
    let long = "x".repeat(10_001);
    let nobody = NewNote {
        author: " ".into(),
        ..said(None, "x")
    };
    for bad in [said(None, " \n "), said(None, &long), nobody] {
        let error = add_to(lake, "a", bad).unwrap_err();
        assert_eq!(error.kind(), ErrorClass::Usage, "{error}");
    }
    assert!(!lake.location("a", NOTES).exists());
    let notes = add_to(lake, "a", said(None, " \u{1b}[2Jone\r\ntwo\u{202e} ")).unwrap();
    let text = notes.of_run(RunId(1))[0].text.clone().unwrap();
    assert_eq!(text, "\\u{1b}[2Jone\ntwo\\u{202e}");
}

#[test]
fn a_log_without_results_gets_no_note() {
    let world = harvested();
    let lake = &world.context.lake;
    let error = add_to(lake, "b", said(None, "x")).unwrap_err();
    assert_eq!(error.kind(), ErrorClass::Transient, "{error}");
    assert!(!lake.location("b", "").exists());
}

#[test]
fn writers_at_once_lose_no_note() {
    let world = harvested();
    let lake = &world.context.lake;
    std::thread::scope(|scope| {
        for writer in 0..4 {
            scope.spawn(move || {
                for n in 0..8 {
                    add_to(lake, "a", said(None, &format!("{writer}-{n}"))).unwrap();
                }
            });
        }
    });
    let notes = Notes::read(lake, "a").unwrap().of_run(RunId(1));
    assert_eq!(notes.len(), 32);
    assert!(notes.windows(2).all(|w| w[0].at < w[1].at));
}

#[test]
fn a_writer_that_does_not_share_the_lock_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let lake = Lake::with_results(dir.path(), Arc::new(Memory::default()));
    let put = |name: &str, text: &[u8]| {
        let temp = crate::lake::files::TempPath::new(&lake).unwrap();
        fs::write(temp.path(), text).unwrap();
        let _ = lake
            .results()
            .replace(temp.path(), "a", name, If::Always)
            .unwrap();
    };
    put(RECORD, b"{}");
    let foreign = add_to(&lake, "a", said(None, "foreign")).unwrap();
    lake.results().remove("a", NOTES).unwrap();
    let done = std::cell::Cell::new(false);
    let notes = super::write::update(&lake, "a", |known| {
        if !done.replace(true) {
            put(NOTES, &foreign.to_text().unwrap());
        }
        let mut own = foreign.notes[0].clone();
        own.id = "own".into();
        known.merge(Notes { notes: vec![own] })
    });
    assert_eq!(notes.unwrap().len(), 2);
    assert_eq!(Notes::read(&lake, "a").unwrap().len(), 2);
}

#[test]
fn notes_are_carried_to_another_key_also_twice_and_when_they_cannot_be_read() {
    let world = harvested();
    let lake = &world.context.lake;
    let cancel = CancelToken::new();
    add_to(lake, "a", said(None, "first")).unwrap();
    carry(lake, "a", "b", false, &cancel).unwrap();
    add_to(lake, "a", said(None, "second")).unwrap();
    for _ in 0..2 {
        carry(lake, "a", "b", true, &cancel).unwrap();
        assert_eq!(Notes::read(lake, "b").unwrap().len(), 2);
        assert!(Notes::read(lake, "a").unwrap().is_empty());
    }
    let newer = "{\"version\":9}";
    fs::write(lake.location("a", NOTES), newer).unwrap();
    // Where there are others it stays.
    carry(lake, "a", "b", true, &cancel).unwrap();
    assert!(lake.location("a", NOTES).exists());
    carry(lake, "a", "c", true, &cancel).unwrap();
    assert_eq!(
        fs::read_to_string(lake.location("c", NOTES)).unwrap(),
        newer
    );
    assert!(!lake.location("a", NOTES).exists());
    // As a rename does: first copied, then moved.
    carry(lake, "c", "d", false, &cancel).unwrap();
    assert!(lake.location("c", NOTES).exists());
    carry(lake, "c", "d", true, &cancel).unwrap();
    assert!(!lake.location("c", NOTES).exists());
    assert_eq!(
        fs::read_to_string(lake.location("d", NOTES)).unwrap(),
        newer
    );
}

#[test]
fn the_catalog_knows_notes_and_keeps_them() {
    let mut world = harvested();
    let lake = world.context.lake.clone();
    let context = world.context.clone();
    world.refresh();
    let note = said(Some(Disposition::Review), "odd\nsound");
    assert_eq!(world.log("a").key, "a");
    let cancel = CancelToken::new();
    let added = world
        .catalog
        .add_note(&context, "a", RunId(1), note, &cancel);
    assert_eq!(added.unwrap().len(), 1);
    // Other connections see that something changed.
    let mut other = crate::catalog::Catalog::open(&lake).unwrap();
    assert_eq!(world.refresh().changed_keys, ["a"]);
    assert_eq!(world.refresh().changed_keys, [""; 0]);
    let check = |catalog: &crate::catalog::Catalog| {
        let runs = catalog.runs(Some("a")).unwrap();
        assert_eq!(runs[0].disposition, Some(Disposition::Review));
        assert_eq!(runs[0].note(), Some("odd\nsound"));
        assert_eq!((runs[1].disposition, &runs[1].note()), (None, &None));
        let detail = catalog.run_detail("a", RunId(1)).unwrap().unwrap();
        assert_eq!(
            detail.notes,
            Notes::read(&lake, "a").unwrap().of_run(RunId(1))
        );
    };
    check(&other);
    // Harvested again, and rebuilt.
    world.harvest("a", "a.parquet", &[(1, 0), (2, 10)]);
    check(&other);
    other.rebuild(&context, &CancelToken::new()).unwrap();
    check(&other);
    // A run that is not in the record for a while gets its notes back.
    world.harvest("a", "a.parquet", &[(2, 10)]);
    world.harvest("a", "a.parquet", &[(1, 0), (2, 10)]);
    check(&other);
    remove(&lake, "a", &CancelToken::new()).unwrap();
    other.ingest_notes(&context, "a").unwrap();
    assert_eq!(other.runs(Some("a")).unwrap()[0].disposition, None);
}
