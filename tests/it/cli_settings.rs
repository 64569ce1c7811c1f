//! The config file, the environment and the command line; completions, man, demo.

use std::fs;

use crate::common::Lab;

fn configure(lab: &Lab, toml: &str) {
    let folder = lab.root().join("config/mdtui");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), toml).unwrap();
}

#[test]
fn the_file_the_environment_and_the_command_line_go_in_this_order() {
    let lab = Lab::demo(2);
    fs::rename(lab.data(), lab.root().join("logs")).unwrap();
    let logs = |answer: String| answer.matches("\"key\"").count();
    assert_eq!(lab.run(&["list", "--json"]).code, 3);
    configure(&lab, "data_dir = \"logs\"\ncache_dir = \"lake\"\n");
    assert_eq!(logs(lab.ok(&["list", "--json"])), 2);
    assert!(lab.root().join("lake").exists() && !lab.cache().exists());
    fs::create_dir(lab.root().join("empty")).unwrap();
    let by_env = lab
        .command(&["list", "--json"])
        .env("MDTUI_DATA_DIR", "empty")
        .output()
        .unwrap();
    assert_eq!(logs(String::from_utf8(by_env.stdout).unwrap()), 0);
    let by_flag = lab
        .command(&["list", "--json", "--data-dir", "logs"])
        .env("MDTUI_DATA_DIR", "empty")
        .output()
        .unwrap();
    assert_eq!(logs(String::from_utf8(by_flag.stdout).unwrap()), 2);
}

#[test]
fn a_mistake_in_the_file_is_usage_with_its_line() {
    let lab = Lab::demo(1);
    configure(&lab, "# mine\njobs = \"all\"\n");
    let answer = lab.run(&["list"]);
    assert_eq!(answer.code, 2);
    let sentence = answer.sentence();
    assert!(sentence.contains("config.toml, line 2: "), "{sentence}");
    assert!(
        sentence.contains("\"cores\" and whole numbers"),
        "{sentence}"
    );
}

#[test]
fn a_mistake_in_the_profile_is_usage_with_its_line() {
    let lab = Lab::demo(1);
    let built_in = include_str!("../../assets/profile.toml");
    let bad = built_in.replace("robots = [1, 2]", "robots = [1, 1]");
    fs::write(lab.root().join("mine.toml"), bad).unwrap();
    for args in [
        &["list", "--profile", "mine.toml"][..],
        &["--profile", "mine.toml"],
    ] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 2);
        assert_eq!(
            answer.sentence(),
            "mdtui: the profile mine.toml, line 12: robot 1: allowed are whole numbers from 0 and words of up to 100 letters, digits, '_', '-' and '.', each once"
        );
    }
}

#[test]
fn a_demo_without_a_terminal_harvests_and_lists_and_ends_well() {
    let lab = Lab::new();
    let args = ["demo", "here", "--run-seconds", "1"];
    let answer = lab.run(&args);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(
        answer
            .out
            .lines()
            .any(|l| l.starts_with("failed") && l.contains("faults/truncated"))
    );
    assert!(
        lab.root()
            .join("here/data/cell-01/2022-11-23T2040.parquet")
            .exists()
    );
    assert!(lab.root().join("here/cache/catalog.db").exists());
    assert!(!lab.cache().exists());
    // Once more: everything is there and current.
    assert_eq!(lab.run(&args).code, 0);
    let only = lab.run(&[
        "demo",
        "logs",
        "--logs-only",
        "--logs",
        "2",
        "--run-seconds",
        "1",
    ]);
    assert_eq!(only.code, 0);
    assert!(!lab.root().join("logs/cache").exists());
    fs::create_dir_all(lab.root().join("mine/data")).unwrap();
    fs::write(lab.root().join("mine/data/real.parquet"), "").unwrap();
    let refused = lab.run(&["demo", "mine"]);
    assert_eq!(refused.code, 2);
    assert!(refused.sentence().contains("mine/data"), "{}", refused.err);
}

#[test]
fn completions_and_man_pages_know_every_command() {
    let lab = Lab::new();
    let commands = [
        "harvest", "list", "runs", "machines", "show", "export", "gc", "rebuild", "demo",
    ];
    for shell in ["bash", "zsh", "fish"] {
        let script = lab.ok(&["completions", shell]);
        assert!(commands.iter().all(|c| script.contains(c)), "{shell}");
    }
    let page = lab.ok(&["man"]);
    for command in commands {
        assert!(page.contains(command), "{command}");
        assert!(lab.ok(&["man", command]).contains(".TH"), "{command}");
    }
    let unknown = lab.run(&["man", "zebra"]);
    assert_eq!(unknown.code, 2);
    unknown.sentence();
}
