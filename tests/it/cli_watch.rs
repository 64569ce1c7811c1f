//! `mdtui watch` with logs that arrive, grow, fail and vanish. Tests wait for lines that it
//! prints, never for time to pass.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use crate::common::Lab;
use mdtui::etl::demo::Options;
use serde_json::Value;

/// How long a whole test may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(100);

/// A watching program.
struct Watching {
    child: Child,
    out: BufReader<ChildStdout>,
    err: BufReader<ChildStderr>,
    /// Closing it calls off the end.
    _alive: mpsc::Sender<()>,
}

impl Watching {
    /// Starts it and waits until it says that it watches.
    fn start(lab: &Lab, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mdtui"));
        command.current_dir(lab.root()).arg("watch").args(args);
        command.env_clear().envs(lab.environment());
        Self::spawn(command)
    }

    /// As [`Self::start`], with the whole command.
    fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let err = BufReader::new(child.stderr.take().unwrap());
        // A line that never comes must not be waited for for ever.
        let (_alive, gone) = mpsc::channel();
        let pid = child.id().to_string();
        std::thread::spawn(move || {
            if gone.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = Command::new("kill").args(["-9", &pid]).status();
            }
        });
        let mut watching = Self {
            child,
            out,
            err,
            _alive,
        };
        assert_eq!(watching.note(), "watching data; Ctrl-c ends it");
        watching
    }

    /// The next line of standard output.
    fn line(&mut self) -> String {
        line(&mut self.out)
    }

    /// The next line of standard error.
    fn note(&mut self) -> String {
        line(&mut self.err)
    }

    /// Lines of standard output until one says this.
    fn lines_until(&mut self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|l: &String| l.contains(text)) {
            lines.push(self.line());
        }
        lines
    }

    /// Sends a signal; gives the exit code and the last note.
    fn stop(mut self, signal: &str) -> (i32, String) {
        self.signal(signal);
        let mut rest = String::new();
        self.err.read_to_string(&mut rest).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        (code, rest.lines().last().unwrap_or_default().to_owned())
    }

    fn signal(&self, signal: &str) {
        let kill = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // A failed test leaves nothing running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// SIGHUP, or SIGTERM where these tests run under nohup, whose children ignore it too.
fn hangup() -> &'static str {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    match ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()) {
        Some(mask) if mask & 1 == 1 => "-TERM",
        _ => "-HUP",
    }
}

fn line(from: &mut impl BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    assert!(line.ends_with('\n'), "it ended: {line:?}");
    line.trim_end().to_owned()
}

/// Demo logs by their paths below the data directory.
fn logs(count: usize) -> Vec<(String, Vec<u8>)> {
    let lab = Lab::demo(count);
    let mut logs = Vec::new();
    for entry in walkdir::WalkDir::new(lab.data()) {
        let entry = entry.unwrap();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if entry.file_type().is_file() && !hidden {
            let name = entry.path().strip_prefix(lab.data()).unwrap();
            logs.push((name.display().to_string(), fs::read(entry.path()).unwrap()));
        }
    }
    logs.sort();
    logs
}

