//! A directory of logs, a lake, and the real binary over them.

pub mod faults;
pub mod liar;
pub mod mounted;
pub mod python;
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
    catalog::Catalog,
    demo::{self, Options},
    lake::{Context, Lake},
    profile::Profile,
};
use serde_json::Value;

/// A place of its own for one test.
pub struct Lab {
    dir: tempfile::TempDir,
}

/// Names of cells that are numbers, begin as numbers do, or are none; in their order.
pub const CELLS: [&str; 8] = ["2.5", "007", "9", "10", "57", "1a", "7b", "A2"];
/// Sorting panics on an order that is not total, but only in lists of some length.
const LOGS_OF_A_CELL: usize = 4;

/// The directories `data` and `cache` below `root`, under the built-in profile.
pub fn context_in(root: &Path) -> Context {
    Context {
        data_dir: root.join("data"),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new(root.join("cache")),
        profile: Profile::built_in().unwrap().into(),
    }
}

/// The catalog of a lake, with the logs that lie in the data directory now.
pub fn refreshed(context: &Context) -> Catalog {
    let mut catalog = Catalog::open(&context.lake).unwrap();
    catalog.refresh(context, &CancelToken::new()).unwrap();
    catalog
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
        Self::demo_of_runs(logs, 1.0)
    }

    /// As [`Lab::demo`] with runs of so many seconds: robots form layers with a trend in those of twenty.
    pub fn demo_of_runs(logs: usize, run_seconds: f64) -> Self {
        let lab = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        lab.write_demo(&Options {
            logs,
            run_seconds,
            seed: 1,
        });
        lab
    }

    pub fn write_demo(&self, options: &Options) {
        let profile = Profile::built_in().unwrap();
        demo::write_logs(&self.data(), &profile, options, &CancelToken::new(), |_| {}).unwrap();
    }

    /// Short logs of two of the robots in each of [`CELLS`], in an order of keys that is not
    /// theirs.
    pub fn write_mixed_cells(&self, robots: &[&str]) {
        for n in 0..CELLS.len() * LOGS_OF_A_CELL {
            let cell = CELLS[n * 5 % CELLS.len()];
            let mut log = String::from("time,value,field,robot_id,run_uuid,sensor_type,cell_id\n");
            let fields = ["x", "y", "z", "fx", "fy", "fz"].iter();
            let robots = [robots[n % robots.len()], robots[(n + 1) % robots.len()]];
            let channels = fields
                .flat_map(|field| robots.map(|robot| (field, robot)))
                .cycle();
            for (row, (field, robot)) in channels.take(48).enumerate() {
                let sensor = if field.starts_with('f') {
                    "load_cell"
                } else {
                    "encoder"
                };
                let (second, value) = (row / 12 * 5 + n % 7, (row * 37 + n * 11) % 97);
                log += &format!(
                    "2022-11-24T06:{n:02}:{second:02},{value}.5,{field},{robot},{},{sensor},{cell}\n",
                    9000 + n
                );
            }
            fs::write(self.data().join(format!("mixed-{n:02}.csv")), log).unwrap();
        }
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
    pub fn environment(&self) -> [(&'static str, PathBuf); 4] {
        [
            ("HOME", self.root().join("home")),
            ("XDG_CACHE_HOME", self.root().join("user-cache")),
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

    /// Content of the lake's files by name, without the catalog, what belongs to processes, and
    /// what the lake says of itself.
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
            let apart = ["catalog.db", ".mdtui", "README.txt"];
            let ours = !apart.iter().any(|apart| name.starts_with(apart));
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
    const NAMED_BY_DATA: [&str; 10] = [
        "robot_states",
        "states",
        "run_to_result",
        "channels",
        "robots",
        "total_distance_mm",
        "dropped",
        "verdicts",
        "channel_verdicts",
        "bias",
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
