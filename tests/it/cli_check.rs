//! `mdtui check`: every kind of damage is planted and must be found, told with its path,
//! and mended where the logs allow it.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::common::{Answer, Lab};
use mdtui::etl::{
    lake::{Lake, Presence, Record},
    profile::BUILT_IN,
};
use serde_json::Value;

/// Twenty logs, faults among them, harvested.
fn lab() -> Lab {
    let lab = Lab::demo(20);
    assert_eq!(lab.run(&["harvest"]).code, 1, "one log is cut off");
    let clean = lab.run(&["check"]);
    assert_eq!((clean.code, clean.err.as_str()), (0, ""), "{}", clean.out);
    assert!(clean.out.ends_with(": nothing is wrong\n"), "{}", clean.out);
    lab
}

/// Content of every file that has to come back, by name.
fn tables(lab: &Lab) -> Vec<(String, Vec<u8>)> {
    lab.lake(".parquet").into_iter().collect()
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    let at = at % bytes.len();
    bytes[at] ^= 4;
    let meta = fs::metadata(path).unwrap();
    fs::write(path, bytes).unwrap();
    // As bit rot does it: nothing but the content is another.
    let times = fs::FileTimes::new().set_modified(meta.modified().unwrap());
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_times(times).unwrap();
}

fn first(lab: &Lab, key: &str, prefix: &str) -> PathBuf {
    let dir = lab.cache().join(key);
    let mut names: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.file_name().unwrap().to_str().unwrap().starts_with(prefix))
        .collect();
    names.sort();
    names.remove(0)
}

fn findings(answer: &Answer) -> Vec<Value> {
    let json: Value = serde_json::from_str(&answer.out).unwrap();
    json["findings"].as_array().unwrap().clone()
}

/// Finds exactly these `(kind, end of the path)`, changes nothing, and mends them all.
fn found_and_mended(lab: &Lab, wanted: &[(&str, &str)]) {
    let before: Vec<_> = everything(lab);
    let answer = lab.run(&["check", "--json"]);
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    let found = findings(&answer);
    let mut pairs: Vec<(String, String)> = found
        .iter()
        .map(|f| {
            let text = |key: &str| f[key].as_str().unwrap().to_owned();
            assert!(f["mended"].is_null());
            assert!(!text("remedy").is_empty() && !text("message").is_empty());
            (text("kind"), text("path"))
        })
        .collect();
    for (kind, path) in wanted {
        let at = pairs
            .iter()
            .position(|(k, p)| k == kind && p.ends_with(path));
        let at = at.unwrap_or_else(|| panic!("{kind} {path} is not among {found:#?}"));
        pairs.remove(at);
    }
    assert!(pairs.is_empty(), "{pairs:?} besides {wanted:?}");
    assert_eq!(before, everything(lab), "a look changed something");
    let mended = lab.run(&["check", "--repair"]);
    assert_eq!(mended.code, 0, "{}{}", mended.out, mended.err);
    for line in mended.out.lines().take(wanted.len()) {
        assert!(line.starts_with("mended      "), "{}", mended.out);
    }
    let after = lab.run(&["check"]);
    assert_eq!(after.code, 0, "{}{}", after.out, after.err);
}

/// Names and inodes of everything in the lake but the catalog's own files: what is written
/// anew gets another inode.
fn everything(lab: &Lab) -> Vec<(String, u64)> {
    lab.lake("")
        .into_keys()
        .map(|name| {
            let inode = fs::metadata(lab.cache().join(&name)).unwrap().ino();
            (name, inode)
        })
        .collect()
}

const KEY: &str = "cell-01/2022-11-23T2040";

#[test]
fn one_flipped_bit_in_any_table_is_found_and_the_same_bytes_come_back() {
    let lab = lab();
    let before = tables(&lab);
    let run = first(&lab, KEY, "run_");
    let rejected = first(&lab, "faults/bad-rows", "rejected.");
    for at in [5, 3_000, usize::MAX] {
        flip(&run, at);
        flip(&rejected, at);
        let names = [&run, &rejected].map(|p| p.file_name().unwrap().to_str().unwrap());
        found_and_mended(&lab, &[("damaged", names[0]), ("damaged", names[1])]);
        assert!(before == tables(&lab), "other bytes");
    }
}