fn arrive(lab: &Lab, name: &str, bytes: &[u8]) {
    let path = lab.data().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn logs_are_harvested_as_they_arrive_and_a_half_written_one_is_waited_for() {
    let lab = Lab::demo(2);
    let all = logs(8);
    let arriving: Vec<_> = all
        .iter()
        .filter(|(name, _)| !lab.data().join(name).exists() && name.ends_with(".parquet"))
        .collect();
    let [half, whole, ..] = arriving.as_slice() else {
        panic!("too few demo logs");
    };
    let mut watching = Watching::start(&lab, &["--jobs", "2"]);
    // Those that were there.
    let mut first = [watching.line(), watching.line()];
    first.sort();
    assert!(first[0].starts_with("harvested  cell-01/"), "{first:?}");
    // Half of a log, and then another one: only the second is whole.
    arrive(&lab, &half.0, &half.1[..half.1.len() / 2]);
    arrive(&lab, &whole.0, &whole.1);
    let line = watching.line();
    let key = |name: &str| name.trim_end_matches(".parquet").to_owned();
    assert!(
        line.starts_with(&format!("harvested  {}: ", key(&whole.0))),
        "{line}"
    );
    let mut file = File::options()
        .append(true)
        .open(lab.data().join(&half.0))
        .unwrap();
    file.write_all(&half.1[half.1.len() / 2..]).unwrap();
    drop(file);
    let line = watching.line();
    assert!(
        line.starts_with(&format!("harvested  {}: ", key(&half.0))),
        "{line}"
    );
    let end = watching.stop("-TERM");
    assert_eq!(end, (0, "stopped; harvested 4 logs".to_owned()));
    assert!(lab.states().values().all(|s| s == "harvested"));
    assert_eq!(lab.run(&["check"]).code, 0);
}

#[test]
fn a_csv_that_grows_ends_as_what_it_is_at_last() {
    let lab = Lab::new();
    let (_, bytes) = logs(8)
        .into_iter()
        .find(|(name, _)| name.ends_with(".csv"))
        .unwrap();
    let rows = bytes.iter().filter(|b| **b == b'\n').count() - 1;
    let mut watching = Watching::start(&lab, &["--json"]);
    let mut file = File::create(lab.data().join("a.csv")).unwrap();
    for part in bytes.chunks(bytes.len() / 50) {
        file.write_all(part).unwrap();
        file.flush().unwrap();
    }
    loop {
        let line: Value = serde_json::from_str(&watching.line()).unwrap();
        assert_eq!(
            (&line["version"], &line["key"]),
            (&1.into(), &"a.csv".into())
        );
        if line["rows_in"] == rows {
            assert_eq!(line["outcome"], "harvested");
            break;
        }
    }
    drop(file);
    let (code, note) = watching.stop("-INT");
    assert_eq!(code, 0, "{note}");
}

#[test]
fn a_log_that_fails_is_told_once_and_counts_for_the_exit_code() {
    let lab = Lab::new();
    let good = logs(1).remove(0);
    let mut watching = Watching::start(&lab, &[]);
    arrive(&lab, "bad.csv", b"time,value\n");
    let note = watching.note();
    assert!(note.starts_with("failed     bad.csv: "), "{note}");
    // Looked at again, but not tried again.
    arrive(&lab, &good.0, &good.1);
    watching.lines_until("harvested  cell-01/");
    let (code, note) = watching.stop(hangup());
    assert_eq!((code, note.as_str()), (1, "stopped; harvested 1 log"));
    // Mended, the same log is taken again, and all is well.
    let mut watching = Watching::start(&lab, &[]);
    let csv = logs(8).into_iter().find(|(name, _)| name.ends_with(".csv"));
    arrive(&lab, "bad.csv", &csv.unwrap().1);
    watching.lines_until("harvested  bad.csv: ");
    assert_eq!(watching.stop("-TERM").0, 0);
}

#[test]
fn under_nohup_it_does_not_stop_when_the_terminal_is_closed() {
    let lab = Lab::new();
    fs::create_dir_all(lab.data()).unwrap();
    let mut command = Command::new("sh");
    // What nohup does.
    let script = "trap '' HUP; exec \"$0\" watch";
    command.args(["-c", script, env!("CARGO_BIN_EXE_mdtui")]);
    command.current_dir(lab.root());
    command.env_clear().envs(lab.environment());
    let mut watching = Watching::spawn(command);
    watching.signal("-HUP");
    let (name, bytes) = logs(1).remove(0);
    arrive(&lab, &name, &bytes);
    watching.lines_until("harvested  ");
    let (code, note) = watching.stop("-TERM");
    assert_eq!((code, note.as_str()), (0, "stopped; harvested 1 log"));
}

#[test]
fn stopped_in_the_middle_it_cancels_and_leaves_nothing_partial() {
    let lab = Lab::new();
    lab.write_demo(&Options {
        logs: 3,
        run_seconds: 200.0,
        seed: 1,
    });
    let mut watching = Watching::start(&lab, &["--jobs", "1"]);
    // The first is done, so that the second is being harvested and the third waits.
    watching.lines_until("harvested  ");
    let (code, note) = watching.stop("-INT");
    assert_eq!(code, 130, "{note}");
    assert!(note.starts_with("stopped; harvested "), "{note}");
    let left = |dir: &Path| fs::read_dir(dir).map_or(0, Iterator::count);
    assert_eq!(left(&lab.cache().join(".mdtui/tmp")), 0);
    assert_eq!(left(&lab.cache().join(".mdtui/locks")), 0);
    lab.ok(&["harvest"]);
    assert_eq!(lab.run(&["check"]).code, 0);
}

#[test]
fn a_data_directory_that_goes_away_and_comes_back_is_watched_on() {
    let lab = Lab::new();
    let logs = logs(2);
    let mut watching = Watching::start(&lab, &[]);
    arrive(&lab, &logs[0].0, &logs[0].1);
    watching.lines_until("harvested  ");
    fs::rename(lab.data(), lab.root().join("away")).unwrap();
    assert_eq!(watching.note(), "data is gone; waiting for it");
    fs::rename(lab.root().join("away"), lab.data()).unwrap();
    assert_eq!(watching.note(), "data is there now");
    arrive(&lab, &logs[1].0, &logs[1].1);
    watching.lines_until("harvested  ");
    assert_eq!(watching.stop("-TERM").0, 0);
}

#[test]
fn a_data_directory_that_cannot_be_one_is_refused() {
    let lab = Lab::new();
    fs::write(lab.root().join("file"), "").unwrap();
    let answer = lab.run(&["watch", "--data-dir", "file"]);
    assert_eq!(answer.code, 3);
    assert!(answer.err.contains("file"), "{}", answer.err);
}

/// Bytes of data that the only worker of a program may have.
fn worker_limit(program: u32) -> u64 {
    let children = Command::new("pgrep")
        .args(["-P", &program.to_string()])
        .output()
        .unwrap();
    let worker = String::from_utf8(children.stdout).unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", worker.trim())).unwrap();
    let line = limits.lines().find(|l| l.starts_with("Max data size"));
    line.unwrap()
        .split_whitespace()
        .nth(3)
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn memory_holds_for_each_log_and_what_is_usual_is_shared() {
    let lab = Lab::demo(1);
    let limit = |args: &[&str]| {
        // Harvested anew each time; the worker is kept for the next log.
        let _ = fs::remove_dir_all(lab.cache());
        let mut watching = Watching::start(&lab, args);
        assert!(watching.line().starts_with("harvested  "));
        let limit = worker_limit(watching.child.id());
        assert_eq!(watching.stop("-TERM").0, 0);
        limit
    };
    assert_eq!(limit(&["--memory", "512MiB", "--jobs", "3"]), 512 << 20);
    let (one, three) = (limit(&["--jobs", "1"]), limit(&["--jobs", "3"]));
    assert_eq!(three, (one / 3).max(256 << 20));
}

#[test]
fn a_data_directory_that_is_not_there_yet_is_waited_for() {
    let lab = Lab::new();
    fs::remove_dir(lab.data()).unwrap();
    let mut watching = Watching::start(&lab, &[]);
    assert_eq!(watching.note(), "data is not there yet; waiting for it");
    assert!(!lab.cache().exists(), "a mistyped directory leaves no lake");
    let logs = logs(1);
    fs::create_dir(lab.data()).unwrap();
    arrive(&lab, &logs[0].0, &logs[0].1);
    assert_eq!(watching.note(), "data is there now");
    watching.lines_until("harvested  ");
    assert_eq!(watching.stop("-TERM").0, 0);
}

#[test]
fn a_log_that_comes_to_an_overlay_without_a_notice_is_harvested() {
    let lab = Lab::new();
    let [lower, upper, work] = ["lower", "upper", "work"].map(|name| lab.root().join(name));
    for folder in [&lower, &upper, &work] {
        fs::create_dir(folder).unwrap();
    }
    fs::write(lower.join("readme"), "not empty").unwrap();
    let mount = format!(
        "mount -t overlay overlay -o lowerdir={},upperdir={},workdir={} data",
        lower.display(),
        upper.display(),
        work.display()
    );
    let in_namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args([
            "-Urm",
            "sh",
            "-c",
            script,
            "sh",
            env!("CARGO_BIN_EXE_mdtui"),
        ]);
        command.current_dir(lab.root());
        command
    };
    let tried = in_namespace(&mount).output();
    if !tried.as_ref().is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no overlay can be mounted here ({tried:?})");
        return;
    }
    let mut command = in_namespace(&format!("{mount} && exec \"$1\" watch"));
    command.env_clear().envs(lab.environment());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let mut watching = Watching::spawn(command);
    // Past the mount, into the layer below it: inotify tells nothing of that.
    for (name, bytes) in logs(2) {
        let path = upper.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let part = path.with_extension("part");
        fs::write(&part, bytes).unwrap();
        fs::rename(&part, &path).unwrap();
        watching.lines_until("harvested  ");
    }
    assert_eq!(watching.stop("-TERM").0, 0);
}

