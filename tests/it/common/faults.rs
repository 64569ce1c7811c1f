//! Faults at the changes of a lake that one call of the program makes: it is killed there, or
//! told that the disk fails or is full.
//!
//! Faults are placed by `tests/faults/shim.c`, which numbers the changes over all threads and
//! processes. `MDTUI_FAULTS=all` places a fault at every change, else at some of them.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use crate::common::{Answer, Lab};

/// Changes at which a fault is placed in each round, unless all are wanted.
const SOME: usize = 10;
/// A harvest that hangs is not waited for for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// The shim, compiled once; `None` (said aloud) without a compiler.
pub fn shim() -> Option<&'static Path> {
    static SHIM: OnceLock<Option<PathBuf>> = OnceLock::new();
    SHIM.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/shim.c");
        let shim =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shim-{}.so", std::process::id()));
        let done = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(&shim)
            .args([source, "-ldl"])
            .status();
        match done {
            Ok(status) => {
                assert!(status.success(), "tests/faults/shim.c does not compile");
                Some(shim)
            }
            Err(e) => {
                eprintln!("skipped: there is no C compiler to place faults with ({e})");
                None
            }
        }
    })
    .as_deref()
}

/// What a fault is.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// The process that is about to change something is killed.
    Kill,
    /// The process that started it is killed.
    KillParent,
    /// Once.
    Error(i32),
    /// From then on.
    Errors(i32),
}

pub const EIO: i32 = 5;
pub const ENOSPC: i32 = 28;

impl Fault {
    pub fn kills(self) -> bool {
        matches!(self, Self::Kill | Self::KillParent)
    }
}

/// Runs the program with a fault at change number `at` (none: only counts). Gives the answer and
/// the changes.
pub fn run_with(
    lab: &Lab,
    shim: &Path,
    args: &[&str],
    fault: Option<(Fault, usize)>,
) -> (Answer, Vec<String>) {
    let seen = lab.root().join("changes");
    let count = lab.root().join("count");
    for file in [&seen, &count] {
        let _ = fs::remove_file(file);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_mdtui"));
    command
        .current_dir(lab.root())
        .args(args)
        .env_clear()
        .envs(lab.environment())
        // The changes come in the same order each time.
        .env("RAYON_NUM_THREADS", "1")
        .env("LD_PRELOAD", shim)
        .env(
            "FAULT_BELOW",
            lab.cache().canonicalize().unwrap_or(lab.cache()),
        )
        .env("FAULT_COUNT", &count)
        .env("FAULT_LOG", &seen)
        .stdin(Stdio::null())
        .process_group(0);
    if let Some((fault, at)) = fault {
        let action = match fault {
            Fault::Kill => "kill".to_owned(),
            Fault::KillParent => "parent".to_owned(),
            Fault::Error(errno) | Fault::Errors(errno) => errno.to_string(),
        };
        command
            .env("FAULT_AT", at.to_string())
            .env("FAULT_DO", action);
        if matches!(fault, Fault::Errors(_)) {
            command.env("FAULT_STICKY", "1");
        }
    }
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let answer = Answer::from(child.wait_with_output().unwrap());
    // A worker dies with its parent, but a moment later, and holds the log until then. It is in
    // a process group of its own.
    let root = lab.root().canonicalize().unwrap();
    let until = Instant::now() + PATIENCE;
    while somebody_works_in(&root) {
        assert!(Instant::now() < until, "a worker outlives its parent");
        std::thread::yield_now();
    }
    let changes = fs::read_to_string(seen).unwrap_or_default();
    (answer, changes.lines().map(str::to_owned).collect())
}

/// Whether any process has this working directory.
fn somebody_works_in(dir: &Path) -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| fs::read_link(process.path().join("cwd")).ok())
        .any(|at| at == dir)
}

/// The changes at which faults are placed: all, or some spread over all of them.
pub fn places(changes: usize, shift: usize) -> Vec<usize> {
    if std::env::var("MDTUI_FAULTS").is_ok_and(|v| v == "all") {
        return (1..=changes).collect();
    }
    let step = changes.div_ceil(SOME).max(1);
    // Other rounds take other places; the last changes are always among them.
    let mut places: Vec<usize> = (1 + shift % step..=changes).step_by(step).collect();
    places.push(changes);
    places.dedup();
    places
}
