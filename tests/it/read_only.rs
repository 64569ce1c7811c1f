//! Looking at a lake that cannot be written: another user's, one on a read-only mount, a
//! snapshot without a catalog. What reads works from the records; what writes is refused and
//! says whose the lake is.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
    process::{Command, Stdio},
};

use crate::common::{Answer, Lab, mounted::Mounted, terminal::Terminal};

/// `nobody`, who owns nothing here.
const OTHER: u32 = 65534;

/// How the program is run without permission to write the lake.
#[derive(Debug, Clone, Copy)]
enum Without {
    /// As another user, which root can become.
    Permission,
    /// As oneself on files whose modes forbid it.
    Modes,
    /// Where the whole place is mounted read-only, in a mount namespace of its own.
    Mount,
}

fn is_root() -> bool {
    uid() == 0
}

fn uid() -> u32 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid()
}

/// The ways that this machine allows; what it does not is said aloud.
fn ways() -> Vec<Without> {
    let mut ways = vec![match is_root() {
        true => Without::Permission,
        false => Without::Modes,
    }];
    if is_root() && Command::new("setpriv").arg("--version").output().is_err() {
        eprintln!("SKIPPED: setpriv is not installed, so that nothing was tried as another user");
        ways.clear();
    }
    let lab = Lab::new();
    let tried = command(&lab, Without::Mount, "true", &[]).output();
    match tried {
        Ok(output) if output.status.success() => ways.push(Without::Mount),
        other => eprintln!("SKIPPED: no read-only mount can be made here ({other:?})"),
    }
    ways
}

/// Mounts `$1` read-only over itself and runs the rest there.
const READ_ONLY: &str = "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && cd \"$1\" && shift && exec \"$@\"";

/// What goes before the program on a command line.
fn before(lab: &Lab, way: Without) -> Vec<String> {
    let words = match way {
        Without::Permission => {
            format!("setpriv --reuid {OTHER} --regid {OTHER} --clear-groups")
        }
        Without::Modes => "env".into(),
        Without::Mount if is_root() => "unshare -m sh -c".into(),
        Without::Mount => "unshare -Urm sh -c".into(),
    };
    let mut words: Vec<String> = words.split(' ').map(str::to_owned).collect();
    if matches!(way, Without::Mount) {
        let place = lab.root().display().to_string();
        words.extend([READ_ONLY.to_owned(), "sh".into(), place]);
    }
    words
}

fn command(lab: &Lab, way: Without, program: &str, args: &[&str]) -> Command {
    let words = before(lab, way);
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).arg(program).args(args);
    command.current_dir(lab.root());
    command.env_clear().envs(lab.environment());
    // `mount` is not a builtin of the shell.
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.stdin(Stdio::null());
    command
}

fn run(lab: &Lab, way: Without, args: &[&str]) -> Answer {
    let mut command = command(lab, way, env!("CARGO_BIN_EXE_mdtui"), args);
    Answer::from(command.output().unwrap())
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Lets others reach the place; with [`Without::Modes`] takes the right to write from everybody.
fn close(lab: &Lab, way: Without) {
    set_mode(lab.root(), 0o755);
    if matches!(way, Without::Modes) && lab.cache().is_dir() {
        for entry in walkdir::WalkDir::new(lab.cache()).contents_first(true) {
            let entry = entry.unwrap();
            let catalog = entry.file_name().to_string_lossy().starts_with("catalog");
            let mode = match (entry.file_type().is_dir(), catalog) {
                (true, _) => 0o555,
                (false, true) => 0,
                (false, false) => 0o444,
            };
            set_mode(entry.path(), mode);
        }
    }
}

/// Gives the owner everything back, so that the place can be changed and removed.
fn open(lab: &Lab) {
    for entry in walkdir::WalkDir::new(lab.cache()) {
        let entry = entry.unwrap();
        let mode = if entry.file_type().is_dir() {
            0o755
        } else {
            0o644
        };
        set_mode(entry.path(), mode);
    }
}

/// Every file below the cache directory with what may be read of its content.
fn everything(lab: &Lab) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(lab.cache())
        .into_iter()
        .map(Result::unwrap);
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().display().to_string();
            (name, fs::read(entry.path()).unwrap_or_default())
        })
        .collect()
}

/// The note and nothing else.
fn assert_noted(answer: &Answer, way: Without, what: &[&str]) {
    let why = match way {
        Without::Mount => "mounted read-only",
        _ => "not writable by",
    };
    let lines: Vec<&str> = answer
        .err
        .lines()
        .filter(|l| l.starts_with("read-only: "))
        .collect();
    assert!(
        lines.len() == 1 && lines[0].contains(why),
        "{way:?} {what:?}: {}",
        answer.err
    );
}

