//! Logs through worker processes: what comes out is what a harvest within the process gives,
//! and what a worker that crashes, hangs or breaks the protocol costs. The bad workers are scripts that
//! speak the protocol up to the point at which they break, so that nothing is left to chance.

use crate::common::{context_in, refreshed};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{OnceLock, mpsc},
    time::{Duration, Instant},
};

use mdtui::etl::{
    Error, ErrorClass,
    base::CancelToken,
    catalog::{LogRow, LogState},
    harvest::{Options, Outcome},
    lake::{Context, Record},
    pool::{JobEvent, Pool},
    worker::{Executor, Limits, frame::framed, message::PROTOCOL},
};

const HEADER: &str = "time,value,field,robot_id,run_uuid,sensor_type\n";
const MDTUI: &str = env!("CARGO_BIN_EXE_mdtui");

/// Workers that break, by the name under which the script is called.
const BAD_WORKERS: &str = r#"#!/bin/bash
export LC_ALL=C
frame() { printf "\\x$(printf %02x $((${#1} & 255)))\\x$(printf %02x $((${#1} >> 8)))\\x00\\x00%s" "$1"; }
ready() { frame '{"ready":{"protocol":7,"program":"mdtui"}}'; frame '"accepted"'; }
reading() { frame '{"progress":{"stage":"reading","rows":7,"rows_total":9,"bytes":0,"bytes_total":100,"runs":0,"runs_total":null}}'
            frame '{"reading":{"column":"value"}}'; }
here=$(dirname "$0")
case "${0##*/}" in
    crash)   ready; reading; kill -SEGV $$ ;;
    memory)  ready; reading; echo 'memory allocation of 9999999999 bytes failed' >&2; kill -ABRT $$ ;;
    hang)    ready; reading; exec sleep 1000 ;;
    deaf)    ready; reading; trap '' TERM; exec sleep 1000 ;;
    garbage) ready; frame 'no such thing' ;;
    endless) ready; printf '\xff\xff\xff\xff' ;;
    newer)   frame '{"ready":{"protocol":999,"program":"mdtui 9"}}'; exec sleep 1000 ;;
    absent)  exit 3 ;;
    flood)   ready; head -c 3000000 /dev/zero | tr '\0' 'x' >&2; reading; kill -KILL $$ ;;
    late)    ready; MDTUI --data-dir "$here/data" --cache-dir "$here/cache" harvest a.csv >/dev/null; kill -KILL $$ ;;
esac
"#;

/// Written once: a file that is open for writing in another thread cannot be started.
fn bad_workers() -> &'static Path {
    static FILE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    &FILE
        .get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("bad-worker");
            fs::write(&file, BAD_WORKERS.replace("MDTUI", MDTUI)).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
            (dir, file)
        })
        .1
}

