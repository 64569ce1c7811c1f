//! How good the quality rules are: runs of a generator of its own, clean ones and ones with one
//! planted fault each, are cleaned, transformed and checked as a harvest does it.
//!
//! `cargo bench --bench quality_score` makes runs of five seeds (each with 6 runs of 12 clean
//! kinds and 6 strengths of 27 faults), always the same ones, and prints by rule its precision
//! (of the runs that it flags, those in which it is right) and recall (of the runs with the fault,
//! those that it flags in the right place), by kind of run what was found, and the share of clean
//! runs that pass. The rules were tuned on the seeds from 0 to 4 (`--tune`); what is printed
//! otherwise is of others. With `MDTUI_BLESS=1` the table of rules is written to
//! `docs/quality.md`. Options after `--`: `--seconds S` (length of most runs, 60), `--seeds N`,
//! `--first N` (the first seed), `--only TEXT` (kinds whose name contains it), `--flags` (print
//! the flags of every run as NDJSON instead of the tables).

mod clean;
mod document;
mod faults;
mod generator;
mod pipeline;
mod score;

use std::process::ExitCode;

use mdtui::etl;

/// Runs of each kind for each seed.
pub const VARIANTS: usize = 6;

/// The first seed that no rule was tuned on.
const HELD_OUT: u64 = 200;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let option = |name: &str| {
        let at = words.iter().position(|w| w == name)?;
        words.get(at + 1).cloned()
    };
    let number = |name: &str, default: f64| {
        let given = option(name).and_then(|n| n.parse().ok());
        given.unwrap_or(default)
    };
    let only = option("--only").unwrap_or_default();
    // Faults are up to 20 s long, and lie in the first two thirds.
    let seconds = number("--seconds", 60.0).max(40.0);
    let flag = |name: &str| words.iter().any(|w| w == name);
    let first = number(
        "--first",
        if flag("--tune") { 0.0 } else { HELD_OUT as f64 },
    ) as u64;
    let seeds = first..first + number("--seeds", 5.0) as u64;
    let outcomes = score::all(seeds, seconds, &only);
    let printed = outcomes.and_then(|outcomes| {
        if flag("--flags") {
            score::print_flags(&outcomes);
            return Ok(());
        }
        score::print(&outcomes);
        // Only what everybody gets by the bare command.
        let bare = words.iter().skip(1).all(|w| w == "--bench");
        if bare && std::env::var_os("MDTUI_BLESS").is_some() {
            return document::write(&outcomes);
        }
        Ok(())
    });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("quality_score: {e}");
            ExitCode::FAILURE
        }
    }
}
