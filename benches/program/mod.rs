//! Whole commands of the program, timed: of one build or of two in turn.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use mdtui::etl::{Error, Result};

/// A build of the program.
pub struct Build {
    /// `new`, or `old` for the one of `--old`.
    pub name: &'static str,
    file: PathBuf,
}

/// What a command took.
pub struct Took {
    /// By the clock, in seconds.
    pub seconds: f64,
    /// Of the processors, user and system, its workers included; `NaN` where the shell does not tell.
    pub processor: f64,
}

/// The builds to be measured: that of `--old FILE` in `words`, if there is one, and this one.
pub fn builds(words: &[String]) -> Vec<Build> {
    let at = words.iter().position(|w| w == "--old");
    let old = at.and_then(|at| words.get(at + 1)).map(|file| Build {
        name: "old",
        file: file.into(),
    });
    let new = Build {
        name: "new",
        file: env!("CARGO_BIN_EXE_mdtui").into(),
    };
    old.into_iter().chain([new]).collect()
}

impl Build {
    /// Runs a command of the program on a data directory and a lake.
    ///
    /// # Errors
    /// When it cannot be started or fails.
    pub fn run(&self, data: &Path, cache: &Path, words: &[&str]) -> Result<Took> {
        let failed = |e: &dyn std::fmt::Display| {
            Error::Fatal(format!("{} {}: {e}", self.file.display(), words.join(" ")))
        };
        let began = Instant::now();
        // The shell tells what its children took of the processors.
        let output = Command::new("sh")
            .args(["-c", "\"$@\" >/dev/null && times", "sh"])
            .arg(&self.file)
            .arg("--data-dir")
            .arg(data)
            .arg("--cache-dir")
            .arg(cache)
            .args(words)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|e| failed(&e))?;
        let seconds = began.elapsed().as_secs_f64();
        if !output.status.success() {
            return Err(failed(&output.status));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let children = text.lines().nth(1).unwrap_or_default();
        let times = children.split_whitespace().map(seconds_of);
        let times: Option<Vec<f64>> = times.collect();
        let processor = times.filter(|t| t.len() == 2).map(|t| t.iter().sum());
        Ok(Took {
            seconds,
            processor: processor.unwrap_or(f64::NAN),
        })
    }
}

/// `1m2.5s`
fn seconds_of(time: &str) -> Option<f64> {
    let (minutes, seconds) = time.strip_suffix('s')?.split_once('m')?;
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}
