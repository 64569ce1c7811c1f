//! States of many logs at once: what one log's state owes to the others.

use std::collections::HashMap;

use rusqlite::Connection;

use super::{
    entry::{Assessment, Entry, Facts},
    log_state::{Known, assess},
    packed::ContentHash,
};
use crate::{
    lake::Context,
    profile::{self, Profile},
    schema::{Field, Robot},
};

/// The rules of now, and how others differ from them.
pub(super) struct ProfileRules {
    now: String,
    differ: HashMap<String, String>,
}

impl ProfileRules {
    /// Those of the context alone: how other rules differ is not said.
    pub(super) fn of_now(context: &Context) -> Self {
        Self {
            now: context.rules(),
            differ: HashMap::new(),
        }
    }

    /// Compares the context's profile with those under which logs were harvested.
    pub(super) fn load(db: &Connection, context: &Context) -> rusqlite::Result<Self> {
        let now = context.rules();
        let mut statement = db.prepare("SELECT rules, profile FROM profiles")?;
        let mut differ = HashMap::new();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (rules, json): (String, String) = (row.get(0)?, row.get(1)?);
            if rules != now
                && let Ok(old) = profile::of_record(&mut serde_json::Deserializer::from_str(&json))
            {
                differ.insert(rules, difference(&old, &context.profile));
            }
        }
        Ok(Self { now, differ })
    }

    /// The state of a log in which no other log has a part.
    pub(super) fn assess_alone(&self, entry: &Entry, now_us: i64) -> Assessment {
        assess(&self.known(entry, now_us))
    }

    /// What is known of a log, but for what others have to do with it.
    fn known<'a>(&'a self, entry: &'a Entry, now_us: i64) -> Known<'a> {
        let record = entry.record.as_deref();
        Known {
            seen: entry.seen.as_ref(),
            record,
            rules: &self.now,
            rules_differ: record.map_or("", |r| self.differ(&r.rules)),
            duplicate_of: None,
            was: None,
            became: None,
            now_us,
        }
    }

    fn differ(&self, rules: &str) -> &str {
        self.differ
            .get(rules)
            .map_or("the profile was another one", String::as_str)
    }
}

/// Which rules of a profile differ, as one clause.
fn difference(old: &Profile, new: &Profile) -> String {
    let mut parts = Vec::new();
    if old.hold != new.hold {
        parts.push(format!("hold was {}, is {}", old.hold, new.hold));
    }
    let list = |robots: &[Robot]| robots.iter().map(|r| &**r).collect::<Vec<_>>().join(", ");
    if old.robots != new.robots {
        parts.push(format!(
            "robots were {}, are {}",
            list(&old.robots),
            list(&new.robots)
        ));
    }
    if old.columns != new.columns {
        parts.push("the names of the columns differ".to_owned());
    }
    if old.quality != new.quality {
        parts.push("thresholds of quality checks differ".to_owned());
    }
    if old.insight != new.insight {
        parts.push("thresholds of [insight] differ".to_owned());
    }
    if old.forming_axis() != new.forming_axis() {
        parts.push(format!(
            "the forming axis was {}, is {}",
            old.forming_axis(),
            new.forming_axis()
        ));
    }
    if (old.layout, &old.signals) != (new.layout, &new.signals) {
        parts.push("the layout or its signals differ".to_owned());
    }
    if old.user_rules != new.user_rules {
        parts.push("[[rules]] differ".to_owned());
    }
    let rules_of = |f: &Field| {
        let described = (f.kind, f.axis.clone(), f.channel().to_owned());
        let limits = (f.min, f.max, f.max_rate);
        (described, f.sensor.clone(), f.unit.clone(), limits)
    };
    let names = |p: &Profile| p.fields.iter().map(|f| f.name.clone()).collect::<Vec<_>>();
    if names(old) != names(new) {
        parts.push(format!(
            "fields were {}, are {}",
            names(old).join(", "),
            names(new).join(", ")
        ));
    } else {
        for (a, b) in old.fields.iter().zip(&new.fields) {
            if rules_of(a) != rules_of(b) {
                parts.push(format!("field {} is defined differently", a.name));
            }
        }
    }
    if parts.is_empty() {
        // The same profile: what is left in the rules is the program's own version.
        return "another version of this program".into();
    }
    parts.join("; ")
}

