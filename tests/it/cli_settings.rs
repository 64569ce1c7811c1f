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
    for unknown in [&["man", "zebra"][..], &["man", "profile", "zebra"]] {
        let unknown = lab.run(unknown);
        assert_eq!(unknown.code, 2);
        unknown.sentence();
    }
    // Every page that one names is there.
    let written = lab.ok(&["man", "--all", "man"]);
    let pages: Vec<&str> = written.lines().collect();
    assert!(pages.contains(&"man/mdtui-profile-infer.1"), "{written}");
    for page in &pages {
        let text = fs::read_to_string(lab.root().join(page)).unwrap();
        assert!(!text.contains(".SH EXTRA\nExamples"), "{page}");
        let has_none = ["man/mdtui.1", "man/mdtui-profile-infer.1"].contains(page);
        assert_ne!(text.contains(".SH EXAMPLES"), has_none, "{page}");
        for named in text.lines().filter_map(|line| line.strip_suffix("(1)")) {
            let file = format!("man/{}.1", named.replace('\\', ""));
            assert!(pages.contains(&file.as_str()), "{page} names {named}");
        }
    }
}

#[test]
fn the_settings_in_force_and_where_they_came_from_are_printed() {
    let lab = Lab::new();
    configure(
        &lab,
        "jobs = 3\n[keys]\nharvest = \"F5\"\n[site.saw]\ncache_dir = \"sawn\"\n",
    );
    let command = lab
        .command(&["config", "--json", "--site", "saw", "--profile", "p.toml"])
        .env("MDTUI_DATA_DIR", "logs")
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&command.stdout).unwrap();
    let of = |key: &str| {
        let settings = report["settings"].as_array().unwrap();
        let found = settings.iter().find(|s| s["key"] == key);
        let found = found.unwrap_or_else(|| panic!("{key} in {report}"));
        let text = |name: &str| found[name].to_string().replace('"', "");
        ["value", "source", "name", "line", "site"].map(text)
    };
    assert_eq!(
        of("data_dir"),
        ["logs", "variable", "MDTUI_DATA_DIR", "null", "null"]
    );
    assert_eq!(
        of("profile"),
        ["p.toml", "option", "--profile", "null", "null"]
    );
    assert_eq!(of("cache_dir"), ["sawn", "file", "null", "5", "saw"]);
    assert_eq!(of("jobs"), ["3", "file", "null", "1", "null"]);
    assert_eq!(of("mouse"), ["true", "default", "null", "null", "null"]);
    assert_eq!(of("keys.harvest"), ["[F5]", "file", "null", "3", "null"]);
    let text = lab.ok(&["config", "--site", "saw"]);
    let line = text.lines().find(|l| l.starts_with("cache_dir")).unwrap();
    assert!(
        line.contains("sawn") && line.ends_with("config.toml, line 5, site saw"),
        "{line}"
    );
    assert!(text.contains("/etc/mdtui/config.toml"), "{text}");
    assert!(!lab.root().join("sawn").exists(), "only looked");
    let unknown = lab.run(&["list", "--site", "sow"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown
            .sentence()
            .ends_with("did you mean `saw`? The sites are saw")
    );
}

#[test]
fn the_default_config_file_is_printed_and_can_be_used() {
    let lab = Lab::demo(1);
    let default = lab.ok(&["config", "--default"]);
    assert_eq!(default, include_str!("../../assets/config.toml"));
    fs::write(
        lab.root().join("mine.toml"),
        default.replace("\"data\"", "\"logs\""),
    )
    .unwrap();
    fs::rename(lab.data(), lab.root().join("logs")).unwrap();
    configure(&lab, "jobs = \"wrong\"\n");
    // Instead of the user's, which is not read then.
    let list = lab.json(&["--config", "mine.toml", "list", "--json"]);
    assert_eq!(list["logs"].as_array().unwrap().len(), 1);
    assert_eq!(lab.run(&["config", "--default"]).code, 0);
    assert_eq!(lab.run(&["config"]).code, 2);
    let none = lab.run(&["--config", "none.toml", "list"]);
    assert_eq!(none.code, 2);
    assert!(
        none.sentence()
            .contains("cannot read the config file none.toml")
    );
}

