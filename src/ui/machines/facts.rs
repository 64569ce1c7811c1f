//! What is known of a machine over its runs, in words: for its heading and its panel.

use ratatui::style::Style;

use crate::{
    etl::{
        catalog::MachineRow,
        format::{count, format_delta, thousands},
        quality::Verdict,
        time, zone,
    },
    ui::theme::Theme,
};

/// How many runs, how long they took, and how many have each verdict.
pub fn runs(machine: &MachineRow, theme: &Theme) -> Vec<(String, Style)> {
    let mut words = vec![
        (count(machine.runs, "run"), theme.title),
        (time::format_duration(machine.runtime_s), theme.title),
    ];
    for verdict in [
        Verdict::Pass,
        Verdict::Suspect,
        Verdict::Fail,
        Verdict::NotEvaluated,
    ] {
        let runs = machine.runs_with(verdict);
        if runs > 0 {
            let text = format!("{} {}", thousands(runs), verdict.word());
            words.push((text, theme.of(verdict)));
        }
    }
    words
}

/// `2022-11-23 20:40 … 2022-12-04 02:40`: from the first run to the last.
pub fn seen(machine: &MachineRow) -> String {
    format!(
        "{} … {}",
        zone::format_minute(machine.first_seen_us),
        zone::format_minute(machine.last_seen_us)
    )
}

/// `peak force +11.0 N/day`; `None`: too few runs tell it.
pub fn slope(machine: &MachineRow) -> Option<String> {
    let slope = machine.slope?;
    Some(format!("peak force {} N/day", format_delta(slope, 1)))
}
