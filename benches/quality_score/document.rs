//! The table of precision and recall in `docs/quality.md`.

use std::fmt::Write;

use mdtui::etl::{Error, Result, quality::RULES};

use crate::score::{Outcome, RuleScore, share};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/quality.md");
const BEGIN: &str =
    "<!-- scores: MDTUI_BLESS=1 cargo bench --bench quality_score writes them -->\n";
const END: &str = "<!-- end of scores -->";

/// Writes the table between its two lines.
pub fn write(outcomes: &[Outcome]) -> Result<()> {
    let text = std::fs::read_to_string(DOCUMENT).map_err(|e| Error::Fatal(e.to_string()))?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let Some((before, after)) = parts else {
        return Err(Error::Fatal(format!(
            "{DOCUMENT} lacks the lines of the scores"
        )));
    };
    let text = format!("{before}{BEGIN}{}{END}{after}", table(outcomes));
    std::fs::write(DOCUMENT, text).map_err(|e| Error::Fatal(e.to_string()))
}

fn table(outcomes: &[Outcome]) -> String {
    let mut table = String::from(
        "\n| rule | faults | found | wrong flags | precision | recall |\n|---|---|---|---|---|---|\n",
    );
    for rule in RULES {
        let s = RuleScore::of(rule.name, outcomes);
        let (precision, recall) = (share(s.found, s.found + s.wrong), share(s.found, s.planted));
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} | {precision} | {recall} |",
            rule.name, s.planted, s.found, s.wrong
        );
    }
    let [clean, faults] = [false, true].map(|faulty| Outcome::right_of(outcomes, faulty));
    let _ = writeln!(
        table,
        "\nClean runs that pass: {} of {} ({}). Faults that are found: {} of {} ({}).\n",
        clean.0,
        clean.1,
        share(clean.0, clean.1),
        faults.0,
        faults.1,
        share(faults.0, faults.1)
    );
    table
}