/// The states of those of `entries`, by their places, whose state is another now. States of logs with
/// one content, and of a log and its new name, depend on each other: all of them must be among
/// `entries`.
pub(super) fn changed_states(
    entries: &[Entry],
    rules: &ProfileRules,
    now_us: i64,
) -> Vec<(usize, Assessment)> {
    let first = first_of_content(entries);
    let names = renames(entries);
    let assess_one = |(at, entry): (usize, &Entry)| {
        let key = entry.key();
        let record = entry.record.as_deref();
        let duplicate_of = record
            .and_then(|r| first.get(r.content_hash.as_ref()?))
            .map(|e| e.key())
            .filter(|other| *other != key);
        let verdict = assess(&Known {
            duplicate_of,
            was: names.was.get(key).copied(),
            became: names.became.get(key).copied(),
            ..rules.known(entry, now_us)
        });
        (verdict != entry.verdict).then_some((at, verdict))
    };
    entries.iter().enumerate().filter_map(assess_one).collect()
}

/// By content: the log in the data directory that was harvested first.
fn first_of_content(entries: &[Entry]) -> HashMap<&ContentHash, &Entry> {
    let mut first: HashMap<&ContentHash, &Entry> = HashMap::new();
    for entry in entries {
        let Some(hash) = holds_content(entry) else {
            continue;
        };
        let best = first.entry(hash).or_insert(entry);
        if harvest_order(entry) < harvest_order(best) {
            *best = entry;
        }
    }
    first
}

/// By which the first of several logs is found.
fn harvest_order(entry: &Entry) -> (Option<String>, &str) {
    let record = entry.record.as_ref();
    (record.map(|r| r.first_harvested.to_string()), entry.key())
}

/// The content that a log in the data directory surely has: it is as it was harvested.
fn holds_content(entry: &Entry) -> Option<&ContentHash> {
    let (seen, record) = (entry.seen.as_ref()?, entry.record.as_ref()?);
    let same = seen.size == record.size && seen.mtime_ns == record.mtime_ns;
    let whole = record.error.is_none() && seen.trouble.is_none();
    record.content_hash.as_ref().filter(|_| same && whole)
}

struct Renames<'a> {
    was: HashMap<&'a str, &'a str>,
    became: HashMap<&'a str, &'a str>,
}

/// Harvested logs that are gone, held against logs that were never harvested.
fn renames(entries: &[Entry]) -> Renames<'_> {
    let gone: HashMap<(u64, u64, i64), &Entry> = entries
        .iter()
        .filter(|e| e.seen.is_none())
        .filter_map(|e| {
            let r: &Facts = e.record.as_ref().filter(|r| r.error.is_none())?;
            Some(((r.inode, r.size, r.mtime_ns), e))
        })
        .collect();
    let mut renames = Renames {
        was: HashMap::new(),
        became: HashMap::new(),
    };
    if gone.is_empty() {
        return renames;
    }
    for entry in entries.iter().filter(|e| e.record.is_none()) {
        let old = entry
            .seen
            .as_ref()
            .and_then(|s| gone.get(&(s.inode, s.size, s.mtime_ns)));
        if let Some(old) = old {
            renames.was.insert(entry.key(), old.key());
            renames.became.insert(old.key(), entry.key());
        }
    }
    renames
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::BUILT_IN;

    #[test]
    fn what_differs_between_two_profiles_is_named() {
        let now = Profile::built_in().unwrap();
        let rule = "[[rules]]\nname = \"a\"\nwhen = \"fz_1 < 1\"\n";
        for (from, to, says) in [
            ("hold = 10", "hold = 0", "hold was 0, is 10"),
            (
                "forming_axis = \"z\"",
                "forming_axis = \"x\"",
                "the forming axis was x, is z",
            ),
            (
                "gap_factor = 5 ",
                "gap_factor = 6 ",
                "thresholds of quality checks differ",
            ),
            (
                "contact_n = 50 ",
                "contact_n = 60 ",
                "thresholds of [insight] differ",
            ),
            (
                "name = \"fz\"",
                "name = \"fz\"\nmin = -9",
                "field fz is defined differently",
            ),
            (
                "name = \"fz\"",
                "name = \"fz\"\nmax_rate = 9",
                "field fz is defined differently",
            ),
            ("# [[rules]]\n", rule, "[[rules]] differ"),
        ] {
            let old = Profile::parse(&BUILT_IN.replacen(from, to, 1), "p").unwrap();
            assert_ne!(old.rules(), now.rules(), "{to}");
            assert_eq!(difference(&old, &now), says);
        }
    }
}