#[test]
fn tables_that_are_cut_short_or_gone_are_found_and_made_again() {
    let lab = lab();
    let before = tables(&lab);
    let short = first(&lab, KEY, "run_");
    let file = fs::File::options().write(true).open(&short).unwrap();
    file.set_len(100).unwrap();
    let gone = first(&lab, "faults/gap", "run_");
    fs::remove_file(&gone).unwrap();
    let names = [&short, &gone].map(|p| p.file_name().unwrap().to_str().unwrap());
    found_and_mended(&lab, &[("damaged", names[0]), ("missing", names[1])]);
    assert!(before == tables(&lab), "other bytes");
}

#[test]
fn damaged_and_lost_records_are_found_and_made_again() {
    let lab = lab();
    let before = tables(&lab);
    let list = lab.ok(&["runs", "--json"]);
    // Still JSON, but a figure is another: only its hash tells.
    let record = lab.cache().join(KEY).join("record.json");
    let text = fs::read_to_string(&record).unwrap();
    fs::write(
        &record,
        text.replacen("\"complete_rows\": ", "\"complete_rows\": 1", 1),
    )
    .unwrap();
    // JSON no more.
    let broken = lab.cache().join("faults/gap/record.json");
    fs::write(&broken, &fs::read(&broken).unwrap()[..700]).unwrap();
    fs::remove_file(lab.cache().join("faults/no-forces/record.json")).unwrap();
    let catalog_too = ("catalog", "catalog.db");
    let wanted = [
        ("damaged", "2040/record.json"),
        catalog_too,
        ("damaged", "gap/record.json"),
        ("missing", "no-forces/record.json"),
    ];
    // Tables whose record is lost are no leftovers: they belong to that finding.
    let answer = lab.run(&["check", "--json"]);
    let kinds: Vec<(String, String)> = findings(&answer)
        .iter()
        .map(|f| {
            let text = |key: &str| f[key].as_str().unwrap().to_owned();
            (text("kind"), text("path"))
        })
        .collect();
    assert_eq!(kinds.len(), wanted.len(), "{kinds:#?}");
    for (kind, path) in wanted {
        assert!(
            kinds.iter().any(|(k, p)| k == kind && p.contains(path)),
            "{kind} {path}: {kinds:#?}"
        );
    }
    // A table of a damaged record is never taken for garbage.
    lab.run(&["gc"]);
    let gap_left = fs::read_dir(lab.cache().join("faults/gap"))
        .unwrap()
        .count();
    assert!(gap_left > 1);
    let mended = lab.run(&["check", "--repair"]);
    assert_eq!(mended.code, 0, "{}{}", mended.out, mended.err);
    assert_eq!(lab.run(&["check"]).code, 0);
    assert!(before == tables(&lab), "other bytes");
    assert_eq!(list, lab.ok(&["runs", "--json"]));
}

#[test]
fn what_the_logs_cannot_give_back_is_told_and_left_as_it_is() {
    let lab = lab();
    // The log is gone: its results are all there is.
    fs::remove_file(lab.data().join(format!("{KEY}.parquet"))).unwrap();
    let run = first(&lab, KEY, "run_");
    flip(&run, 3_000);
    let rotten = fs::read(&run).unwrap();
    // The log has changed since: a harvest would replace results that nothing else has.
    let other = lab.data().join("faults/bad-rows.csv");
    let mut text = fs::read_to_string(&other).unwrap();
    text.push('\n');
    fs::write(&other, text).unwrap();
    let table = first(&lab, "faults/bad-rows.csv", "run_");
    fs::remove_file(&table).unwrap();
    // The log itself rotted: the results are those of what it was.
    let log = lab.data().join("faults/gap.parquet");
    flip(&log, 40_000);
    let gap = lab
        .lake("")
        .into_iter()
        .filter(|(n, _)| n.contains("faults/gap"));
    let gap: Vec<_> = gap.collect();

    let answer = lab.run(&["check", "--repair"]);
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    let line = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let found = answer.out.lines().find(|l| l.contains(&name));
        found
            .unwrap_or_else(|| panic!("{name}: {}", answer.out))
            .to_owned()
    };
    assert!(line(&run).contains("its log is gone"), "{}", answer.out);
    assert!(
        line(&table).contains("mdtui harvest --force faults/bad-rows.csv"),
        "{}",
        answer.out
    );
    assert!(line(&log).starts_with("log  "), "{}", answer.out);
    assert!(
        line(&log).contains("the results are those of the old content"),
        "{}",
        answer.out
    );
    assert!(answer.out.contains("3 findings"), "{}", answer.out);
    assert!(
        rotten == fs::read(&run).unwrap(),
        "what is left of a table stays"
    );
    let now = lab
        .lake("")
        .into_iter()
        .filter(|(n, _)| n.contains("faults/gap"));
    assert!(now.eq(gap), "results of a rotten log stay");
}

