//! What filters can ask of logs, runs and machines.

use super::{Filtered, Term, Test};
use crate::{
    catalog::{LogRow, MachinePoint, MachineRow, RunRow},
    quality::Verdict,
};

impl Filtered for LogRow {
    const FIELDS: &'static [&'static str] = &[
        "state", "log", "cell", "verdict", "reason", "since", "until", "size", "rows", "runs",
        "failed", "runtime", "flags",
    ];

    fn holds(&self, term: &Term) -> bool {
        let (field, test) = match term {
            Term::Word(word) => {
                return self.contains(word) || self.reason.to_lowercase().contains(word);
            }
            Term::Field { field, test } => (field.as_str(), test),
        };
        match field {
            "state" => test.word(self.state.word()),
            "log" => test.text(&self.key),
            "cell" => cell_holds(self.cell_id.as_deref(), test),
            "verdict" => self.verdict.is_some_and(|v| test.word(v.word())),
            "reason" => test.text(&self.reason),
            "since" => test.known(self.stop_us.or(self.mtime_us).map(|t| t as f64)),
            "until" => test.known(self.start_us.or(self.mtime_us).map(|t| t as f64)),
            "size" => test.known(self.size.map(|n| n as f64)),
            "rows" => test.known(self.rows.map(|n| n as f64)),
            "runs" => test.known(self.runs().map(f64::from)),
            "failed" => test.known(self.runs_failed.map(f64::from)),
            "runtime" => test.known(self.span_s()),
            "flags" => test.known(self.flags.map(f64::from)),
            _ => false,
        }
    }

    fn contains(&self, text: &str) -> bool {
        contains(&self.key, text)
    }
}

impl Filtered for RunRow {
    const FIELDS: &'static [&'static str] = &[
        "run", "log", "cell", "verdict", "since", "until", "runtime", "distance", "rows",
        "samples", "channels", "flags",
    ];

    fn holds(&self, term: &Term) -> bool {
        let (field, test) = match term {
            Term::Word(word) => return self.contains(word),
            Term::Field { field, test } => (field.as_str(), test),
        };
        match field {
            "run" => match test {
                Test::Has(part) => self.run.matches(part),
                Test::Is(..) => false,
            },
            "log" => test.text(&self.log_key),
            "cell" => cell_holds(self.cell_id.as_deref(), test),
            "verdict" => test.word(self.verdict.word()),
            "since" => test.known(self.stop_us.map(|t| t as f64)),
            "until" => test.known(self.start_us.map(|t| t as f64)),
            "runtime" => test.known(self.runtime_s),
            "distance" => test.known(self.distance()),
            "rows" => test.number(self.rows as f64),
            "samples" => test.number(self.samples as f64),
            "channels" => test.number(f64::from(self.channels)),
            "flags" => test.number(f64::from(self.flags)),
            _ => false,
        }
    }

    fn contains(&self, text: &str) -> bool {
        contains(&self.log_key, text)
            || may_be_id(text) && self.run.matches(text)
            || self.error.as_deref().is_some_and(|e| contains(e, text))
    }
}

impl Filtered for MachineRow {
    const FIELDS: &'static [&'static str] = &[
        "cell", "robot", "runs", "runtime", "distance", "speed", "force", "mean", "slope", "pass",
        "suspect", "fail", "verdict", "since", "until",
    ];

    fn holds(&self, term: &Term) -> bool {
        let (field, test) = match term {
            Term::Word(word) => return self.contains(word),
            Term::Field { field, test } => (field.as_str(), test),
        };
        let row = self;
        let runs = |verdict| test.number(self.runs_with(verdict) as f64);
        match field {
            "cell" => cell_holds(row.cell_id.as_deref(), test),
            "robot" => test.word(&row.robot),
            "runs" => test.number(row.runs as f64),
            "runtime" => test.number(row.runtime_s),
            "distance" => test.known(row.distance_mm.map(|mm| mm / 1000.0)),
            "speed" => test.known(row.speed_peak),
            "force" => test.known(row.force_peak),
            "mean" => test.known(row.force_mean),
            "slope" => test.known(self.slope()),
            "pass" => runs(Verdict::Pass),
            "suspect" => runs(Verdict::Suspect),
            "fail" => runs(Verdict::Fail),
            "verdict" => row.verdicts.iter().any(|(v, n)| *n > 0 && test.word(v)),
            "since" => test.number(row.last_seen_us as f64),
            "until" => test.number(row.first_seen_us as f64),
            _ => false,
        }
    }

    fn contains(&self, text: &str) -> bool {
        contains(&self.name(), text)
    }
}

impl Filtered for MachinePoint {
    const FIELDS: &'static [&'static str] = &[
        "run", "log", "verdict", "since", "until", "runtime", "distance", "speed", "force", "mean",
    ];

    fn holds(&self, term: &Term) -> bool {
        let (field, test) = match term {
            Term::Word(word) => return self.contains(word),
            Term::Field { field, test } => (field.as_str(), test),
        };
        match field {
            "run" => matches!(test, Test::Has(part) if self.run.matches(part)),
            "log" => test.text(&self.log_key),
            "verdict" => test.word(self.verdict.word()),
            "since" | "until" => test.number(self.start_us as f64),
            "runtime" => test.number(self.runtime_s),
            "distance" => test.known(self.stats.distance_mm.map(|mm| mm / 1000.0)),
            "speed" => test.known(self.stats.speed_peak),
            "force" => test.known(self.stats.force_peak),
            "mean" => test.known(self.stats.force_mean),
            _ => false,
        }
    }

    fn contains(&self, text: &str) -> bool {
        contains(&self.log_key, text) || self.run.matches(text)
    }
}

/// Whether a part of an id may look so; to hold a text against an id is slow.
fn may_be_id(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_hexdigit() || matches!(c, '-' | '…') || c.is_whitespace();
    text.chars().all(digit)
}

/// Whether `text` contains `part`, which is in lower case, whatever the case of `text`.
pub fn contains(text: &str, part: &str) -> bool {
    if text.is_ascii() && part.is_ascii() {
        // Without the allocation: this runs over every row at each key press.
        let (text, part) = (text.as_bytes(), part.as_bytes());
        return part.is_empty()
            || text
                .windows(part.len())
                .any(|window| window.eq_ignore_ascii_case(part));
    }
    text.to_lowercase().contains(part)
}

/// `cell:10` means the cell whose name is `10`, and the folder `cell-10` too.
pub fn cell_holds(cell: Option<&str>, test: &Test) -> bool {
    cell.is_some_and(|cell| {
        let bare = cell
            .trim_start_matches(|c: char| !c.is_ascii_digit())
            .trim_start_matches('0');
        test.word(cell) || !bare.is_empty() && test.word(bare)
    })
}