#[test]
fn every_finished_log_is_told_to_the_hook_and_counted_in_the_metrics() {
    use std::os::unix::fs::PermissionsExt;
    let lab = Lab::demo(2);
    // A name that a shell would take apart, and a log that fails.
    arrive(&lab, "cell-01/$(touch gone) 'x'.csv", b"a,b\n1,2\n");
    let hook = lab.root().join("hook");
    fs::write(
        &hook,
        "#!/bin/sh\nprintf '%s=%s ' \"$1\" \"$2\" >> told\ncat >> told\necho from the hook\n",
    )
    .unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let hook = hook.display().to_string();
    let watching = Watching::start(
        &lab,
        &["--hook", &hook, "--metrics-file", "mdtui.prom", "--json"],
    );
    let mut watching = watching;
    let mut outcomes: Vec<String> = (0..3)
        .map(|_| {
            let line: Value = serde_json::from_str(&watching.line()).unwrap();
            line["outcome"].as_str().unwrap().to_owned()
        })
        .collect();
    outcomes.sort();
    assert_eq!(outcomes, ["failed", "harvested", "harvested"]);
    let (code, last) = watching.stop("-TERM");
    assert_eq!((code, last.as_str()), (1, "stopped; harvested 2 logs"));
    let told = fs::read_to_string(lab.root().join("told")).unwrap();
    assert_eq!(told.lines().count(), 3, "{told}");
    assert!(
        told.contains("cell-01/$(touch gone) 'x'.csv=failed {\""),
        "{told}"
    );
    for line in told.lines() {
        let (key, json) = line.split_once(" {").unwrap();
        let event: Value = serde_json::from_str(&format!("{{{json}")).unwrap();
        assert!(key.starts_with(event["key"].as_str().unwrap()), "{line}");
    }
    assert!(!lab.root().join("gone").exists() && !lab.data().join("gone").exists());
    let metrics = fs::read_to_string(lab.root().join("mdtui.prom")).unwrap();
    for line in [
        "mdtui_finished_logs_total{outcome=\"harvested\"} 2",
        "mdtui_finished_logs_total{outcome=\"failed\"} 1",
        "mdtui_harvests_total 2",
        "mdtui_data_dir_present 1",
        "mdtui_hook_failures_total 0",
        "mdtui_open_logs 0",
    ] {
        assert!(metrics.lines().any(|l| l == line), "{line}\n{metrics}");
    }
    // What cannot be is refused before anything is watched.
    let refused = lab.run(&["watch", "--hook", "./no-such"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("no-such"), "{}", refused.err);
    let refused = lab.run(&["watch", "--metrics-file", "no-such/mdtui.prom"]);
    assert!(
        refused.err.contains("there is no folder no-such"),
        "{}",
        refused.err
    );
}

#[test]
fn a_lake_that_is_deleted_is_told_and_recreated() {
    let lab = Lab::new();
    let all = logs(2);
    arrive(&lab, &all[0].0, &all[0].1);
    let mut watching = Watching::start(&lab, &["--json"]);
    let harvested = |watching: &mut Watching| {
        let line: Value = serde_json::from_str(&watching.line()).unwrap();
        assert_eq!(line["outcome"], "harvested", "{line}");
        line["key"].as_str().unwrap().to_owned()
    };
    let first = harvested(&mut watching);
    // At once: a lake that is recreated meanwhile is not deleted, too.
    fs::rename(lab.cache(), lab.root().join("deleted")).unwrap();
    arrive(&lab, &all[1].0, &all[1].1);
    let note = watching.note();
    assert!(
        note.contains("the lake cache is gone: it is recreated"),
        "{note}"
    );
    let mut keys = [harvested(&mut watching), harvested(&mut watching)];
    keys.sort();
    assert!(keys.contains(&first) && keys[0] != keys[1], "{keys:?}");
    let (code, note) = watching.stop("-TERM");
    assert_eq!((code, note.as_str()), (0, "stopped; harvested 3 logs"));
    assert!(lab.states().values().all(|state| state == "harvested"));
}

#[test]
fn a_second_signal_ends_a_watch_whose_hook_hangs() {
    let lab = Lab::new();
    let all = logs(1);
    arrive(&lab, &all[0].0, &all[0].1);
    let hook = lab.root().join("hook");
    fs::write(&hook, "#!/bin/sh\nexec sleep 1000\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let mut watching = Watching::start(&lab, &["--hook", "./hook", "--metrics-file", "mdtui.prom"]);
    watching.lines_until("harvested");
    let signal = |watching: &Watching| {
        let id = watching.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
    };
    signal(&watching);
    let note = watching.note();
    assert!(note.contains("another signal ends it at once"), "{note}");
    let from = Instant::now();
    signal(&watching);
    let note = watching.note();
    assert!(note.contains("the hook failed"), "{note}");
    assert_eq!(watching.note(), "stopped; harvested 1 log");
    assert_eq!(watching.child.wait().unwrap().code(), Some(0));
    assert!(from.elapsed() < Duration::from_secs(5));
    // The last metrics know of it.
    let metrics = fs::read_to_string(lab.root().join("mdtui.prom")).unwrap();
    let told = metrics
        .lines()
        .any(|line| line == "mdtui_hook_failures_total 1");
    assert!(told, "{metrics}");
}
