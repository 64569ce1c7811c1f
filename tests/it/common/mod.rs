//! A directory of logs, a lake, and the real binary over them.

pub mod liar;
pub mod tables;
pub mod terminal;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use mdtui::etl::{
    base::CancelToken,
    demo::{self, Options},
    profile::Profile,
};
use serde_json::Value;

/// A place of its own for one test.
pub struct Lab {
    dir: tempfile::TempDir,
}

/// What a call of the program gave.
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Lab {
    /// With an empty data directory.
    pub fn new() -> Self {
        let lab = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(lab.data()).unwrap();
        lab
    }

    /// With the first `logs` demo logs of short runs.
    pub fn demo(logs: usize) -> Self {
        let lab = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        lab.write_demo(&Options {
            logs,
            run_seconds: 1.0,
            seed: 1,
        });
        lab
    }

    pub fn write_demo(&self, options: &Options) {
        let profile = Profile::built_in().unwrap();
        demo::write_logs(&self.data(), &profile, options, &CancelToken::new(), |_| {}).unwrap();
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    pub fn cache(&self) -> PathBuf {
        self.root().join("cache")
    }

    /// The program in this place, untouched by the caller's settings.
    pub fn command(&self, args: &[&str]) -> assert_cmd::Command {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("mdtui");
        command.current_dir(self.root()).args(args);
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        for name in [
            "MDTUI_DATA_DIR",
            "MDTUI_CACHE_DIR",
            "MDTUI_PROFILE",
            "MDTUI_LOG",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// Where the program looks for settings.
    pub fn environment(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("HOME", self.root().join("home")),
            ("XDG_CONFIG_HOME", self.root().join("config")),
            ("XDG_STATE_HOME", self.root().join("state")),
        ]
    }

    /// Runs the program.
    pub fn run(&self, args: &[&str]) -> Answer {
        Answer::from(self.command(args).output().unwrap())
    }

    /// Runs the program, which must end well.
    pub fn ok(&self, args: &[&str]) -> String {
        let answer = self.run(args);
        assert_eq!(answer.code, 0, "{args:?}: {}{}", answer.out, answer.err);
        answer.out
    }

    /// Runs the program, which must end well and print JSON.
    pub fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(args)).unwrap()
    }

    /// Each log's state by key.
    pub fn states(&self) -> BTreeMap<String, String> {
        let list = self.json(&["list", "--json"]);
        let logs = list["logs"].as_array().unwrap();
        let text = |log: &Value, key: &str| log[key].as_str().unwrap().to_owned();
        logs.iter()
            .map(|log| (text(log, "key"), text(log, "state")))
            .collect()
    }

    /// Content of the lake's files by name, without the catalog and what belongs to processes.
    pub fn lake(&self, ending: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(self.cache()) {
            let entry = entry.unwrap();
            let name = entry
                .path()
                .strip_prefix(self.cache())
                .unwrap()
                .display()
                .to_string();
            let ours = !name.starts_with("catalog.db") && !name.starts_with(".mdtui");
            if ours && entry.file_type().is_file() && name.ends_with(ending) {
                files.insert(name, fs::read(entry.path()).unwrap());
            }
        }
        files
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

impl Answer {
    /// The one sentence of an expected error.
    pub fn sentence(&self) -> &str {
        let line = self.err.trim_end();
        assert!(line.starts_with("mdtui: "), "{}", self.err);
        assert_eq!(line.lines().count(), 1, "{}", self.err);
        for noise in ["panicked", "Backtrace", "BACKTRACE", ".rs:"] {
            assert!(!line.contains(noise), "{line}");
        }
        line
    }
}

/// Every path of keys in a JSON value. Elements of arrays are `[]`, and names that come from
/// the data (channels, robots, reasons) are `*`.
pub fn key_paths(value: &Value) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    collect(value, "", &mut paths);
    paths
}

fn collect(value: &Value, at: &str, paths: &mut BTreeSet<String>) {
    const NAMED_BY_DATA: [&str; 7] = [
        "run_to_result",
        "channels",
        "robots",
        "total_distance_mm",
        "dropped",
        "verdicts",
        "channel_verdicts",
    ];
    match value {
        Value::Object(object) => {
            let parent = at.rsplit('.').next().unwrap_or_default();
            for (key, inner) in object {
                let key = if NAMED_BY_DATA.contains(&parent) {
                    "*"
                } else {
                    key.as_str()
                };
                let path = if at.is_empty() {
                    key.to_owned()
                } else {
                    format!("{at}.{key}")
                };
                paths.insert(path.clone());
                collect(inner, &path, paths);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect(item, &format!("{at}[]"), paths);
            }
        }
        _ => {}
    }
}
