//! Logs whose names differ only in case or in Unicode normalisation, on ordinary disks and on one
//! that folds case.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use serde_json::Value;

use crate::common::Lab;

const LOGS: [&str; 6] = [
    "A.csv",
    "a.csv",
    "Cell-1/\u{c4}.csv",
    "cell-1/\u{e4}.csv",
    "M\u{fc}ller.csv",
    "Mu\u{308}ller.csv",
];

/// A log of one run, which has the number `run`.
fn log(run: usize) -> String {
    let mut text = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for second in 0..5 {
        let line = format!("2022-11-23T20:40:0{second}Z,{second}.5,x,1,{run},encoder\n");
        text.push_str(&line);
    }
    text
}

fn lab() -> Lab {
    let lab = Lab::new();
    for (run, path) in LOGS.iter().enumerate() {
        let file = lab.data().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, log(run)).unwrap();
    }
    lab
}

/// Harvests into `cache` and holds each log to its own results, also after a rebuild.
fn each_log_keeps_its_results(lab: &Lab, cache: &str) {
    let ok = |rest: &[&str]| lab.ok(&[&["--cache-dir", cache], rest].concat());
    let logs = || -> BTreeMap<String, String> {
        let list: Value = serde_json::from_str(&ok(&["list", "--json"])).unwrap();
        let logs = list["logs"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        assert!(
            logs.iter().all(|log| log["state"] == "harvested"),
            "{list:#}"
        );
        logs.iter()
            .map(|log| (text(&log["key"]), text(&log["path"])))
            .collect()
    };
    ok(&["harvest"]);
    let before = logs();
    assert_eq!(before.len(), LOGS.len());
    for again in [&["harvest"][..], &["rebuild"], &["harvest", "--force"]] {
        ok(again);
        assert_eq!(logs(), before);
        let runs: Value = serde_json::from_str(&ok(&["runs", "--json"])).unwrap();
        let runs = runs["runs"].as_array().unwrap();
        assert_eq!(runs.len(), LOGS.len());
        for run in runs {
            let id = run["run_uuid"].as_str().unwrap();
            let number = usize::from_str_radix(&id[34..], 16).unwrap();
            assert_eq!(before[run["log"].as_str().unwrap()], LOGS[number]);
            assert!(ok(&["show", id]).contains("x_1"));
        }
        assert!(ok(&["check"]).contains("nothing is wrong"));
    }
    assert_eq!(ok(&["gc"]), "nothing to remove\n");
}

#[test]
fn each_log_keeps_its_results_on_an_ordinary_disk() {
    each_log_keeps_its_results(&lab(), "cache");
}

#[test]
fn each_log_keeps_its_results_on_a_disk_that_folds_case() {
    let lab = lab();
    if let Some(disk) = FoldingDisk::new(&lab) {
        each_log_keeps_its_results(&lab, disk.folder.to_str().unwrap());
    }
}

/// Results that were copied to another log's directory are not that log's.
#[test]
fn a_record_is_never_replaced_by_that_of_another_log() {
    let lab = lab();
    lab.ok(&["harvest", "A.csv"]);
    let (from, to) = (lab.cache().join("A.csv"), lab.cache().join("a.csv~"));
    fs::create_dir(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    let before = lab.lake("");
    let answer = lab.run(&["harvest", "a.csv~"]);
    assert_eq!(answer.code, 1, "{}", answer.err);
    let said = answer.out + &answer.err;
    assert!(
        said.contains("holds the results of the log A.csv"),
        "{said}"
    );
    assert_eq!(lab.lake(""), before);
    fs::remove_dir_all(to).unwrap();
    lab.ok(&["harvest", "a.csv~"]);
}

/// A small file system that folds case, gone with its value.
struct FoldingDisk {
    mounted: PathBuf,
    /// Where names are folded.
    folder: PathBuf,
}

/// Make and mount the image `$1` at `$2`; `$2/cache` folds names. ext4 and vfat need a kernel
/// that knows them so, exFAT the kernel or its FUSE program.
const WAYS: [&str; 3] = [
    "mkfs.ext4 -q -O casefold -E encoding=utf8 $1 && mount -o loop $1 $2 && mkdir $2/cache && chattr +F $2/cache",
    "mkfs.exfat $1 && { mount -t exfat -o loop $1 $2 || { dev=$(losetup -f --show $1) && mount.exfat-fuse $dev $2 || { losetup -d $dev; false; }; }; } && mkdir $2/cache",
    "mkfs.vfat $1 && mount -t vfat -o loop,utf8 $1 $2 && mkdir $2/cache",
];

impl FoldingDisk {
    fn new(lab: &Lab) -> Option<Self> {
        let (image, mounted) = (lab.root().join("image"), lab.root().join("disk"));
        fs::create_dir(&mounted).unwrap();
        for way in WAYS {
            fs::File::create(&image).unwrap().set_len(64 << 20).unwrap();
            let done = Command::new("sh")
                .args(["-c", way, "sh"])
                .arg(&image)
                .arg(&mounted)
                .output();
            let disk = Self {
                folder: mounted.join("cache"),
                mounted: mounted.clone(),
            };
            let folds = fs::write(disk.folder.join("Probe"), "").is_ok()
                && disk.folder.join("pROBE").exists();
            if done.is_ok_and(|done| done.status.success()) && folds {
                fs::remove_file(disk.folder.join("Probe")).unwrap();
                return Some(disk);
            }
        }
        eprintln!("skipped: no file system that folds case can be made here (ext4, exFAT, vfat)");
        None
    }
}

impl Drop for FoldingDisk {
    fn drop(&mut self) {
        let script = "dev=$(findmnt -no SOURCE $1); umount -l $1; losetup -d $dev";
        let _ = Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(&self.mounted)
            .output();
    }
}