fn a_run(lab: &Lab) -> [String; 2] {
    let runs = lab.json(&["runs", "--json"]);
    let runs = runs["runs"].as_array().unwrap();
    let good = runs.iter().filter(|r| r["file_name"].is_string());
    let ids: Vec<String> = good
        .map(|r| {
            format!(
                "{}:{}",
                r["log"].as_str().unwrap(),
                r["run_uuid"].as_str().unwrap()
            )
        })
        .collect();
    [ids[0].clone(), ids[1].clone()]
}

#[test]
fn whoever_can_read_a_lake_sees_what_its_owner_sees_and_changes_nothing() {
    for way in ways() {
        let lab = Lab::demo(3);
        lab.run(&["harvest"]);
        let [one, two] = a_run(&lab);
        let questions: Vec<Vec<&str>> = vec![
            vec!["list", "--json"],
            vec!["runs", "--json"],
            vec!["machines", "--json"],
            vec!["show", &one, "--json"],
            vec!["compare", &one, &two, "--json"],
            vec!["list"],
            vec!["find", "v1 > 10", "--json"],
        ];
        let own: Vec<Answer> = questions.iter().map(|args| lab.run(args)).collect();
        let check = lab.run(&["check", "--json"]);
        assert_eq!(check.code, 0, "{}{}", check.out, check.err);
        let before = everything(&lab);
        close(&lab, way);
        for (args, own) in questions.iter().zip(&own) {
            let seen = run(&lab, way, args);
            assert_eq!(seen.code, own.code, "{way:?} {args:?}: {}", seen.err);
            assert_eq!(seen.out, own.out, "{way:?} {args:?}");
            assert_noted(&seen, way, args);
        }
        let seen = run(&lab, way, &["check", "--json"]);
        assert_eq!(seen.code, 0, "{way:?}: {}{}", seen.out, seen.err);
        for args in [
            vec!["gc", "--dry-run"],
            vec!["harvest", "--force", "--dry-run"],
        ] {
            let seen = run(&lab, way, &args);
            assert_eq!(seen.code, 0, "{way:?} {args:?}: {}", seen.err);
        }
        // The export goes elsewhere.
        let place = tempfile::tempdir().unwrap();
        set_mode(place.path(), 0o777);
        let file = place.path().join("run.csv");
        let seen = run(&lab, way, &["export", &one, "-o", file.to_str().unwrap()]);
        assert_eq!(seen.code, 0, "{way:?}: {}", seen.err);
        assert!(fs::metadata(&file).unwrap().len() > 0);

        for args in [
            vec!["harvest"],
            vec!["watch"],
            vec!["gc"],
            vec!["rebuild"],
            vec!["remove", "--yes", "x"],
            vec!["note", &one, "--accept", "text"],
            vec!["check", "--repair"],
            vec!["export", &one, "-o", "cache/exports/run.csv"],
        ] {
            let refused = run(&lab, way, &args);
            assert_eq!(
                refused.code, 3,
                "{way:?} {args:?}: {}{}",
                refused.out, refused.err
            );
            let last = refused.err.lines().last().unwrap();
            let why = match way {
                Without::Mount => "mounted read-only",
                _ => "is owned by",
            };
            assert!(
                last.starts_with("mdtui: cannot "),
                "{way:?} {args:?}: {last}"
            );
            assert!(
                last.contains(why) && last.contains("cache "),
                "{way:?} {args:?}: {last}"
            );
        }
        if matches!(way, Without::Modes) {
            open(&lab);
        }
        assert!(everything(&lab) == before, "{way:?}: the lake was changed");
    }
}

#[test]
fn a_snapshot_without_a_catalog_and_a_lake_that_is_not_there_yet_are_looked_at() {
    for way in ways() {
        let lab = Lab::demo(2);
        let states = lab.states();
        assert!(states.values().any(|state| state == "pending"));
        set_mode(lab.root(), 0o755);
        fs::remove_dir_all(lab.cache()).unwrap();
        if matches!(way, Without::Modes) {
            set_mode(lab.root(), 0o555);
        }
        let seen = run(&lab, way, &["list", "--json"]);
        set_mode(lab.root(), 0o755);
        assert_eq!(seen.code, 0, "{way:?}: {}", seen.err);
        assert!(
            seen.err.contains("does not exist and cannot be created"),
            "{way:?}: {}",
            seen.err
        );
        let list: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
        assert_eq!(list["logs"].as_array().unwrap().len(), states.len());
        assert!(!lab.cache().exists());

        lab.run(&["harvest"]);
        let own = lab.ok(&["list", "--json"]);
        for file in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
            let _ = fs::remove_file(lab.cache().join(file));
        }
        fs::remove_dir_all(lab.cache().join(".mdtui")).unwrap();
        close(&lab, way);
        let seen = run(&lab, way, &["list", "--json"]);
        assert_eq!((seen.code, &seen.out), (0, &own), "{way:?}: {}", seen.err);
        open(&lab);
    }
}