#[test]
fn tables_whose_record_and_log_are_gone_are_not_removed() {
    let lab = lab();
    fs::remove_file(lab.data().join(format!("{KEY}.parquet"))).unwrap();
    fs::remove_file(lab.cache().join(KEY).join("record.json")).unwrap();
    let before = tables(&lab);
    let repair = |wanted: &str| {
        let answer = lab.run(&["check", "--repair"]);
        assert_eq!(answer.code, 1);
        assert!(answer.out.contains(wanted), "{}", answer.out);
        assert!(before == tables(&lab));
    };
    repair("2040/record.json is gone, although the catalog has its content");
    // Nor is what the catalog still knows forgotten.
    assert!(lab.ok(&["runs"]).contains(KEY));
    // The same without a catalog, and to gc, with the record's place empty or taken.
    lab.ok(&["rebuild"]);
    let place = lab.cache().join(KEY).join("record.json");
    for is_taken in [false, true] {
        if is_taken {
            fs::create_dir(&place).unwrap();
        } else {
            repair(&format!("give its results up with mdtui remove {KEY}"));
        }
        let answer = lab.run(&["gc"]);
        assert_eq!(answer.code, 0, "{}", answer.err);
        assert!(answer.err.contains("left alone"), "{}", answer.err);
        assert!(before == tables(&lab));
    }
    fs::remove_dir(&place).unwrap();
    // What a killed harvest left of a log that is there goes, also without a catalog.
    fs::remove_file(lab.cache().join("faults/gap/record.json")).unwrap();
    fs::remove_file(lab.cache().join("catalog.db")).unwrap();
    let answer = lab.ok(&["gc"]);
    assert!(answer.contains("faults/gap/run_"), "{answer}");
    assert!(!answer.contains(KEY), "{answer}");
    // The operator can give them up.
    lab.ok(&["remove", "--yes", KEY]);
    assert!(!lab.cache().join(KEY).exists());
    assert_eq!(lab.run(&["remove", "--yes", KEY]).code, 2);
}

#[test]
fn a_catalog_that_is_wrong_damaged_or_gone_is_found_and_mended() {
    let lab = lab();
    let list = lab.ok(&["list", "--json"]);
    let show = lab.ok(&["show", KEY, "--json"]);
    let catalog = lab.cache().join("catalog.db");
    let db = rusqlite::Connection::open(&catalog).unwrap();
    for (change, parts) in [
        (
            "UPDATE channels SET statistics = substr(statistics, 1, length(statistics) - 1)",
            "channels",
        ),
        (
            "UPDATE logs SET state = 'pending', rows = rows + 1 WHERE key = 'faults/gap'",
            "logs",
        ),
        (
            "DELETE FROM runs WHERE id = (SELECT min(id) FROM runs WHERE error IS NULL)",
            "channels, robots, runs",
        ),
        (
            "DELETE FROM logs WHERE key LIKE 'cell-01/%'",
            "channels, logs, robots, runs",
        ),
        ("UPDATE robots SET force_max = NULL", "robots"),
    ] {
        db.pragma_update(None, "foreign_keys", true).unwrap();
        db.execute(change, []).unwrap();
        let answer = lab.run(&["check"]);
        assert_eq!(answer.code, 1, "{change}: {}", answer.out);
        let line = answer.out.lines().next().unwrap();
        assert!(line.starts_with("catalog  "), "{line}");
        assert!(
            line.contains("catalog.db disagrees about the log "),
            "{line}"
        );
        assert!(line.contains(parts), "{change}: {line}");
        let mended = lab.run(&["check", "--repair"]);
        assert_eq!(mended.code, 0, "{}", mended.out);
        assert_eq!(lab.run(&["check"]).code, 0);
        assert_eq!(lab.ok(&["list", "--json"]), list);
        assert_eq!(lab.ok(&["show", KEY, "--json"]), show);
    }
    drop(db);
    let remove = || {
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(lab.cache().join(format!("catalog.db{ending}")));
        }
    };
    remove();
    // Without one there is nothing wrong: tasks of a backfill make none.
    let missing = lab.run(&["check"]);
    assert_eq!(missing.code, 0, "{}{}", missing.out, missing.err);
    let note = "there is no catalog cache/catalog.db: the records are checked without it";
    assert!(missing.err.contains(note), "{}", missing.err);
    assert!(!catalog.exists(), "a look made a catalog");
    lab.ok(&["check", "--repair"]);
    assert!(catalog.exists());
    assert_eq!(lab.ok(&["list", "--json"]), list);
    remove();
    fs::write(&catalog, "no database ".repeat(999)).unwrap();
    found_and_mended(&lab, &[("catalog", "catalog.db")]);
    assert_eq!(lab.ok(&["list", "--json"]), list);
    assert!(lab.cache().join("catalog.db.damaged").exists());
    // A page in the middle is nothing but zeros.
    remove();
    lab.ok(&["rebuild"]);
    let mut bytes = fs::read(&catalog).unwrap();
    let page = bytes.len() / 4096 / 2 * 4096;
    bytes[page..page + 4096].fill(0);
    fs::write(&catalog, bytes).unwrap();
    found_and_mended(&lab, &[("catalog", "catalog.db")]);
    assert_eq!(lab.ok(&["list", "--json"]), list);
}

