//! Two arrays of tasks race over the same logs and one lake, while tasks are killed again and again.
//!
//! `scripts/race.sh` runs this with 2,000 logs and a release build; `cargo test` with a few.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Instant,
};

use mdtui::etl::lake::{Lake, lock};
use serde_json::Value;

use crate::common::{Answer, Lab};

/// Tasks that run at a time.
const WIDTH: usize = 6;

/// How large a race is.
struct Race {
    logs: usize,
    /// Tasks of either array.
    tasks: [u32; 2],
    /// How often each task is killed, if it does not end before.
    kills: u64,
    seed: u64,
}

/// xorshift64*: the same seed gives the same kills.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % n
    }
}

/// A log of two runs, one of which has rows that are rejected.
fn log(n: usize) -> String {
    let mut log = String::from("time,value,field,robot_id,run_uuid,sensor_type,cell_id\n");
    for row in 0..60 + n % 17 {
        let field = ["x", "y", "z", "fz"][row % 4];
        let sensor = if field == "fz" {
            "load_cell"
        } else {
            "encoder"
        };
        let time = match row {
            7 if n.is_multiple_of(5) => "never".to_owned(),
            _ => format!(
                "2022-11-24T06:00:{:02}.{:03}Z",
                row / 4 % 60,
                row % 4 + n % 900
            ),
        };
        let (value, run) = ((row * 37 + n * 11) % 97, 2 * n + row / 40);
        log += &format!("{time},{value}.5,{field},1,{run},{sensor},{}\n", n % 9);
    }
    log
}

/// The program that races: with `MDTUI_RACE_PROGRAM` another build than that of the tests.
fn program() -> PathBuf {
    let own = || env!("CARGO_BIN_EXE_mdtui").into();
    std::env::var_os("MDTUI_RACE_PROGRAM").map_or_else(own, PathBuf::from)
}

fn command(lab: &Lab, args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .args(args)
        .current_dir(lab.root())
        .env_clear()
        .envs(lab.environment())
        .stdin(Stdio::null());
    command
}

/// Runs the program, which must end well.
fn ok(lab: &Lab, args: &[&str]) -> String {
    let answer = Answer::from(command(lab, args).output().unwrap());
    assert_eq!(answer.code, 0, "{args:?}: {}{}", answer.out, answer.err);
    answer.out
}

fn number(name: &str, default: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.map_or(default, |text| text.parse().unwrap())
}