#[test]
fn ones_own_catalog_of_anothers_lake_follows_its_records() {
    if !is_root() {
        eprintln!("SKIPPED: only root can become another user");
        return;
    }
    let (lab, way) = (Lab::demo(3), Without::Permission);
    let keys: Vec<String> = lab.states().into_keys().collect();
    lab.run(&["harvest", &keys[0]]);
    close(&lab, way);
    let own = lab
        .environment()
        .into_iter()
        .find(|(n, _)| *n == "XDG_CACHE_HOME")
        .unwrap()
        .1;
    fs::create_dir(&own).unwrap();
    chown(&own, Some(OTHER), Some(OTHER)).unwrap();
    let list = || {
        let seen = run(&lab, way, &["list", "--json"]);
        assert_eq!(seen.code, 0, "{}", seen.err);
        assert_eq!(seen.out, lab.ok(&["list", "--json"]));
    };
    list();
    let catalogs = || {
        let files = walkdir::WalkDir::new(&own).into_iter().map(Result::unwrap);
        files
            .filter(|e| e.file_name() == "catalog.db")
            .collect::<Vec<_>>()
    };
    let found = catalogs();
    assert_eq!(found.len(), 1);
    let mode = found[0].metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Harvested, renamed and removed meanwhile.
    lab.run(&["harvest", &keys[1], &keys[2]]);
    list();
    fs::remove_dir_all(lab.cache().join(&keys[0])).unwrap();
    lab.ok(&["rebuild"]);
    list();
    // One that was damaged is made again.
    fs::write(found[0].path(), "no database").unwrap();
    list();
    assert_eq!(catalogs().len(), 1);
}

