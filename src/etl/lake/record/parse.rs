//! Reading records. The profile of a record is long, and thousands of records have the same one: it
//! is parsed once.

use std::{
    cell::RefCell,
    ops::Range,
    sync::{Arc, RwLock},
};

use memchr::memmem;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{RECORD_VERSION, Record, RunResult, is_sealed};
use crate::{
    Error, Result,
    lake::{harmless_json, layout::Lake, store::Version},
    profile::{self, Profile},
    source::{
        key::are_one_somewhere,
        reserved::{RECORD, is_result_file},
    },
    text::{quoted, visible_path},
};

/// How many profiles are kept. A lake has one for each change of its rules.
const KEPT: usize = 16;

/// The text of a profile in records that [`Record::seal`] wrote, and what it says.
type Known = (Box<[u8]>, Arc<Profile>);

static PROFILES: RwLock<Vec<Known>> = RwLock::new(Vec::new());

thread_local! {
    /// The profile of the record that this thread parses, where its text is left out.
    static LEFT_OUT: RefCell<Option<Arc<Profile>>> = const { RefCell::new(None) };
}

impl Record {
    /// Reads the record of log `key`; `None` when it has none.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Log`] when it is not a record of this program or
    /// of a newer one.
    pub fn read(lake: &Lake, key: &str) -> Result<Option<Self>> {
        Ok(Self::read_version(lake, key)?.map(|(record, _)| record))
    }

    fn read_version(lake: &Lake, key: &str) -> Result<Option<(Self, Version)>> {
        let read = lake.results().read(key, RECORD);
        let Some((bytes, version)) = read.map_err(Error::of_document)? else {
            return Ok(None);
        };
        let origin = visible_path(&lake.record_location(key));
        Ok(Some((Self::parse(&bytes, &origin)?, version)))
    }

    /// As [`Self::read`], for what is found below the lake: the record must be that of the log
    /// which it names. Also gives its version.
    ///
    /// # Errors
    /// As [`Self::read`]; [`Error::Log`] also for a record that was moved or copied there.
    pub fn read_in_place(lake: &Lake, key: &str) -> Result<Option<(Self, Version)>> {
        match Self::read_version(lake, key)? {
            Some((record, _)) if !record.is_in_place(lake, key)? => Err(Error::Log(format!(
                "{} says that it is the record of {}: it was moved or copied there, and was passed over",
                visible_path(&lake.record_location(key)),
                quoted(&record.source_file, 200)
            ))),
            read => Ok(read),
        }
    }

    /// Whether this record, found where the log `key` would have it, is that of the log which it
    /// names. A file system may list a directory under another spelling (case, Unicode
    /// normalisation) than it was made with.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn is_in_place(&self, lake: &Lake, key: &str) -> Result<bool> {
        if self.source_file == key {
            return Ok(true);
        }
        if !are_one_somewhere(&self.source_file, key) {
            return Ok(false);
        }
        let results = lake.results();
        let there = results.version(&self.source_file, RECORD)?;
        Ok(there.is_some() && there == results.version(key, RECORD)?)
    }

    /// Parses a record; `origin` names it in errors.
    ///
    /// # Errors
    /// [`Error::Log`] with the place and the trouble.
    pub fn parse(bytes: &[u8], origin: &str) -> Result<Self> {
        let is_sealed = is_sealed(bytes);
        let mut record = read_text(bytes, is_sealed).map_err(|e| {
            Error::Log(format!(
                "{origin} is not a record of mdtui: {}",
                quoted(&e.to_string(), 200)
            ))
        })?;
        if record.record_version > RECORD_VERSION {
            return Err(Error::Log(format!(
                "{origin} was written by a newer mdtui ({}); use that one",
                quoted(&record.program, 60)
            )));
        }
        if let Some(run) = record.run_to_result.values().find(|r| !r.is_consistent()) {
            return Err(Error::Log(format!(
                "{origin} is not a record of mdtui: run {} has no error, but no table or no statistics either",
                run.run_uuid
            )));
        }
        if let Some(name) = record
            .files()
            .into_iter()
            .find(|name| !is_result_file(name))
        {
            return Err(Error::Log(format!(
                "{origin} is not a record of mdtui: it names the file {}, and no result of a log is called so",
                quoted(name, 120)
            )));
        }
        record.damaged = record.record_hash.is_some() && !is_sealed;
        Ok(record)
    }
}

impl RunResult {
    /// Whether it has a table and statistics, unless it failed.
    fn is_consistent(&self) -> bool {
        self.error.is_some() || self.file_name.is_some() && self.run_stats.is_some()
    }
}