#[test]
fn what_the_dead_left_behind_is_found_and_removed_and_the_living_are_spared() {
    let lab = lab();
    let private = lab.cache().join(".mdtui");
    fs::create_dir_all(private.join("tmp")).unwrap();
    fs::create_dir_all(private.join("locks")).unwrap();
    // A directory without its lock, and a file that an earlier version left yesterday.
    let dead = "tmp/00112233445566778899aabbccddeeff";
    fs::create_dir(private.join(dead)).unwrap();
    fs::write(private.join(dead).join("0"), "half").unwrap();
    let temporary = "tmp/1-0";
    fs::write(private.join(temporary), "half").unwrap();
    let file = fs::File::options()
        .write(true)
        .open(private.join(temporary))
        .unwrap();
    let day = std::time::Duration::from_secs(86_400);
    file.set_modified(std::time::SystemTime::now() - day)
        .unwrap();
    // An earlier version may still write to this one.
    let young = private.join("tmp/2-0");
    fs::write(&young, "half").unwrap();
    let presence = Presence::in_lake(&Lake::new(lab.cache())).unwrap();
    let living = presence.new_path().unwrap();
    fs::write(&living, "half").unwrap();
    fs::write(private.join("locks/0123.lock"), "1\na\n").unwrap();
    let unnamed = "run_00000000-0000-0000-0000-000000000001.0123456789abcdef.parquet";
    fs::write(lab.cache().join(KEY).join(unnamed), "old").unwrap();
    fs::create_dir_all(lab.cache().join("empty/folder")).unwrap();
    found_and_mended(
        &lab,
        &[
            ("leftover", temporary),
            ("leftover", &format!("{dead}/0")),
            ("leftover", dead),
            ("leftover", "locks/0123.lock"),
            ("leftover", unnamed),
            ("leftover", "empty/folder"),
            ("leftover", "/empty"),
        ],
    );
    assert!(living.exists() && young.exists());
    drop(presence);
}

#[test]
fn a_record_in_the_wrong_place_is_told_and_nothing_is_done_about_it() {
    let lab = lab();
    let copy = lab.cache().join("elsewhere");
    fs::create_dir(&copy).unwrap();
    fs::copy(
        lab.cache().join(KEY).join("record.json"),
        copy.join("record.json"),
    )
    .unwrap();
    let answer = lab.run(&["check", "--repair"]);
    assert_eq!(answer.code, 1);
    assert!(
        answer.out.contains(
            "elsewhere/record.json says that it is the record of cell-01/2022-11-23T2040"
        ),
        "{}",
        answer.out
    );
    assert!(copy.join("record.json").exists());
}

#[test]
fn without_a_lake_there_is_nothing_to_check() {
    let lab = Lab::demo(1);
    let answer = lab.run(&["check"]);
    assert_eq!(answer.code, 3);
    assert!(
        answer.sentence().contains("there is no lake at"),
        "{}",
        answer.err
    );
}