#[test]
fn a_lake_of_a_group_whose_catalog_is_anothers_is_not_harvested() {
    if !is_root() {
        eprintln!("SKIPPED: only root can become another user");
        return;
    }
    let (lab, way) = (Lab::demo(2), Without::Permission);
    lab.run(&["harvest"]);
    close(&lab, way);
    for entry in walkdir::WalkDir::new(lab.cache()) {
        let entry = entry.unwrap();
        if entry.file_type().is_dir() {
            set_mode(entry.path(), 0o777);
        }
    }
    let seen = run(&lab, way, &["list", "--json"]);
    assert_eq!((seen.code, seen.out), (0, lab.ok(&["list", "--json"])));
    let refused = run(&lab, way, &["harvest", "--force"]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    let sentence = refused.sentence();
    assert!(
        sentence.contains("cache/catalog.db is owned by root"),
        "{sentence}"
    );
}

#[test]
fn logs_that_another_user_may_not_read_are_shown_as_they_were_harvested() {
    if !is_root() {
        eprintln!("SKIPPED: only root can become another user");
        return;
    }
    let (lab, way) = (Lab::demo(2), Without::Permission);
    lab.run(&["harvest"]);
    let own = lab.states();
    close(&lab, way);
    set_mode(&lab.data(), 0o700);
    let seen = run(&lab, way, &["list", "--json"]);
    assert_eq!(seen.code, 0, "{}", seen.err);
    assert!(
        seen.err
            .contains("the data directory data cannot be read: its logs are shown as last known"),
        "{}",
        seen.err
    );
    let list: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
    for log in list["logs"].as_array().unwrap() {
        let key = log["key"].as_str().unwrap();
        assert_eq!(
            log["state"].as_str(),
            own.get(key).map(String::as_str),
            "{key}"
        );
    }
    // A lake that may not be read at all is not looked at.
    set_mode(&lab.cache(), 0o700);
    let refused = run(&lab, way, &["list"]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert!(
        refused
            .err
            .contains("cannot read the lake cache: it is owned by root"),
        "{}",
        refused.err
    );
}

#[test]
fn logs_on_a_read_only_mount_are_harvested_into_a_lake_elsewhere() {
    if !ways().iter().any(|way| matches!(way, Without::Mount)) {
        return;
    }
    let lab = Lab::demo(2);
    let place = tempfile::tempdir().unwrap();
    let lake = place.path().join("lake");
    let cache = lake.to_str().unwrap();
    let seen = run(&lab, Without::Mount, &["--cache-dir", cache, "harvest"]);
    assert_eq!(seen.code, 0, "{}", seen.err);
    assert!(!seen.err.contains("read-only"), "{}", seen.err);
    let list = lab.json(&["--cache-dir", cache, "list", "--json"]);
    for log in list["logs"].as_array().unwrap() {
        assert_eq!(log["state"], "harvested", "{log}");
    }
}

#[test]
fn the_browser_shows_the_lake_and_refuses_to_harvest_and_to_export() {
    for way in ways() {
        let lab = Lab::demo(2);
        lab.run(&["harvest"]);
        let all = everything(&lab);
        close(&lab, way);
        let mut words = before(&lab, way);
        words.push(env!("CARGO_BIN_EXE_mdtui").into());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut terminal = Terminal::start_program(&lab, &[], &words, 160, 24);
        terminal.wait_until(
            "the harvested logs, and that they are only looked at",
            |s| s.contains("mdtui  read-only") && s.matches("● harvested").count() >= 2,
        );
        terminal.send("H");
        terminal.wait_for("cannot harvest: ");
        terminal.send("e");
        terminal.wait_for("cannot export into the lake: ");
        // A run, its table and its charts.
        terminal.send("2");
        terminal.wait_until("the runs", |s| s.contains("[2 Runs]") && s.contains("11ed"));
        terminal.send("\r");
        terminal.wait_for("complete rows");
        terminal.send("\t");
        terminal.wait_for("Signals");
        terminal.send("qqq");
        terminal.finished();
        if matches!(way, Without::Modes) {
            open(&lab);
        }
        assert!(everything(&lab) == all, "{way:?}: the lake was changed");
    }
}

#[test]
fn a_lake_on_a_full_disk_can_be_looked_at_and_freed() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can make a small file system");
        return;
    }
    let lab = Lab::demo(4);
    let Some(disk) = Mounted::new(&lab.cache(), 64 * 1024) else {
        return;
    };
    lab.run(&["harvest"]);
    let (runs, list) = (lab.ok(&["runs", "--json"]), lab.ok(&["list", "--json"]));
    let first = &lab.json(&["runs", "--json"])["runs"][0];
    let id = first["run_uuid"].as_str().unwrap();
    let run = format!("{}:{id}", first["log"].as_str().unwrap());
    let gone = first["log"].as_str().unwrap();
    disk.fill("filler");

    assert_eq!(lab.ok(&["runs", "--json"]), runs);
    assert_eq!(lab.ok(&["list", "--json"]), list);
    for args in [
        &["machines"][..],
        &["show", &run],
        &["note", &run],
        &["views"],
        &["find", "fz_1 < 0"],
        &["check", "--json"],
        &["export", &run, "-o", "run.csv"],
        &["export", "robots", "-o", "robots.csv"],
    ] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 0, "{args:?}: {}", answer.err);
        assert!(
            args[0] == "check" || answer.err.contains("which is full"),
            "{args:?}: {}",
            answer.err
        );
    }
    let dry = lab.run(&["harvest", "--dry-run", "--force"]);
    assert_eq!(dry.code, 0, "{}", dry.err);
    assert!(dry.out.contains(gone), "{}", dry.out);
    for args in [
        &["harvest", "--force"][..],
        &["note", &run, "--accept"],
        &["export", &run, "-o", "cache/exports/run.csv"],
    ] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 75, "{args:?}: {}", answer.err);
    }

    // What frees space works without any.
    let leftover = lab
        .cache()
        .join(gone)
        .join("rejected.0123456789abcdef.parquet");
    fs::remove_file(lab.cache().join("filler")).unwrap();
    fs::write(&leftover, [0; 4096]).unwrap();
    disk.fill("filler");
    let collected = lab.ok(&["gc"]);
    assert!(
        collected.contains("rejected.0123456789abcdef"),
        "{collected}"
    );
    assert!(!leftover.exists());
    let log = lab.data().join(list_path(&lab, gone));
    fs::remove_file(log).unwrap();
    disk.fill("filler-2");
    lab.ok(&["remove", "--yes", gone]);
    assert!(!lab.ok(&["runs", "--json"]).contains(gone));
    assert!(!lab.states().contains_key(gone));
}

/// Where a log lies below the data directory.
fn list_path(lab: &Lab, key: &str) -> String {
    let list = lab.json(&["list", "--json"]);
    let mut logs = list["logs"].as_array().unwrap().iter();
    let log = logs.find(|log| log["key"] == key).unwrap();
    log["path"].as_str().unwrap().to_owned()
}
