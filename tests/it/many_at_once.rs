//! Eight processes over one lake and 150 logs, killed again and again, with a browser open
//! meanwhile. Kills come after a number of lines that a seeded generator draws, not after time.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use crate::common::{Lab, terminal::Terminal};
use mdtui::etl::{
    base::CancelToken,
    demo::{self, Options},
    lake::{Lake, lock},
    profile::Profile,
};

const PROCESSES: u64 = 8;
const LOGS: usize = 150;
/// How often each of them is killed.
const KILLS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(120);

/// A small generator (splitmix64) that gives the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// Copies of a few demo logs, each with a row of its own at the end, so that no two are alike.
fn lab() -> Lab {
    let lab = Lab::new();
    let made = tempfile::tempdir().unwrap();
    let options = Options {
        logs: 8,
        run_seconds: 1.0,
        seed: 3,
    };
    let profile = Profile::built_in().unwrap();
    demo::write_logs(made.path(), &profile, &options, &CancelToken::new(), |_| {}).unwrap();
    let csv = walkdir::WalkDir::new(made.path())
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .find(|path| path.extension().is_some_and(|e| e == "csv"))
        .unwrap();
    let text = fs::read_to_string(csv).unwrap();
    let lines: Vec<&str> = text.lines().take(3_000).collect();
    for n in 0..LOGS {
        let folder = lab.data().join(format!("cell-{}", n % 7));
        fs::create_dir_all(&folder).unwrap();
        let kept = &lines[..lines.len() - n];
        fs::write(folder.join(format!("log-{n:03}.csv")), kept.join("\n")).unwrap();
    }
    lab
}

/// Harvests until `lines` logs are done, and is killed then; to the end without a number.
/// Says whether it was killed.
fn harvest(lab: &Lab, lines: Option<u64>) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mdtui"))
        .current_dir(lab.root())
        .args(["harvest", "--jobs", "2"])
        .env_clear()
        .envs(lab.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut killed = false;
    match lines {
        Some(lines) => {
            for _ in 0..lines {
                let Some(Ok(_)) = out.next() else { break };
            }
            killed = child.try_wait().unwrap().is_none();
            let _ = child.kill();
        }
        None => out.for_each(drop),
    }
    let code = child.wait().unwrap().code();
    assert!(
        killed || matches!(code, Some(0)),
        "a harvest beside others ended with {code:?}"
    );
    killed
}

#[test]
fn eight_processes_and_a_browser_over_one_lake_lose_nothing_when_they_are_killed() {
    let lab = lab();
    let mut browser = Terminal::start(&lab, &[], 120, 40);
    browser.wait_for("pending");
    let kills = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for process in 0..PROCESSES {
            let (lab, kills) = (&lab, &kills);
            scope.spawn(move || {
                let mut numbers = Numbers(process);
                for _ in 0..KILLS {
                    let lines = numbers.below(6);
                    kills.fetch_add(usize::from(harvest(lab, Some(lines))), Ordering::SeqCst);
                }
                harvest(lab, None);
            });
        }
        // Somebody looks on, in every view.
        for (keys, seen) in [
            ("2", "[2 Runs]"),
            ("3", "[3 Machines]"),
            ("4", "[4 Jobs]"),
            ("1", "[1 Logs]"),
        ] {
            browser.send(keys);
            browser.wait_for(seen);
        }
    });
    let kills = kills.into_inner();
    assert!(kills >= 10, "only {kills} processes were killed");
    // Workers die with their parents, but a moment later.
    let lake = Lake::new(lab.cache());
    let until = Instant::now() + PATIENCE;
    while !lock::held(&lake).unwrap().is_empty() {
        assert!(Instant::now() < until, "a lock outlives its holder");
        std::thread::yield_now();
    }
    // What a killed process was harvesting when the others scanned.
    lab.ok(&["harvest"]);
    browser.wait_until("all harvested", |s| {
        s.contains(&format!("{LOGS} logs")) && !s.contains("pending")
    });
    browser.send("Q");
    assert_eq!(browser.end(), 0);

    let states = lab.states();
    assert_eq!(states.len(), LOGS);
    assert!(states.values().all(|s| s == "harvested"), "{states:?}");
    let records: BTreeSet<String> = lab.lake("record.json").into_keys().collect();
    assert_eq!(records.len(), LOGS, "one record for each log");
    // The last harvest clears up what killed ones left, but only if it had anything to do.
    lab.ok(&["gc"]);
    let found = lab.run(&["check"]);
    assert_eq!(found.code, 0, "{}{}", found.out, found.err);
    let db = rusqlite::Connection::open(lab.cache().join("catalog.db")).unwrap();
    let integrity: String = db
        .query_row("PRAGMA integrity_check", [], |r| r.get(0))
        .unwrap();
    assert_eq!(integrity, "ok");
    println!("{PROCESSES} processes, {LOGS} logs, {kills} kills: nothing lost");
}
