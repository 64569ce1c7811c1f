//! How good the quality rules are: runs of a generator of its own, clean ones and ones with one
//! planted fault each, are cleaned, transformed and checked as a harvest does it.
//!
//! `cargo bench --bench quality_score` makes 810 runs (5 seeds, each with 6 runs of 8 clean
//! kinds and 6 strengths of 19 faults), always the same ones, and prints by rule its precision
//! (of the runs that it flags, those in which it is right) and recall (of the runs with the fault,
//! those that it flags in the right place), by kind of run what was found, and the share of clean
//! runs that pass. It measures, and decides nothing. Options after `--`: `--seconds S` (length
//! of most runs, 60), `--seeds N`, `--only TEXT` (kinds whose name contains it), `--flags` (print
//! the flags of every run as NDJSON instead of the tables).

mod clean;
mod faults;
mod generator;
mod score;

use std::process::ExitCode;

/// As the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs of each kind for each seed.
pub const VARIANTS: usize = 6;

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
    let print = if words.iter().any(|w| w == "--flags") {
        score::print_flags
    } else {
        score::print
    };
    match score::all(number("--seeds", 5.0) as u64, seconds, &only).map(|o| print(&o)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("quality_score: {e}");
            ExitCode::FAILURE
        }
    }
}