/// Parses the text of a record. Where the profile stands in it is known of sealed ones alone: they
/// are laid out as [`Record::seal`] does.
fn read_text(bytes: &[u8], is_sealed: bool) -> serde_json::Result<Record> {
    let place = is_sealed.then(|| profile_place(bytes)).flatten();
    let Some((text, place)) = place.and_then(|at| Some((bytes.get(at.clone())?, at))) else {
        return harmless_json::read(bytes);
    };
    if let Some(known) = known_profile(text) {
        let (before, after) = (bytes.get(..place.start), bytes.get(place.end..));
        let rest = [
            before.unwrap_or_default(),
            b"null",
            after.unwrap_or_default(),
        ]
        .concat();
        LEFT_OUT.set(Some(known));
        let record = harmless_json::read(&rest);
        LEFT_OUT.take();
        if record.is_ok() {
            return record;
        }
        // An error names its place in the whole text.
    }
    let record: Record = harmless_json::read(bytes)?;
    keep_profile(text, &record.profile);
    Ok(record)
}

/// Where the profile stands in the text of a sealed record.
fn profile_place(bytes: &[u8]) -> Option<Range<usize>> {
    // Line ends stand between the parts of the text alone, and deeper parts are indented further.
    const KEY: &[u8] = b"\n  \"profile\": ";
    const END: &[u8] = b"\n  }";
    let start = memmem::find(bytes, KEY)? + KEY.len();
    let length = memmem::find(bytes.get(start..)?, END)? + END.len();
    Some(start..start + length)
}

fn known_profile(text: &[u8]) -> Option<Arc<Profile>> {
    let profiles = PROFILES.read().ok()?;
    let (_, profile) = profiles.iter().find(|(known, _)| **known == *text)?;
    Some(profile.clone())
}

fn keep_profile(text: &[u8], profile: &Arc<Profile>) {
    let Ok(mut profiles) = PROFILES.write() else {
        return;
    };
    if profiles.iter().all(|(known, _)| **known != *text) {
        if profiles.len() == KEPT {
            profiles.remove(0);
        }
        profiles.push((text.into(), profile.clone()));
    }
}

/// The profile of a record, or the one in [`LEFT_OUT`] in the place of null.
pub(super) fn profile<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Arc<Profile>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    if value.is_null()
        && let Some(known) = LEFT_OUT.take()
    {
        return Ok(known);
    }
    let read = profile::of_record(value).map_err(D::Error::custom)?;
    Ok(Arc::new(read))
}

pub(super) fn to_text<S: Serializer>(profile: &Profile, serializer: S) -> Result<S::Ok, S::Error> {
    profile.serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::fixture::world;

    fn sealed(record: &Record) -> Vec<u8> {
        let mut text = Vec::new();
        record.seal(&mut text).unwrap();
        text
    }

    #[test]
    fn a_profile_that_is_known_is_not_parsed_again_and_is_the_same() {
        let world = world();
        world.write("a.parquet", "a");
        let mut record = world.record("a", "a.parquet", &[(7, 0)]);
        for name in ["first of two", "second of two"] {
            Arc::make_mut(&mut record.profile).name = name.into();
            let text = sealed(&record);
            let place = profile_place(&text).unwrap();
            let once = read_text(&text, true).unwrap();
            let again = read_text(&text, true).unwrap();
            assert!(Arc::ptr_eq(&once.profile, &again.profile));
            assert_eq!(once, again);
            assert_eq!(once.profile.name, name);
            // A record without a valid seal is parsed as a whole: its profile may stand anywhere.
            let other = read_text(&text, false).unwrap();
            assert!(!Arc::ptr_eq(&once.profile, &other.profile));
            assert_eq!(once, other);
            let parsed: Profile = serde_json::from_slice(&text[place]).unwrap();
            assert_eq!(parsed, *once.profile);
        }
    }

    #[test]
    fn a_record_names_no_file_but_results_of_its_log() {
        let world = world();
        world.write("a.parquet", "a");
        let record = world.record("a", "a.parquet", &[(7, 0)]);
        Record::parse(&sealed(&record), "a").unwrap();
        let table = record.files().first().unwrap().to_string();
        let outside = [
            format!("../b/{table}"),
            format!("/tmp/{table}"),
            format!("x/{table}"),
            "../../victim.txt".into(),
            "record.json".into(),
            "notes.json".into(),
            "..".into(),
            String::new(),
        ];
        for name in outside {
            let mut of_run = record.clone();
            let run = of_run.run_to_result.values_mut().next().unwrap();
            run.file_name = Some(name.clone());
            let mut of_rejected = record.clone();
            of_rejected.rejected_file = Some(name.clone());
            for record in [of_run, of_rejected] {
                let error = Record::parse(&sealed(&record), "a")
                    .unwrap_err()
                    .to_string();
                let expected = format!("it names the file {}, and no result", quoted(&name, 120));
                assert!(error.contains(&expected), "{error}");
            }
        }
    }

    #[test]
    fn a_record_without_a_profile_is_none_whatever_was_read_before() {
        let world = world();
        world.write("a.parquet", "a");
        let record = world.record("a", "a.parquet", &[(7, 0)]);
        let text = sealed(&record);
        Record::parse(&text, "a").unwrap();
        Record::parse(&text, "a").unwrap();
        let mut without = serde_json::to_value(&record).unwrap();
        without["profile"] = serde_json::Value::Null;
        let without = serde_json::to_vec_pretty(&without).unwrap();
        let error = Record::parse(&without, "a").unwrap_err().to_string();
        assert!(error.contains("is not a record of mdtui"), "{error}");
    }
}
