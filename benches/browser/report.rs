//! The table that comes out, and which promises were broken.

use std::{process::ExitCode, time::Duration};

use crate::driver::Frame;

/// What was measured so far.
#[derive(Default)]
pub struct Report {
    broken: Vec<String>,
}

impl Report {
    /// One duration, and its limit in milliseconds.
    pub fn once(&mut self, what: &str, took: Duration, limit_ms: Option<f64>) {
        let ms = took.as_secs_f64() * 1e3;
        println!(
            "{what:<36} {ms:>10.2} ms{}",
            self.verdict(what, ms, limit_ms)
        );
    }

    /// Key to frame; the limit, in milliseconds, is for the 99th percentile.
    pub fn times(&mut self, what: &str, frames: &[Frame], limit_ms: Option<f64>) {
        let mut ms: Vec<f64> = frames.iter().map(|f| f.took.as_secs_f64() * 1e3).collect();
        ms.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = ((ms.len().max(1) - 1) as f64 * share).round() as usize;
            ms.get(place).copied().unwrap_or(f64::NAN)
        };
        let bytes = frames.iter().map(|f| f.bytes).sum::<usize>() / frames.len().max(1);
        println!(
            "{what:<36} p50 {:>7.2}  p99 {:>7.2}  max {:>7.2} ms  {bytes:>6} bytes/key  n {}{}",
            at(0.5),
            at(0.99),
            at(1.0),
            frames.len(),
            self.verdict(what, at(0.99), limit_ms)
        );
    }

    /// A number and the most that it may be.
    pub fn count(&mut self, what: &str, number: f64, most: f64) {
        println!(
            "{what:<36} {number:>10.0}{}",
            self.verdict(what, number, Some(most))
        );
    }

    /// A line of its own.
    pub fn said(&mut self, what: &str) {
        println!("{what}");
    }

    /// Something that must be so.
    pub fn holds(&mut self, what: &str, so: bool) {
        println!("{what:<36} {}", if so { "yes" } else { "NO" });
        if !so {
            self.broken.push(what.to_owned());
        }
    }

    fn verdict(&mut self, what: &str, number: f64, limit: Option<f64>) -> String {
        match limit {
            None => String::new(),
            Some(limit) if number <= limit => format!("   (≤ {limit})"),
            Some(limit) => {
                self.broken
                    .push(format!("{what}: {number:.1}, promised {limit}"));
                format!("   (MORE THAN {limit})")
            }
        }
    }

    /// Tells what was broken.
    pub fn end(self) -> ExitCode {
        if self.broken.is_empty() {
            return ExitCode::SUCCESS;
        }
        println!("\nbroken promises:");
        for line in &self.broken {
            println!("  {line}");
        }
        ExitCode::FAILURE
    }
}