#[test]
fn a_record_of_an_older_pipeline_is_counted_told_stale_and_no_finding() {
    let lab = lab();
    let path = lab.cache().join(KEY).join("record.json");
    let mut record = Record::parse(&fs::read(&path).unwrap(), "").unwrap();
    record.pipeline_version -= 1;
    let mut text = Vec::new();
    record.seal(&mut text).unwrap();
    fs::write(&path, text).unwrap();
    lab.ok(&["rebuild"]);
    let list = lab.ok(&["list", "--state", "stale"]);
    assert!(list.contains(KEY), "{list}");
    let answer = lab.run(&["check"]);
    assert_eq!(answer.code, 0, "{}", answer.out);
    assert!(
        answer
            .out
            .starts_with("1 record was made by an older mdtui; "),
        "{}",
        answer.out
    );
    assert_eq!(lab.json(&["check", "--json"])["old_records"], 1);
    lab.run(&["harvest"]);
    assert_eq!(lab.json(&["check", "--json"])["old_records"], 0);
}

/// The built-in profile with limits of `fz` and two rules, in a file.
fn profile_with_rules(lab: &Lab) -> String {
    let fz = "name = \"fz\"\n";
    let limits = format!("{fz}min = -1500\nmax_rate = 20000\n");
    let rules = "[[rules]]\nname = \"overload\"\nwhen = \"fz_1 < -1200 and v1 > 10\"\nfor = \"0.5s\"\n\
                 [[rules]]\nname = \"support\"\nwhen = \"fz_2 > 700\"\nseverity = \"fail\"\n";
    let path = lab.root().join("p.toml");
    let text = format!("{}\n{rules}", BUILT_IN.replace(fz, &limits));
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The flags of limits and rules of each run by its id: rule, channel, start, value, threshold.
fn told(runs: &[Value], lists: &[&str]) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = runs
        .iter()
        .map(|run| {
            let flags = lists.iter().flat_map(|list| run[list].as_array().unwrap());
            let told = flags.filter_map(|flag| {
                let rule = flag["rule"].as_str().unwrap();
                let ours = ["limit", "rate", "overload", "support"].contains(&rule);
                let keys = ["rule", "channel", "start_time", "value", "threshold"];
                ours.then(|| keys.map(|key| flag[key].to_string()).join(" "))
            });
            let mut told: Vec<String> = told.collect();
            told.sort();
            (run["run_uuid"].as_str().unwrap().to_owned(), told)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn rules_are_tried_on_stored_runs_as_a_harvest_would_find_them() {
    let lab = Lab::demo_of_runs(3, 8.0);
    lab.ok(&["harvest"]);
    let before = everything(&lab);
    let p = profile_with_rules(&lab);
    let tried = lab.json(&["check", "--rules", &p, "--json"]);
    let runs = tried["runs"].as_array().unwrap().clone();
    assert_eq!(runs.len(), 12);
    let predicted = told(&runs, &["new", "same"]);
    for rule in ["limit", "rate", "overload", "support"] {
        let start = format!("\"{rule}\" ");
        let flags = predicted.iter().flat_map(|(_, flags)| flags);
        assert!(
            flags.clone().any(|f| f.starts_with(&start)),
            "{rule}: {predicted:#?}"
        );
    }
    // Robot 2 is in the first run of a log only.
    let lacks = |run: &&Value| {
        let skipped = run["not_evaluated"].as_array().unwrap();
        skipped
            .iter()
            .any(|n| n["rules"][0] == "support" && n["reason"] == "the run has no fz_2")
    };
    assert_eq!(runs.iter().filter(lacks).count(), 9);
    let text = lab.ok(&["check", "--rules", &p]);
    assert!(
        text.contains("\n  + overload  suspect  fz_1 < -1200 and v1 > 10 holds "),
        "{text}"
    );
    assert!(text.contains(", would be fail\n"), "{text}");
    assert!(
        text.ends_with("what rules of rows found is as recorded\n"),
        "{text}"
    );
    assert_eq!(before, everything(&lab), "a trial changed something");

    // What was told is what a harvest finds; then nothing is new.
    lab.ok(&["--profile", &p, "harvest"]);
    let mut found = Vec::new();
    for (name, bytes) in lab.lake("record.json") {
        let record: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(record["profile"]["rules"][0]["name"], "overload", "{name}");
        for run in record["run_to_result"].as_object().unwrap().values() {
            found.push(run.clone());
        }
    }
    assert_eq!(told(&found, &["quality"]), predicted);
    let again = lab.json(&["--profile", &p, "check", "--rules", "--json"]);
    for run in again["runs"].as_array().unwrap() {
        assert_eq!(run["new"].as_array().unwrap().len(), 0, "{run}");
        assert_eq!(run["gone"].as_array().unwrap().len(), 0, "{run}");
        assert_eq!(run["verdict"], run["verdict_then"]);
    }
    assert_eq!(
        told(again["runs"].as_array().unwrap(), &["same"]),
        predicted
    );
    // Under the built-in profile, which has no limits and rules, all of them go.
    let less = lab.json(&["check", "--rules", "--json"]);
    assert_eq!(told(less["runs"].as_array().unwrap(), &["gone"]), predicted);
}

/// Real encoders and load cells repeat values, of which only the table's metadata tells samples.
fn repeating_log() -> String {
    let mut log = "time,value,field,robot_id,run_uuid,sensor_type\n".to_owned();
    for tick in 0..400_u32 {
        let at = tick * 1667;
        let clock = format!(
            "2022-11-23T20:{:02}:{:02}.{:03}Z",
            40 + at / 60_000,
            at / 1000 % 60,
            at % 1000
        );
        for (field, sensor) in ["x", "y", "z", "fx", "fy", "fz"]
            .map(|f| (f, if f.len() == 1 { "encoder" } else { "load_cell" }))
        {
            // Steps of several samples, and spikes.
            let value = match (field, tick % 97) {
                ("fx", 50) => 400,
                ("x", _) => tick / 8 % 5 * 3,
                _ => tick / 4 % 7,
            };
            log += &format!("{clock},{value}.0,{field},1,7,{sensor}\n");
        }
    }
    log
}

#[test]
fn a_trial_tells_all_samples_and_reads_times_as_a_harvest_does() {
    let profiles = [
        BUILT_IN.replace("spike_sigma = ", "spike_sigma = 4 # "),
        BUILT_IN.replace("name = \"x\"\n", "name = \"x\"\nmax = 5\n"),
        format!("{BUILT_IN}\n[[rules]]\nname = \"early\"\nwhen = \"x_1 > 5 and time < 20:45\"\n"),
    ];
    for (n, profile) in profiles.iter().enumerate() {
        assert_ne!(profile, BUILT_IN, "{n}");
        let lab = Lab::new();
        fs::write(lab.data().join("a.csv"), repeating_log()).unwrap();
        lab.ok(&["harvest"]);
        fs::write(lab.root().join("p.toml"), profile).unwrap();
        fs::write(lab.root().join("c.toml"), "time_zone = \"Asia/Tokyo\"\n").unwrap();
        let tried = lab.json(&["--config", "c.toml", "check", "--rules", "p.toml", "--json"]);
        let tried = &tried["runs"][0];
        lab.ok(&["--config", "c.toml", "--profile", "p.toml", "harvest"]);
        let (_, record) = lab.lake("record.json").pop_first().unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        let run = record["run_to_result"]
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap()
            .clone();
        assert_eq!(tried["verdict_then"], run["verdict"], "{n}");
        let flags = |lists: &[&Value]| {
            let flags = lists.iter().flat_map(|list| list.as_array().unwrap());
            let mut flags: Vec<String> = flags.map(Value::to_string).collect();
            flags.sort();
            flags
        };
        let predicted = flags(&[&tried["new"], &tried["same"]]);
        assert_eq!(predicted, flags(&[&run["quality"]]), "{n}");
        assert!(
            !tried["new"].as_array().unwrap().is_empty(),
            "{n}: {predicted:?}"
        );
    }
}

#[test]
fn what_a_trial_of_rules_cannot_tell_is_said() {
    let lab = Lab::demo_of_runs(2, 2.0);
    lab.ok(&["harvest"]);
    let path = lab.root().join("p.toml");
    fs::write(&path, BUILT_IN.replace("hold = 10", "hold = 20")).unwrap();
    let answer = lab.run(&["check", "--rules", path.to_str().unwrap()]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let note = "of 8 runs only limits, rates and rules of your own were tried: ";
    assert!(answer.err.contains(note), "{}", answer.err);
    // A table that is gone is named; the others are tried.
    fs::remove_file(first(&lab, KEY, "run_")).unwrap();
    let answer = lab.run(&["check", "--rules", "--json"]);
    assert_ne!(answer.code, 0);
    assert!(
        answer.err.contains("run_") && answer.err.contains(KEY),
        "{}",
        answer.err
    );
    let json: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(json["runs"].as_array().unwrap().len(), 7);
    let refused = lab.run(&["check", "--rules", "none.toml"]);
    assert!(
        refused.err.contains("cannot read the profile none.toml"),
        "{}",
        refused.err
    );
    assert_eq!(lab.run(&["check", "--repair", "--rules"]).code, 2);
    fs::write(
        &path,
        format!("{BUILT_IN}\n[[rules]]\nname = \"a\"\nwhen = \"fz_9 < 1\"\n"),
    )
    .unwrap();
    let refused = lab.run(&["check", "--rules", path.to_str().unwrap()]);
    assert_eq!(refused.code, 2);
    let line = BUILT_IN.lines().count() + 4;
    let place =
        format!("p.toml, line {line}: unknown column `fz_9` at character 1, did you mean fz_1?");
    assert!(refused.err.contains(&place), "{}", refused.err);
}

/// Demo logs with every fault: under the rules of the harvest nothing changes, and under others the
/// trial tells what a harvest then finds.
#[test]
fn all_rules_are_tried_where_the_table_tells_the_samples() {
    let lab = Lab::demo_of_runs(20, 20.0);
    assert_eq!(lab.run(&["harvest"]).code, 1, "one log is cut off");
    let tried = lab.json(&["check", "--rules", "--json"]);
    let mut in_full = 0;
    let mut kept = Vec::new();
    for run in tried["runs"].as_array().unwrap() {
        assert_eq!(run["new"].as_array().unwrap().len(), 0, "{run:#}");
        assert_eq!(run["gone"].as_array().unwrap().len(), 0, "{run:#}");
        assert_eq!(run["verdict"], run["verdict_then"], "{run:#}");
        in_full += usize::from(run["in_full"].as_bool().unwrap());
        let rules = run["same"].as_array().unwrap().iter();
        kept.extend(rules.map(|flag| flag["rule"].as_str().unwrap().to_owned()));
    }
    assert!(in_full > 40, "{in_full}");
    for rule in ["gap", "frozen", "missing_axis", "derivative_across_gap"] {
        assert!(kept.iter().any(|kept| kept == rule), "{rule}: {kept:?}");
    }
    let path = lab.root().join("p.toml");
    let text = BUILT_IN.replace("gap_factor = 5 ", "gap_factor = 1.5 ");
    fs::write(
        &path,
        text.replace("jitter_share = 0.25", "jitter_share = 0.01"),
    )
    .unwrap();
    let p = path.to_str().unwrap();
    let tried = lab.json(&["check", "--rules", p, "--json"]);
    let new = |run: &Value| run["new"].as_array().unwrap().len();
    assert!(
        tried["runs"]
            .as_array()
            .unwrap()
            .iter()
            .any(|run| new(run) > 0)
    );
    lab.run(&["--profile", p, "harvest"]);
    let again = lab.json(&["--profile", p, "check", "--rules", "--json"]);
    for (then, now) in tried["runs"]
        .as_array()
        .unwrap()
        .iter()
        .zip(again["runs"].as_array().unwrap())
    {
        assert_eq!(then["run_uuid"], now["run_uuid"]);
        if then["in_full"] == true {
            assert_eq!(then["verdict_then"], now["verdict"], "{then:#}");
            let told =
                then["new"].as_array().unwrap().len() + then["same"].as_array().unwrap().len();
            assert_eq!(
                told,
                now["same"].as_array().unwrap().len(),
                "{then:#}{now:#}"
            );
            assert_eq!(new(now), 0);
        }
    }
}

/// Neither by a repair nor by force.
#[test]
fn a_record_of_a_newer_program_stays() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let key = lab.states().into_keys().next().unwrap();
    let file = lab.cache().join(&key).join("record.json");
    let own = fs::read_to_string(&file).unwrap();
    let newer = own.replacen("\"record_version\": ", "\"record_version\": 9", 1);
    fs::write(&file, &newer).unwrap();
    let repaired = lab.run(&["check", "--repair"]);
    assert_ne!(repaired.code, 0, "{}{}", repaired.out, repaired.err);
    let said = format!("{}{}", repaired.out, repaired.err);
    assert!(said.contains("newer mdtui"), "{said}");
    let forced = lab.run(&["harvest", "--force", &key]);
    assert_eq!(forced.code, 1, "{}{}", forced.out, forced.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), newer);
}
