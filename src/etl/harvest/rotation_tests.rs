//! Logs that are renamed while others take their names: the notes stay with the recording.

use std::{fs, path::PathBuf};

use super::{Options, harvest_log, rename_detection::starts_with};
use crate::{
    Error,
    base::{CancelToken, NoProgress},
    catalog::{Catalog, fixture::world},
    lake::{Context, Record, notes},
    run_id::RunId,
};

/// The one run of every log.
const RUN: RunId = RunId(77);

struct Rotation {
    world: crate::catalog::fixture::World,
}

impl Rotation {
    /// Logs of these names, harvested, each with a note that is its first name.
    fn of(names: &[&str]) -> Self {
        let mut rotation = Self { world: world() };
        for name in names {
            rotation.write(name, name);
        }
        rotation.harvest(names);
        for name in names {
            let note = notes::NewNote {
                author: "tester".into(),
                disposition: Some(notes::Disposition::Reject),
                text: Some((*name).to_owned()),
                ..notes::NewNote::default()
            };
            let (context, cancel) = (rotation.context().clone(), CancelToken::new());
            let catalog = &mut rotation.world.catalog;
            catalog
                .add_note(&context, name, RUN, note, &cancel)
                .unwrap();
        }
        rotation
    }

    fn context(&self) -> &Context {
        &self.world.context
    }

    fn file(&self, name: &str) -> PathBuf {
        self.context().data_dir.join(name)
    }