struct Place {
    dir: tempfile::TempDir,
    context: Context,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let context = context_in(dir.path());
        fs::create_dir_all(&context.data_dir).unwrap();
        let place = Self { dir, context };
        place.put(40);
        place
    }

    /// The log `a.csv`, of so many rows.
    fn put(&self, rows: usize) {
        let row = |i| format!("2022-11-23T20:40:00.{i:03}Z,{i},x,1,77,encoder\n");
        let text: String = (0..rows).map(row).collect();
        fs::write(
            self.context.data_dir.join("a.csv"),
            format!("{HEADER}{text}"),
        )
        .unwrap();
    }

    fn log(&self) -> LogRow {
        let catalog = refreshed(&self.context);
        catalog.log("a.csv").unwrap().unwrap()
    }

    fn record(&self) -> Option<Record> {
        Record::read(&self.context.lake, "a.csv").unwrap()
    }

    fn bad(&self, name: &str) -> PathBuf {
        let link = self.dir.path().join(name);
        if !link.exists() {
            std::os::unix::fs::symlink(bad_workers(), &link).unwrap();
        }
        link
    }

    /// Harvests `a.csv` through a worker of `program`.
    fn harvest(&self, program: &Path, limits: Limits) -> Result<Outcome, Error> {
        self.log();
        through(&self.context, program, limits, &["a.csv"], |_, _| {}).remove(0)
    }

    fn dies(&self, name: &str) -> String {
        match self.harvest(&self.bad(name), Limits::default()) {
            Err(e @ Error::Died(_)) => e.to_string(),
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// The results of `keys`, one after the other through one worker.
fn through(
    context: &Context,
    program: &Path,
    limits: Limits,
    keys: &[&str],
    mut each: impl FnMut(&Pool, &JobEvent),
) -> Vec<Result<Outcome, Error>> {
    let (sender, events) = mpsc::channel();
    let executor = Executor::Workers {
        program: program.to_owned(),
        limits,
    };
    let pool = Pool::new(context.clone(), executor, 1, move |event| {
        let _ = sender.send(event);
    });
    for key in keys {
        pool.submit([key], Options::default());
    }
    let mut results = Vec::new();
    while results.len() < keys.len() {
        let event = events.recv_timeout(Duration::from_secs(120)).unwrap();
        each(&pool, &event);
        if let JobEvent::Finished { result, .. } = event {
            results.push(result);
        }
    }
    results
}

#[test]
fn a_worker_gives_what_a_harvest_within_the_process_gives() {
    let (here, there) = (Place::new(), Place::new());
    for place in [&here, &there] {
        fs::copy(
            place.context.data_dir.join("a.csv"),
            place.context.data_dir.join("b.csv"),
        )
        .unwrap();
        fs::write(place.context.data_dir.join("c.csv"), "time\n").unwrap();
        place.log();
    }
    let keys = ["a.csv", "b.csv", "c.csv", "a.csv"];
    let mut progress = 0;
    let by_worker = through(
        &there.context,
        Path::new(MDTUI),
        Limits::default(),
        &keys[..3],
        |_, event| progress += usize::from(matches!(event, JobEvent::Progress { .. })),
    );
    let sentences: Vec<String> = by_worker
        .iter()
        .zip(keys)
        .map(|(worker, key)| {
            let own = mdtui::etl::harvest::harvest_log(
                &here.context,
                key,
                Options::default(),
                &mdtui::etl::base::NoProgress,
                &CancelToken::new(),
            );
            match (worker, own) {
                (Ok(Outcome::Harvested(a)), Ok(Outcome::Harvested(b))) => {
                    assert_eq!(
                        (a.rows_in, a.runs_ok, a.bytes_out),
                        (b.rows_in, b.runs_ok, b.bytes_out)
                    );
                    String::new()
                }
                (Err(a), Err(b)) => {
                    assert_eq!((a.kind(), a.to_string()), (b.kind(), b.to_string()));
                    a.to_string()
                }
                other => panic!("{key}: {other:?}"),
            }
        })
        .collect();
    assert!(sentences[2].contains("value"), "{sentences:?}");
    assert!(progress > 0);
    let (a, b) = (here.record().unwrap(), there.record().unwrap());
    assert_eq!(a.run_to_result, b.run_to_result);
}

#[test]
fn a_death_is_told_with_its_cause_and_place_and_the_next_worker_goes_on() {
    let place = Place::new();
    assert_eq!(
        place.dies("crash"),
        "the worker was killed by signal 11 (SIGSEGV) while reading column value"
    );
    let log = place.log();
    assert_eq!(log.state, LogState::Failed);
    assert!(log.reason().contains("SIGSEGV"), "{}", log.reason());
    assert!(log.is_due(), "a single crash may be an accident");
    let memory = place.dies("memory");
    assert!(
        memory.starts_with("the worker ran out of its ")
            && memory.contains("iB limit while reading column value; --memory ")
            && memory.ends_with("MiB allows more"),
        "{memory}"
    );
    assert!(
        place
            .dies("garbage")
            .starts_with("the worker sent a message that cannot be")
    );
    let good = place.harvest(Path::new(MDTUI), Limits::default());
    assert!(matches!(good, Ok(Outcome::Harvested(_))), "{good:?}");
    assert_eq!(place.log().state, LogState::Harvested);
    assert_eq!(place.record().unwrap().worker_crashes, 0);
}

#[test]
fn a_profile_is_proposed_by_a_worker_and_its_death_is_an_error() {
    let place = Place::new();
    let log = place.context.data_dir.join("a.csv");
    let through = |program: &Path| {
        let executor = Executor::Workers {
            program: program.to_owned(),
            limits: Limits::default(),
        };
        executor.propose(&log)
    };
    assert_eq!(
        through(Path::new(MDTUI)).unwrap(),
        mdtui::etl::infer::propose(&log).unwrap()
    );
    let died = through(&place.bad("crash")).unwrap_err();
    assert_eq!(
        died.to_string(),
        "the worker was killed by signal 11 (SIGSEGV) while reading column value"
    );
    let missing = Executor::Workers {
        program: MDTUI.into(),
        limits: Limits::default(),
    };
    let missing = missing.propose(Path::new("none.csv")).unwrap_err();
    assert_eq!(missing.to_string(), "there is no file none.csv");
    assert_eq!(missing.kind(), ErrorClass::Usage);
}

#[test]
fn a_length_that_nobody_would_send_is_not_believed() {
    let place = Place::new();
    assert!(place.dies("endless").contains("4294967295 bytes"));
}

#[test]
fn three_deaths_of_the_same_content_are_enough() {
    let place = Place::new();
    for _ in 0..2 {
        place.dies("crash");
        assert!(place.log().is_due());
    }
    place.dies("crash");
    let log = place.log();
    assert!(!log.is_due(), "{log:?}");
    assert!(
        log.reason().contains("its worker crashed 3 times"),
        "{}",
        log.reason()
    );
    // Without names it is left alone and counted.
    let output = mdtui(&place, &["harvest"]);
    assert!(
        output.contains("left alone unless named: 1 failed"),
        "{output}"
    );
    // Another content begins anew.
    place.put(41);
    assert!(place.log().is_due());
    place.dies("crash");
    assert_eq!(place.record().unwrap().worker_crashes, 1);
    // Naming it tries again.
    let output = mdtui(&place, &["harvest", "a.csv"]);
    assert!(output.contains("harvested 1 log"), "{output}");
}

#[test]
fn a_death_leaves_what_was_good() {
    let place = Place::new();
    place.harvest(Path::new(MDTUI), Limits::default()).unwrap();
    let good = place.record().unwrap();
    place.put(50);
    place.dies("crash");
    let record = place.record().unwrap();
    assert_eq!(record.run_to_result, good.run_to_result);
    assert!(record.error.is_none() && record.last_attempt.is_some());
    assert_eq!(record.worker_crashes, 1);
}

#[test]
fn a_worker_that_died_after_its_commit_has_harvested() {
    let place = Place::new();
    let outcome = place.harvest(&place.bad("late"), Limits::default());
    assert!(
        matches!(outcome, Ok(Outcome::Harvested(ref s)) if s.runs_ok == 1),
        "{outcome:?}"
    );
    assert_eq!(place.log().state, LogState::Harvested);
}

#[test]
fn a_worker_that_hangs_is_killed_in_the_time_that_its_log_may_take() {
    let place = Place::new();
    let limits = Limits {
        time: Duration::from_millis(300),
        ..Limits::default()
    };
    let error = place.harvest(&place.bad("hang"), limits).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the worker took longer than its 0.3 s while reading column value"
    );
    assert_eq!(error.kind(), ErrorClass::Permanent);
}

#[test]
fn a_worker_that_does_not_give_up_is_killed_and_its_log_is_not_blamed() {
    let place = Place::new();
    place.log();
    let limits = Limits {
        grace: Duration::from_millis(100),
        ..Limits::default()
    };
    let result = through(
        &place.context,
        &place.bad("deaf"),
        limits,
        &["a.csv"],
        |pool, event| {
            if let JobEvent::Progress { job, .. } = event {
                pool.cancel(*job);
            }
        },
    )
    .remove(0);
    assert!(matches!(result, Err(Error::Cancelled)), "{result:?}");
    assert!(place.record().is_none());
}

#[test]
fn where_no_worker_can_be_had_the_log_is_not_blamed() {
    let place = Place::new();
    let none = place.harvest(Path::new("/no/such/program"), Limits::default());
    assert_eq!(none.unwrap_err().kind(), ErrorClass::Transient);
    for (name, words) in [
        ("newer", "cannot work with; restart mdtui"),
        ("absent", "it ended"),
    ] {
        let error = place
            .harvest(&place.bad(name), Limits::default())
            .unwrap_err();
        assert!(matches!(error, Error::Fatal(_)), "{name}: {error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(place.record().is_none());
    assert_eq!(place.log().state, LogState::Pending);
}

#[test]
fn a_flood_of_words_holds_nobody_up() {
    let place = Place::new();
    assert_eq!(
        place.dies("flood"),
        "the worker was killed by signal 9 (SIGKILL) while reading column value"
    );
}

/// Processes of `mdtui worker` that this process started through `program`.
fn workers_of(program: &Path) -> usize {
    let me = format!("PPid:\t{}\n", std::process::id());
    let all = fs::read_dir("/proc").unwrap().flatten();
    all.filter(|p| {
        let status = fs::read_to_string(p.path().join("status")).unwrap_or_default();
        status.contains(&me) && fs::read_link(p.path().join("exe")).is_ok_and(|exe| exe == program)
    })
    .count()
}

#[test]
fn a_worker_is_kept_for_the_next_log_and_let_go_when_none_comes() {
    let place = Place::new();
    fs::copy(
        place.context.data_dir.join("a.csv"),
        place.context.data_dir.join("b.csv"),
    )
    .unwrap();
    place.log();
    // A program of its own, so that other tests' workers are not counted.
    let program = place.dir.path().join("own-mdtui");
    fs::hard_link(MDTUI, &program)
        .or_else(|_| fs::copy(MDTUI, &program).map(drop))
        .unwrap();
    let (sender, events) = mpsc::channel();
    let executor = Executor::Workers {
        program: program.clone(),
        limits: Limits {
            idle: Duration::from_millis(200),
            ..Limits::default()
        },
    };
    let pool = Pool::new(place.context.clone(), executor, 1, move |event| {
        let _ = sender.send(event);
    });
    for key in ["a.csv", "b.csv", "a.csv"] {
        pool.submit([key], Options::default());
        loop {
            let event = events.recv_timeout(Duration::from_secs(60)).unwrap();
            if let JobEvent::Finished { result, .. } = event {
                result.unwrap();
                break;
            }
        }
        assert!(workers_of(&program) <= 1);
    }
    until("the worker to be let go", || workers_of(&program) == 0);
    // Another one comes when there is something to do.
    pool.submit(
        ["b.csv"],
        Options {
            force: true,
            ..Options::default()
        },
    );
    until("another worker", || workers_of(&program) == 1);
}

/// Standard output and standard error of the program in this place.
fn mdtui(place: &Place, args: &[&str]) -> String {
    let output = Command::new(MDTUI)
        .current_dir(place.dir.path())
        .env("XDG_CONFIG_HOME", place.dir.path().join("config"))
        .args(args)
        .output()
        .unwrap();
    [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .concat()
}

fn worker(stdin: Stdio) -> Child {
    Command::new(MDTUI)
        .arg("worker")
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_worker_ends_with_its_input_and_refuses_what_it_does_not_understand() {
    assert!(
        worker(Stdio::null())
            .wait_with_output()
            .unwrap()
            .status
            .success()
    );
    for bytes in [
        framed(b"rubbish").unwrap(),
        framed(br#"{"start":{"protocol":999,"memory":null}}"#).unwrap(),
        vec![0xff; 100],
    ] {
        let mut child = worker(Stdio::piped());
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), &bytes).unwrap();
        // Its input stays open: it must end by itself.
        let input = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        drop(input);
        assert_eq!(output.status.code(), Some(3));
        let words = String::from_utf8(output.stderr).unwrap();
        assert!(words.starts_with("mdtui: the program "), "{words}");
    }
}

#[test]
fn a_worker_has_its_limits_and_dies_with_its_owner() {
    let dir = tempfile::tempdir().unwrap();
    let (input, ready) = (dir.path().join("in"), dir.path().join("out"));
    let fifo = |path: &Path| {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    };
    fifo(&input);
    fifo(&ready);
    // The owner is a shell; the worker's input stays open after its end.
    let mut owner = Command::new("bash")
        .arg("-c")
        .arg(r#""$1" worker <"$2" >"$3" & echo $!; read -r"#)
        .args(["owner", MDTUI])
        .args([&input, &ready])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut requests = fs::File::options().write(true).open(&input).unwrap();
    let start = format!(r#"{{"start":{{"protocol":{PROTOCOL},"memory":300000000}}}}"#);
    let start = framed(start.as_bytes()).unwrap();
    std::io::Write::write_all(&mut requests, &start).unwrap();
    let mut hello = [0; 8];
    std::io::Read::read_exact(&mut fs::File::open(&ready).unwrap(), &mut hello).unwrap();
    let mut pid = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(owner.stdout.as_mut().unwrap()),
        &mut pid,
    )
    .unwrap();
    let proc = PathBuf::from("/proc").join(pid.trim());
    let limit = |name: &str| {
        let limits = fs::read_to_string(proc.join("limits")).unwrap_or_default();
        let line = limits
            .lines()
            .find(|l| l.starts_with(name))
            .map(str::to_owned);
        // Nothing while the process is being started.
        let line = line.unwrap_or_default();
        line.strip_prefix(name)
            .unwrap_or_default()
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(limit("Max core file size"), "0");
    until("the limit on data", || {
        limit("Max data size") == "300000000"
    });
    owner.kill().unwrap();
    owner.wait().unwrap();
    until("the end of the worker", || {
        let stat = fs::read_to_string(proc.join("stat")).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    });
}

/// Waits for what must come; fails when it does not.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn a_log_that_may_not_be_read_has_failed_and_holds_up_nobody() {
    let setpriv = ["--reuid=65534", "--clear-groups", "--inh-caps=-all"];
    let able = Command::new("setpriv").args(setpriv).arg("true").output();
    if !able.is_ok_and(|o| o.status.success()) {
        println!("skipped: only root can become a user who may not read");
        return;
    }
    let place = Place::new();
    let open = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    open(place.dir.path(), 0o777);
    open(&place.context.data_dir.join("a.csv"), 0);
    fs::write(place.context.data_dir.join("b.csv"), HEADER).unwrap();
    let output = Command::new("setpriv")
        .args(setpriv)
        .arg(MDTUI)
        .arg("harvest")
        .current_dir(place.dir.path())
        .env("XDG_CONFIG_HOME", place.dir.path())
        .output()
        .unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("failed     a.csv: cannot open "), "{words}");
    assert!(words.contains("b.csv: the log has no rows"), "{words}");
}
