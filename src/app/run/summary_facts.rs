//! What the summary of a run tells above its statistics, besides the robots: short facts, and those
//! that need a line of their own.

use crate::{
    app::columns::{Meaning, meaning::verdict_word},
    etl::{
        catalog::{RunDetail, RunRow},
        format::thousands,
        lake::{Disposition, Note},
        time, zone,
    },
};

/// Something known of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub label: String,
    /// How much, or which.
    pub value: String,
    /// What gives the value its style.
    pub meaning: Meaning,
}

impl Fact {
    fn with(self, meaning: impl Into<Meaning>) -> Self {
        Self {
            meaning: meaning.into(),
            ..self
        }
    }
}

fn fact(label: &str, value: impl Into<String>) -> Fact {
    Fact {
        label: label.into(),
        value: value.into(),
        meaning: Meaning::Text,
    }
}

/// What the heading of the run has where there is room for it: verdict, start and runtime.
pub(super) fn headed(row: &RunRow) -> [Fact; 3] {
    let runtime = row.runtime_s().map(time::format_duration);
    [
        fact("verdict", verdict_word(row.verdict)).with(row.verdict),
        fact("start", time_or_none(row.start_us())),
        fact("runtime", runtime.unwrap_or_else(|| "·".to_owned())),
    ]
}

/// The other short facts.
pub(super) fn facts(detail: &RunDetail) -> Vec<Fact> {
    let row = &detail.row;
    // What the ledger counts.
    let counted = detail.layout.counted();
    let mut facts = vec![
        fact("stop", time_or_none(row.stop_us())),
        fact("channels", thousands(row.channels().into())),
        fact("rows", thousands(row.rows())),
        fact("samples", thousands(row.samples())),
        fact("complete rows", thousands(row.complete_rows())),
        fact(&format!("log {counted}s"), thousands(detail.ledger.rows_in)),
        fact("kept", thousands(detail.ledger.rows_kept)),
        fact("dropped", thousands(detail.ledger.rows_dropped())),
    ];
    for (reason, rows) in &detail.ledger.dropped {
        facts.push(fact(reason.word(), thousands(*rows)).with(Meaning::Warning));
    }
    if let Some(disposition) = row.disposition {
        facts.push(fact("disposition", disposition.word()).with(disposition));
    }
    facts
}

fn time_or_none(us: Option<i64>) -> String {
    us.map_or_else(|| "·".to_owned(), zone::format_screen)
}

/// Facts that need a line of their own.
pub(super) fn lines(detail: &RunDetail) -> Vec<Fact> {
    let mut lines = Vec::new();
    if detail.cells_seen.len() > 1 {
        let value = format!("{} (one run, several cells)", detail.cells_seen.join(", "));
        lines.push(fact("cells seen", value).with(Meaning::Warning));
    }
    if detail.source_lost_precision {
        let value = "its id was stored as a double: neighbours may be merged in it";
        lines.push(fact("precision lost", value).with(Meaning::Error));
    }
    if !detail.row.also_in().is_empty() {
        lines.push(fact("also in", detail.row.also_in().join(", ")));
    }
    lines.extend(detail.notes.iter().flat_map(note));
    lines
}

/// `2026-11-23 04:06:12 anna reject: torn`, and each further line of the text in a line of its own.
fn note(note: &Note) -> Vec<Fact> {
    let at = zone::format_screen(note.at);
    let disposition = note.disposition.map_or("", Disposition::word);
    let head = format!("{at} {} {disposition}", note.author);
    let mut text = note.text.as_deref().unwrap_or_default().lines();
    let first = match text.next() {
        Some(first) => format!("{}: {first}", head.trim_end()),
        None => head,
    };
    let first = fact("note", first);
    let first = match note.disposition {
        Some(disposition) => first.with(disposition),
        None => first,
    };
    let others = text.map(|line| fact("", line));
    std::iter::once(first).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::run::fixture;

    #[test]
    fn notes_are_shown_line_by_line_and_the_disposition_as_a_fact() {
        let mut detail = fixture::detail();
        let before = lines(&detail).len();
        let written = |at, disposition, text: &str| Note {
            at,
            id: String::new(),
            run_uuid: detail.row.run,
            author: "anna".into(),
            disposition,
            reference: None,
            part: None,
            text: Some(text.to_owned()).filter(|t| !t.is_empty()),
        };
        detail.notes = vec![
            written(0, None, "odd\nsound"),
            written(1_000_000, Some(Disposition::Reject), ""),
        ];
        detail.row.disposition = Some(Disposition::Reject);
        let reject = fact("disposition", "reject").with(Meaning::Error);
        assert_eq!(facts(&detail).last(), Some(&reject));
        let added = &lines(&detail)[before..];
        let wanted = [
            fact("note", "1970-01-01 00:00:00.000 anna: odd"),
            fact("", "sound"),
            fact("note", "1970-01-01 00:00:01.000 anna reject").with(Meaning::Error),
        ];
        assert_eq!(added, wanted);
    }

    #[test]
    fn facts_count_what_the_ledger_counts() {
        let mut detail = fixture::detail();
        let has = |detail: &RunDetail, label: &str| {
            let facts = facts(detail).into_iter();
            facts.filter(|fact| fact.label == label).count() == 1
        };
        assert!(has(&detail, "log rows"));
        // The lines of a wide log hold several samples each.
        detail.layout = crate::etl::schema::Layout::Wide;
        assert!(has(&detail, "log samples"));
    }
}