    /// A log of one run whose values tell `recording`. It replaces what has its name.
    fn write(&self, name: &str, recording: &str) {
        let mut text = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
        // Two logs that are written within one tick of the clock differ in size.
        for second in 0..recording.len() {
            let value = usize::from(recording.as_bytes()[0]) + second;
            text.push_str(&format!(
                "2022-11-23T20:40:{second:02}Z,{value},x,1,77,encoder\n"
            ));
        }
        // Another inode, as a recorder or a copy gives.
        let new = self.file("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, self.file(name)).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.file(from), self.file(to)).unwrap();
    }

    /// The recorder goes on with a log, with one more sample.
    fn append(&self, name: &str) {
        let mut text = fs::read_to_string(self.file(name)).unwrap();
        text.push_str("2022-11-23T20:41:00Z,1,x,1,77,encoder\n");
        fs::write(self.file(name), text).unwrap();
    }

    /// Harvests them in this order after one look at the data directory.
    fn harvest(&mut self, names: &[&str]) {
        self.world.refresh();
        for name in names {
            let (options, cancel) = (Options::default(), CancelToken::new());
            harvest_log(self.context(), name, options, &NoProgress, &cancel).unwrap();
        }
    }

    /// Texts of the notes of a log, as the catalog has them, too.
    fn notes(&self, name: &str) -> Vec<String> {
        let read = notes::Notes::read(&self.context().lake, name).unwrap();
        let texts: Vec<String> = read
            .of_run(RUN)
            .into_iter()
            .filter_map(|n| n.text)
            .collect();
        let catalog = Catalog::open(&self.context().lake).unwrap();
        assert!(catalog.knows_notes(self.context(), name).unwrap(), "{name}");
        texts
    }
}

#[test]
fn a_rotated_log_keeps_its_notes() {
    for order in [
        ["b.1", "b.2", "b"],
        ["b", "b.1", "b.2"],
        ["b.1", "b", "b.2"],
    ] {
        let order = order.map(|name| format!("{name}.csv"));
        let order: Vec<&str> = order.iter().map(String::as_str).collect();
        let mut logs = Rotation::of(&["b.csv", "b.1.csv"]);
        logs.rename("b.1.csv", "b.2.csv");
        logs.rename("b.csv", "b.1.csv");
        logs.write("b.csv", "new");
        logs.harvest(&order);
        assert_eq!(logs.notes("b.1.csv"), ["b.csv"], "{order:?}");
        assert_eq!(logs.notes("b.2.csv"), ["b.1.csv"], "{order:?}");
        assert!(logs.notes("b.csv").is_empty(), "{order:?}");
    }
}

#[test]
fn notes_follow_a_log_that_grew_after_its_harvest_and_was_rotated_then() {
    for order in [["a.1.csv", "a.csv"], ["a.csv", "a.1.csv"]] {
        let mut logs = Rotation::of(&["a.csv"]);
        logs.append("a.csv");
        logs.rename("a.csv", "a.1.csv");
        logs.write("a.csv", "new");
        logs.harvest(&order);
        assert_eq!(logs.notes("a.1.csv"), ["a.csv"], "{order:?}");
        assert!(logs.notes("a.csv").is_empty(), "{order:?}");
    }
}

#[test]
fn notes_that_wait_follow_a_log_that_grows_on_before_it_is_harvested() {
    let mut logs = Rotation::of(&["a.csv"]);
    logs.append("a.csv");
    logs.rename("a.csv", "a.1.csv");
    logs.write("a.csv", "new");
    logs.harvest(&["a.csv"]);
    assert!(logs.notes("a.csv").is_empty());
    logs.append("a.1.csv");
    logs.rename("a.1.csv", "a.2.csv");
    logs.harvest(&["a.2.csv"]);
    assert_eq!(logs.notes("a.2.csv"), ["a.csv"]);
    assert!(notes::Waiting::all(&logs.context().lake).is_empty());
}

#[test]
fn a_rotated_log_that_cannot_be_read_has_no_notes_and_is_no_error() {
    let logs = Rotation::of(&["a.csv"]);
    let (context, cancel) = (logs.context(), CancelToken::new());
    let log = logs.world.catalog.source(context, "a.csv").unwrap();
    let log = log.unwrap();
    let record = Record::read(&context.lake, "a.csv").unwrap().unwrap();
    let waiting = notes::Waiting {
        content_hash: record.source.content_hash.unwrap(),
        size: log.size,
        inode: log.inode,
    };
    assert!(starts_with(&log, &waiting, &cancel).unwrap());
    let longer = notes::Waiting {
        size: log.size + 1,
        ..waiting.clone()
    };
    assert!(!starts_with(&log, &longer, &cancel).unwrap());
    // Packed or moved on since the look.
    fs::remove_file(&log.file).unwrap();
    assert!(!starts_with(&log, &waiting, &cancel).unwrap());
    cancel.cancel();
    fs::write(&log.file, "x").unwrap();
    let cancelled = starts_with(&log, &waiting, &cancel);
    assert!(matches!(cancelled, Err(Error::Cancelled)));
}

#[test]
fn a_file_that_only_has_the_inode_of_a_former_log_gets_no_notes() {
    let mut logs = Rotation::of(&["a.csv"]);
    logs.rename("a.csv", "other.csv");
    // The same inode with other content, longer than what was harvested.
    let text = fs::read_to_string(logs.file("other.csv")).unwrap();
    let other = text.replace("2022-11-23", "2022-11-24") + &text[text.find('\n').unwrap() + 1..];
    fs::write(logs.file("other.csv"), other).unwrap();
    logs.write("a.csv", "new");
    logs.harvest(&["a.csv", "other.csv"]);
    assert_eq!(logs.notes("a.csv"), ["a.csv"]);
    assert!(logs.notes("other.csv").is_empty());
}

#[test]
fn logs_that_swap_their_names_keep_their_notes() {
    for order in [["a.csv", "bb.csv"], ["bb.csv", "a.csv"]] {
        let mut logs = Rotation::of(&["a.csv", "bb.csv"]);
        logs.rename("a.csv", "c.csv");
        logs.rename("bb.csv", "a.csv");
        logs.rename("c.csv", "bb.csv");
        logs.harvest(&order);
        assert_eq!(logs.notes("bb.csv"), ["a.csv"], "{order:?}");
        assert_eq!(logs.notes("a.csv"), ["bb.csv"], "{order:?}");
    }
}

#[test]
fn notes_stay_where_the_former_file_is_nowhere_else() {
    let mut logs = Rotation::of(&["a.csv", "bb.csv"]);
    // Written anew, and appended to.
    logs.write("a.csv", "another");
    logs.append("bb.csv");
    logs.harvest(&["a.csv", "bb.csv"]);
    assert_eq!(logs.notes("a.csv"), ["a.csv"]);
    assert_eq!(logs.notes("bb.csv"), ["bb.csv"]);
}

#[test]
fn notes_that_were_sent_away_by_a_harvest_that_was_killed_come_back() {
    for force in [false, true] {
        let mut logs = Rotation::of(&["a.csv"]);
        let lake = &logs.context().lake;
        let record = Record::read(lake, "a.csv").unwrap().unwrap();
        let waiting = notes::Waiting {
            content_hash: record.source.content_hash.clone().unwrap(),
            size: record.source.size,
            inode: record.source.inode,
        };
        notes::carry(lake, "a.csv", &waiting.place(), true, &CancelToken::new()).unwrap();
        assert!(
            notes::Notes::read(lake, "a.csv")
                .unwrap()
                .of_run(RUN)
                .is_empty()
        );
        logs.world.refresh();
        let options = Options {
            force,
            ..Options::default()
        };
        harvest_log(
            logs.context(),
            "a.csv",
            options,
            &NoProgress,
            &CancelToken::new(),
        )
        .unwrap();
        assert_eq!(logs.notes("a.csv"), ["a.csv"], "{force}");
    }
}

#[test]
fn a_linked_log_that_is_harvested_gets_the_notes_at_once() {
    let mut logs = Rotation::of(&["a.csv"]);
    fs::hard_link(logs.file("a.csv"), logs.file("kept.csv")).unwrap();
    logs.harvest(&["kept.csv"]);
    logs.write("a.csv", "another");
    logs.harvest(&["a.csv"]);
    assert_eq!(logs.notes("kept.csv"), ["a.csv"]);
    assert!(logs.notes("a.csv").is_empty());
}
