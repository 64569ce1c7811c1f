//! Every example of every command's help, and every command of the documents, is run as it is typed,
//! where the demo logs were harvested.

use std::process::Command as Process;

use clap::CommandFactory;
use mdtui::{cli::args::Cli, etl::demo::Options};

use crate::common::Lab;

/// Command line and exit code of each example in a command's help.
fn examples(help: &str) -> Vec<(String, i32)> {
    let lines: Vec<&str> = help.lines().collect();
    let pairs = lines.windows(2);
    let typed = pairs.filter(|pair| pair[0].starts_with("  mdtui"));
    let code = |says: &str| -> Option<i32> {
        let (_, code) = says.rsplit_once("(exit code ")?;
        code.strip_suffix(')')?.parse().ok()
    };
    typed
        .map(|pair| (pair[0].trim().to_owned(), code(pair[1]).unwrap_or(0)))
        .collect()
}

/// The demo logs, harvested.
fn harvested_demo() -> Lab {
    let lab = Lab::demo(0);
    lab.write_demo(&Options::default());
    // Some demo logs fail, as those of a plant do.
    assert_eq!(lab.run(&["harvest"]).code, 1);
    lab
}

/// Runs a line in a shell, in the directory of the demo: its exit code and what it printed.
fn typed(lab: &Lab, line: &str) -> (Option<i32>, String) {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_mdtui"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let mut shell = Process::new("sh");
    shell.args(["-c", line]).current_dir(lab.root());
    shell.env("PATH", &path).envs(lab.environment());
    for name in ["MDTUI_DATA_DIR", "MDTUI_CACHE_DIR", "MDTUI_PROFILE"] {
        shell.env_remove(name);
    }
    let output = shell.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// The line as a test can run it, and its exit code: `watch` runs until it is stopped, and
/// `timeout` ends with 124 when it had to stop a command.
fn bounded(line: &str, code: i32) -> (String, i32) {
    if line.starts_with("mdtui watch") {
        (format!("timeout --signal=INT 2 {line}"), 124)
    } else {
        (line.to_owned(), code)
    }
}

#[test]
fn examples_work_as_typed() {
    let lab = harvested_demo();
    let mut cli = Cli::command();
    cli.build();
    for command in cli.get_subcommands() {
        let name = command.get_name();
        if command.is_hide_set() || name == "help" {
            continue;
        }
        let help = command.get_after_help().map(ToString::to_string);
        let examples = examples(&help.unwrap_or_default());
        assert!(!examples.is_empty(), "mdtui {name} has no example");
        if name == "harvest" {
            lab.ok(&["plan", "-o", "manifest.jsonl"]);
        }
        if name == "remove" {
            // Of logs that are gone.
            for log in ["faults/gap", "faults/no-z_2"] {
                std::fs::remove_file(lab.data().join(format!("{log}.parquet"))).unwrap();
            }
        }
        for (line, code) in examples {
            assert!(line.starts_with(&format!("mdtui {name}")), "{line}");
            let (line, expected) = bounded(&line, code);
            let (code, said) = typed(&lab, &line);
            assert_eq!(code, Some(expected), "{line}: {said}");
            assert!(!said.trim().is_empty(), "{line} prints nothing");
        }
    }
}

#[test]
fn commands_of_the_documents_work_as_typed() {
    let lab = harvested_demo();
    for document in ["README.md", "docs/commands.md"] {
        let path = format!("{}/{document}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let (_, rest) = text.split_once("<!-- commands -->").unwrap();
        let (block, _) = rest.split_once("<!-- end of commands -->").unwrap();
        let commands = block.lines().filter(|line| line.starts_with("mdtui"));
        let commands: Vec<&str> = commands
            .map(|line| line.split(" #").next().unwrap().trim())
            .collect();
        assert!(commands.len() >= 5, "{document}");
        for line in commands {
            // The browser needs a terminal and says so.
            let expected = if line == "mdtui" { 3 } else { 0 };
            let (line, expected) = bounded(line, expected);
            let (code, said) = typed(&lab, &line);
            assert_eq!(code, Some(expected), "{document}: {line}: {said}");
        }
    }
}

/// Runs the lines of a document's block where there is one log, with a log of the demo for the log that it names, and a
/// harvest in the place of the browser.
fn first_steps(document: &str, begin: &str, named: &str, log: &str) {
    let demo = Lab::demo(0);
    demo.write_demo(&Options::default());
    let lab = Lab::demo(0);
    let folder = lab.data().join(log);
    std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
    std::fs::copy(demo.data().join(log), folder).unwrap();
    let path = format!("{}/{document}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once(begin).unwrap();
    let (block, _) = rest.split_once("<!-- end -->").unwrap();
    assert!(block.contains(named), "{document}: {block}");
    let block = block.replace(named, demo.data().join(log).to_str().unwrap());
    let lines = block.lines().filter(|line| !line.starts_with("```"));
    let mut script: Vec<String> = lines
        .map(|line| line.split(" #").next().unwrap().trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    // The browser needs a terminal.
    script.last_mut().unwrap().push_str(" harvest");
    let (code, said) = typed(&lab, &format!("set -e; {}", script.join("; ")));
    assert_eq!(code, Some(0), "{document}: {said}");
    assert!(said.contains("harvested"), "{document}: {said}");
}

#[test]
fn first_steps_of_the_documents_work_as_typed() {
    first_steps(
        "README.md",
        "<!-- own logs -->",
        "/path/to/2022-11-23T2040.parquet",
        "cell-01/2022-11-23T2040.parquet",
    );
    first_steps(
        "docs/configuration.md",
        "<!-- another kind of log -->",
        "path/to/a/log.csv",
        "cell-02/2022-11-23T2140.csv",
    );
}