/// Runs one task until `lines` logs are done, and kills it then; to its end without a number. Gives
/// its exit code; `None` when it was killed.
fn run_task(lab: &Lab, array: &str, task: u32, lines: Option<(u64, u64)>) -> Option<i32> {
    let number = task.to_string();
    let args = [
        "harvest",
        "--jobs",
        "1",
        "--manifest",
        array,
        "--task",
        &number,
    ];
    let mut child = command(lab, &args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    if let Some((lines, yields)) = lines {
        for _ in 0..lines {
            let Some(Ok(_)) = out.next() else { break };
        }
        // Somewhere in the next log.
        for _ in 0..yields {
            std::thread::yield_now();
        }
        let _ = child.kill();
    } else {
        out.for_each(drop);
    }
    child.wait().unwrap().code()
}

/// Each record without the times of its harvest, and every other file of results.
fn results(cache: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(cache) {
        let entry = entry.unwrap();
        let name = entry
            .path()
            .strip_prefix(cache)
            .unwrap()
            .display()
            .to_string();
        let apart = ["catalog.db", ".mdtui", "README.txt"];
        if !entry.file_type().is_file() || apart.iter().any(|apart| name.starts_with(apart)) {
            continue;
        }
        let mut bytes = fs::read(entry.path()).unwrap();
        if name.ends_with("record.json") {
            let mut record: Value = serde_json::from_slice(&bytes).unwrap();
            let of_harvest = [
                "harvested_at",
                "first_harvested_at",
                "seconds",
                "record_hash",
            ];
            for key in of_harvest {
                assert!(
                    record.as_object_mut().unwrap().remove(key).is_some(),
                    "{key}"
                );
            }
            bytes = serde_json::to_vec(&record).unwrap();
        }
        files.insert(name, bytes);
    }
    files
}

fn race(race: &Race) {
    let start = Instant::now();
    let lab = Lab::new();
    for n in 0..race.logs {
        let folder = lab.data().join(format!("cell-{}", n % 9));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("log-{n:05}.csv")), log(n)).unwrap();
    }
    ok(&lab, &["--cache-dir", "single", "harvest"]);
    let single = start.elapsed();
    let arrays = ["a.jsonl", "b.jsonl"];
    for (array, tasks) in arrays.iter().zip(race.tasks) {
        ok(&lab, &["plan", "--tasks", &tasks.to_string(), "-o", array]);
    }
    let mut queue: Vec<(&str, u32)> = arrays
        .iter()
        .zip(race.tasks)
        .flat_map(|(array, tasks)| (0..tasks).map(move |task| (*array, task)))
        .collect();
    // The arrays side by side, as two jobs of an engine.
    let mut numbers = Numbers(race.seed);
    for at in (1..queue.len()).rev() {
        queue.swap(at, numbers.below(at as u64 + 1) as usize);
    }
    let (queue, seeds) = (Mutex::new(queue), AtomicU64::new(race.seed));
    let (kills, retries) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..WIDTH {
            scope.spawn(|| {
                let next = || queue.lock().unwrap().pop();
                while let Some((array, task)) = next() {
                    let mut numbers = Numbers(seeds.fetch_add(7919, Ordering::SeqCst));
                    for _ in 0..race.kills {
                        let until = (numbers.below(5), numbers.below(3_000));
                        if run_task(&lab, array, task, Some(until)).is_none() {
                            kills.fetch_add(1, Ordering::SeqCst);
                        }
                    }
                    loop {
                        match run_task(&lab, array, task, None) {
                            Some(0) => break,
                            Some(75) => retries.fetch_add(1, Ordering::SeqCst),
                            code => panic!("task {task} of {array} ended with {code:?}"),
                        };
                    }
                }
            });
        }
    });
    let raced = start.elapsed() - single;
    // Workers die with their parents, but a moment later.
    let lake = Lake::new(lab.cache());
    while !lock::held(&lake).unwrap().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(run_task(&lab, "a.jsonl", 0, None), Some(0));
    let kills = kills.into_inner();
    println!(
        "race: {} logs, arrays of {} and {} tasks, {WIDTH} at a time, seed {}: {kills} kills, {} retries after 75; \
         one machine {:.1} s, the arrays {:.1} s",
        race.logs,
        race.tasks[0],
        race.tasks[1],
        race.seed,
        retries.into_inner(),
        single.as_secs_f64(),
        raced.as_secs_f64(),
    );
    assert!(
        !lab.cache().join("catalog.db").exists(),
        "a task made a catalog"
    );
    assert_eq!(
        ok(&lab, &["plan", "--missing"]),
        "",
        "logs without a record"
    );
    let checked = ok(&lab, &["check"]);
    let (raced, single) = (results(&lab.cache()), results(&lab.root().join("single")));
    let records = raced.keys().filter(|name| name.ends_with("/record.json"));
    assert_eq!(records.count(), race.logs, "one record for each log");
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&raced), names(&single));
    for (name, bytes) in &single {
        assert!(
            &raced[name] == bytes,
            "{name} has other bytes than that of one machine"
        );
    }
    let states = lab.states();
    assert!(
        states.values().all(|state| state == "harvested"),
        "{states:?}"
    );
    println!(
        "race: {} files the same byte for byte (records but for the times of the harvest), \
         every log recorded once, nothing missing, check: {}",
        raced.len(),
        checked.trim_end()
    );
}

#[test]
fn two_arrays_over_one_lake_leave_what_one_machine_leaves_however_often_tasks_are_killed() {
    let logs = number("MDTUI_RACE_LOGS", 60) as usize;
    let large = logs >= 1_000;
    race(&Race {
        logs,
        tasks: if large { [24, 17] } else { [5, 4] },
        kills: number("MDTUI_RACE_KILLS", if large { 12 } else { 5 }),
        seed: number("MDTUI_RACE_SEED", 20_221_123),
    });
}
