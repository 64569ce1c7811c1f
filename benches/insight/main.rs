//! Whether the figures of insight are those that were planted, and what they cost.
//!
//! `cargo bench --bench insight` makes runs of twenty seeds (layers, contacts that are made and
//! lost, tears, slopes; two robots each; the generator of `benches/quality_score`), harvests them
//! and prints for each figure how often it was planted and recovered, with the greatest error and
//! what is allowed. Then it harvests a full-rate log of the demo and prints the processor seconds of
//! that and of its insight alone. It fails where a figure is not recovered. `src/etl/insight` has a
//! short form as a test.
//!
//! Options after `--`: `--seeds N` (20), `--rounds N` (5: harvests), `--seconds S` (600: length of
//! the runs of the full-rate log).

mod cost;
#[path = "../quality_score/generator.rs"]
#[allow(dead_code, reason = "the other benchmark uses all of it")]
mod generator;
#[path = "../quality_score/pipeline.rs"]
mod pipeline;
mod truth;

use std::process::ExitCode;

use mdtui::etl;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("insight: a figure was not recovered");
            ExitCode::FAILURE
        }
        Err(e) => {
            eprintln!("insight: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> etl::Result<bool> {
    let words: Vec<String> = std::env::args().collect();
    let number = |name: &str, default: f64| {
        let at = words.iter().position(|w| w == name);
        let typed = at.and_then(|at| words.get(at + 1)?.parse().ok());
        typed.unwrap_or(default)
    };
    let lines = truth::lines(0..number("--seeds", 20.0) as u64)?;
    println!(
        "{:<34} {:>8} {:>10} {:>8} {:>8} unit",
        "figure", "planted", "recovered", "worst", "allowed"
    );
    for line in &lines {
        println!(
            "{:<34} {:>8} {:>10} {:>8.3} {:>8} {}",
            line.figure,
            line.planted,
            line.recovered,
            line.worst,
            if line.allowed.is_finite() {
                line.allowed.to_string()
            } else {
                "any".to_owned()
            },
            line.unit
        );
    }
    println!();
    cost::print(number("--seconds", 600.0), number("--rounds", 5.0) as usize)?;
    Ok(lines.iter().all(|line| line.planted == line.recovered))
}