#[test]
fn a_key_that_cannot_be_is_usage_with_its_line() {
    let lab = Lab::new();
    configure(&lab, "[keys]\nharvest = \"j\"\n");
    for args in [&["list"][..], &[]] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 2);
        let sentence = answer.sentence();
        assert!(
            sentence.contains("config.toml, line 2: key `j` of `harvest`"),
            "{sentence}"
        );
    }
}

#[test]
fn linked_folders_are_scanned_where_the_settings_say_so() {
    let lab = Lab::demo(1);
    let elsewhere = lab.root().join("press-2");
    fs::rename(lab.data(), &elsewhere).unwrap();
    fs::create_dir(lab.data()).unwrap();
    std::os::unix::fs::symlink("../press-2", lab.data().join("press-2")).unwrap();
    let keys = |list: serde_json::Value| -> Vec<String> {
        let logs = list["logs"].as_array().unwrap().iter();
        logs.map(|log| log["key"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(keys(lab.json(&["list", "--json"])).is_empty());
    let noted = lab.run(&["list"]).err;
    assert!(
        noted.contains("press-2 is a link to a folder and was not entered"),
        "{noted}"
    );
    configure(&lab, "follow_links = true\n");
    let key = "press-2/cell-01/2022-11-23T2040";
    assert_eq!(keys(lab.json(&["list", "--json"])), [key]);
    // The worker process reads it there, and it is named by its path.
    lab.ok(&["harvest"]);
    assert_eq!(lab.states()[key], "harvested");
    lab.ok(&["show", "data/press-2/cell-01/2022-11-23T2040.parquet"]);
}

#[test]
fn the_theme_of_the_browser_and_its_glyphs_are_told_with_the_reason() {
    let lab = Lab::new();
    let told = |variables: &[(&str, &str)]| {
        let output = lab
            .command(&["config", "--json"])
            .env_remove("NO_COLOR")
            .env_remove("COLORFGBG")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let of = |key: &str| report["terminal"][key].as_str().unwrap().to_owned();
        [
            of("theme"),
            of("theme_reason"),
            of("glyphs"),
            of("glyphs_reason"),
        ]
    };
    let utf8 = ("LC_ALL", "C.UTF-8");
    let [theme, why, glyphs, because] = told(&[
        ("TERM", "xterm-256color"),
        ("COLORTERM", "truecolor"),
        ("COLORFGBG", "0;15"),
        utf8,
    ]);
    assert_eq!((theme.as_str(), glyphs.as_str()), ("light", "unicode"));
    assert!(
        why.ends_with("true colour, as COLORTERM is truecolor"),
        "{why}"
    );
    assert_eq!(because, "LC_ALL is C.UTF-8");
    let [theme, why, glyphs, because] = told(&[("TERM", "linux"), ("COLORTERM", ""), utf8]);
    assert_eq!((theme.as_str(), glyphs.as_str()), ("dark-16", "ascii"));
    assert!(why.ends_with("16 colours, as TERM is linux"), "{why}");
    assert_eq!(because, "TERM is linux");
}

#[test]
fn config_lists_the_sites_and_where_they_stand() {
    let lab = Lab::demo(1);
    configure(
        &lab,
        "jobs = 1\n\n[site.press-2]\njobs = 2\n\n[site.hall]\ndata_dir = \"data\"\n",
    );
    let printed = lab.ok(&["config"]);
    for (site, line) in [("press-2", 3), ("hall", 6)] {
        let row = printed.lines().find(|l| l.starts_with(site));
        let row = row.unwrap_or_else(|| panic!("{printed}"));
        assert!(row.contains(&format!("config.toml, line {line}")), "{row}");
        assert!(!row.contains("in use"), "{row}");
    }
    let printed = lab.ok(&["--site", "press-2", "config"]);
    let row = printed.lines().find(|l| l.starts_with("press-2")).unwrap();
    assert!(row.contains("in use"), "{row}");
    let json = lab.json(&["config", "--json"]);
    let sites = json["sites"].as_array().unwrap();
    assert_eq!(sites.len(), 2);
    assert_eq!(sites[0]["name"], "hall");
    assert_eq!(sites[0]["line"], 6);
}
